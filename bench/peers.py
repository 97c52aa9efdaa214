"""The peers: `eventsourcing` on the same server in its safe default mode, and plain asyncpg."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import asyncpg
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import StoredEvent

from bench.press_log import pressed

PAGE = 500
POOL = 16
TABLE = """
CREATE TABLE presses (
    position bigserial PRIMARY KEY, stream text NOT NULL, version bigint NOT NULL, entry bytea NOT NULL,
    UNIQUE (stream, version)
)
"""
INSERT = "INSERT INTO presses (stream, version, entry) VALUES ($1, $2, $3)"
BODY = os.urandom(340)


@dataclass(frozen=True)
class Pressed(DomainEvent):  # type: ignore[misc]  # the peer is typed as Any: it is installed only for benchmarks
    """The same press, as an event of the peer."""

    kiosk: str
    unit: str
    question: str
    group: str
    seq: int
    option: str
    pressed_at: str
    accuracy_s: int


class EventSourcing:
    """The peer's event store, as its applications use it: typed events in and out; JSON, no compression."""

    def __init__(self, application: Any) -> None:
        self._recorder = application.recorder
        self._mapper = application.mapper

    def append(self, count: int, batch: int) -> None:
        """Append from one thread, `batch` events in each call."""
        for _ in range(count // batch):
            self._recorder.insert_events(self._stored(batch))

    def append_at_once(self, count: int, callers: int) -> None:
        """Append one event per call from many threads at once."""
        with ThreadPoolExecutor(callers) as pool:
            list(pool.map(lambda _: self.append(count // callers, 1), range(callers)))

    def replay(self) -> int:
        """Read and decode all events; return their number."""
        start, count = 1, 0
        while page := self._recorder.select_notifications(start=start, limit=PAGE):
            count += len([self._mapper.to_domain_event(notification) for notification in page])
            start = page[-1].id + 1
        return count

    def _stored(self, count: int) -> list[StoredEvent]:
        stream, now = uuid4(), DomainEvent.create_timestamp()
        return [self._mapper.to_stored_event(_event(stream, version, now)) for version in range(1, count + 1)]


def _event(stream: Any, version: int, now: Any) -> Pressed:
    fact = pressed(version)
    return Pressed(
        stream, version, now, fact.kiosk, fact.unit, fact.question, fact.group,
        fact.seq, fact.option, fact.pressed_at, fact.accuracy_s,
    )  # fmt: skip


@contextmanager
def eventsourcing_at(dsn: str) -> Iterator[EventSourcing]:
    """Open the peer's store in a database of its own, with default settings except for a larger pool."""
    parts = urlsplit(dsn)
    settings = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.lstrip("/"),
        "POSTGRES_HOST": parse_qs(parts.query)["host"][0],
        "POSTGRES_PORT": "5432",
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": "none",
        "POSTGRES_POOL_SIZE": str(POOL),
        "POSTGRES_MAX_WAITING": "1000",
    }
    application = Application(settings)
    try:
        yield EventSourcing(application)
    finally:
        application.close()


async def raw_append(pool: asyncpg.Pool, stream: str, first: int, batch: Sequence[int]) -> None:
    """Insert rows of the same size in one transaction, without a total order, decisions or JSON."""
    rows = [(stream, first + offset, BODY) for offset in batch]
    async with pool.acquire() as connection, connection.transaction():
        await connection.executemany(INSERT, rows)
