"""Knowing that a log has grown: at once within the process that wrote, by a cheap look otherwise.

Nobody is notified inside the append transaction (PostgreSQL takes one instance-wide lock for it at commit). A watcher
looks at the one head row a few times a second, and only while somebody waits.
"""

import asyncio
from collections import Counter

import asyncpg

from parindex.eventstore.registry import EVERY_PARTITION
from parindex.eventstore.writing import WriteBatch

LOOK_EVERY = 0.05
"""Seconds between two looks at the head of a log that another process writes."""

GROWN = """
SELECT partition, max(position) AS position FROM events
WHERE position > $1 AND partition IS NOT NULL GROUP BY partition
"""


class Watcher:
    """Holds the newest position of the log and of each partition; wakes those who wait for more."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.batches = Counter[int]()  # how many facts this process's commits held, and how often
        self._pool = pool
        self._head = 0
        self._told: dict[int, int] = {}
        self._grown = asyncio.Condition()
        self._waiting = 0
        self._looker: asyncio.Task[None] | None = None
        self._announcements: set[asyncio.Task[None]] = set()

    def committed(self, batch: WriteBatch) -> None:
        """Tell of a commit of this process."""
        self.batches[len(batch.events)] += 1
        self._move(batch.position, batch.told)
        task = asyncio.get_running_loop().create_task(self._announce())
        self._announcements.add(task)
        task.add_done_callback(self._announcements.discard)

    async def wait_past(self, position: int, partition: int | None, seconds: float) -> None:
        """Return when something stands after `position` (in the partition, if one is named), or after the seconds."""
        self._start_looking()
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds), self._grown:
                await self._grown.wait_for(lambda: self._newest(partition) > position)
        except TimeoutError:
            return
        finally:
            self._waiting -= 1

    async def stop(self) -> None:
        """End looking."""
        if self._looker is not None:
            self._looker.cancel()
            await asyncio.gather(self._looker, return_exceptions=True)

    def _newest(self, partition: int | None) -> int:
        if partition is None:
            return self._head
        return max(self._told.get(partition, 0), self._told.get(EVERY_PARTITION, 0))

    def _move(self, position: int, told: dict[int, int]) -> None:
        self._head = max(self._head, position)
        for partition, newest in told.items():
            self._told[partition] = max(self._told.get(partition, 0), newest)

    async def _announce(self) -> None:
        async with self._grown:
            self._grown.notify_all()

    def _start_looking(self) -> None:
        if self._looker is None or self._looker.done():
            self._looker = asyncio.create_task(self._look(), name="log-watcher")

    async def _look(self) -> None:
        seen = 0
        while True:
            if self._waiting:
                seen = await self._look_once(seen)
            await asyncio.sleep(LOOK_EVERY)

    async def _look_once(self, seen: int) -> int:
        try:
            head = int(await self._pool.fetchval("SELECT position FROM log_head") or 0)
            if head > seen:
                rows = await self._pool.fetch(GROWN, seen)
                self._move(head, {row["partition"]: row["position"] for row in rows})
                await self._announce()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            return seen  # the database is away; whoever waits gets its time-out and finds out by itself
        return head
