"""The consumer of assessment's and survey's contracts: they become indices, in the transaction of its checkpoint.

The contracts of a message are gathered first: each affected unit is decided once, on its stream's stored state. In
any order of arrival, no log is searched. Partition k gets the contracts about its own units, and computes no
others.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from parindex.bus.consumer import HandlerContext
from parindex.bus.message import Envelope, Received
from parindex.contracts.assessment import (
    AppraisalCompleted,
    CriteriaSetEnacted,
    RoundOpened,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
)
from parindex.contracts.survey import TallyUpdated
from parindex.eventstore.appending import Append
from parindex.eventstore.command_handling import decide_at_head
from parindex.eventstore.registry import partition_of
from scoring.computing.commands import ComputeIndex, NeedSet, PrepareRound, PrepareSet
from scoring.computing.decisions import computing, preparing_rounds, preparing_sets
from scoring.computing.reference_data import REFERENCE_CONTRACTS, ReferenceData, reference_data_of, rounds_affected
from scoring.computing.state import (
    ROUND_CODEC,
    SET_CODEC,
    UNIT_CODEC,
    Change,
    ClaimsChange,
    FindingsChange,
    LogPosition,
    TallyChange,
    index_stream,
    round_stream,
    set_stream,
)

UnitKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Coalescing:
    """How contracts of one type about a unit become changes: of those with one key, only the last is applied."""

    key: Callable[[Any], object]
    change: Callable[[LogPosition, Any], Change]


COALESCING: Mapping[type, Coalescing] = {
    TallyUpdated: Coalescing(lambda tally: (tally.question, tally.group, tally.origin), TallyChange),
    SelfScoreSubmitted: Coalescing(
        lambda _: ClaimsChange, lambda at, submitted: ClaimsChange(at, tuple(submitted.claims))
    ),
    SelfScoreWithdrawn: Coalescing(lambda _: ClaimsChange, lambda at, _: ClaimsChange(at)),
    AppraisalCompleted: Coalescing(
        lambda _: FindingsChange, lambda at, completed: FindingsChange(at, tuple(completed.findings))
    ),
}
"""A dictionary and no `match`: a rebuild looks contracts up a million times."""


@dataclass(frozen=True, slots=True)
class UnitChanges:
    """The changes of one unit, and the last contract that brought one."""

    changes: tuple[Change, ...]
    envelope: Envelope


async def on_contracts(context: HandlerContext, received: Sequence[Received]) -> Mapping[str, Envelope]:
    """Handle contracts: first sets and rounds, then units.

    Return the rounds whose units may be computable since these contracts, with the contract that made them so.
    """
    affected: dict[str, Envelope] = {}
    # nearly always there are tallies alone, thousands of them
    if {type(each.contract) for each in received} & REFERENCE_CONTRACTS:
        await _append(context, chain.from_iterable(_preparations(context, each) for each in received))
        affected = await rounds_affected(context, received)
    await _append(context, await _computations(context, received, affected))
    return affected


async def _append(context: HandlerContext, appends: Iterable[Append]) -> None:
    if wanted := list(appends):
        await context.log.append_within(context.connection, wanted)


def _preparations(context: HandlerContext, received: Received) -> Iterable[Append]:
    match received.contract:
        case CriteriaSetEnacted(criteria_set=criteria_set, digest=digest):
            yield _set_append(context, received, criteria_set.code, PrepareSet(criteria_set, digest))
        case RoundOpened() as opened:
            command = PrepareRound(opened.round, opened.year, opened.authority, tuple(opened.blocks))
            decide = decide_at_head(preparing_rounds, command, ROUND_CODEC)
            yield Append(round_stream(opened.round), context.metadata(received.envelope), decide)
            for code in sorted({block.criteria_set for block in opened.blocks}):
                yield _set_append(context, received, code, NeedSet(code, opened.round))


def _set_append(context: HandlerContext, received: Received, code: str, command: PrepareSet | NeedSet) -> Append:
    decide = decide_at_head(preparing_sets, command, SET_CODEC)
    return Append(set_stream(code), context.metadata(received.envelope), decide)


async def _computations(
    context: HandlerContext, received: Sequence[Received], affected: Mapping[str, Envelope]
) -> Sequence[Append]:
    by_unit = _changes(context, received)
    if not by_unit and not affected:
        return []
    reference = await reference_data_of(context, sorted({round_id for round_id, _ in by_unit} | affected.keys()))
    for round_id, envelope in affected.items():
        for unit in reference.units(round_id):
            if partition_of(unit, context.log.partitions) == context.partition:
                by_unit.setdefault((round_id, unit), UnitChanges((), envelope))
    return [_computation(context, key, changes, reference) for key, changes in by_unit.items()]


def _computation(context: HandlerContext, key: UnitKey, changes: UnitChanges, reference: ReferenceData) -> Append:
    command = ComputeIndex(*key, changes.changes, reference.assignment(*key))
    return Append(
        index_stream(*key), context.metadata(changes.envelope), decide_at_head(computing, command, UNIT_CODEC)
    )


def _changes(context: HandlerContext, received: Sequence[Received]) -> dict[UnitKey, UnitChanges]:
    """Return the changes of each unit, coalesced."""
    newest: dict[UnitKey, dict[object, Received]] = {}
    for each in received:
        contract = each.contract
        coalescing = COALESCING.get(type(contract))
        if coalescing is not None:
            newest.setdefault((contract.round, contract.unit), {})[coalescing.key(contract)] = each
    return {key: _of_unit(context, list(last.values())) for key, last in newest.items()}


def _of_unit(context: HandlerContext, last: Sequence[Received]) -> UnitChanges:
    changes = (
        COALESCING[type(each.contract)].change((context.epoch, each.envelope.position), each.contract) for each in last
    )
    return UnitChanges(tuple(changes), max(last, key=lambda each: each.envelope.position).envelope)
