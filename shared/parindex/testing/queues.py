"""Inspection of a broker's queues, beside the bus fixture: shared by the tests of the RabbitMQ bus and its faults."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractQueue

from parindex.bus import lease, topology
from parindex.bus.feed import FeedClient
from parindex.bus.message import Message
from parindex.bus.protocols import FeedAwayError
from parindex.bus.rabbit_consuming import RabbitSubscriber
from parindex.testing.bus_fixture import BusFixture, running

CONSUMER = "guest.eating"
CURSORS = "SELECT partition, position FROM reader_positions WHERE reader = $1"


class NoFeed(FeedClient):
    """A feed client that always fails, as if the shop's HTTP process were down."""

    def __init__(self) -> None:
        super().__init__({})

    async def read(self, source: str, *_: object) -> Message:
        """Raise FeedAwayError."""
        raise FeedAwayError(source)


async def relayed(bus_fixture: BusFixture, within: float = 60) -> None:
    """Wait until the broker has confirmed each contract that the shop has published."""
    published = {k: max(await bus_fixture.published(k), default=0) for k in range(bus_fixture.shop.partitions)}
    async with asyncio.timeout(within):
        while await _cursors(bus_fixture) != published:  # noqa: ASYNC110  # a broker's confirms set no asyncio event
            await asyncio.sleep(0.02)


async def _cursors(bus_fixture: BusFixture) -> dict[int, int]:
    rows = await bus_fixture.shop.pool.fetch(CURSORS, lease.READER)
    return {row["partition"]: row["position"] for row in rows}


@asynccontextmanager
async def queue(url: str, name: str) -> AsyncIterator[AbstractQueue]:
    """A queue, as soon as it is declared."""
    async with await aio_pika.connect(url) as connection:
        async with asyncio.timeout(30):
            while (found := await _look_for(connection, name)) is None:  # noqa: ASYNC110  # the broker sends no notification
                await asyncio.sleep(0.05)
        yield found


async def have_queues(bus_fixture: BusFixture, url: str) -> None:
    """Run the guest once, so that its queues are declared and it has received a message from each."""
    await bus_fixture.close_shop()
    async with RabbitSubscriber([url]) as subscriber, running(bus_fixture.runner(subscriber)) as runner:
        await declared(bus_fixture, url)
        await bus_fixture.all_arrived(runner)


async def declared(bus_fixture: BusFixture, url: str) -> None:
    """Wait until the guest consumes from all of its queues: only then each of them is bound, too."""
    for k in range(bus_fixture.shop.partitions):
        async with asyncio.timeout(30):
            while not await _listeners(url, topology.queue_of(CONSUMER, "shop", k)):  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.05)


async def _listeners(url: str, name: str) -> int:
    async with queue(url, name) as found:
        return found.declaration_result.consumer_count or 0


async def _look_for(connection: AbstractConnection, name: str) -> AbstractQueue | None:
    channel = await connection.channel()
    try:
        return await channel.declare_queue(name, passive=True)
    except aio_pika.exceptions.ChannelNotFoundEntity:
        return None
