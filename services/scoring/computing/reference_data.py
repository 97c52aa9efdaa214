"""Reference data: the rounds and criteria sets that contracts refer to, as the consumer's transaction sees them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from parindex.bus.consumer import HandlerContext
from parindex.bus.message import Envelope, Received
from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.eventstore.appending import StreamHead
from scoring.computing.prepared_sets import PreparedSet, prepared_from
from scoring.computing.state import Assignment, PlannedUnit, read_round, read_set, round_stream, set_stream

MOST_ROUNDS = 32
"""Rounds whose units a process caches."""

REFERENCE_CONTRACTS = frozenset[type]({CriteriaSetEnacted, RoundOpened})
"""Contracts that bring rounds and criteria sets."""


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """The units of rounds, each with its block and set code, and the sets that are known."""

    units_of: Mapping[str, Mapping[str, PlannedUnit]]
    sets: Mapping[str, PreparedSet]

    def units(self, round_id: str) -> Iterable[str]:
        """Return the units of a round; none while it is unknown."""
        return self.units_of.get(round_id, {})

    def members(self, round_id: str, block: str) -> Sequence[str]:
        """Return the units of a block."""
        return [unit for unit, (of, *_) in self.units_of.get(round_id, {}).items() if of == block]

    def assignment(self, round_id: str, unit: str) -> Assignment | None:
        """Return a unit's block and set; None while its round or its set is unknown."""
        found = self.units_of.get(round_id, {}).get(unit)
        if found is None or found.criteria_set not in self.sets:
            return None
        return Assignment(found.block, self.sets[found.criteria_set], found.not_applicable)


async def reference_data_of(context: HandlerContext, rounds: Sequence[str]) -> ReferenceData:
    """Read these rounds and their sets."""
    heads = await context.log.heads_within(context.connection, [round_stream(round_id) for round_id in rounds])
    units_of = {round_id: _units(heads.get(round_stream(round_id))) for round_id in rounds}
    codes = sorted({code for units in units_of.values() for _, code, _ in units.values()})
    return ReferenceData(units_of, await sets_of(context, codes))


async def sets_of(context: HandlerContext, codes: Sequence[str]) -> dict[str, PreparedSet]:
    """Read the criteria sets that are known."""
    heads = await context.log.heads_within(context.connection, [set_stream(code) for code in codes])
    read = {code: read_set(heads.get(set_stream(code))) for code in codes}
    return {code: prepared_from(state.raw) for code, state in read.items() if state.raw}


async def rounds_affected(context: HandlerContext, received: Sequence[Received]) -> dict[str, Envelope]:
    """Return the rounds whose units may be computable since these contracts, with the contract that made them so."""
    opened = {each.contract.round: each.envelope for each in received if isinstance(each.contract, RoundOpened)}
    enacted = {
        each.contract.criteria_set.code: each.envelope
        for each in received
        if isinstance(each.contract, CriteriaSetEnacted)
    }
    if not enacted:
        return opened
    heads = await context.log.heads_within(context.connection, [set_stream(code) for code in enacted])
    needing = {code: read_set(heads.get(set_stream(code))).rounds for code in enacted}
    return {round_id: enacted[code] for code, rounds in needing.items() for round_id in rounds} | opened


def _units(head: StreamHead | None) -> Mapping[str, PlannedUnit]:
    return _units_in(head.state) if head and head.state else {}


@lru_cache(MOST_ROUNDS)
def _units_in(state: bytes) -> Mapping[str, PlannedUnit]:
    return read_round(StreamHead(0, state)).units()
