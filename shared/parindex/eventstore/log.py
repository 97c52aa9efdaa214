"""The log of one service: append events, read a stream, read entries after a position."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Self

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.eventstore.appending import Append, Appended, Idempotency, KeyReusedError, StreamHead, Undecided
from parindex.eventstore.batcher import Batcher
from parindex.eventstore.entries import decode_entry
from parindex.eventstore.registry import EventTypes, Recorded, Untranslated
from parindex.eventstore.stream_queue import StreamQueue
from parindex.eventstore.watching import Watcher
from parindex.eventstore.writing import DriverConnection, lock_head, write

PAGE = 2_000
"""Entries read in one query."""

RECALL = "SELECT position, entry FROM events WHERE position BETWEEN $1 AND $2 ORDER BY position"
VERSION_AT = "SELECT version FROM events WHERE stream = $1 AND position <= $2 ORDER BY version DESC LIMIT 1"
"""A stream's version as of a log position. It repeats the response of a command that produced no events."""

STREAMS = """
SELECT position, entry FROM events
WHERE stream = ANY($1::text[]) AND ($2::text[] IS NULL OR type = ANY($2)) ORDER BY position
"""

STREAMS_AFTER = """
SELECT position, entry FROM events JOIN unnest($1::text[], $2::bigint[]) AS asked (stream, after) USING (stream)
WHERE version > after AND type = ANY($3) ORDER BY position
"""

CATEGORY = """
SELECT position, entry FROM events
WHERE stream IN (SELECT stream FROM streams WHERE starts_with(stream, $1)) AND position <= $2 ORDER BY position
"""

SESSION = {"lock_timeout": "10s", "idle_in_transaction_session_timeout": "30s", "synchronous_commit": "on"}
"""Settings of each connection that may lock the head: one stuck transaction would stop the service."""


class Log:
    """The log of one service, opened by `Log.open`. No other code writes its tables."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        types: EventTypes,
        origin: str,
        partitions: int,
        installation: str = "",
        *,
        alone: bool = False,
    ) -> None:
        self.pool = pool
        self.types = types
        self.origin = origin  # the source's name, in messages and positions; entries add the installation
        self.installation = installation
        self.partitions = partitions
        self.untranslated: dict[int, Untranslated] = {}  # by position: entries that stop publishing, for readiness
        self.watcher = Watcher(pool, alone=alone)
        self.queue = StreamQueue()
        self._batcher = Batcher(pool, types, self.watcher.committed)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, dsn: str, types: EventTypes, connections: int = 8, *, alone: bool = False
    ) -> AsyncIterator[Self]:
        """Open the log at a PostgreSQL address (`postgresql://…`); at the end, finish the waiting appends.

        The migrations have created it, with its origin and its number of partitions. `alone`: no other process writes
        to it, so the watcher polls it seldom.
        """
        async with asyncpg.create_pool(
            dsn, min_size=1, max_size=connections, server_settings=SESSION, reset=_leave_session
        ) as pool:
            head = await pool.fetchrow("SELECT origin, partitions, installation FROM log_head")
            if head is None:
                raise RuntimeError("the log was never created: run the migrations")
            log = cls(pool, types, head["origin"], head["partitions"], head["installation"], alone=alone)
            log._batcher.start()
            try:
                yield log
            finally:
                await log._batcher.stop()
                await log.watcher.stop()

    async def append(self, append: Append) -> Appended:
        """Append through the batcher; raise the errors of Batcher.append."""
        return _decided(await self.try_append(append))

    async def try_append(self, append: Append) -> Appended | Undecided:
        """Append as `append` does, or return Undecided; then nothing is written."""
        appended = await self._batcher.append(append)
        if isinstance(appended, Undecided):
            return appended
        return await self._recalled(self.pool, append.stream, appended)

    async def append_within(self, connection: AsyncConnection, appends: Sequence[Append]) -> list[Appended]:
        """Append inside the caller's transaction, so that the events and its other writes commit together.

        Raises the first refusal of any append: then the caller must roll back.
        """
        driver = await driver_of(connection)
        outcomes, batch = await write(driver, self.types, appends)
        self.watcher.expect(batch.position)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
        done = [(append.stream, _decided(each)) for append, each in zip(appends, outcomes, strict=True)]
        return [await self._recalled(driver, stream, appended) for stream, appended in done]

    async def lock(self, connection: AsyncConnection) -> None:
        """Lock the head until the caller's transaction ends: the log does not grow past what the caller reads then."""
        await lock_head(await driver_of(connection))

    async def heads_within(self, connection: AsyncConnection, streams: Sequence[str]) -> dict[str, StreamHead]:
        """Return the heads of streams, as the caller's transaction sees them; an unknown stream is absent."""
        query = "SELECT stream, version, state FROM streams WHERE stream = ANY($1::text[])"
        rows = await (await driver_of(connection)).fetch(query, list(streams))
        return {row["stream"]: StreamHead(row["version"], row["state"]) for row in rows}

    async def answered(self, idempotency: Idempotency, stream: str) -> Appended | None:
        """Return the stored result of an idempotency key on a stream, or None.

        Raises KeyReusedError for another request.
        """
        row = await self.pool.fetchrow("SELECT * FROM commands WHERE idempotency_key = $1", idempotency.key)
        if row is None:
            return None
        if not idempotency.means(row["request_hash"]):
            raise KeyReusedError
        before = Appended(row["first_position"], row["last_position"], 0, answer=row["answer"], repeated=True)
        return await self._recalled(self.pool, stream, before)

    async def _recalled(self, driver: DriverConnection | asyncpg.Pool, stream: str, appended: Appended) -> Appended:
        """Read the events and the version of a repeated command back, so that a retry gets the first response."""
        if not appended.repeated:
            return appended
        rows = await driver.fetch(RECALL, appended.first, appended.last)
        recorded = [self.recorded(row) for row in rows]
        version = recorded[-1].entry.version if recorded else await driver.fetchval(VERSION_AT, stream, appended.last)
        return msgspec.structs.replace(appended, version=version or 0, facts=tuple(each.fact for each in recorded))

    async def head(self) -> int:
        """Return the position of the newest entry, which is also the number of entries."""
        return int(await self.pool.fetchval("SELECT position FROM log_head"))

    async def newest_moment(self) -> datetime:
        """Return when the newest entry occurred; the earliest instant where the log is empty."""
        entry = await self.pool.fetchval("SELECT entry FROM events ORDER BY position DESC LIMIT 1")
        if entry is None:
            return datetime.min.replace(tzinfo=UTC)
        return datetime.fromisoformat(decode_entry(entry).occurred_at)

    async def epoch(self) -> int:
        """Return the epoch, which grows when a database is restored from an earlier copy."""
        return int(await self.pool.fetchval("SELECT epoch FROM log_head"))

    async def stream_head(self, stream: str) -> StreamHead:
        """Return a stream's version and stored state without folding it."""
        row = await self.pool.fetchrow("SELECT version, state FROM streams WHERE stream = $1", stream)
        return StreamHead(row["version"], row["state"]) if row else StreamHead(0)

    async def read_stream(self, stream: str) -> list[Recorded]:
        """Return all events of a stream in order; an unknown stream has none."""
        query = "SELECT position, entry FROM events WHERE stream = $1 ORDER BY version"
        return [self.recorded(row) for row in await self.pool.fetch(query, stream)]

    async def read_stream_after(self, stream: str, version: int, limit: int = PAGE) -> list[Recorded]:
        """Return the next events of a stream after a version, at most `limit`."""
        query = "SELECT position, entry FROM events WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3"
        return [self.recorded(row) for row in await self.pool.fetch(query, stream, version, limit)]

    async def read_streams(self, streams: Iterable[str], types: Iterable[type] = ()) -> dict[str, list[Recorded]]:
        """Return the events of each of these streams in order, by one query. `types`: events of these types alone."""
        found: dict[str, list[Recorded]] = {stream: [] for stream in streams}
        names = [one.__name__ for one in types] or None
        for row in await self.pool.fetch(STREAMS, list(found), names) if found else ():
            recorded = self.recorded(row)
            found[recorded.stream].append(recorded)
        return found

    async def read_streams_after(self, after: Mapping[str, int], types: Iterable[type]) -> list[Recorded]:
        """Return the events of these types of some streams, each stream after a version, by one query."""
        names = [one.__name__ for one in types]
        return [self.recorded(row) for row in await self.pool.fetch(STREAMS_AFTER, [*after], [*after.values()], names)]

    async def read_at(self, positions: Iterable[int]) -> dict[int, Recorded]:
        """Return the events at these positions, by one query; a position that the log does not have is absent."""
        query = "SELECT position, entry FROM events WHERE position = ANY($1::bigint[])"
        rows = await self.pool.fetch(query, sorted({*positions}))
        return {row["position"]: self.recorded(row) for row in rows}

    async def read_category(self, category: str, until: int) -> list[Recorded]:
        """Return the events of all streams of a category (`category-…`), up to a position, in the log's order."""
        return [self.recorded(row) for row in await self.pool.fetch(CATEGORY, f"{category}-", until)]

    async def read_after(self, position: int, limit: int = PAGE) -> list[Recorded]:
        """Return the next events after a position, at most `limit`."""
        query = "SELECT position, entry FROM events WHERE position > $1 ORDER BY position LIMIT $2"
        return [self.recorded(row) for row in await self.pool.fetch(query, position, limit)]

    def recorded(self, row: asyncpg.Record) -> Recorded:
        """Decode a row of position and entry."""
        entry = decode_entry(row["entry"])
        return Recorded(row["position"], entry, self.types.decode(entry), row["entry"])


def _decided(outcome: Appended | Undecided | Exception) -> Appended:
    if not isinstance(outcome, Appended):
        raise TypeError(f"only try_append may return Undecided: {type(outcome).__name__}")
    return outcome


async def _leave_session(_: asyncpg.Connection) -> None:
    """Reset nothing when a connection comes back: asyncpg has ended its transaction, and we set nothing in a session.

    The default is one more round trip for each query (`RESET ALL` and others). The relay, which holds a lock of its
    session, closes the connection (`bus/lease.py`).
    """


async def driver_of(connection: AsyncConnection) -> asyncpg.Connection:
    """Return the underlying asyncpg connection, inside a transaction (SQLAlchemy begins one lazily)."""
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, asyncpg.Connection)  # noqa: S101  # the only driver that we name in URLs
    if not driver.is_in_transaction():
        await connection.exec_driver_sql("SELECT 1")
    return driver
