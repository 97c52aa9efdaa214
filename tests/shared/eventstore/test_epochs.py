"""Epochs and the head row: each number is new, and one transaction at a time locks the head."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from parindex.eventstore.epochs import begin_epoch
from parindex.eventstore.log import Log
from parindex.testing.postgres import Database

FAR_AHEAD = 2_000_000_000
"""An epoch whose second has not come yet."""


@pytest_asyncio.fixture
async def engine(shop_database: Database) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(shop_database.url)
    yield engine
    await engine.dispose()


async def test_each_epoch_is_a_new_number_whatever_the_clock_says(log: Log, engine: AsyncEngine) -> None:
    await log.pool.execute("UPDATE log_head SET epoch = $1", FAR_AHEAD)
    async with engine.begin() as connection:
        begun = [(await begin_epoch(connection)).number for _ in range(2)]
    assert begun == [FAR_AHEAD + 1, FAR_AHEAD + 2]


async def test_a_holder_of_the_log_is_not_overtaken(log: Log, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await log.lock(connection)
        with pytest.raises(asyncpg.LockNotAvailableError):
            await log.pool.fetchrow("SELECT FROM log_head FOR UPDATE NOWAIT")
