"""Settling a round: read under the lock of the log's head, so that nothing can be parked or computed in between."""

from parindex.bus.consumer import Effect
from parindex.contracts.scoring import IndexComputed
from parindex.eventstore.appending import Act
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


async def settle(effect: Effect, round_id: str, act: Act) -> None:
    """Settle a round if nothing is missing."""
    await effect.log.lock(effect.connection)
    state = await _round(effect, round_id)
    if state.plan is None or not state.closing:
        return
    partitions, parked, survey = effect.log.partitions, await effect.parked(), await _survey(effect, state)
    if lacks(state, partitions, parked, survey=survey):
        return  # before the scores of a whole round are read
    command = SettleRound(round_id, partitions, parked, survey, await _scores(effect, state.plan))
    appended = await effect.log.append_within(effect.connection, [round_append(round_id, command, act)])
    if appended[0].facts:
        await effect.log.append_within(effect.connection, [waiting_append(round_id, act, waits=False)])


async def settle_what_waits(effect: Effect) -> None:
    """Settle the rounds that waited only for parked contracts."""
    await effect.log.lock(effect.connection)
    heads = await effect.log.heads_within(effect.connection, [WAITING])
    for round_id in read_waiting(heads.get(WAITING)):
        await settle(effect, round_id, await _own_act(effect, round_id))


async def _own_act(effect: Effect, round_id: str) -> Act:
    plan = (await _round(effect, round_id)).plan
    return Act(effect.consumer, instant(effect.now()), plan.authority if plan else "", f"released-{round_id}")


async def _round(effect: Effect, round_id: str) -> Round:
    heads = await effect.log.heads_within(effect.connection, [round_stream(round_id)])
    return read_round(heads.get(round_stream(round_id)))


async def _survey(effect: Effect, state: Round) -> bool | None:
    codes = {code for _, code in blocks_of(state).values()}
    sets = await sets_of(effect, sorted(codes))
    return None if codes - sets.keys() else any(leaves.survey for leaves in sets.values())


async def _scores(effect: Effect, plan: RoundPrepared) -> tuple[tuple[str, IndexComputed | None], ...]:
    units = [unit.code for block in plan.blocks for unit in block.units]
    heads = await effect.log.heads_within(effect.connection, [index_stream(plan.round, unit) for unit in units])
    found = {unit: read_standing(heads.get(index_stream(plan.round, unit))).score for unit in units}
    return tuple((unit, index_computed(score) if score else None) for unit, score in found.items())
