"""A source's database is restored from an earlier copy: consumers stop, go on after acceptance, count nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from parindex.bus.consuming import ConsumerRunner
from parindex.bus.epoch_acceptance import FactsLostError, accept_epoch
from parindex.bus.feed import FeedBus, FeedClient
from parindex.eventstore.epochs import Epoch, begin_epoch
from parindex.eventstore.log import Log
from parindex.testing.bus_fixture import BusFixture, build_guest, client_of, running
from parindex.testing.fault_injection import count
from parindex.testing.postgres import Database, Databases
from parindex.testing.shop import TYPES, build


@pytest.fixture
async def shop(database: Databases) -> Database:
    return await database("shop", build)


@pytest.fixture
async def guest(database: Databases) -> AsyncIterator[tuple[Database, Log]]:
    made = await database("guest", build_guest)
    async with Log.open(made.dsn, TYPES) as log:
        yield made, log


@asynccontextmanager
async def hall_of(shop: Database, guest: tuple[Database, Log]) -> AsyncIterator[BusFixture]:
    """The hall while the shop's process runs; between two of these, its database may be exchanged."""
    engine = create_async_engine(guest[0].url)
    async with Log.open(shop.dsn, TYPES) as log, client_of(log, "service@services") as client:
        yield BusFixture(log, guest[1], engine, FeedClient({"shop": client}), client, shop.dsn)
    await engine.dispose()


async def stopped(runner: ConsumerRunner) -> None:
    async with asyncio.timeout(30):
        while not any(status.stopped for status in await runner.status()):  # noqa: ASYNC110  # there is no notification
            await asyncio.sleep(0.05)


async def second_of(shop: Database) -> int:
    """The number that an epoch gets which begins now."""
    connection = await asyncpg.connect(shop.dsn)
    try:
        now = "extract(epoch FROM clock_timestamp() - timestamptz '2026-01-01 00:00:00Z')::integer"
        return int(await connection.fetchval(f"SELECT {now}"))
    finally:
        await connection.close()


async def restored(copy: Database) -> Epoch:
    """What the operator does first."""
    engine = create_async_engine(copy.url)
    async with engine.begin() as connection:
        epoch = await begin_epoch(connection)
    await engine.dispose()
    return epoch


async def test_a_reader_that_was_not_ahead_goes_on_where_it_stood(
    shop: Database, guest: tuple[Database, Log], database: Databases
) -> None:
    async with hall_of(shop, guest) as bus_fixture:
        await bus_fixture.bake(30)
        async with running(bus_fixture.runner(FeedBus(bus_fixture.feeds))) as runner:
            await bus_fixture.all_arrived(runner)
    copy = await database.copy_of(shop)
    async with hall_of(shop, guest) as bus_fixture:
        await bus_fixture.bake(10)  # lost before any consumer received it
    epoch = await restored(copy)
    async with hall_of(copy, guest) as bus_fixture:
        await bus_fixture.bake(20)
        async with running(bus_fixture.runner(FeedBus(bus_fixture.feeds))) as runner:
            await stopped(runner)
        await accept_epoch(bus_fixture.engine, bus_fixture.consumer(), epoch)
        async with running(bus_fixture.runner(FeedBus(bus_fixture.feeds))) as runner:
            await bus_fixture.all_arrived(runner)
        await bus_fixture.check()
        assert await count(bus_fixture.shop) == 50


async def test_a_reader_that_was_ahead_refuses_until_it_may_start_over_and_counts_nothing_twice(
    shop: Database, guest: tuple[Database, Log], database: Databases
) -> None:
    async with hall_of(shop, guest) as bus_fixture:
        await bus_fixture.bake(30)
    copy = await database.copy_of(shop)
    async with hall_of(shop, guest) as bus_fixture:
        await bus_fixture.bake(30)
        async with running(bus_fixture.runner(FeedBus(bus_fixture.feeds))) as runner:
            await bus_fixture.all_arrived(runner)  # thirty of these will never have been
    epoch = await restored(copy)
    async with hall_of(copy, guest) as bus_fixture:
        await bus_fixture.bake(40, ovens=7)  # other facts at the same positions
        async with running(bus_fixture.runner(FeedBus(bus_fixture.feeds))) as runner:
            await stopped(runner)
        with pytest.raises(FactsLostError, match=r"60.*30"):
            await accept_epoch(bus_fixture.engine, bus_fixture.consumer(), epoch)
        await accept_epoch(bus_fixture.engine, bus_fixture.consumer(), epoch, start_over=True)
        async with running(bus_fixture.runner(FeedBus(bus_fixture.feeds))) as runner:
            await bus_fixture.all_arrived(runner)
        await bus_fixture.check()
        assert await count(bus_fixture.shop) == 70


async def test_a_copy_that_is_restored_twice_begins_two_epochs(shop: Database, database: Databases) -> None:
    first, second = await database.copy_of(shop), await database.copy_of(shop)
    one = await restored(first)
    async with asyncio.timeout(30):
        while await second_of(shop) <= one.number:  # noqa: ASYNC110  # a clock sends no notification
            await asyncio.sleep(0.05)
    two = await restored(second)
    assert one.number < two.number


async def test_a_restored_consumer_reads_again_what_its_sources_told_meanwhile(
    shop: Database, guest: tuple[Database, Log], database: Databases
) -> None:
    made = await database("guest", build_guest)
    async with Log.open(made.dsn, TYPES) as log, hall_of(shop, (made, log)) as bus_fixture:
        await bus_fixture.bake(30)
        async with running(bus_fixture.runner(FeedBus(bus_fixture.feeds))) as runner:
            await bus_fixture.all_arrived(runner)
    copy = await database.copy_of(made)
    async with Log.open(made.dsn, TYPES) as log, hall_of(shop, (made, log)) as bus_fixture:
        await bus_fixture.bake(30)
        async with running(bus_fixture.runner(FeedBus(bus_fixture.feeds))) as runner:
            await bus_fixture.all_arrived(runner)
    async with Log.open(copy.dsn, TYPES) as log, hall_of(shop, (copy, log)) as bus_fixture:
        async with running(bus_fixture.runner(FeedBus(bus_fixture.feeds))) as runner:
            await bus_fixture.all_arrived(runner)
        await bus_fixture.check()
