"""The bus fixture: a shop that publishes each pizza it bakes, and a guest that applies (eats) each one once, in order.

Shop and guest are two services: each has its own database, and the guest reads the shop's feed over HTTP.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import BigInteger, Column, Identity, Integer, MetaData, Table, Text, insert
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from parindex.auth.fastapi import Authenticator, authenticate_with
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.tokens import Tokens
from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.consuming import ConsumerRunner
from parindex.bus.feed import FeedClient
from parindex.bus.feed_timing import FEED_TIMING, FeedTiming
from parindex.bus.message import Received
from parindex.bus.parking import Parking
from parindex.bus.protocols import Subscriber
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.log import Log
from parindex.eventstore.projection import PROJECTION
from parindex.hosting.feed_routes import feed_routes
from parindex.http import problem_handlers
from parindex.http.reads import keep_reads
from parindex.http.routes import add_routes
from parindex.http.way_in import check_requests
from parindex.testing import shop
from parindex.testing.postgres import Databases
from parindex.testing.shop import NOON, PizzaBaked, ShopClosed, metadata

TABLES = MetaData(schema=PROJECTION)
MEALS = Table(
    "meals",
    TABLES,
    Column("turn", BigInteger, Identity(), primary_key=True),
    Column("partition", Integer),
    Column("position", BigInteger),
    Column("oven", Text),
)
PUBLISHED = "SELECT position FROM events WHERE partition IN ($1, -1) ORDER BY position"
PUBLISHED_OF = "SELECT position FROM events WHERE stream = $1 ORDER BY position"
EATEN_OF = "SELECT position FROM live.meals WHERE oven = $1 ORDER BY turn"
EATEN = "SELECT position FROM live.meals WHERE partition = $1 ORDER BY turn"

ISSUER = LocalIssuer(new_key(), "http://issuer")
SMALL_PAGE = 100
"""Contracts in one page of the shop's feed: few, so that there are many messages to lose and to reorder."""


Fault = Callable[[HandlerContext], Awaitable[None]]


class IndigestibleError(Exception):
    """The guest's handler raises it for a pizza in `allergens`."""


@dataclass(slots=True)
class BusFixture:
    """The shop, the guest and the feed between them. `allergens` are the pizzas on which the guest's handler raises."""

    shop: Log
    guest: Log
    engine: AsyncEngine
    feeds: FeedClient
    client: AsyncClient
    shop_dsn: str
    allergens: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)  # each happens once, inside the guest's transaction
    releases: list[int] = field(default_factory=list)  # how many contracts were still parked at each release

    def consumer(self, version: int = 1) -> Consumer:
        """The guest's consumer of the shop's contracts."""
        return Consumer("guest.eating", version, ("shop",), self._handle, TABLES, self._released)

    def runner(
        self,
        subscriber: Subscriber,
        make: Callable[..., ConsumerRunner] = ConsumerRunner,
        *,
        version: int = 1,
        look_every: float = 0.3,
        timing: FeedTiming = FEED_TIMING,
    ) -> ConsumerRunner:
        """A consumer runner that reads the feed after a short silence."""
        return make(
            self.consumer(version),
            self.guest,
            self.engine,
            subscriber,
            self.feeds,
            now=lambda: NOON,
            look_every=look_every,
            timing=timing,
        )

    def parking(self) -> Parking:
        """The guest's parked contracts."""
        return Parking(self.consumer(), self.guest, self.engine, lambda: NOON)

    async def bake(self, count: int, ovens: int = 12, pizza: str = "margherita") -> None:
        """Bake in turn in all ovens, each pizza by an append of its own."""
        appends = [shop.bake(f"o{n % ovens}", pizza) for n in range(count)]
        await asyncio.gather(*(self.shop.append(append) for append in appends))

    async def bake_many(self, count: int, oven: str) -> None:
        """Bake many in one oven, in one append."""
        baked = [PizzaBaked("margherita", oven)] * count
        await self.shop.append(Append(f"oven-{oven}", metadata(), lambda _: Decided(baked), count))

    async def close_shop(self) -> None:
        """Append an event that is published to every partition."""
        await self.shop.append(Append("shop-s", metadata(), lambda _: Decided([ShopClosed("s")])))

    async def all_arrived(self, runner: ConsumerRunner, within: float = 60) -> None:
        """Wait until the guest has applied or parked each contract that the shop has published by now."""
        async with asyncio.timeout(within):
            for partition in range(self.shop.partitions):
                published = await self.published(partition)
                await runner.reached("shop", partition, published[-1] if published else 0)

    async def published(self, partition: int) -> list[int]:
        """The positions that the shop has published in a partition."""
        return [row["position"] for row in await self.shop.pool.fetch(PUBLISHED, partition)]

    async def eaten(self, partition: int) -> list[int]:
        """The positions that the guest has applied from a partition, in the order of application."""
        return [row["position"] for row in await self.guest.pool.fetch(EATEN, partition)]

    async def published_of(self, oven: str) -> list[int]:
        """The positions that the shop has published about one oven."""
        return [row["position"] for row in await self.shop.pool.fetch(PUBLISHED_OF, f"oven-{oven}")]

    async def eaten_of(self, oven: str) -> list[int]:
        """The positions that the guest has applied about one oven, in the order of application."""
        return [row["position"] for row in await self.guest.pool.fetch(EATEN_OF, oven)]

    async def check(self) -> None:
        """Assert that the guest has applied each published contract once, in order."""
        for partition in range(self.shop.partitions):
            assert await self.eaten(partition) == await self.published(partition), f"partition {partition}"

    async def _handle(self, context: HandlerContext, received: Sequence[Received]) -> None:
        if self.faults:
            await self.faults.pop(0)(context)
        for each in received:
            if each.contract.question in self.allergens:
                raise IndigestibleError(each.contract.question)
        rows = [
            {"partition": context.partition, "position": each.envelope.position, "oven": each.contract.unit}
            for each in received
        ]
        await context.connection.execute(insert(MEALS), rows)

    async def _released(self, context: HandlerContext) -> None:
        self.releases.append(await context.parked())


@asynccontextmanager
async def running(runner: ConsumerRunner) -> AsyncIterator[ConsumerRunner]:
    """Run a consumer while the block lasts."""
    await runner.prepare()
    task = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        await stop(task)


async def stop(task: "asyncio.Task[None]") -> None:
    """Cancel a task and wait for its end; its own failure is raised."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def build_guest(dsn: str) -> None:
    """Create the guest's database: the shop's tables, with the origin `guest`."""
    await shop.build(dsn)
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE log_head SET origin = 'guest'")
    await connection.close()


@asynccontextmanager
async def open_bus_fixture(database: Databases) -> AsyncIterator[BusFixture]:
    """Open shop and guest."""
    of_shop, of_guest = await database("shop", shop.build), await database("guest", build_guest)
    async with AsyncExitStack() as stack:
        log = await stack.enter_async_context(Log.open(of_shop.dsn, shop.TYPES))
        guest = await stack.enter_async_context(Log.open(of_guest.dsn, shop.TYPES))
        engine = create_async_engine(of_guest.url, pool_size=10)
        stack.push_async_callback(engine.dispose)
        client = await stack.enter_async_context(client_of(log, "service@services"))
        feeds = FeedClient({"shop": client}, page=SMALL_PAGE)
        yield BusFixture(log, guest, engine, feeds, client, of_shop.dsn)


def client_of(log: Log, *rights: str) -> AsyncClient:
    """An HTTP client of the log's feeds, signed in with these rights."""
    app = FastAPI()
    add_routes(app, feed_routes(log))
    check_requests(app)
    problem_handlers.install(app)
    keep_reads(app, log)
    authenticate_with(app, Authenticator(Tokens(ISSUER.keys(), lambda: NOON)))
    token = ISSUER.mint("somebody", rights, timedelta(hours=1), NOON)
    transport = ASGITransport(app, raise_app_exceptions=False)
    return AsyncClient(
        transport=transport, base_url="http://shop", headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
