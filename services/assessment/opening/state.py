"""State of a round, folded from its events. Pure; appraising closes it by the same state.

`due` counts closings: the appraisal of a unit has to be complete for the closing of that number. It starts at 1 and
grows only when the round is reopened for the unit. Since a sheet remembers for which closing it was completed, whether
it may still change never depends on reading two streams at one moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from assessment.opening.events import RoundClosed, RoundOpened, RoundReopened, deadlines_of
from parindex.contracts.assessment import Block, RoundUnit

RoundFact = RoundOpened | RoundClosed | RoundReopened


@dataclass(frozen=True, slots=True)
class Round:
    """A round: how it was opened (None: not at all), whether it is closed, which closing each unit is due for.

    `appraisal_until` has the deadline of each unit's appraisal for that closing, extensions aside; "" stands for none.
    """

    opened: RoundOpened | None = None
    closings: int = 0
    closed: bool = False
    due: Mapping[str, int] = field(default_factory=dict)
    appraisal_until: Mapping[str, str] = field(default_factory=dict)

    def block_and_unit(self, unit: str) -> tuple[Block, RoundUnit] | None:
        """Return a unit's block and its entry there, or None: the unit is not assessed in this round."""
        for block in self.opened.blocks if self.opened else ():
            for entry in block.units:
                if entry.code == unit:
                    return block, entry
        return None


@dataclass(frozen=True, slots=True)
class FoundRound:
    """A round that was opened, and the version of its stream."""

    state: Round
    opened: RoundOpened
    version: int


def evolve(state: Round, fact: RoundFact) -> Round:
    """Return the round after a fact."""
    match fact:
        case RoundOpened():
            placed = [(block.code, unit.code) for block in fact.blocks for unit in block.units]
            until = {unit: deadlines_of(fact, block, unit).appraisal_until for block, unit in placed}
            return Round(fact, due=dict.fromkeys(until, 1), appraisal_until=until)
        case RoundClosed():
            return replace(state, closed=True, closings=fact.closing)
        case RoundReopened():
            again = dict.fromkeys(fact.units, fact.closing + 1)
            until = {**state.appraisal_until, **dict.fromkeys(fact.units, fact.appraisal_until)}
            return replace(state, closed=False, due={**state.due, **again}, appraisal_until=until)
        case _:
            assert_never(fact)
