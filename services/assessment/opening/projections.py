"""Read model of the list of rounds."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table, Text, Update, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.opening.events import RoundClosed, RoundOpened, RoundReopened
from parindex.eventstore.projection import PROJECTION, Projection, StoredText
from parindex.eventstore.registry import Recorded

TABLES = MetaData(schema=PROJECTION)
rounds = Table(
    "rounds",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("title", StoredText, nullable=False),
    Column("reference", StoredText, nullable=False),
    Column("units", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("closing", Integer, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("training", Boolean, nullable=False),
    Column("position", BigInteger, nullable=False),
)


async def apply(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
    """Add rounds that opened; mark those that closed or opened again."""
    for each in recorded:
        match each.fact:
            case RoundOpened() as fact:
                await connection.execute(insert(rounds).values(_row(each, fact)))
            case RoundClosed() as fact:
                await connection.execute(_of(fact.round).values(closed=True, closing=fact.closing))
            case RoundReopened() as fact:
                await connection.execute(_of(fact.round).values(closed=False))


def _of(round_id: str) -> Update:
    return update(rounds).where(rounds.c.round == round_id)


def _row(recorded: Recorded, fact: RoundOpened) -> dict[str, object]:
    return {
        "round": fact.round,
        "authority": fact.authority,
        "year": fact.year,
        "title": fact.title,
        "reference": fact.reference,
        "units": sum(len(block.units) for block in fact.blocks),
        "closed": False,
        "closing": 0,
        "opened_at": recorded.entry.occurred_at,
        "training": fact.training,
        "position": recorded.position,
    }


ROUNDS = Projection("rounds", 2, TABLES, apply)
