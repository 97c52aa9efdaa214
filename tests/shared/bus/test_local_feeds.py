"""The feeds of logs in this process give what the feeds over HTTP give."""

import asyncio

import pytest

from parindex.bus.local_feeds import LocalFeeds
from parindex.bus.protocols import FeedAwayError
from parindex.eventstore.registry import partition_of
from parindex.testing.bus_fixture import BusFixture
from parindex.testing.shop import bake

K = partition_of("o1", 4)


@pytest.fixture
def local(bus_fixture: BusFixture) -> LocalFeeds:
    return LocalFeeds({"shop": bus_fixture.shop}.__getitem__)


async def test_a_page_is_that_of_the_feed_over_http(bus_fixture: BusFixture, local: LocalFeeds) -> None:
    await bus_fixture.bake_many(3, "o1")
    for after in range(4):
        assert await local.read("shop", K, after) == await bus_fixture.feeds.read("shop", K, after)


async def test_a_question_waits_for_what_comes(bus_fixture: BusFixture, local: LocalFeeds) -> None:
    asked = asyncio.create_task(local.read("shop", K, 0, 60))
    await bus_fixture.shop.append(bake("o1"))
    async with asyncio.timeout(30):
        assert [event.position for event in (await asked).events] == [1]


async def test_a_source_that_is_not_here_is_away(local: LocalFeeds) -> None:
    with pytest.raises(FeedAwayError, match="bakery"):
        await local.read("bakery", K, 0)
