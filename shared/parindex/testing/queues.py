"""Looking into a broker's queues beside the hall's bus: what the tests of RabbitBus and its faults share."""

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
from parindex.testing.bus_fixture import BusFixture, eating

CONSUMER = "guest.eating"
CURSORS = "SELECT partition, position FROM reader_positions WHERE reader = $1"


class NoFeed(FeedClient):
    """The shop's HTTP process is down."""

    def __init__(self) -> None:
        super().__init__({})

    async def read(self, source: str, *_: object) -> Message:
        """Refuse."""
        raise FeedAwayError(source)


async def relayed(bus_fixture: BusFixture, within: float = 60) -> None:
    """Wait until the broker has confirmed everything that the shop tells."""
    told = {k: max(await bus_fixture.told(k), default=0) for k in range(bus_fixture.shop.partitions)}
    async with asyncio.timeout(within):
        while await _cursors(bus_fixture) != told:  # noqa: ASYNC110  # a broker's confirmations set no event of ours
            await asyncio.sleep(0.02)


async def _cursors(bus_fixture: BusFixture) -> dict[int, int]:
    rows = await bus_fixture.shop.pool.fetch(CURSORS, lease.READER)
    return {row["partition"]: row["position"] for row in rows}


@asynccontextmanager
async def queue(url: str, name: str) -> AsyncIterator[AbstractQueue]:
    """A queue that is there, or will be in a moment."""
    async with await aio_pika.connect(url) as connection:
        async with asyncio.timeout(30):
            while (found := await _look_for(connection, name)) is None:  # noqa: ASYNC110  # the broker calls nobody
                await asyncio.sleep(0.05)
        yield found


async def have_queues(bus_fixture: BusFixture, url: str) -> None:
    """Let the guest come once, so that its queues are declared and it has read something of each, and leave."""
    await bus_fixture.close_shop()
    async with RabbitSubscriber([url]) as subscriber, eating(bus_fixture.runner(subscriber)) as runner:
        await declared(bus_fixture, url)
        await bus_fixture.all_arrived(runner)


async def declared(bus_fixture: BusFixture, url: str) -> None:
    """Wait until the guest listens to all of its queues: only then is each bound, too."""
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
