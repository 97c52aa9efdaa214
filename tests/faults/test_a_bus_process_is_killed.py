"""`kill -9` of a relay between confirm and cursor, or a worker between commit and ack: sent twice, applied once."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from parindex.bus.consuming import ConsumerRunner
from parindex.bus.feed import FeedClient
from parindex.bus.rabbit_consuming import RabbitSubscriber
from parindex.bus.rabbit_publishing import RabbitPublisher
from parindex.bus.relay import Relay
from parindex.eventstore.log import Log
from parindex.testing.bus_fixture import BusFixture, running
from parindex.testing.conformance import RabbitCandidate
from parindex.testing.fault_injection import Countdown, DiesApplied, DiesConfirmed, child_process, count
from parindex.testing.queues import declared, relayed
from parindex.testing.shop import TYPES

pytestmark = pytest.mark.rabbitmq

NEVER = 3_600.0
TOLD_AT = "SELECT sum(position) FROM reader_positions WHERE reader = 'relay'"


async def test_a_relay_killed_between_confirm_and_cursor_tells_twice_and_nothing_is_applied_twice(
    bus_fixture: BusFixture, broker_url: str
) -> None:
    async with (
        RabbitCandidate(broker_url).open(bus_fixture) as subscriber,
        running(bus_fixture.runner(subscriber)) as runner,
    ):
        await bus_fixture.bake(60)
        await declared(bus_fixture, broker_url)
        await bus_fixture.all_arrived(runner)
    before = await bus_fixture.shop.pool.fetchval(TOLD_AT)
    await bus_fixture.bake(60)
    async with child_process(__file__, "relay", bus_fixture.shop_dsn, broker_url) as relay:
        await relay.killed()
    assert await bus_fixture.shop.pool.fetchval(TOLD_AT) == before  # confirmed, and no cursor knows
    async with (
        RabbitCandidate(broker_url).open(bus_fixture) as subscriber,
        running(bus_fixture.runner(subscriber)) as runner,
    ):
        await bus_fixture.all_arrived(runner)
        await relayed(bus_fixture)
        await bus_fixture.bake(1)
        await bus_fixture.all_arrived(runner)
        await met_again(runner)
    await bus_fixture.check()
    assert await count(bus_fixture.shop) == 121


async def test_a_worker_killed_between_commit_and_ack_gets_the_message_again_and_leaves_it(
    bus_fixture: BusFixture, broker_url: str
) -> None:
    guest = bus_fixture.engine.url.render_as_string(hide_password=False)
    async with RabbitCandidate(broker_url).open(bus_fixture) as subscriber:
        async with running(bus_fixture.runner(subscriber)) as runner:
            await bus_fixture.bake(20)
            await declared(bus_fixture, broker_url)
            await bus_fixture.all_arrived(runner)
        async with child_process(__file__, "worker", bus_fixture.shop_dsn, broker_url, guest) as worker:
            assert await worker.said() == "ready"
            await bus_fixture.bake(60)
            await worker.killed()
        async with running(bus_fixture.runner(subscriber, look_every=NEVER)) as runner:
            await bus_fixture.bake(60)
            await bus_fixture.all_arrived(runner)
            await met_again(runner)
    await bus_fixture.check()


async def met_again(runner: ConsumerRunner) -> None:
    """Wait until something comes that was applied before: it may come after newer ones, which the feed had, too."""
    async with asyncio.timeout(60):
        while not any(status.duplicates for status in await runner.status()):  # noqa: ASYNC110  # sends no notification
            await asyncio.sleep(0.02)


@asynccontextmanager
async def hall_of(shop_dsn: str, guest_url: str) -> AsyncIterator[BusFixture]:
    """The same hall from another process, out of reach of the shop's feed."""
    async with (
        Log.open(shop_dsn, TYPES) as shop,
        Log.open(guest_url.replace("+asyncpg", ""), TYPES) as guest,
        httpx.AsyncClient(base_url="http://127.0.0.1:1", trust_env=False) as nowhere,
    ):
        yield BusFixture(shop, guest, create_async_engine(guest_url), FeedClient({"shop": nowhere}), nowhere, shop_dsn)


async def relay(dsn: str, broker: str) -> None:
    async with Log.open(dsn, TYPES) as log, RabbitPublisher([broker], "shop") as publisher:
        await Relay(log, DiesConfirmed(publisher, Countdown(2))).run()


async def worker(dsn: str, broker: str, guest_url: str) -> None:
    async with (
        hall_of(dsn, guest_url) as bus_fixture,
        RabbitSubscriber([broker]) as subscriber,
        running(bus_fixture.runner(DiesApplied(subscriber, Countdown(2)), look_every=NEVER)),
    ):
        print("ready", flush=True)  # noqa: T201  # the test reads it
        await asyncio.Event().wait()


if __name__ == "__main__":
    which, *words = sys.argv[1:]
    asyncio.run(relay(*words) if which == "relay" else worker(*words))
