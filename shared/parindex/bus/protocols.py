"""What a bus has to be: two small protocols. FeedBus, RabbitBus and ChaosBus are such; all sit one exam.

A bus may lose, double, reorder and delay: the position in the consumer's database decides what is applied, and what
a bus lost is read from its source. So a bus is judged by speed alone.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from parindex.bus.message import Message


class NotConfirmedError(Exception):
    """It is not known whether the bus took a message; publish it again."""


class FeedAwayError(Exception):
    """A source's feed does not answer now, or not in a way that makes sense."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a consumer listens to. `position` tells where it stands now, for buses that read on from there."""

    consumer: str
    source: str
    partition: int
    position: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that arrived. `ack` it when its effect is committed, or when it is of no use; it never raises."""

    message: Message
    ack: Callable[[], Awaitable[None]]


class Publisher(Protocol):
    """Where the relay hands messages over."""

    async def publish(self, message: Message) -> None:
        """Return when the bus has taken the message for good; raise NotConfirmedError when that is not known."""


class Subscriber(Protocol):
    """Where a consumer gets messages from."""

    def deliveries(self, subscription: Subscription) -> AsyncGenerator[Delivery, None]:
        """Yield what arrives, for ever; the loss of a connection is mended inside, and is no end."""


async def nothing_to_ack() -> None:
    """Acknowledge a message that nobody keeps."""
