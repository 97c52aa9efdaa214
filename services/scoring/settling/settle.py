"""Settling a round: it is read under the lock of the log's head, so that nothing is parked or computed in between."""

from parindex.bus.consumer import HandlerContext
from parindex.contracts.scoring import IndexComputed
from parindex.eventstore.appending import Append, Metadata
from parindex.eventstore.command_handling import decide_at_head
from parindex.instant import instant
from scoring.computing.events import RoundPrepared
from scoring.computing.outgoing import index_computed
from scoring.computing.reference_data import sets_of
from scoring.computing.state import ROUND_CODEC, RoundState, index_stream, read_round, round_stream, scores_in
from scoring.settling.commands import ListRound, SettleRound
from scoring.settling.decisions import RoundCommand, blockers, listing, settling
from scoring.settling.state import WAITING, WAITING_CODEC, has_new_closing, read_waiting


async def settle(context: HandlerContext, round_id: str, metadata: Metadata) -> None:
    """Settle a round if nothing is missing."""
    await context.log.lock(context.connection)
    state = await _round(context, round_id)
    if state.plan is None or not has_new_closing(state):
        return
    partitions, parked, survey = context.log.partitions, await context.parked(), await _survey(context, state)
    if blockers(state, partitions, parked, survey=survey):
        return  # before the scores of a whole round are read
    command = SettleRound(round_id, partitions, parked, survey, await _scores(context, state.plan))
    appended = await context.log.append_within(context.connection, [round_append(round_id, command, metadata)])
    if appended[0].facts:
        await context.log.append_within(context.connection, [list_append(round_id, metadata, waits=False)])


async def settle_released(context: HandlerContext) -> None:
    """Settle the rounds that waited only for parked contracts."""
    await context.log.lock(context.connection)
    heads = await context.log.heads_within(context.connection, [WAITING])
    for round_id in read_waiting(heads.get(WAITING)):
        await settle(context, round_id, await _own_metadata(context, round_id))


def round_append(round_id: str, command: RoundCommand, metadata: Metadata) -> Append:
    """Return the append of a command on a round."""
    return Append(round_stream(round_id), metadata, decide_at_head(settling, command, ROUND_CODEC))


def list_append(round_id: str, metadata: Metadata, *, waits: bool) -> Append:
    """Return the append that puts a round on the waiting list or takes it off."""
    return Append(WAITING, metadata, decide_at_head(listing, ListRound(round_id, waits), WAITING_CODEC))


async def _own_metadata(context: HandlerContext, round_id: str) -> Metadata:
    plan = (await _round(context, round_id)).plan
    return Metadata(context.consumer, instant(context.now()), plan.authority if plan else "", f"released-{round_id}")


async def _round(context: HandlerContext, round_id: str) -> RoundState:
    heads = await context.log.heads_within(context.connection, [round_stream(round_id)])
    return read_round(heads.get(round_stream(round_id)))


async def _survey(context: HandlerContext, state: RoundState) -> bool | None:
    codes = {code for _, code, _ in state.units().values()}
    sets = await sets_of(context, sorted(codes))
    return None if codes - sets.keys() else any(prepared.survey for prepared in sets.values())


async def _scores(context: HandlerContext, plan: RoundPrepared) -> tuple[tuple[str, IndexComputed | None], ...]:
    units = [unit.code for block in plan.blocks for unit in block.units]
    heads = await context.log.heads_within(context.connection, [index_stream(plan.round, unit) for unit in units])
    scores = scores_in(heads, plan.round, units)
    return tuple((unit, index_computed(score) if score else None) for unit, score in scores.items())
