"""Parked entries: the dead letters of a projection, so that one poisoned entry never stops a read model.

A parked entry is in the table `parked`, with each later entry of its stream, in order; entries of other streams go on.
Its reader is the projection's, its source the own log. An operator fixes the cause and retries (or rebuilds).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from parindex.eventstore.checkpoints import CheckpointKey
from parindex.eventstore.log import Log
from parindex.eventstore.projection import Projection
from parindex.eventstore.read_model_versions import version_of
from parindex.eventstore.registry import Recorded, UnknownEventError
from parindex.eventstore.transient import is_transient
from parindex.reasons import in_one_line

BEHIND = "an earlier entry of its stream is parked"
UNREADABLE = (msgspec.MsgspecError, ValueError, TypeError, LookupError, UnknownEventError)
"""The errors of bytes that are no entry, or no event of their type, or one of a type that the program does not know."""

RAW = "SELECT position, stream, type, entry FROM events WHERE position > $1 ORDER BY position LIMIT $2"
ENTRY = "SELECT position, entry FROM events WHERE position = $1"
PARKED_STREAMS = text("SELECT DISTINCT stream FROM parked WHERE reader = :reader AND source = :source")
PARK = text("""
INSERT INTO parked (reader, source, partition, position, stream, contract, error)
SELECT :reader, :source, :partition, position, stream, entry, :error FROM events WHERE position = :position
""")
STREAMS = text("SELECT DISTINCT stream FROM parked WHERE reader = :reader AND stream = coalesce(:stream, stream)")
OLDEST = text("SELECT min(position) FROM parked WHERE reader = :reader AND stream = :stream")
RELEASE = text("DELETE FROM parked WHERE reader = :reader AND position = :position")
FAILED = text("""
UPDATE parked SET attempts = attempts + 1, error = :error WHERE reader = :reader AND position = :position
""")
FORGET = text("DELETE FROM parked WHERE reader = :reader")
INHERIT = text("UPDATE parked SET reader = :reader WHERE reader = :rebuilt")
WAIT_TURN = text("SELECT position FROM reader_positions WHERE reader = :reader FOR UPDATE")

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An entry of the log whose bytes this program cannot decode."""

    position: int
    type: str
    error: Exception

    @property
    def is_newer(self) -> bool:
        """Whether the program is older than its log: then the entry is not to be parked, and a newer one goes on."""
        return isinstance(self.error, UnknownEventError)


class EntriesMissingError(Exception):
    """The log ends before its head: entries were deleted, or the copy of an auditor holds only hashes of them."""

    def __init__(self, origin: str, position: int) -> None:
        super().__init__(f"{origin} has no entries after {position}, and its head is beyond")


async def read_page(log: Log, after: int, limit: int) -> tuple[list[Recorded], Unreadable | None]:
    """Return the next entries, at least one. An unreadable entry ends the page; the first one is returned alone.

    Raises EntriesMissingError where the log has no more.
    """
    page: list[Recorded] = []
    try:
        if page := await log.read_after(after, limit):
            return page, None
        raise EntriesMissingError(log.origin, after)
    except UNREADABLE:
        logger.warning("entry_unreadable", origin=log.origin, after=after)
    for row in await log.pool.fetch(RAW, after, limit):
        try:
            page.append(log.recorded(row))
        except UNREADABLE as error:
            return page, None if page else Unreadable(row["position"], row["type"], error)
    return page, None


async def parked_streams(connection: AsyncConnection, key: CheckpointKey) -> set[str]:
    """Return the streams of which a projection has parked an entry."""
    return set((await connection.execute(PARKED_STREAMS, key.row())).scalars())


async def park(connection: AsyncConnection, key: CheckpointKey, position: int, error: str) -> None:
    """Park one entry of the own log."""
    await connection.execute(PARK, {**key.row(), "position": position, "error": error})


async def forget(connection: AsyncConnection, key: CheckpointKey) -> None:
    """Delete a projection's parked entries, because it reads the log from the start again."""
    await connection.execute(FORGET, {"reader": key.reader})


async def inherit(connection: AsyncConnection, key: CheckpointKey, rebuilt: CheckpointKey) -> None:
    """Replace a projection's parked entries by those of its rebuild."""
    await forget(connection, key)
    await connection.execute(INHERIT, {"reader": key.reader, "rebuilt": rebuilt.reader})


class EntryParking:
    """The parked entries of one projection. Any process of the service may use it."""

    def __init__(self, log: Log, engine: AsyncEngine, projection: Projection) -> None:
        version = version_of(projection)
        self._log = log
        self._engine = version.engine(engine)
        self._projection = projection
        self._reader = version.reader

    async def retry(self, stream: str | None = None) -> int:
        """Retry the parked entries of a stream, or all, in order; return how many were applied.

        A stream whose entry fails again stays parked from there on; the others go on. Raises transient errors.
        """
        async with self._engine.connect() as connection:
            streams: Sequence[str] = (
                (await connection.execute(STREAMS, {"reader": self._reader, "stream": stream})).scalars().all()
            )
        return sum([await self._release(each) for each in sorted(streams)])

    async def _release(self, stream: str) -> int:
        released = 0
        while await self._release_oldest(stream):
            released += 1
        return released

    async def _release_oldest(self, stream: str) -> bool:
        position = 0
        try:
            async with self._engine.begin() as connection:
                await connection.execute(WAIT_TURN, {"reader": self._reader})
                oldest = await connection.scalar(OLDEST, {"reader": self._reader, "stream": stream})
                if oldest is None:
                    return False
                position = int(oldest)
                await self._apply(connection, position)
        except Exception as error:
            if is_transient(error):
                raise
            await self._note_failure(position, error)
            return False
        return True

    async def _apply(self, connection: AsyncConnection, position: int) -> None:
        rows = await self._log.pool.fetch(ENTRY, position)
        await self._projection.apply(connection, [self._log.recorded(row) for row in rows])
        await connection.execute(RELEASE, {"reader": self._reader, "position": position})

    async def _note_failure(self, position: int, error: Exception) -> None:
        logger.warning("parked_entry_failed_again", reader=self._reader, position=position, error=in_one_line(error))
        async with self._engine.begin() as connection:
            row = {"reader": self._reader, "position": position, "error": in_one_line(error)}
            await connection.execute(FAILED, row)
