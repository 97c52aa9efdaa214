"""Every edition of every round, for lists."""

from collections.abc import Sequence

from sqlalchemy import Column, Integer, MetaData, Table, Text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.eventstore.projection import PROJECTION, Projection, StoredText
from parindex.eventstore.registry import Recorded
from publication.freezing.events import ResultsAnnounced, ResultsFrozen

TABLES = MetaData(schema=PROJECTION)

editions = Table(
    "editions",
    TABLES,
    Column("round", Text, primary_key=True),
    Column("edition", Integer, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("title", StoredText, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("announced_at", Text, nullable=False),  # empty: not public
)


async def apply(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
    for one in recorded:
        match one.fact:
            case ResultsFrozen() as fact:
                await connection.execute(insert(editions), _row(fact, one.entry.authority))
            case ResultsAnnounced() as fact:
                same = (editions.c.round == fact.round) & (editions.c.edition == fact.edition)
                await connection.execute(update(editions).where(same).values(announced_at=one.entry.occurred_at))


def _row(fact: ResultsFrozen, authority: str) -> dict[str, object]:
    return {
        "round": fact.round,
        "edition": fact.edition,
        "authority": authority,
        "year": fact.year,
        "title": fact.title,
        "checksum": fact.checksum,
        "announced_at": "",
    }


EDITIONS = Projection(name="editions", version=1, tables=TABLES, apply=apply)
