"""The relay's lease: an advisory lock of a database session, and a fencing number that outlives it.

The lock decides which process is the relay. The next relay raises the fence, and a cursor advances only under the
newest one; so a relay that lost its lock without noticing cannot advance a cursor.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import asyncpg

from parindex.eventstore.log import Log
from parindex.eventstore.writing import DriverConnection

READER = "relay"
"""The name of the relay's cursors among the checkpoints."""
LOCK = "hashtextextended('parindex: relay', 0)"
"""The number of the advisory lock, in SQL. The process that holds it is the relay."""
CLOSE_WITHIN = 5.0
"""Seconds for the end of the session that holds the lock; then the connection is dropped."""
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
    """The active relay's lease. Its statements run on the connection that holds the lock, and fail if that is lost."""

    connection: DriverConnection
    fence: int
    origin: str

    async def advance(self, before: Mapping[int, int], after: Mapping[int, int]) -> None:
        """Advance the cursors of the partitions in `after`; raise FenceLostError where another relay has taken over."""
        partitions = list(after)
        moved = await self.connection.execute(
            ADVANCE, self.fence, READER, self.origin, partitions, [before[k] for k in partitions], list(after.values())
        )
        if moved != f"UPDATE {len(partitions)}":
            raise FenceLostError(f"fence {self.fence}: {moved} of {len(partitions)} cursors")


@asynccontextmanager
async def try_lease(log: Log) -> AsyncIterator[Lease | None]:
    """Take the lease, or yield None where another process holds it. The end of the session releases the lock."""
    async with log.pool.acquire() as connection:
        taken: bool | None = None  # unknown: a cancelled statement may have taken it
        try:
            taken = bool(await connection.fetchval(TAKE))
            yield Lease(connection, await connection.fetchval(RAISE_FENCE), log.origin) if taken else None
        finally:
            if taken is not False:
                with suppress(asyncpg.InterfaceError, OSError):  # a session that is gone has released the lock
                    await connection.close(timeout=CLOSE_WITHIN)


async def cursors(lease: Lease, partitions: int) -> dict[int, int]:
    """Return the position up to which each partition was published."""
    await lease.connection.execute(ENTER, READER, lease.origin, partitions)
    rows = await lease.connection.fetch(CURSORS, READER, lease.origin, partitions)
    return {row["partition"]: row["position"] for row in rows}


async def head_and_epoch(lease: Lease) -> tuple[int, int]:
    """Return the newest position of the log, and its epoch."""
    row = await lease.connection.fetchrow("SELECT position, epoch FROM log_head")
    if row is None:
        raise RuntimeError("the log was never created: run the migrations")
    return row["position"], row["epoch"]
