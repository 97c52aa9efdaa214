"""The consumer of assessment's and survey's contracts: they become indices, in the transaction of its checkpoint.

The contracts of a message are gathered first: each affected unit is decided once, on its stream's stored state. In
any order of arrival, no log is searched. Partition k gets the contracts about its own units, and computes no
others, except where their block is compared: then all units of the block are decided together (`comparing.py`), under
the lock of the log's head.
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
from parindex.eventstore.appending import Append, StreamHead, if_still
from parindex.eventstore.command_handling import decide_at_head
from parindex.eventstore.registry import partition_of
from scoring.computing.commands import ComputeIndex, NeedSet, PrepareRound, PrepareSet
from scoring.computing.comparing import compute_block
from scoring.computing.decisions import computing, inputs_received, preparing_rounds, preparing_sets
from scoring.computing.prepared_sets import PreparedSet
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
    finds_anew,
    index_stream,
    read_unit,
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


@dataclass(frozen=True, slots=True)
class BlockChanges:
    """The changes of a block's units, by unit, of which some may move a value that is compared in the block."""

    round: str
    block: str
    criteria_set: PreparedSet
    changes: dict[str, UnitChanges]


async def on_contracts(context: HandlerContext, received: Sequence[Received]) -> Mapping[str, Envelope]:
    """Handle contracts: first sets and rounds, then units.

    Return the rounds whose units may be computable since these contracts, with the contract that made them so.
    """
    affected: dict[str, Envelope] = {}
    # nearly always there are tallies alone, thousands of them
    if {type(each.contract) for each in received} & REFERENCE_CONTRACTS:
        await _append(context, chain.from_iterable(_preparations(context, each) for each in received))
        affected = await rounds_affected(context, received)
    by_unit = _changes(context, received)
    if by_unit or affected:
        await _compute(context, by_unit, affected)
    return affected


async def _append(context: HandlerContext, appends: Iterable[Append]) -> None:
    if wanted := list(appends):
        await context.log.append_within(context.connection, wanted)


def _preparations(context: HandlerContext, received: Received) -> Iterable[Append]:
    match received.contract:
        case CriteriaSetEnacted(criteria_set=criteria_set, digest=digest):
            yield _set_append(context, received, criteria_set.code, PrepareSet(criteria_set, digest))
        case RoundOpened() as opened:
            command = PrepareRound(opened.round, opened.year, opened.authority, tuple(opened.blocks), opened.training)
            decide = decide_at_head(preparing_rounds, command, ROUND_CODEC)
            yield Append(round_stream(opened.round), context.metadata(received.envelope), decide)
            for code in sorted({block.criteria_set for block in opened.blocks}):
                yield _set_append(context, received, code, NeedSet(code, opened.round))


def _set_append(context: HandlerContext, received: Received, code: str, command: PrepareSet | NeedSet) -> Append:
    decide = decide_at_head(preparing_sets, command, SET_CODEC)
    return Append(set_stream(code), context.metadata(received.envelope), decide)


async def _compute(
    context: HandlerContext, by_unit: dict[UnitKey, UnitChanges], affected: Mapping[str, Envelope]
) -> None:
    reference = await reference_data_of(context, sorted({round_id for round_id, _ in by_unit} | affected.keys()))
    for round_id, envelope in affected.items():
        for unit in reference.units(round_id):
            if partition_of(unit, context.log.partitions) == context.partition:
                by_unit.setdefault((round_id, unit), UnitChanges((), envelope))
    blocks = await _blocks_compared(context, by_unit, reference)
    together = chain.from_iterable([await _of_block(context, block, reference) for block in blocks])
    in_blocks = {(block.round, unit) for block in blocks for unit in block.changes}
    alone = [_computation(context, *item, reference) for item in by_unit.items() if item[0] not in in_blocks]
    await _append(context, [*alone, *together])


def _computation(context: HandlerContext, key: UnitKey, changes: UnitChanges, reference: ReferenceData) -> Append:
    command = ComputeIndex(*key, changes.changes, reference.assignment(*key))
    return Append(
        index_stream(*key), context.metadata(changes.envelope), decide_at_head(computing, command, UNIT_CODEC)
    )


async def _blocks_compared(
    context: HandlerContext, by_unit: Mapping[UnitKey, UnitChanges], reference: ReferenceData
) -> Sequence[BlockChanges]:
    """Return the blocks in which values may move that are compared, with the changes of all their units.

    A unit whose changes move no value belongs to its block too: the block is decided on the states before the append,
    so each of its units is appended once. It locks the head of the log where a set compares at all, so no other
    partition moves the block before its append.
    """
    comparing = [key for key in by_unit if (to := reference.assignment(*key)) and to.criteria_set.compared]
    if not comparing:
        return []
    await context.log.lock(context.connection)
    heads = await _unit_heads(context, comparing)
    blocks: dict[tuple[str, str], BlockChanges] = {}
    moving: set[tuple[str, str]] = set()
    for key in comparing:
        if assignment := reference.assignment(*key):
            place = key[0], assignment.block
            block = blocks.setdefault(place, BlockChanges(*place, assignment.criteria_set, {}))
            block.changes[key[1]] = by_unit[key]
            if finds_anew(read_unit(heads.get(index_stream(*key))), by_unit[key].changes):
                moving.add(place)
    return [block for place, block in blocks.items() if place in moving]


async def _of_block(context: HandlerContext, of: BlockChanges, reference: ReferenceData) -> Sequence[Append]:
    """Decide all units of a block; a unit that only follows another's value names the last contract as its cause."""
    members = reference.members(of.round, of.block)
    read = await _unit_heads(context, [(of.round, unit) for unit in members])
    heads = {unit: read.get(index_stream(of.round, unit), StreamHead(0)) for unit in members}
    commands = {
        unit: ComputeIndex(of.round, unit, changes.changes, reference.assignment(of.round, unit))
        for unit, changes in of.changes.items()
    }
    states = {unit: read_unit(head) for unit, head in heads.items()}
    decided = compute_block(commands, states, of.criteria_set)
    last = max((changes.envelope for changes in of.changes.values()), key=lambda envelope: envelope.position)
    appends = []
    for unit, (indices, state) in decided.items():
        facts = (*(inputs_received(commands[unit], states[unit]) if unit in commands else ()), *indices)
        stream, cause = index_stream(of.round, unit), of.changes[unit].envelope if unit in of.changes else last
        decide = if_still(stream, heads[unit].version, facts, UNIT_CODEC.write(state))
        appends.append(Append(stream, context.metadata(cause), decide, len(facts)))
    return appends


async def _unit_heads(context: HandlerContext, keys: Sequence[UnitKey]) -> Mapping[str, StreamHead]:
    return await context.log.heads_within(context.connection, [index_stream(*key) for key in keys])


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
