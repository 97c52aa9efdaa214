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
"""No ledger in memory is restored."""


@dataclass
class MemorySubscription:
    """One consumer's subscription to one partition of one source: its position, and the messages under way."""

    listener: str
    source: str
    partition: int
    under_way: list[bytes] = field(default_factory=list)
    position: int = 0
    sent: int = 0


Hear = Callable[[MemorySubscription, Sequence[Received]], None]


def hearing(consumer: Consumer, memory_log: MemoryLog) -> Hear:
    """Return the handling of a consumer that only appends to this memory log; each message is applied atomically."""

    async def none_parked() -> int:
        return 0

    def hear(lane: MemorySubscription, received: Sequence[Received]) -> None:
        log, connection = cast("Log", memory_log), cast("AsyncConnection", None)
        context = HandlerContext(
            connection, log, consumer.name, lane.source, lane.partition, lambda: NOON, none_parked, 1
        )
        with memory_log.transaction():
            at_once(consumer.handle(context, received))

    return hear


class MemoryTransport:
    """The transport between memory logs, all with the same number of partitions.

    `listeners` has each consumer's sources and its handling.
    """

    def __init__(
        self, memory_logs: Mapping[str, MemoryLog], listeners: Mapping[str, tuple[Sequence[str], Hear]], partitions: int
    ) -> None:
        self._memory_logs = memory_logs
        self._hear = {name: hear for name, (_, hear) in listeners.items()}
        self._partitions = partitions
        self._published: dict[tuple[str, int], Envelope] = {}
        self.lanes = [
            MemorySubscription(name, source, k)
            for name, (sources, _) in listeners.items()
            for source in sources
            for k in range(partitions)
        ]

    def send(self, lane: MemorySubscription, size: int) -> None:
        """Send the next contracts of a subscription as one message."""
        if events := self.contracts(lane, lane.sent)[:size]:
            message = message_after(lane.source, EPOCH, lane.partition, lane.sent, events)
            lane.under_way.append(encode_message(message))
            lane.sent = message.last

    def receive(self, lane: MemorySubscription, raw: bytes) -> None:
        """Apply a message as an inbox does."""
        message = decode_message(raw)
        match plan(lane.position, EPOCH, message):
            case MessagePlan.READ_FEED:
                self.fill_gap(lane, message.last)
            case MessagePlan.APPLY:
                self.hear(lane, tail(lane.position, message))
            case MessagePlan.FILL_GAP:
                self.fill_gap(lane, message.prev)
                if plan(lane.position, EPOCH, message) is MessagePlan.APPLY:
                    self.hear(lane, tail(lane.position, message))
            case MessagePlan.DUPLICATE | MessagePlan.SKIP:
                pass

    def fill_gap(self, lane: MemorySubscription, until: int) -> None:
        """Apply the source's contracts up to a position."""
        self.hear(lane, self.contracts(lane, lane.position, until))

    def hear(self, lane: MemorySubscription, events: Sequence[Envelope]) -> None:
        """Apply contracts that follow the subscription's position."""
        if events:
            self._hear[lane.listener](lane, [Received(read_contract(event), event) for event in events])
            lane.position = events[-1].position

    def catch_up(self) -> None:
        """Deliver each published contract, and those that are published as a result."""
        heads = -1
        while heads != (heads := sum(memory_log.position for memory_log in self._memory_logs.values())):
            for lane in self.lanes:
                self.hear(lane, self.contracts(lane, lane.position))

    def contracts(self, lane: MemorySubscription, after: int, until: int = EVERYTHING) -> list[Envelope]:
        """Read the source's feed."""
        memory_log, wanted = self._memory_logs[lane.source], (lane.partition, EVERY_PARTITION)
        return [
            self._envelope(lane.source, recorded)
            for recorded in memory_log.recorded(after)
            if recorded.position <= until and memory_log.types.partition(recorded.fact, self._partitions) in wanted
        ]

    def _envelope(self, source: str, recorded: Recorded) -> Envelope:
        key = source, recorded.position
        if key not in self._published:
            self._published[key] = envelope(cast("Log", self._memory_logs[source]), recorded)
        return self._published[key]
