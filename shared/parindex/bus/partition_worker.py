"""One partition of a consumer: a task that handles what all sources say about the same units.

Messages of one source that follow on each other and wait already are handled together: a transaction costs as much as
a hundred contracts, so whoever is behind catches up by taking more at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from parindex.backoff import Backoff, in_one_line, raise_if_cancelled
from parindex.bus.inbox import EpochChangedError, Inbox
from parindex.bus.message import Message, joined
from parindex.bus.protocols import FeedAwayError, Subscriber, Subscription

READ_AHEAD = 23
"""Messages that wait while others are handled; with the one that is taken up first, so many may be joined."""
MOST_TOGETHER = 4_000
"""Contracts after which no more messages are joined: what one transaction holds. So many may wait, too."""

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Messages in the hands of the partition's task, joined to one."""

    inbox: Inbox
    message: Message
    acks: tuple[Callable[[], Awaitable[None]], ...]

    def with_next(self, other: "Arrived") -> "Arrived | None":
        """Return both together, or None where the other does not follow, or one transaction has enough already."""
        if self.inbox is not other.inbox or len(self.message.events) + len(other.message.events) > MOST_TOGETHER:
            return None
        message = joined(self.message, other.message)
        return None if message is None else Arrived(self.inbox, message, self.acks + other.acks)


class PartitionWorker:
    """Listens to the bus for every source, looks at the feed of one that is silent, and handles what comes."""

    def __init__(self, consumer: str, inboxes: Sequence[Inbox], subscriber: Subscriber, look_every: float) -> None:
        self._consumer = consumer
        self._inboxes = inboxes
        self._subscriber = subscriber
        self._look_every = look_every
        self._arrived: asyncio.Queue[Arrived] = asyncio.Queue(READ_AHEAD)
        self._held: Arrived | None = None  # taken from those that arrived, and the next in turn
        self._waiting = 0  # contracts that arrived and are not taken up yet
        self._room = asyncio.Event()
        self._heard = dict.fromkeys(inboxes, float("-inf"))

    async def run(self) -> None:
        """Go on until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._work())
            for inbox in self._inboxes:
                group.create_task(self._listen(inbox))
                group.create_task(self._look(inbox))

    async def _work(self) -> None:
        while True:
            raise_if_cancelled()
            arrived = await self._next()
            await self._handle(arrived)
            for ack in arrived.acks:
                await ack()

    async def _next(self) -> Arrived:
        """Return what is to be handled next: the first that arrived, with all that waits and follows on it."""
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
        """Let it wait to be handled, once there is room: what is far behind must not fill the memory."""
        while self._waiting >= MOST_TOGETHER:  # whoever was woken first may have filled it again
            self._room.clear()
            await self._room.wait()
        self._waiting += len(arrived.message.events)
        await self._arrived.put(arrived)

    async def _handle(self, arrived: Arrived) -> None:
        """Hold messages until they are done with. What fails here is the database's or the network's fault."""
        inbox, patience = arrived.inbox, Backoff()
        while not inbox.stopped:
            try:
                await inbox.receive(arrived.message)
            except EpochChangedError as error:
                inbox.stopped, inbox.error = True, in_one_line(error)
                logger.exception("epoch_changed", reader=inbox.key.reader)
            except FeedAwayError as error:  # nothing is lost by letting them go: the feed has it, too
                inbox.error = in_one_line(error)
                return
            except Exception as error:  # noqa: BLE001  # shown in the status, and tried again
                inbox.error = in_one_line(error)
                logger.warning("message_held", reader=inbox.key.reader, source=inbox.key.source, error=inbox.error)
                await patience.wait()
            else:
                inbox.error = ""
                return

    async def _listen(self, inbox: Inbox) -> None:
        key = inbox.key
        subscription = Subscription(self._consumer, key.source, key.partition, lambda: inbox.position)
        async with aclosing(self._subscriber.deliveries(subscription)) as deliveries:
            async for delivery in deliveries:
                if inbox.stopped:
                    return  # what is still in the bus stays there
                self._heard[inbox] = _now()
                await self._arrive(Arrived(inbox, delivery.message, (delivery.ack,)))

    async def _look(self, inbox: Inbox) -> None:
        """Whatever the bus lost, the feed has: look there when nothing comes."""
        while not inbox.stopped:
            raise_if_cancelled()
            if self._is_silent(inbox) or not inbox.looked:
                await self._read_feed(inbox)
            await asyncio.sleep(self._look_every)

    async def _read_feed(self, inbox: Inbox) -> None:
        try:
            page = await inbox.ask_feed(inbox.position)
            await self._arrive(Arrived(inbox, page, ()))  # even an empty one tells the epoch
            while page.events and self._is_silent(inbox):
                page = await inbox.ask_feed(page.last)
                await self._arrive(Arrived(inbox, page, ()))
        except FeedAwayError as error:
            inbox.error = in_one_line(error)

    def _is_silent(self, inbox: Inbox) -> bool:
        return _now() - self._heard[inbox] >= self._look_every


def _now() -> float:
    return asyncio.get_running_loop().time()
