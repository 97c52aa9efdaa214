"""The consumer runner: it runs one consumer over every partition of every source.

Each contract is applied exactly once, even if the bus loses, doubles or reorders messages.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from parindex.bus.consumer import Consumer
from parindex.bus.feed_timing import FEED_TIMING, FeedTiming
from parindex.bus.handler_context import HandlerContexts, prepare_consumer, version_of
from parindex.bus.inbox import Inbox
from parindex.bus.partition_worker import PartitionWorker
from parindex.bus.protocols import Feeds, Subscriber
from parindex.eventstore.checkpoints import CheckpointKey, CheckpointStatus
from parindex.eventstore.log import Log
from parindex.eventstore.read_model_versions import go_live, live_version

LOOK_EVERY = 5.0
"""Seconds without a message after which the source's feed is read."""
READY_EVERY = 1.0
"""Seconds between two checks whether a new version has caught up with the live one."""

BEHIND_LIVE = text("""
SELECT count(*) FROM reader_positions AS old
LEFT JOIN reader_positions AS new
    ON new.reader = :new AND new.source = old.source AND new.partition = old.partition
WHERE old.reader = :old AND old.source = ANY(:sources) AND old.position > coalesce(new.position, 0)
""")
PARKED = text("SELECT source, partition, count(*) AS parked FROM parked WHERE reader = :reader GROUP BY 1, 2")

logger = structlog.stdlib.get_logger(__name__)


class ConsumerRunner:
    """Runs one consumer. Several processes may run the same one: no contract is applied twice."""

    def __init__(  # noqa: PLR0913  # a consumer has many dependencies
        self,
        consumer: Consumer,
        log: Log,
        engine: AsyncEngine,
        subscriber: Subscriber,
        feeds: Feeds,
        *,
        now: Callable[[], datetime],
        partitions: Sequence[int] | None = None,
        look_every: float = LOOK_EVERY,
        timing: FeedTiming = FEED_TIMING,
    ) -> None:
        self._consumer = consumer
        self._engine = engine
        self._contexts = HandlerContexts(consumer, log, engine, now)
        self._live = False
        self._timing = timing
        self._moved = asyncio.Event()
        self._inboxes = self._make_inboxes(feeds, range(log.partitions) if partitions is None else partitions)
        self._partitions = [
            PartitionWorker(consumer.name, inboxes, subscriber, look_every, timing)
            for inboxes in self._by_partition().values()
        ]

    async def prepare(self) -> None:
        """Create the schema, tables, checkpoints and views that are missing."""
        self._live = await prepare_consumer(self._engine, self._consumer)
        for inbox in self._inboxes.values():
            await inbox.begin()

    async def run(self) -> None:
        """Consume until cancelled."""
        await self.prepare()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._go_live_when_ready())
            for partition in self._partitions:
                group.create_task(partition.run())

    async def reached(self, source: str, partition: int, position: int) -> None:
        """Return when each contract of a source's partition up to a position is applied or parked."""
        while self._inboxes[source, partition].position < position:
            await self._moved.wait()

    async def status(self) -> list[CheckpointStatus]:
        """Return the status of each partition of each source."""
        async with self._contexts.transaction() as connection:
            found = await connection.execute(PARKED, {"reader": self._contexts.reader})
            parked = Counter({(row.source, row.partition): row.parked for row in found})
        return [inbox.status(live=self._live, parked=parked[key]) for key, inbox in self._inboxes.items()]

    def _make_inboxes(self, feeds: Feeds, partitions: Sequence[int]) -> dict[tuple[str, int], Inbox]:
        return {
            (source, k): Inbox(
                CheckpointKey(self._contexts.reader, source, k), self._contexts, feeds, self._note_move, self._timing
            )
            for k in partitions
            for source in self._consumer.sources
        }

    def _by_partition(self) -> dict[int, list[Inbox]]:
        inboxes: dict[int, list[Inbox]] = {}
        for (_, partition), inbox in self._inboxes.items():
            inboxes.setdefault(partition, []).append(inbox)
        return inboxes

    def _note_move(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def _go_live_when_ready(self) -> None:
        while not self._live:
            self._live = await self._take_over()
            await asyncio.sleep(READY_EVERY)

    async def _take_over(self) -> bool:
        """Make this version live if it has reached the live version's position in every partition."""
        version = version_of(self._consumer)
        async with self._contexts.transaction() as connection:
            old = f"{version.name}:{await live_version(connection, version.name)}"
            asked = {"old": old, "new": self._contexts.reader, "sources": list(self._consumer.sources)}
            if await connection.scalar(BEHIND_LIVE, asked):
                return False
            await go_live(connection, version)
        logger.info("consumer_live", reader=self._contexts.reader)
        return True
