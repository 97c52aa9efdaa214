"""An open pizza shop."""

from collections.abc import AsyncIterator

import pytest_asyncio

from parindex.eventstore.log import Log
from parindex.testing import shop
from parindex.testing.postgres import Database, Databases


@pytest_asyncio.fixture
async def shop_database(database: Databases) -> Database:
    """An empty shop's database."""
    return await database("shop", shop.build)


@pytest_asyncio.fixture
async def log(shop_database: Database) -> AsyncIterator[Log]:
    """The shop's log, open."""
    async with Log.open(shop_database.dsn, shop.TYPES) as opened:
        yield opened
