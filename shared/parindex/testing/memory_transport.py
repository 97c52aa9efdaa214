"""The in-memory transport: tests lose, double and reorder its messages; consumers receive them as by the real bus.

The inbox's own `plan` decides about each message, so a property of this transport is one of the product. Only the
database around it is missing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.envelopes import envelope, message_after
from parindex.bus.message import Envelope, Received, decode_message, encode_message, read_contract
from parindex.bus.message_plan import MessagePlan, plan, tail
from parindex.eventstore.log import Log
from parindex.eventstore.registry import EVERY_PARTITION, Recorded
from parindex.testing.memory_log import MemoryLog, at_once
from parindex.testing.serving import NOON

EVERYTHING = 2**62
EPOCH = 1
"""A memory log is never restored."""


@dataclass
class MemorySubscription:
    """One consumer's subscription to one partition of one source: its position, and the messages under way."""

    consumer: str
    source: str
    partition: int
    under_way: list[bytes] = field(default_factory=list)
    position: int = 0
    sent: int = 0


Handle = Callable[[MemorySubscription, Sequence[Received]], None]


def handler_of(consumer: Consumer, memory_log: MemoryLog) -> Handle:
    """Return the handler of a consumer that only appends to this memory log; each message is applied atomically."""

    async def none_parked() -> int:
        return 0

    def handle(subscription: MemorySubscription, received: Sequence[Received]) -> None:
        log, connection = cast("Log", memory_log), cast("AsyncConnection", None)
        context = HandlerContext(
            connection, log, consumer.name, subscription.source, subscription.partition, lambda: NOON, none_parked, 1
        )
        with memory_log.transaction():
            at_once(consumer.handle(context, received))

    return handle


class MemoryTransport:
    """The transport between memory logs, all with the same number of partitions.

    `consumers` has each consumer's sources and its handler.
    """

    def __init__(
        self,
        memory_logs: Mapping[str, MemoryLog],
        consumers: Mapping[str, tuple[Sequence[str], Handle]],
        partitions: int,
    ) -> None:
        self._memory_logs = memory_logs
        self._handlers = {name: handle for name, (_, handle) in consumers.items()}
        self._partitions = partitions
        self._published: dict[tuple[str, int], Envelope] = {}
        self.subscriptions = [
            MemorySubscription(name, source, k)
            for name, (sources, _) in consumers.items()
            for source in sources
            for k in range(partitions)
        ]

    def send(self, subscription: MemorySubscription, size: int) -> None:
        """Send the next contracts of a subscription as one message."""
        if events := self.contracts(subscription, subscription.sent)[:size]:
            message = message_after(subscription.source, EPOCH, subscription.partition, subscription.sent, events)
            subscription.under_way.append(encode_message(message))
            subscription.sent = message.last

    def receive(self, subscription: MemorySubscription, raw: bytes) -> None:
        """Apply a message as an inbox does."""
        message = decode_message(raw)
        match plan(subscription.position, EPOCH, message):
            case MessagePlan.READ_FEED:
                self.fill_gap(subscription, message.last)
            case MessagePlan.APPLY:
                self.apply(subscription, tail(subscription.position, message))
            case MessagePlan.FILL_GAP:
                self.fill_gap(subscription, message.prev)
                if plan(subscription.position, EPOCH, message) is MessagePlan.APPLY:
                    self.apply(subscription, tail(subscription.position, message))
            case MessagePlan.DUPLICATE | MessagePlan.SKIP:
                pass

    def fill_gap(self, subscription: MemorySubscription, until: int) -> None:
        """Apply the source's contracts up to a position."""
        self.apply(subscription, self.contracts(subscription, subscription.position, until))

    def apply(self, subscription: MemorySubscription, events: Sequence[Envelope]) -> None:
        """Apply contracts that follow the subscription's position."""
        if events:
            self._handlers[subscription.consumer](
                subscription, [Received(read_contract(event), event) for event in events]
            )
            subscription.position = events[-1].position

    def catch_up(self) -> None:
        """Deliver each published contract, and those that are published as a result."""
        heads = -1
        while heads != (heads := sum(memory_log.position for memory_log in self._memory_logs.values())):
            for subscription in self.subscriptions:
                self.apply(subscription, self.contracts(subscription, subscription.position))

    def contracts(self, subscription: MemorySubscription, after: int, until: int = EVERYTHING) -> list[Envelope]:
        """Read the source's feed."""
        memory_log, wanted = self._memory_logs[subscription.source], (subscription.partition, EVERY_PARTITION)
        return [
            self._envelope(subscription.source, recorded)
            for recorded in memory_log.recorded(after)
            if recorded.position <= until and memory_log.types.partition(recorded.fact, self._partitions) in wanted
        ]

    def _envelope(self, source: str, recorded: Recorded) -> Envelope:
        key = source, recorded.position
        if key not in self._published:
            self._published[key] = envelope(cast("Log", self._memory_logs[source]), recorded)
        return self._published[key]
