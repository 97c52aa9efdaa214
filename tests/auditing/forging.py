"""Tampers with a service's database as its owner can, past all protections of the program."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec

from parindex.canonical import canonical
from parindex.eventstore.entries import FIRST
from parindex.instant import instant

Data = dict[str, Any]
READ = "SELECT position, stream, version, type, partition, recorded_at, entry FROM events ORDER BY position"
COLUMNS = ("position", "stream", "version", "type", "partition", "recorded_at", "entry")
HEAD = "UPDATE log_head SET position = $1, hash = $2, recorded_at = $3"


@dataclass(slots=True)
class Row:
    """A row of `events`: its columns, and the entry's exact bytes."""

    position: int
    stream: str
    version: int
    type: str
    partition: int | None
    recorded_at: datetime
    raw: bytes

    @property
    def entry(self) -> Data:
        """Return the decoded entry; `put` writes a changed one."""
        found: Data = msgspec.json.decode(self.raw)
        return found

    def put(self, **changed: Any) -> None:
        """Change members of the entry, and not the columns."""
        self.raw = canonical({**self.entry, **changed})

    def change(self, **changed: Any) -> None:
        """Change members of the entry's data."""
        self.put(data={**self.entry["data"], **changed})


@dataclass(frozen=True, slots=True)
class Forger:
    """The owner of all four databases. `chains`: every log that is rewritten gets fitting hashes, heads and columns."""

    dsns: Mapping[str, str]
    chains: bool

    async def execute(self, service: str, query: str, *values: Any) -> None:
        """Execute a statement with all triggers disabled; it has to change a row."""
        async with self._connected(service) as connection:
            done = await connection.execute(query, *values)
        assert not done.endswith(" 0"), done

    async def fetch(self, service: str, query: str, *values: Any) -> list[asyncpg.Record]:
        """Query a database."""
        async with self._connected(service) as connection:
            return list(await connection.fetch(query, *values))

    async def rewrite(self, service: str, change: Callable[[list[Row]], list[Row] | None]) -> None:
        """Rewrite a log: `change` edits its rows, or returns others."""
        async with self._connected(service) as connection:
            rows = [Row(*row) for row in await connection.fetch(READ)]
            before = [(row.position, row.raw, row.recorded_at, row.type) for row in rows]
            rows = change(rows) or rows
            assert before != [(row.position, row.raw, row.recorded_at, row.type) for row in rows]
            if self.chains:
                _fit(rows)
            await self._store(connection, rows)

    async def _store(self, connection: asyncpg.Connection, rows: Sequence[Row]) -> None:
        await connection.execute("TRUNCATE events")
        records = [tuple(getattr(row, name if name != "entry" else "raw") for name in COLUMNS) for row in rows]
        await connection.copy_records_to_table("events", records=records, columns=COLUMNS)
        if self.chains:
            last = rows[-1]
            await connection.execute(HEAD, last.position, hashlib.sha256(last.raw).hexdigest(), last.recorded_at)
            await connection.execute("UPDATE streams SET version = 0")
            for row in rows:
                await connection.execute("UPDATE streams SET version = $2 WHERE stream = $1", row.stream, row.version)
            await connection.execute("DELETE FROM streams WHERE version = 0")

    @asynccontextmanager
    async def _connected(self, service: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.dsns[service])
        await connection.execute("SET session_replication_role = replica")
        try:
            yield connection
        finally:
            await connection.close()


def _fit(rows: Sequence[Row]) -> None:
    """Give every entry a matching position, time, version and hash, as the program would have written them."""
    versions: dict[str, int] = {}
    previous = FIRST
    for position, row in enumerate(rows, start=1):
        entry = row.entry
        version = versions[entry["stream"]] = versions.get(entry["stream"], 0) + 1
        row.put(position=position, recorded_at=instant(row.recorded_at), previous=previous, version=version)
        row.position, row.version, row.stream, row.type = position, version, entry["stream"], entry["type"]
        previous = hashlib.sha256(row.raw).hexdigest()


def first(rows: Sequence[Row], kind: str, **data: Any) -> Row:
    """Return the first row of an event type whose data has these members."""
    return next(row for row in rows if row.type == kind and data.items() <= row.entry["data"].items())


def last(rows: Sequence[Row], kind: str, **data: Any) -> Row:
    """Return the last such row."""
    return first(list(reversed(rows)), kind, **data)


def renumbered(rows: Sequence[Row], without: Row) -> list[Row]:
    """Return the rows without one, with dense positions in the columns, and dense versions in its stream."""
    left = [row for row in rows if row is not without]
    for position, row in enumerate(left, start=1):
        if row.stream == without.stream and row.version > without.version:
            row.version -= 1
            row.put(version=row.version)
        row.position = position
    return left


def a_day_earlier(row: Row) -> None:
    """Date an entry one day earlier, in its bytes and in its column."""
    row.recorded_at -= timedelta(days=1)
    at = datetime.fromisoformat(row.entry["occurred_at"]) - timedelta(days=1)
    row.put(occurred_at=instant(at))


__all__ = ["Data", "Forger", "Row", "a_day_earlier", "first", "last", "renumbered"]
