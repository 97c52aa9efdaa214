"""The watcher of a log: it wakes tasks when the log grows, at once in the process that appended, else by polling.

The append transaction sends no NOTIFY, because PostgreSQL takes one instance-wide lock for it at commit. The watcher
polls the single head row many times a second, and only while a reader waits. Where this process is the only writer, it
polls often only for its own appends inside another transaction, whose commit it does not see.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

import asyncpg

from parindex.eventstore.registry import EVERY_PARTITION
from parindex.eventstore.write_batch import WriteBatch

LOOK_EVERY = 0.05
"""Seconds between two polls of the head, for appends of other processes."""
LOOK_SELDOM = 5.0
"""Seconds between two polls where this process is the only writer, for appends of an operator beside it."""
EXPECTED_WITHIN = 60.0
"""Seconds after which an own append that did not appear counts as rolled back: no transaction is open longer."""

GROWN = """
SELECT partition, max(position) AS position FROM events
WHERE position > $1 AND partition IS NOT NULL GROUP BY partition
"""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    position: int
    partition: int | None
    woken: "asyncio.Future[None]"


class Watcher:
    """Holds the newest position of the log and of each partition; wakes the readers that wait for more.

    `alone`: no other process writes to the log.
    """

    def __init__(self, pool: asyncpg.Pool, *, alone: bool = False) -> None:
        self.batches = Counter[int]()  # for each number of events, this process's commits that had so many
        self._pool = pool
        self._rest = LOOK_SELDOM if alone else LOOK_EVERY
        self._head = 0
        self._published: dict[int, int] = {}
        self._looked = 0  # the head that the last poll found; every entry after it is new
        self._expected = 0
        self._expected_until = 0.0
        self._hurry = asyncio.Event()
        self._waiting: set[_Waiting] = set()
        self._looker: asyncio.Task[None] | None = None

    def committed(self, batch: WriteBatch) -> None:
        """Note a commit of this process, and wake the waiting tasks."""
        self.batches[len(batch.events)] += 1
        self._move(batch.position, batch.published)

    def expect(self, position: int) -> None:
        """Note that this process has appended up to a position, in a transaction that another part of it commits."""
        self._expected = position
        self._expected_until = asyncio.get_running_loop().time() + EXPECTED_WITHIN
        self._hurry.set()

    async def wait_past(self, position: int, partition: int | None, seconds: float) -> None:
        """Return when the log (or the partition, if given) has an entry after `position`, or after the seconds."""
        self._start_looking()
        if self._newest(partition) > position:
            return
        waiting = _Waiting(position, partition, asyncio.get_running_loop().create_future())
        self._waiting.add(waiting)
        try:
            async with asyncio.timeout(seconds):
                await waiting.woken
        except TimeoutError:
            return
        finally:
            self._waiting.discard(waiting)

    async def stop(self) -> None:
        """End polling."""
        if self._looker is not None:
            self._looker.cancel()
            await asyncio.gather(self._looker, return_exceptions=True)

    def _newest(self, partition: int | None) -> int:
        if partition is None:
            return self._head
        return max(self._published.get(partition, 0), self._published.get(EVERY_PARTITION, 0))

    def _move(self, position: int, published: dict[int, int]) -> None:
        self._head = max(self._head, position)
        for partition, newest in published.items():
            self._published[partition] = max(self._published.get(partition, 0), newest)
        for waiting in self._waiting:
            if self._newest(waiting.partition) > waiting.position and not waiting.woken.done():
                waiting.woken.set_result(None)

    def _start_looking(self) -> None:
        if self._looker is None or self._looker.done():
            self._looker = asyncio.create_task(self._look(), name="log-watcher")

    async def _look(self) -> None:
        self._looked = 0
        while True:
            self._hurry.clear()
            if self._waiting or self._is_expecting():
                self._looked = await self._look_once(self._looked)
            await self._pause()

    async def _pause(self) -> None:
        if self._rest <= LOOK_EVERY or self._is_expecting():
            await asyncio.sleep(LOOK_EVERY)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._rest):
                await self._hurry.wait()

    def _is_expecting(self) -> bool:
        return self._looked < self._expected and asyncio.get_running_loop().time() < self._expected_until

    async def _look_once(self, seen: int) -> int:
        try:
            head = int(await self._pool.fetchval("SELECT position FROM log_head") or 0)
            if head > seen:
                rows = await self._pool.fetch(GROWN, seen)
                self._move(head, {row["partition"]: row["position"] for row in rows})
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            return seen  # the database is unreachable; a waiting task times out, and gets the error itself
        return head
