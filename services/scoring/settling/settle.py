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
from scoring.settling.decisions import RoundCommand, lacks, listing, settling
from scoring.settling.state import WAITING, WAITING_CODEC, has_new_closing, read_waiting


async def settle(handling: HandlerContext, round_id: str, metadata: Metadata) -> None:
    """Settle a round if nothing is missing."""
    await handling.log.lock(handling.connection)
    state = await _round(handling, round_id)
    if state.plan is None or not has_new_closing(state):
        return
    partitions, parked, survey = handling.log.partitions, await handling.parked(), await _survey(handling, state)
    if lacks(state, partitions, parked, survey=survey):
        return  # before the scores of a whole round are read
    command = SettleRound(round_id, partitions, parked, survey, await _scores(handling, state.plan))
    appended = await handling.log.append_within(handling.connection, [round_append(round_id, command, metadata)])
    if appended[0].facts:
        await handling.log.append_within(handling.connection, [list_append(round_id, metadata, waits=False)])


async def settle_released(handling: HandlerContext) -> None:
    """Settle the rounds that waited only for parked contracts."""
    await handling.log.lock(handling.connection)
    heads = await handling.log.heads_within(handling.connection, [WAITING])
    for round_id in read_waiting(heads.get(WAITING)):
        await settle(handling, round_id, await _own_metadata(handling, round_id))


def round_append(round_id: str, command: RoundCommand, metadata: Metadata) -> Append:
    """Return the append of a command on a round."""
    return Append(round_stream(round_id), metadata, decide_at_head(settling, command, ROUND_CODEC))


def list_append(round_id: str, metadata: Metadata, *, waits: bool) -> Append:
    """Return the append that puts a round on the waiting list or takes it off."""
    return Append(WAITING, metadata, decide_at_head(listing, ListRound(round_id, waits), WAITING_CODEC))


async def _own_metadata(handling: HandlerContext, round_id: str) -> Metadata:
    plan = (await _round(handling, round_id)).plan
    return Metadata(handling.consumer, instant(handling.now()), plan.authority if plan else "", f"released-{round_id}")


async def _round(handling: HandlerContext, round_id: str) -> RoundState:
    heads = await handling.log.heads_within(handling.connection, [round_stream(round_id)])
    return read_round(heads.get(round_stream(round_id)))


async def _survey(handling: HandlerContext, state: RoundState) -> bool | None:
    codes = {code for _, code in state.units().values()}
    sets = await sets_of(handling, sorted(codes))
    return None if codes - sets.keys() else any(prepared.survey for prepared in sets.values())


async def _scores(handling: HandlerContext, plan: RoundPrepared) -> tuple[tuple[str, IndexComputed | None], ...]:
    units = [unit.code for block in plan.blocks for unit in block.units]
    heads = await handling.log.heads_within(handling.connection, [index_stream(plan.round, unit) for unit in units])
    scores = scores_in(heads, plan.round, units)
    return tuple((unit, index_computed(score) if score else None) for unit, score in scores.items())
