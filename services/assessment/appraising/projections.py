"""Read model of the progress of each unit of each round."""

from collections.abc import Sequence

from sqlalchemy import Boolean, Column, MetaData, Table, Text, Update, insert, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.opening.events import RoundOpened, RoundReopened
from assessment.self_scoring.events import (
    AppraisalCompleted,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
)
from parindex.eventstore.projection import PROJECTION, Projection
from parindex.eventstore.registry import Recorded

TABLES = MetaData(schema=PROJECTION)
round_progress = Table(
    "round_progress",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("submitted_at", Text, nullable=False, default=""),
    Column("completed", Boolean, nullable=False, default=False),
)
touched_criteria = Table(
    "touched_criteria",  # a criterion counts once, however often it is claimed or appraised anew
    TABLES,
    Column("round", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("touch", Text, primary_key=True),
    Column("criterion", Text, primary_key=True),
)


async def apply(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
    """Apply claims, submissions, findings and completions."""
    if touches := [
        _touch(each.fact) for each in recorded if isinstance(each.fact, ClaimEntered | ClaimUpheld | ClaimCorrected)
    ]:
        await connection.execute(insert_once(touched_criteria).on_conflict_do_nothing(), touches)
    for each in recorded:
        await _note(connection, each)


async def _note(connection: AsyncConnection, recorded: Recorded) -> None:
    match recorded.fact:
        case RoundOpened() as fact:
            units = [{"round": fact.round, "unit": unit.code} for block in fact.blocks for unit in block.units]
            if units:
                await connection.execute(insert(round_progress), units)
        case SelfScoreSubmitted() as fact:
            at = recorded.entry.occurred_at
            await connection.execute(_of(fact.round, [fact.unit]).values(submitted_at=at))
        case SelfScoreWithdrawn() as fact:
            await connection.execute(_of(fact.round, [fact.unit]).values(submitted_at=""))
        case AppraisalCompleted() as fact:
            await connection.execute(_of(fact.round, [fact.unit]).values(completed=True))
        case RoundReopened() as fact:
            await connection.execute(_of(fact.round, fact.units).values(completed=False))


def _of(round_id: str, units: Sequence[str]) -> Update:
    keys = [(round_id, unit) for unit in units]
    return update(round_progress).where(tuple_(round_progress.c.round, round_progress.c.unit).in_(keys))


def _touch(fact: ClaimEntered | ClaimUpheld | ClaimCorrected) -> dict[str, str]:
    touch = "claim" if isinstance(fact, ClaimEntered) else "finding"
    return {"round": fact.round, "unit": fact.unit, "touch": touch, "criterion": fact.criterion}


ROUND_PROGRESS = Projection("round_progress", 1, TABLES, apply)
