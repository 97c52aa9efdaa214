"""Checkpoints: the position of each reader in each log, advanced by compare-and-set in the transaction of its effects.

So each entry has its effect exactly once, however many processes run the same reader: of two processes that advance
from the same position, the second one fails.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

KEY_IS = "reader = :reader AND source = :source AND partition = :partition"
ENTER = text("""
INSERT INTO reader_positions (reader, source, partition) VALUES (:reader, :source, :partition) ON CONFLICT DO NOTHING
""")
LOAD = text(f"SELECT position, epoch FROM reader_positions WHERE {KEY_IS}")  # noqa: S608  # a constant, here and below
ADVANCE = text(f"UPDATE reader_positions SET position = :to, epoch = :epoch WHERE {KEY_IS} AND position = :before")  # noqa: S608
NOTE = text(f"UPDATE reader_positions SET told_epoch = :epoch WHERE {KEY_IS}")  # noqa: S608
START = text(f"UPDATE reader_positions SET told_epoch = 0, feed_verified_at = NULL WHERE {KEY_IS}")  # noqa: S608
UNVERIFIED = text(f"UPDATE reader_positions SET feed_verified_at = NULL WHERE {KEY_IS}")  # noqa: S608
VERIFIED = text(f"UPDATE reader_positions SET feed_verified_at = :at WHERE {KEY_IS}")  # noqa: S608
CLOCK = text("SELECT clock_timestamp()")
RESET = text(f"UPDATE reader_positions SET position = :to WHERE {KEY_IS}")  # noqa: S608
DELETE = text(f"DELETE FROM reader_positions WHERE {KEY_IS}")  # noqa: S608


@dataclass(frozen=True, slots=True)
class CheckpointKey:
    """The key of a checkpoint: a reader, and a partition of a source's log."""

    reader: str
    source: str
    partition: int

    def row(self) -> dict[str, str | int]:
        """Return the key as the columns of its row."""
        return {"reader": self.reader, "source": self.source, "partition": self.partition}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The effects of all entries up to `position` are committed. `epoch` is the log's then (0: nothing was read)."""

    position: int = 0
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class CheckpointStatus:
    """The status of a reader in one partition of one source, for health and metrics.

    `lag` of a projection counts the entries ahead; of a consumer the contracts, as its source counts them (or the
    positions up to the newest received message, while the source has not answered). `error` is empty without an error.
    A `stopped` reader does not go on by itself: its operator must act.
    """

    reader: str
    source: str
    partition: int
    position: int
    lag: int
    live: bool
    applied: int = 0
    duplicates: int = 0
    gaps_filled: int = 0
    parked: int = 0
    error: str = ""
    stopped: bool = False


async def load(connection: AsyncConnection, key: CheckpointKey) -> Checkpoint:
    """Return a reader's checkpoint; that of a new reader is position 0."""
    await connection.execute(ENTER, key.row())
    row = (await connection.execute(LOAD, key.row())).one()
    return Checkpoint(row.position, row.epoch)


async def advance(connection: AsyncConnection, key: CheckpointKey, before: int, to: Checkpoint) -> bool:
    """Advance a checkpoint; return False if it is not at `before`. The row stays locked until the transaction ends."""
    moved = await connection.execute(ADVANCE, {**key.row(), "before": before, "to": to.position, "epoch": to.epoch})
    return moved.rowcount == 1


async def note_epoch(connection: AsyncConnection, key: CheckpointKey, epoch: int) -> None:
    """Store the epoch in which a reader found its source, so that health and metrics show that it stopped there."""
    await connection.execute(NOTE, {**key.row(), "epoch": epoch})


async def note_start(connection: AsyncConnection, key: CheckpointKey) -> None:
    """Store that a reader starts: until its feed is verified, its source may have been restored meanwhile."""
    await connection.execute(START, key.row())


async def note_unverified(connection: AsyncConnection, key: CheckpointKey) -> None:
    """Store that a source's feed no longer agrees with a reader's checkpoint, whenever it was verified before."""
    await connection.execute(UNVERIFIED, key.row())


async def database_time(connection: AsyncConnection) -> datetime:
    """Return the time of the database's clock: the one clock of the processes that store a time and compare it."""
    time: datetime = (await connection.execute(CLOCK)).scalar_one()
    return time


async def note_verified(connection: AsyncConnection, key: CheckpointKey, at: datetime) -> None:
    """Store at what time of the database's clock the source's feed agreed with a reader's checkpoint."""
    await connection.execute(VERIFIED, {**key.row(), "at": at})


async def reset(connection: AsyncConnection, key: CheckpointKey, position: int) -> None:
    """Set a checkpoint to a position unconditionally, after any transaction that advances it."""
    await connection.execute(RESET, {**key.row(), "to": position})


async def delete(connection: AsyncConnection, key: CheckpointKey) -> None:
    """Delete a checkpoint."""
    await connection.execute(DELETE, key.row())
