"""The epoch of a log: a new one begins when its database is restored, because its positions may mean other events then.

Each consumer of the log detects the new number and stops, until its operator enters where the new epoch began.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

BEGIN = text("""
UPDATE log_head SET epoch = greatest(
    epoch + 1, extract(epoch FROM clock_timestamp() - timestamptz '2026-01-01 00:00:00Z')::integer
) RETURNING origin, epoch, position
""")
"""A number that was never used before, even if the same copy is restored twice: seconds since 2026."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """A log's epoch, and the head's position when it began."""

    source: str
    number: int
    position: int


async def begin_epoch(connection: AsyncConnection) -> Epoch:
    """Begin a new epoch of a restored log, before anything is written to it."""
    return Epoch(*(await connection.execute(BEGIN)).one())
