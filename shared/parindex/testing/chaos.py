"""The chaos bus: it wraps any bus and loses, doubles, reorders and delays messages at random, from a seed.

A consumer behind it must still apply each contract exactly once, in order.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from random import Random
from typing import Any

from parindex.bus.message import Message
from parindex.bus.protocols import Delivery, Subscription, nothing_to_ack


@dataclass(frozen=True, slots=True)
class Chaos:
    """The probability of each fault, from 0 to 1, for each message. A delay is at most `longest_delay` seconds."""

    drop: float = 0.1
    double: float = 0.1
    reorder: float = 0.1
    delay: float = 0.1
    longest_delay: float = 0.05


class ChaosBus:
    """A Subscriber around a Subscriber, or a Publisher around a Publisher."""

    def __init__(self, bus: Any, chaos: Chaos, random: Random) -> None:
        self._bus = bus
        self._chaos = chaos
        self._random = random
        self._kept: Message | None = None

    async def publish(self, message: Message) -> None:
        """Publish a message, or confirm it without publishing."""
        await self._delay()
        if self._happens(self._chaos.drop):
            return
        if self._kept is None and self._happens(self._chaos.reorder):
            self._kept = message
            return
        for _ in range(2 if self._happens(self._chaos.double) else 1):
            await self._bus.publish(message)
        if self._kept is not None:
            late, self._kept = self._kept, None
            await self._bus.publish(late)

    async def deliveries(self, subscription: Subscription) -> AsyncGenerator[Delivery, None]:
        """Yield the deliveries of the wrapped bus, with faults."""
        async with aclosing(self._bus.deliveries(subscription)) as deliveries:
            kept: Delivery | None = None
            async for delivery in deliveries:
                await self._delay()
                if self._happens(self._chaos.drop):
                    await delivery.ack()
                    continue
                if kept is None and self._happens(self._chaos.reorder):
                    kept = delivery
                    continue
                yield delivery
                if self._happens(self._chaos.double):
                    yield Delivery(delivery.message, nothing_to_ack)
                if kept is not None:
                    late, kept = kept, None
                    yield late

    async def _delay(self) -> None:
        if self._happens(self._chaos.delay):
            await asyncio.sleep(self._random.random() * self._chaos.longest_delay)

    def _happens(self, likely: float) -> bool:
        return self._random.random() < likely
