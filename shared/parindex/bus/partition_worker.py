"""The partition worker: one task that handles one partition of a consumer, for all sources.

Waiting messages of one source that follow each other are handled in one transaction. A transaction costs as much as a
hundred contracts, so a consumer that is behind catches up faster with larger batches.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from parindex.backoff import Backoff, raise_if_cancelled
from parindex.bus.feed_timing import FeedTiming
from parindex.bus.inbox import EpochChangedError, Inbox
from parindex.bus.message import Message, joined
from parindex.bus.protocols import FeedAwayError, Subscriber, Subscription
from parindex.reasons import in_one_line

READ_AHEAD = 23
"""Messages that wait while another is handled; that one and these may be joined into one batch."""
MOST_TOGETHER = 4_000
"""Contracts in one transaction: beyond that, no more messages are joined. It also limits the contracts that wait."""

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Received messages, joined into one, with their acknowledgements."""

    inbox: Inbox
    message: Message
    acks: tuple[Callable[[], Awaitable[None]], ...]

    def with_next(self, other: "Arrived") -> "Arrived | None":
        """Join both; return None where the other does not follow, or both are too much for one transaction."""
        if self.inbox is not other.inbox or len(self.message.events) + len(other.message.events) > MOST_TOGETHER:
            return None
        message = joined(self.message, other.message)
        return None if message is None else Arrived(self.inbox, message, self.acks + other.acks)


class PartitionWorker:
    """Receives each source's messages from the bus, reads the feed of a silent source, and handles both in order."""

    def __init__(
        self, consumer: str, inboxes: Sequence[Inbox], subscriber: Subscriber, look_every: float, timing: FeedTiming
    ) -> None:
        self._consumer = consumer
        self._inboxes = inboxes
        self._subscriber = subscriber
        self._look_every = look_every
        self._timing = timing
        self._arrived: asyncio.Queue[Arrived] = asyncio.Queue(READ_AHEAD)
        self._held: Arrived | None = None  # taken from the queue, and the next to be handled
        self._waiting = 0  # contracts that arrived and are not handled yet
        self._room = asyncio.Event()
        self._last_received = dict.fromkeys(inboxes, float("-inf"))

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._work())
            for inbox in self._inboxes:
                group.create_task(self._receive(inbox))
                group.create_task(self._watch_feed(inbox))

    async def _work(self) -> None:
        while True:
            raise_if_cancelled()
            arrived = await self._next()
            await self._handle(arrived)
            for ack in arrived.acks:
                await ack()

    async def _next(self) -> Arrived:
        """Return the next batch: the oldest message, joined with the waiting ones that follow it."""
        arrived, self._held = self._held, None
        arrived = arrived or await self._arrived.get()
        while self._held is None and not self._arrived.empty():
            other = self._arrived.get_nowait()
            together = arrived.with_next(other)
            if together is None:
                self._held = other
            else:
                arrived = together
        self._waiting -= len(arrived.message.events)
        self._room.set()
        return arrived

    async def _arrive(self, arrived: Arrived) -> None:
        """Put messages into the queue as soon as there is room, so that a large backlog does not fill the memory."""
        while self._waiting >= MOST_TOGETHER:  # another waiting task may have filled the room again
            self._room.clear()
            await self._room.wait()
        self._waiting += len(arrived.message.events)
        await self._arrived.put(arrived)

    async def _handle(self, arrived: Arrived) -> None:
        """Retry messages until they are applied: an error here comes from the database or the network, not from them.

        A poison contract raises nothing here: the inbox parks it.
        """
        inbox, backoff = arrived.inbox, Backoff()
        while not inbox.stopped:
            try:
                await inbox.receive(arrived.message)
            except EpochChangedError as error:
                inbox.stopped, inbox.error = True, in_one_line(error)
                logger.exception("epoch_changed", reader=inbox.key.reader)
            except FeedAwayError as error:  # dropping them loses nothing: the feed has them, and is read soon
                inbox.error = in_one_line(error)
                return
            except Exception as error:  # noqa: BLE001  # shown in the status, and retried
                inbox.error = in_one_line(error)
                logger.warning("message_held", reader=inbox.key.reader, source=inbox.key.source, error=inbox.error)
                await backoff.wait()
            else:
                inbox.error = ""
                return

    async def _receive(self, inbox: Inbox) -> None:
        key = inbox.key
        subscription = Subscription(self._consumer, key.source, key.partition, lambda: inbox.position)
        async with aclosing(self._subscriber.deliveries(subscription)) as deliveries:
            async for delivery in deliveries:
                if inbox.stopped:
                    return  # messages that are still in the bus stay there
                self._last_received[inbox] = _now()
                await self._arrive(Arrived(inbox, delivery.message, (delivery.ack,)))

    async def _watch_feed(self, inbox: Inbox) -> None:
        """Read the feed whenever the source is silent: the feed has each message that the bus lost.

        A feed that was not reached yet, or whose inbox has an error, is read again soon, however long the silence.
        """
        read_at = float("-inf")
        while not inbox.stopped:
            raise_if_cancelled()
            if self._must_read(inbox, _now() - read_at):
                await self._read_feed(inbox)
                read_at = _now()
            await asyncio.sleep(min(self._look_every, self._timing.again))

    def _must_read(self, inbox: Inbox, since: float) -> bool:
        if not inbox.verified or inbox.error or since >= self._timing.at_least:
            return True
        return since >= self._look_every and self._is_silent(inbox)

    async def _read_feed(self, inbox: Inbox) -> None:
        try:
            page = await inbox.ask_feed(inbox.position)
            await self._arrive(Arrived(inbox, page, ()))  # even an empty one carries the epoch
            while page.events and self._is_silent(inbox):
                page = await inbox.ask_feed(page.last)
                await self._arrive(Arrived(inbox, page, ()))
        except FeedAwayError as error:
            inbox.error = in_one_line(error)

    def _is_silent(self, inbox: Inbox) -> bool:
        return _now() - self._last_received[inbox] >= self._look_every


def _now() -> float:
    return asyncio.get_running_loop().time()
