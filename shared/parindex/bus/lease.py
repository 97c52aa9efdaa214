"""One relay at a time: a lock that lives and dies with a database session, and a number that outlives it.

The lock decides who relays. The fence makes sure: whoever takes over raises it, and a cursor moves only under the
newest one, so a relay that lost its lock without noticing can't move anything any more.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from parindex.eventstore.log import Log
from parindex.eventstore.writing import Driver

READER = "relay"
"""Under this name the relay's cursors stand among the readers' positions."""
LOCK = "hashtextextended('parindex: relay', 0)"
"""The number of the lock, in SQL: whoever holds it relays."""
TAKE = f"SELECT pg_try_advisory_lock({LOCK})"
RAISE_FENCE = "UPDATE relay_lease SET fence = fence + 1 RETURNING fence"
ENTER = """
INSERT INTO reader_positions (reader, source, partition)
SELECT $1, $2, k FROM generate_series(0, $3::int - 1) AS k ON CONFLICT DO NOTHING
"""
CURSORS = "SELECT partition, position FROM reader_positions WHERE reader = $1 AND source = $2 AND partition < $3"
ADVANCE = """
WITH held AS (SELECT fence FROM relay_lease WHERE fence = $1 FOR SHARE)
UPDATE reader_positions AS r SET position = c.position
FROM held, unnest($4::int[], $5::bigint[], $6::bigint[]) AS c(partition, before, position)
WHERE r.reader = $2 AND r.source = $3 AND r.partition = c.partition AND r.position = c.before
"""


class FenceLostError(Exception):
    """Another relay has taken over."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to relay. Everything runs on the connection that holds the lock, and fails when that is gone."""

    connection: Driver
    fence: int
    origin: str

    async def advance(self, before: Mapping[int, int], after: Mapping[int, int]) -> None:
        """Move the cursors of the partitions in `after`; raise FenceLostError where that is no longer ours to do."""
        partitions = list(after)
        moved = await self.connection.execute(
            ADVANCE, self.fence, READER, self.origin, partitions, [before[k] for k in partitions], list(after.values())
        )
        if moved != f"UPDATE {len(partitions)}":
            raise FenceLostError(f"fence {self.fence}: {moved} of {len(partitions)} cursors")


@asynccontextmanager
async def try_lease(log: Log) -> AsyncIterator[Lease | None]:
    """Take the right to relay if nobody has it (else None), and give it back at the end: the pool undoes all locks."""
    async with log.pool.acquire() as connection:
        if not await connection.fetchval(TAKE):
            yield None
            return
        yield Lease(connection, await connection.fetchval(RAISE_FENCE), log.origin)


async def cursors(lease: Lease, partitions: int) -> dict[int, int]:
    """Return up to where each partition was told."""
    await lease.connection.execute(ENTER, READER, lease.origin, partitions)
    rows = await lease.connection.fetch(CURSORS, READER, lease.origin, partitions)
    return {row["partition"]: row["position"] for row in rows}


async def log_head(lease: Lease) -> tuple[int, int]:
    """Return the newest position of the log, and its epoch."""
    row = await lease.connection.fetchrow("SELECT position, epoch FROM log_head")
    if row is None:
        raise RuntimeError("the log was never created: run the migrations")
    return row["position"], row["epoch"]
