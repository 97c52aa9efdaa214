"""Contracts that were received before count for freezing only while each source's feed was verified not long ago."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from fastapi import FastAPI, Response
from httpx import ASGITransport, AsyncClient

from parindex.bus.consuming import ConsumerRunner
from parindex.bus.epoch_acceptance import accept_epoch
from parindex.bus.feed import FeedBus, FeedClient
from parindex.bus.feed_timing import FEED_TIMING, FeedTiming
from parindex.bus.message import Message, encode_message
from parindex.eventstore.epochs import Epoch
from parindex.service import ServiceContext
from publication.freezing.bus import FREEZING
from publication.freezing.checks import blockers
from publication.freezing.queries import VERIFIED_FOR, received_round
from publication.freezing.state import ReceivedRound

ReceiveAll = Callable[[ReceivedRound], Awaitable[None]]
ROUND, PARTITIONS = "binh-duong-2017", 4
SOURCES = ("assessment", "survey", "scoring")
MOVE_VERIFIED = "UPDATE reader_positions SET feed_verified_at = feed_verified_at + $1 WHERE source = 'scoring'"


class Source:
    """A service's feed with nothing new in it, over HTTP; it may be away, or have been restored."""

    def __init__(self, name: str) -> None:
        self.name, self.away, self.epoch, self.head = name, False, 1, 1_000
        app = FastAPI()

        @app.get("/v1/contracts")
        async def contracts(partition: int, after: int, wait: float = 0) -> Response:
            if wait:
                await asyncio.sleep(wait)
            if self.away:
                return Response(status_code=503)
            message = Message(
                source=self.name, epoch=self.epoch, partition=partition, head=self.head,
                prev=after, first=after, last=after, events=[],
            )  # fmt: skip
            return Response(encode_message(message), media_type="application/json")

        self.client = AsyncClient(transport=ASGITransport(app), base_url=f"http://{name}")


@asynccontextmanager
async def started(
    context: ServiceContext, sources: list[Source], timing: FeedTiming = FEED_TIMING
) -> AsyncIterator[ConsumerRunner]:
    feeds = FeedClient({source.name: source.client for source in sources})
    runner = ConsumerRunner(
        FREEZING, context.log, context.engine, FeedBus(feeds), feeds, now=context.now, look_every=0.1, timing=timing
    )
    task = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def found(context: ServiceContext) -> ReceivedRound:
    received = await received_round(context.engine, ROUND, PARTITIONS)
    assert received is not None
    return received


def codes(received: ReceivedRound) -> list[str]:
    return [each.code for each in blockers(received)]


async def until(context: ServiceContext, ready: Callable[[ReceivedRound], bool]) -> ReceivedRound:
    async with asyncio.timeout(30):
        while not ready(received := await found(context)):  # noqa: ASYNC110  # a database raises no event
            await asyncio.sleep(0.05)
    return received


async def in_the_way(context: ServiceContext, *wanted: str) -> ReceivedRound:
    """Return the received data once these blockers, and no others, are there."""
    return await until(context, lambda received: codes(received) == list(wanted))


@pytest.fixture
async def sources() -> AsyncIterator[list[Source]]:
    made = [Source(name) for name in SOURCES]
    yield made
    for source in made:
        await source.client.aclose()


async def test_nothing_is_frozen_before_each_source_was_verified(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound, sources: list[Source]
) -> None:
    await receive_all(binh_duong)
    await in_the_way(context)
    for source in sources:
        source.away = True
    async with started(context, sources):
        await until(context, lambda received: received.unchecked == tuple(sorted(SOURCES)))  # each is marked by itself
        await in_the_way(context, "sources-unchecked")
        sources[0].away = sources[2].away = False
        await until(context, lambda received: received.unchecked == ("survey",))
        sources[1].away = False
        await in_the_way(context)
    sources[1].away = True
    async with started(context, sources):  # each start asks again
        await until(context, lambda received: received.unchecked == ("survey",))
        await in_the_way(context, "sources-unchecked")


async def test_a_source_that_was_restored_meanwhile_is_in_the_way_from_the_start_on(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound, sources: list[Source]
) -> None:
    await receive_all(binh_duong)
    for source in sources:
        source.away = True
    async with started(context, sources):
        await in_the_way(context, "sources-unchecked")
        sources[2].epoch = 2
        for source in sources:
            source.away = False
        await until(context, lambda seen: "scoring" not in seen.unchecked or bool(seen.restored))
        assert codes(await found(context)) != []
        assert (await in_the_way(context, "sources-restored")).restored == ("scoring",)


@asynccontextmanager
async def verified(context: ServiceContext, sources: list[Source]) -> AsyncIterator[ConsumerRunner]:
    """Run the consumer, and wait until it has verified every source; the last one is away at first."""
    sources[2].away = True
    async with started(context, sources) as runner:
        await in_the_way(context, "sources-unchecked")
        sources[2].away = False
        await in_the_way(context)
        yield runner


async def test_a_source_whose_new_epoch_was_accepted_is_unchecked_until_its_feed_is_verified(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound, sources: list[Source]
) -> None:
    await receive_all(binh_duong)
    async with verified(context, sources) as runner:
        sources[2].epoch = 2
        await all_partitions_stop(runner)
    await accept_epoch(context.engine, FREEZING, Epoch("scoring", 2, 1_000))
    assert (await found(context)).unchecked == ("scoring",)
    assert codes(await found(context)) == ["sources-unchecked"]
    async with started(context, sources):
        await in_the_way(context)


async def all_partitions_stop(runner: ConsumerRunner) -> None:
    async with asyncio.timeout(30):
        while sum(each.stopped for each in await runner.status()) < PARTITIONS:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_source_whose_log_was_cut_stays_unchecked(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound, sources: list[Source]
) -> None:
    await receive_all(binh_duong)
    sources[2].head = 0
    async with started(context, sources) as runner:
        await all_partitions_stop(runner)
        assert (await in_the_way(context, "sources-unchecked")).unchecked == ("scoring",)


async def test_a_source_whose_log_is_cut_after_it_was_verified_is_unchecked_at_once(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound, sources: list[Source]
) -> None:
    await receive_all(binh_duong)
    async with verified(context, sources) as runner:
        sources[2].head = 0
        await all_partitions_stop(runner)
        received = await found(context)
        assert (codes(received), received.unchecked) == (["sources-unchecked"], ("scoring",))


async def test_a_source_that_was_not_verified_for_minutes_is_in_the_way(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    moved = timedelta(0)
    for age, in_way in (
        (VERIFIED_FOR - timedelta(minutes=1), ()),
        (VERIFIED_FOR + timedelta(minutes=1), ("scoring",)),
        (-VERIFIED_FOR - timedelta(minutes=1), ("scoring",)),  # the database's clock was set back since
    ):
        await context.log.pool.execute(MOVE_VERIFIED, moved - age)
        moved = age
        received = await found(context)
        assert received.unchecked == in_way
        assert codes(received) == ["sources-unchecked"] * len(in_way)


async def test_a_bus_process_that_runs_verifies_its_sources_again(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound, sources: list[Source]
) -> None:
    await receive_all(binh_duong)
    await context.log.pool.execute(MOVE_VERIFIED, -2 * VERIFIED_FOR)
    async with started(context, sources, FeedTiming(stored_every=0.1)):
        await in_the_way(context)
        await context.log.pool.execute(MOVE_VERIFIED, -2 * VERIFIED_FOR)
        await in_the_way(context)


def test_a_verified_feed_is_trusted_for_longer_than_a_running_bus_process_takes_to_verify_it_again() -> None:
    timing = FEED_TIMING
    most = timing.at_least + timing.again + timing.answer_within + timing.rest + timing.stored_every
    assert timedelta(seconds=2 * most) < VERIFIED_FOR
