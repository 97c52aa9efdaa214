"""The protocols of a bus: Publisher and Subscriber. Each implementation passes one conformance suite.

A bus may lose, double, reorder and delay messages: the checkpoint in the consumer's database decides which are applied,
and the source's feed has the lost ones. So a bus is chosen by speed alone.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from parindex.bus.message import Message


class NotConfirmedError(Exception):
    """The bus did not confirm a message. It may have it or not, so the relay publishes it again."""


class FeedAwayError(Exception):
    """A source's feed does not answer now, or its answer is invalid."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A consumer's subscription to one partition. `position` returns its checkpoint, for buses that read from there."""

    consumer: str
    source: str
    partition: int
    position: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivered message. The consumer calls `ack`, which never raises, after it has committed or dropped it."""

    message: Message
    ack: Callable[[], Awaitable[None]]


class Publisher(Protocol):
    """The bus as the relay uses it."""

    async def publish(self, message: Message) -> None:
        """Return when the bus has confirmed the message; raise NotConfirmedError when it is unknown."""


class Subscriber(Protocol):
    """The bus as a consumer uses it."""

    def deliveries(self, subscription: Subscription) -> AsyncGenerator[Delivery, None]:
        """Yield deliveries forever, reconnecting as needed."""


class Feeds(Protocol):
    """Where a consumer reads a source's contracts itself: what a bus lost, or everything."""

    async def read(self, source: str, partition: int, after: int, wait: float = 0.0) -> Message:
        """Return the next contracts after a position, waiting for some up to `wait` seconds; raise FeedAwayError."""
        ...


async def nothing_to_ack() -> None:
    """Acknowledge a message of a bus that stores none."""
