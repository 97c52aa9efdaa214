"""Settling a round: read under the lock of the log's head, so that nothing can be parked or computed in between."""

from parindex.bus.consumer import HandlerContext
from parindex.contracts.scoring import IndexComputed
from parindex.eventstore.appending import Metadata
from parindex.instant import instant
from scoring.computing.commands import SettleRound
from scoring.computing.events import RoundPrepared
from scoring.computing.known import blocks_of, sets_of
from scoring.computing.outgoing import index_computed
from scoring.computing.settling import Round, lacks
from scoring.computing.streams import (
    WAITING,
    index_stream,
    read_round,
    read_standing,
    read_waiting,
    round_append,
    round_stream,
    waiting_append,
)


async def settle(handling: HandlerContext, round_id: str, metadata: Metadata) -> None:
    """Settle a round if nothing is missing."""
    await handling.log.lock(handling.connection)
    state = await _round(handling, round_id)
    if state.plan is None or not state.closing:
        return
    partitions, parked, survey = handling.log.partitions, await handling.parked(), await _survey(handling, state)
    if lacks(state, partitions, parked, survey=survey):
        return  # before the scores of a whole round are read
    command = SettleRound(round_id, partitions, parked, survey, await _scores(handling, state.plan))
    appended = await handling.log.append_within(handling.connection, [round_append(round_id, command, metadata)])
    if appended[0].facts:
        await handling.log.append_within(handling.connection, [waiting_append(round_id, metadata, waits=False)])


async def settle_what_waits(handling: HandlerContext) -> None:
    """Settle the rounds that waited only for parked contracts."""
    await handling.log.lock(handling.connection)
    heads = await handling.log.heads_within(handling.connection, [WAITING])
    for round_id in read_waiting(heads.get(WAITING)):
        await settle(handling, round_id, await _own_metadata(handling, round_id))


async def _own_metadata(handling: HandlerContext, round_id: str) -> Metadata:
    plan = (await _round(handling, round_id)).plan
    return Metadata(handling.consumer, instant(handling.now()), plan.authority if plan else "", f"released-{round_id}")


async def _round(handling: HandlerContext, round_id: str) -> Round:
    heads = await handling.log.heads_within(handling.connection, [round_stream(round_id)])
    return read_round(heads.get(round_stream(round_id)))


async def _survey(handling: HandlerContext, state: Round) -> bool | None:
    codes = {code for _, code in blocks_of(state).values()}
    sets = await sets_of(handling, sorted(codes))
    return None if codes - sets.keys() else any(leaves.survey for leaves in sets.values())


async def _scores(handling: HandlerContext, plan: RoundPrepared) -> tuple[tuple[str, IndexComputed | None], ...]:
    units = [unit.code for block in plan.blocks for unit in block.units]
    heads = await handling.log.heads_within(handling.connection, [index_stream(plan.round, unit) for unit in units])
    found = {unit: read_standing(heads.get(index_stream(plan.round, unit))).score for unit in units}
    return tuple((unit, index_computed(score) if score else None) for unit, score in found.items())
