"""A reader that waits for the log to grow sleeps until it grows, in this process or in another, or its time is up."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from parindex.eventstore import watching
from parindex.eventstore.log import Log
from parindex.eventstore.registry import partition_of
from parindex.eventstore.watching import LOOK_EVERY
from parindex.testing import shop
from parindex.testing.postgres import Database
from parindex.testing.shop import bake


async def sleeps(waiter: asyncio.Task[None]) -> bool:
    """Look whether a reader is still waiting after a few looks of the watcher: one that returned at once is not."""
    done, _ = await asyncio.wait({waiter}, timeout=4 * LOOK_EVERY)
    return not done


async def test_a_waiting_reader_is_woken_by_its_own_process(log: Log) -> None:
    waiter = asyncio.create_task(log.watcher.wait_past(0, None, seconds=30))
    assert await sleeps(waiter)
    await log.append(bake())
    async with asyncio.timeout(10):
        await waiter


async def test_a_waiting_reader_is_woken_by_another_process(log: Log, shop_database: Database) -> None:
    waiter = asyncio.create_task(log.watcher.wait_past(0, partition_of("o1", 4), seconds=30))
    assert await sleeps(waiter)
    async with Log.open(shop_database.dsn, shop.TYPES) as other:
        await other.append(bake("o1"))
        async with asyncio.timeout(10):
            await waiter


async def test_what_was_written_before_anybody_looked_wakes_at_once(shop_database: Database) -> None:
    async with Log.open(shop_database.dsn, shop.TYPES) as earlier:
        await earlier.append(bake())
    async with Log.open(shop_database.dsn, shop.TYPES) as log, asyncio.timeout(10):
        await log.watcher.wait_past(0, None, seconds=30)


async def test_events_of_another_partition_do_not_wake_a_reader(log: Log) -> None:
    other = (partition_of("o1", 4) + 1) % 4
    waiter = asyncio.create_task(log.watcher.wait_past(0, other, seconds=30))
    await log.append(bake("o1"))
    assert await sleeps(waiter)
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)


@pytest.mark.parametrize("position", [1, 5])
async def test_waiting_past_the_end_returns_after_its_time(log: Log, position: int) -> None:
    await log.append(bake())
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(10):
        await log.watcher.wait_past(position, None, seconds=0.1)
    assert asyncio.get_running_loop().time() - began >= 0.1


BROKEN = """
ALTER TABLE log_head RENAME TO log_head_kept;
CREATE SEQUENCE looks;
CREATE FUNCTION fail() RETURNS bigint LANGUAGE plpgsql AS
    $$ BEGIN PERFORM nextval('looks'); RAISE EXCEPTION 'the database is not itself'; END $$;
CREATE VIEW log_head AS SELECT fail() AS position;
"""
REPAIRED = "DROP VIEW log_head; ALTER TABLE log_head_kept RENAME TO log_head"


async def test_a_reader_that_waits_through_an_error_of_the_database_is_woken_afterwards(
    log: Log, shop_database: Database
) -> None:
    waiter = asyncio.create_task(log.watcher.wait_past(0, partition_of("o1", 4), seconds=60))
    async with asyncio.timeout(60), Log.open(shop_database.dsn, shop.TYPES) as other:
        await other.pool.execute(BROKEN)
        looks = "SELECT last_value FROM looks"  # a sequence counts what failed, too
        while await other.pool.fetchval(looks) < 3:  # noqa: ASYNC110  # in the database
            await asyncio.sleep(0.01)
        assert not waiter.done()
        await other.pool.execute(REPAIRED)
        await other.append(bake("o1"))
        await waiter
        assert log.watcher._newest(partition_of("o1", 4)) == 1


async def test_alone_an_append_inside_another_transaction_wakes_when_that_commits(
    shop_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_SELDOM", 3_600)
    engine = create_async_engine(shop_database.url)
    async with Log.open(shop_database.dsn, shop.TYPES, alone=True) as log, asyncio.timeout(30):
        await log.watcher.wait_past(0, None, seconds=0.1)  # the first look is over
        waiter = asyncio.create_task(log.watcher.wait_past(0, partition_of("o1", 4), seconds=3_600))
        async with engine.begin() as connection:
            await log.append_within(connection, [bake("o1")])
            assert not waiter.done()
        await waiter
    await engine.dispose()


async def test_alone_the_log_is_looked_at_seldom_and_all_the_same(
    shop_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_SELDOM", 0.2)
    async with (
        Log.open(shop_database.dsn, shop.TYPES, alone=True) as log,
        Log.open(shop_database.dsn, shop.TYPES) as operator,
        asyncio.timeout(30),
    ):
        waiter = asyncio.create_task(log.watcher.wait_past(0, None, seconds=3_600))
        await operator.append(bake())
        await waiter
