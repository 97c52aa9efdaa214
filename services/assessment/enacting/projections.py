"""Read model of the list of criteria sets."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.enacting.events import CriteriaSetEnacted
from parindex.eventstore.projection import PROJECTION, Projection, StoredText
from parindex.eventstore.registry import Recorded

TABLES = MetaData(schema=PROJECTION)
criteria_sets = Table(
    "criteria_sets",
    TABLES,
    Column("code", Text, primary_key=True),
    Column("authority", Text, nullable=False),
    Column("title", StoredText, nullable=False),
    Column("reference", StoredText, nullable=False),
    Column("digest", Text, nullable=False),
    Column("enacted_at", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
)


async def apply(connection: AsyncConnection, recorded: Sequence[Recorded]) -> None:
    """Add enacted sets."""
    if rows := [_row(each, each.fact) for each in recorded if isinstance(each.fact, CriteriaSetEnacted)]:
        await connection.execute(insert(criteria_sets), rows)


def _row(recorded: Recorded, fact: CriteriaSetEnacted) -> dict[str, object]:
    enacted = fact.criteria_set
    return {
        "code": enacted.code,
        "authority": fact.authority,
        "title": enacted.title,
        "reference": enacted.reference,
        "digest": fact.digest,
        "enacted_at": recorded.entry.occurred_at,
        "position": recorded.position,
    }


CRITERIA_SETS = Projection("criteria_sets", 1, TABLES, apply)
