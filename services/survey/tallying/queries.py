"""The queries of tallying."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from parindex.eventstore.log import Log
from survey.tallying.projections import named_rounds, named_units

READER = "survey.tallying.fold"
COUNTED = "SELECT position FROM reader_positions WHERE reader = $1 AND source = $2 AND partition = 0"


async def counted_until(log: Log) -> int:
    """Return the position up to which presses are in the tallies."""
    return await log.pool.fetchval(COUNTED, READER, log.origin) or 0


async def titles_of(engine: AsyncEngine, rounds: Iterable[str]) -> dict[str, str]:
    """Return the title of each of these rounds; "" where its opening was not received yet."""
    found = select(named_rounds.c.round, named_rounds.c.title).where(named_rounds.c.round.in_(wanted := [*rounds]))
    async with engine.connect() as connection:
        return dict.fromkeys(wanted, "") | {row.round: row.title for row in await connection.execute(found)}


async def names_of(engine: AsyncEngine, units: Iterable[str]) -> dict[str, str]:
    """Return the name of each of these units in its newest round; "" where it was in none yet."""
    found = select(named_units.c.unit, named_units.c.name).where(named_units.c.unit.in_(wanted := [*units]))
    async with engine.connect() as connection:
        return dict.fromkeys(wanted, "") | {row.unit: row.name for row in await connection.execute(found)}
