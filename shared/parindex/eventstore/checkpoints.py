"""Where a reader of a log stands, moved by compare-and-set in the transaction of whatever it does with what it read.

So nothing is read twice to any effect, however many processes run the same reader: of two that want to move from the
same position, the second finds that it has moved.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

KEY_IS = "reader = :reader AND source = :source AND partition = :partition"
ENTER = text("""
INSERT INTO reader_positions (reader, source, partition) VALUES (:reader, :source, :partition) ON CONFLICT DO NOTHING
""")
LOAD = text(f"SELECT position, epoch FROM reader_positions WHERE {KEY_IS}")  # noqa: S608  # a constant, here and below
ADVANCE = text(f"UPDATE reader_positions SET position = :to, epoch = :epoch WHERE {KEY_IS} AND position = :before")  # noqa: S608
NOTE = text(f"UPDATE reader_positions SET told_epoch = :epoch WHERE {KEY_IS}")  # noqa: S608
UNSEEN = -1
"""As an epoch: the source's feed has not been looked at since a process of the reader started."""
LOOKED = text(f"UPDATE reader_positions SET told_epoch = 0 WHERE {KEY_IS} AND told_epoch = {UNSEEN}")  # noqa: S608
RESET = text(f"UPDATE reader_positions SET position = :to WHERE {KEY_IS}")  # noqa: S608
DELETE = text(f"DELETE FROM reader_positions WHERE {KEY_IS}")  # noqa: S608


@dataclass(frozen=True, slots=True)
class CheckpointKey:
    """Whose position it is, and in which partition of which log."""

    reader: str
    source: str
    partition: int

    def row(self) -> dict[str, str | int]:
        """Return the key of the position's row."""
        return {"reader": self.reader, "source": self.source, "partition": self.partition}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything up to `position` is done. `epoch` is the log's when it was read (0: nothing read yet)."""

    position: int = 0
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class CheckpointStatus:
    """How a reader is doing in one partition of one source, for health and metrics.

    `lag`: of a projection the entries ahead; of a consumer the contracts, as its source counts them (or the positions
    that it has heard of, while the source has not answered). `error` is empty when all is well; `stopped` means that
    somebody has to look, because it does not go on by itself.
    """

    reader: str
    source: str
    partition: int
    position: int
    lag: int
    live: bool
    applied: int = 0
    duplicates: int = 0
    refills: int = 0
    parked: int = 0
    error: str = ""
    stopped: bool = False


async def load(connection: AsyncConnection, key: CheckpointKey) -> Checkpoint:
    """Return where a reader stands; a new one stands before everything."""
    await connection.execute(ENTER, key.row())
    row = (await connection.execute(LOAD, key.row())).one()
    return Checkpoint(row.position, row.epoch)


async def advance(connection: AsyncConnection, key: CheckpointKey, before: int, to: Checkpoint) -> bool:
    """Move a reader on; False if it no longer stands at `before`. Its row stays locked until the transaction ends."""
    moved = await connection.execute(ADVANCE, {**key.row(), "before": before, "to": to.position, "epoch": to.epoch})
    return moved.rowcount == 1


async def note_epoch(connection: AsyncConnection, key: CheckpointKey, epoch: int) -> None:
    """Write down in which epoch a reader found its source, so that others see that it stopped there."""
    await connection.execute(NOTE, {**key.row(), "epoch": epoch})


async def note_look(connection: AsyncConnection, key: CheckpointKey) -> None:
    """Write down that a reader looked at its source's feed since it started, and found the log that it knows."""
    await connection.execute(LOOKED, key.row())


async def reset(connection: AsyncConnection, key: CheckpointKey, position: int) -> None:
    """Set a reader to a position, wherever it stands; waits for whoever is moving it."""
    await connection.execute(RESET, {**key.row(), "to": position})


async def delete(connection: AsyncConnection, key: CheckpointKey) -> None:
    """Forget a reader's position."""
    await connection.execute(DELETE, key.row())
