"""A shop and a guest, and a bus that is worked by hand."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
import pytest_asyncio

from parindex.bus.message import Message
from parindex.bus.protocols import Delivery, Subscription
from parindex.testing.bus_fixture import BusFixture, open_bus_fixture
from parindex.testing.postgres import Databases


class Hand:
    """A Subscriber that delivers what a test hands over."""

    def __init__(self) -> None:
        self._messages: defaultdict[int, asyncio.Queue[tuple[Message, asyncio.Event]]] = defaultdict(asyncio.Queue)

    async def give(self, message: Message) -> None:
        """Deliver a message, and wait until it is acknowledged."""
        done = asyncio.Event()
        await self._messages[message.partition].put((message, done))
        async with asyncio.timeout(30):
            await done.wait()

    async def deliveries(self, subscription: Subscription) -> AsyncGenerator[Delivery, None]:
        while True:
            message, done = await self._messages[subscription.partition].get()

            async def ack(done: asyncio.Event = done) -> None:
                done.set()

            yield Delivery(message, ack)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest_asyncio.fixture
async def bus_fixture(database: Databases) -> AsyncIterator[BusFixture]:
    async with open_bus_fixture(database) as bus_fixture:
        yield bus_fixture
