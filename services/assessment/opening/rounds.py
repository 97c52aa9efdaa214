"""A round as its facts tell it, and what it demands of one unit. Pure; sister steps decide by it.

`due` counts closings: the appraisal of a unit has to be complete for the closing of that number. It starts at 1 and
grows only when the round is reopened for the unit. Since a sheet remembers for which closing it was completed, whether
it may still change never depends on reading two streams at one moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from assessment.appraising.events import RoundClosed, RoundReopened
from assessment.enacting.figures import is_surveyed, leaves_of
from assessment.opening.events import RoundOpened
from assessment.opening.responsibility import appraiser_for, appraiser_of
from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet, Criterion

RoundFact = RoundOpened | RoundClosed | RoundReopened


@dataclass(frozen=True, slots=True)
class Round:
    """A round: how it was opened (None: not at all), whether it is closed, which closing each unit is due for."""

    opened: RoundOpened | None = None
    closing: int = 0
    closed: bool = False
    due: Mapping[str, int] = field(default_factory=dict)

    def place_of(self, unit: str) -> tuple[Block, RoundUnit] | None:
        """Return a unit's block and its entry there, or None: the unit is not assessed in this round."""
        for block in self.opened.blocks if self.opened else ():
            for entry in block.units:
                if entry.code == unit:
                    return block, entry
        return None


def evolve(state: Round, fact: RoundFact) -> Round:
    """Return the round after a fact."""
    match fact:
        case RoundOpened():
            return Round(fact, due={unit.code: 1 for block in fact.blocks for unit in block.units})
        case RoundClosed():
            return replace(state, closed=True, closing=fact.closing)
        case RoundReopened():
            again = dict.fromkeys(fact.units, fact.closing + 1)
            return replace(state, closed=False, due={**state.due, **again})
        case _:
            assert_never(fact)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a round demands of one unit: the leaves of its set by code, who appraises each, until when.

    `due` is the closing for which its appraisal has to be complete. `appraisers` has the leaves that are self-scored
    and appraised; survey criteria are not among them.
    """

    round: str
    unit: str
    authority: str
    leaves: Mapping[str, Criterion]
    appraisers: Mapping[str, str]
    self_scoring_until: str = ""
    due: int = 1


def terms_for(opened: RoundOpened, block: Block, criteria_set: CriteriaSet, unit: str, due: int) -> Terms:
    """Return what the round demands of a unit of the block."""
    rows = {row.code: row for row in criteria_set.criteria}
    leaves = {leaf.code: leaf for leaf in leaves_of(criteria_set)}
    appraisers = {
        code: appraiser_for(unit, appraiser_of(code, rows, opened.appraisers, block.code), opened.authority)
        for code, leaf in leaves.items()
        if not is_surveyed(leaf)
    }
    return Terms(opened.round, unit, opened.authority, leaves, appraisers, opened.self_scoring_until, due)
