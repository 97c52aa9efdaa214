"""The consumer: each message is applied, dropped or completed, also after the loss of earlier ones."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from tests.shared.bus.conftest import Hand

from parindex.bus.consumer import HandlerContext
from parindex.bus.consuming import ConsumerRunner
from parindex.bus.contract_feed import contract_feed
from parindex.bus.feed import FeedClient
from parindex.bus.feed_timing import FeedTiming
from parindex.bus.message import Message
from parindex.bus.protocols import FeedAwayError
from parindex.eventstore.checkpoints import CheckpointStatus
from parindex.eventstore.registry import partition_of
from parindex.eventstore.transient import TransientError
from parindex.testing.bus_fixture import BusFixture, running
from parindex.testing.shop import bake

K = partition_of("o1", 4)
NEVER = 3_600.0  # seconds after which the feed of a silent source is read: in these tests the messages do it all


class LatchedFeed(FeedClient):
    """A feed that may be closed."""

    def __init__(self, bus_fixture: BusFixture) -> None:
        super().__init__({"shop": bus_fixture.client})
        self.shut = True

    async def read(self, source: str, partition: int, after: int, *more: Any) -> Message:
        if self.shut:
            raise FeedAwayError(source)
        return await super().read(source, partition, after, *more)


class CountedFeed(FeedClient):
    """A feed that counts how often each partition was read."""

    def __init__(self, bus_fixture: BusFixture) -> None:
        super().__init__({"shop": bus_fixture.client})
        self.reads = defaultdict[int, asyncio.Semaphore](lambda: asyncio.Semaphore(0))

    async def read(self, source: str, partition: int, after: int, *more: Any) -> Message:
        found = await super().read(source, partition, after, *more)
        self.reads[partition].release()
        return found


@asynccontextmanager
async def by_hand(bus_fixture: BusFixture, hand: Hand) -> AsyncIterator[ConsumerRunner]:
    """Run a consumer that has read the feed once, and gets everything else from the test's hand."""
    bus_fixture.feeds = feed = CountedFeed(bus_fixture)
    async with running(bus_fixture.runner(hand, look_every=NEVER)) as runner:
        async with asyncio.timeout(30):
            for partition in range(bus_fixture.shop.partitions):
                await feed.reads[partition].acquire()
        yield runner


async def message(bus_fixture: BusFixture, after: int, limit: int) -> Message:
    return await contract_feed(bus_fixture.shop, K, after, limit)


async def status_of(runner: ConsumerRunner) -> CheckpointStatus:
    return next(each for each in await runner.status() if each.partition == K)


async def set_epoch(bus_fixture: BusFixture, epoch: int) -> None:
    await bus_fixture.shop.pool.execute("UPDATE log_head SET epoch = $1", epoch)


async def test_a_message_that_comes_twice_is_applied_once(bus_fixture: BusFixture, hand: Hand) -> None:
    async with by_hand(bus_fixture, hand) as runner:
        await bus_fixture.bake(3, ovens=1, pizza="x")
        await bus_fixture.bake_many(3, "o1")
        for _ in range(3):
            await hand.give(await message(bus_fixture, 0, 100))
        assert await bus_fixture.eaten(K) == await bus_fixture.published(K)
        assert (await status_of(runner)).duplicates >= 2


async def test_of_an_overlapping_message_the_tail_is_applied(bus_fixture: BusFixture, hand: Hand) -> None:
    async with by_hand(bus_fixture, hand):
        await bus_fixture.bake_many(12, "o1")
        await hand.give(await message(bus_fixture, 0, 7))
        await hand.give(await message(bus_fixture, 3, 9))
        assert await bus_fixture.eaten(K) == list(range(1, 13))


async def test_what_is_missing_before_a_message_is_read_from_the_feed(bus_fixture: BusFixture, hand: Hand) -> None:
    async with by_hand(bus_fixture, hand) as runner:
        await bus_fixture.bake_many(250, "o1")
        await hand.give(await message(bus_fixture, 245, 3))
        assert await bus_fixture.eaten(K) == await bus_fixture.published(
            K
        )  # a page of the feed may hold more than was missing
        assert (await status_of(runner)).gaps_filled == 1


async def test_a_gap_waits_for_a_feed_that_is_away(bus_fixture: BusFixture, hand: Hand) -> None:
    bus_fixture.feeds = feed = LatchedFeed(bus_fixture)
    async with running(bus_fixture.runner(hand, look_every=0.2)) as runner:
        await bus_fixture.bake_many(20, "o1")
        await hand.give(await message(bus_fixture, 10, 5))
        assert await bus_fixture.eaten(K) == []
        assert "FeedAwayError" in (await status_of(runner)).error
        feed.shut = False
        await bus_fixture.all_arrived(runner)
        await bus_fixture.check()


async def test_after_a_change_of_epoch_nothing_is_applied_and_the_status_shows_it(
    bus_fixture: BusFixture, hand: Hand
) -> None:
    async with by_hand(bus_fixture, hand) as runner:
        await bus_fixture.bake_many(5, "o1")
        await hand.give(await message(bus_fixture, 0, 100))
        await bus_fixture.bake_many(5, "o1")
        await set_epoch(bus_fixture, 2)
        await hand.give(await message(bus_fixture, 5, 100))
        status = await status_of(runner)
        assert (status.stopped, status.position) == (True, 5)
        assert "EpochChangedError" in status.error
        assert await bus_fixture.eaten(K) == [1, 2, 3, 4, 5]


async def test_a_source_whose_log_was_cut_short_is_found_out_without_an_epoch(
    bus_fixture: BusFixture, hand: Hand
) -> None:
    async with by_hand(bus_fixture, hand) as runner:
        await bus_fixture.bake_many(5, "o1")
        await hand.give(await message(bus_fixture, 0, 100))
        await bus_fixture.shop.pool.execute("UPDATE log_head SET position = 3")
        await hand.give(await message(bus_fixture, 5, 100))
        status = await status_of(runner)
        assert (status.stopped, status.position) == (True, 5)
        assert "SourceCutError" in status.error


async def test_a_restored_source_is_found_out_though_its_positions_look_old(
    bus_fixture: BusFixture, hand: Hand
) -> None:
    async with by_hand(bus_fixture, hand) as runner:
        await bus_fixture.bake_many(5, "o1")
        await hand.give(await message(bus_fixture, 0, 100))
        await set_epoch(bus_fixture, 2)
        await hand.give(await message(bus_fixture, 2, 2))  # positions 3 and 4, which may be other facts now
        assert (await status_of(runner)).stopped


async def test_a_late_message_of_an_earlier_epoch_does_no_harm(bus_fixture: BusFixture, hand: Hand) -> None:
    await bus_fixture.bake_many(5, "o1")
    old = await message(bus_fixture, 0, 100)
    await set_epoch(bus_fixture, 2)
    async with by_hand(bus_fixture, hand) as runner:
        await hand.give(await message(bus_fixture, 0, 2))
        await hand.give(old)
        assert await bus_fixture.eaten(K) == [1, 2, 3, 4, 5]
        assert not (await status_of(runner)).stopped


async def test_what_passes_by_itself_is_tried_again_and_nothing_is_parked(bus_fixture: BusFixture, hand: Hand) -> None:
    async def trouble(context: HandlerContext) -> None:
        raise TransientError

    async def lose_connection(context: HandlerContext) -> None:
        await context.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async def time_out(context: HandlerContext) -> None:
        await context.connection.execute(text("SET LOCAL statement_timeout = 10"))
        await context.connection.execute(text("SELECT pg_sleep(30)"))

    bus_fixture.faults += [trouble, lose_connection, time_out]
    async with by_hand(bus_fixture, hand) as runner:
        await bus_fixture.bake_many(5, "o1")
        await hand.give(await message(bus_fixture, 0, 100))
        assert not bus_fixture.faults
        assert await bus_fixture.eaten(K) == [1, 2, 3, 4, 5]
        assert await bus_fixture.parking().count() == 0
        assert (await status_of(runner)).error == ""


async def test_an_append_of_a_handler_commits_with_the_checkpoint_or_not_at_all(
    bus_fixture: BusFixture, hand: Hand
) -> None:
    async def append_then_fail(context: HandlerContext) -> None:
        await context.log.append_within(context.connection, [bake("own")])
        raise TransientError

    async def append(context: HandlerContext) -> None:
        await context.log.append_within(context.connection, [bake("own")])

    bus_fixture.faults += [append_then_fail, append_then_fail, append]
    async with by_hand(bus_fixture, hand):
        await bus_fixture.bake_many(5, "o1")
        await hand.give(await message(bus_fixture, 0, 100))
        assert await bus_fixture.guest.head() == 1


async def test_a_contract_that_this_program_does_not_know_is_kept_for_a_newer_one(
    bus_fixture: BusFixture, hand: Hand
) -> None:
    async with by_hand(bus_fixture, hand) as runner:
        await bus_fixture.bake_many(3, "o1")
        known = await message(bus_fixture, 0, 100)
        new = msgspec.structs.replace(known.events[1], type="survey.tally-updated.v9", subject="oven-of-the-future")
        await hand.give(msgspec.structs.replace(known, events=[known.events[0], new, known.events[2]]))
        assert await bus_fixture.eaten(K) == [1, 3]
        assert await bus_fixture.parking().count() == 1
        assert (await status_of(runner)).parked == 1


async def test_what_is_tried_again_too_early_stays_parked_and_is_counted(bus_fixture: BusFixture, hand: Hand) -> None:
    bus_fixture.allergens |= {"hawaii", "tonno"}
    async with by_hand(bus_fixture, hand):
        for pizza in ("hawaii", "margherita", "tonno"):
            await bus_fixture.shop.append(bake("o1", pizza))
        await hand.give(await message(bus_fixture, 0, 100))
        bus_fixture.allergens.remove("hawaii")
        assert await bus_fixture.parking().retry("oven-o1") == 2
        assert await bus_fixture.eaten_of("o1") == [1, 2]
        (left,) = await bus_fixture.parking().rows()
        assert (left.position, left.subject, left.attempts) == (3, "oven-o1", 2)
        assert "IndigestibleError" in left.error
        assert bus_fixture.releases == []


async def test_trying_one_subject_again_leaves_the_others_parked(bus_fixture: BusFixture, hand: Hand) -> None:
    bus_fixture.allergens.add("hawaii")
    other = next(f"p{n}" for n in range(99) if partition_of(f"p{n}", 4) == K)
    async with by_hand(bus_fixture, hand):
        for oven in ("o1", other):
            await bus_fixture.shop.append(bake(oven, "hawaii"))
        await hand.give(await message(bus_fixture, 0, 100))
        bus_fixture.allergens.clear()
        assert await bus_fixture.parking().retry("oven-o1") == 1
        assert await bus_fixture.parking().count() == 1
        assert bus_fixture.releases == [1]


async def test_a_new_version_is_shown_when_it_has_come_as_far_as_the_old_one(
    bus_fixture: BusFixture, hand: Hand
) -> None:
    async with running(bus_fixture.runner(hand, look_every=NEVER)) as old:
        await bus_fixture.bake_many(150, "o1")
        await hand.give(await message(bus_fixture, 0, 100))
        await hand.give(await message(bus_fixture, 100, 100))
        await old.reached("shop", K, 150)
    async with running(bus_fixture.runner(hand, version=2, look_every=NEVER)) as new:
        assert not (await status_of(new)).live
        assert len(await bus_fixture.eaten(K)) == 150  # readers see the old one
        await bus_fixture.all_arrived(new)  # by reading the feed, which every consumer does first
        async with asyncio.timeout(20):
            while not (await status_of(new)).live:  # noqa: ASYNC110  # another task's work
                await asyncio.sleep(0.05)
    await bus_fixture.guest.pool.execute("DELETE FROM guest_eating_v1.meals")
    assert len(await bus_fixture.eaten(K)) == 150


@pytest.mark.parametrize("look_every", [0.2])
async def test_a_bus_that_brings_nothing_at_all_costs_only_time(
    bus_fixture: BusFixture, hand: Hand, look_every: float
) -> None:
    async with running(bus_fixture.runner(hand, look_every=look_every)) as runner:
        for _ in range(3):
            await bus_fixture.bake(40)
            await bus_fixture.all_arrived(runner)
        await bus_fixture.check()


async def test_the_feed_is_read_now_and_then_however_busy_the_source_is(bus_fixture: BusFixture, hand: Hand) -> None:
    bus_fixture.feeds = feed = CountedFeed(bus_fixture)
    often = FeedTiming(at_least=0.0, again=0.05)
    async with running(bus_fixture.runner(hand, look_every=NEVER, timing=often)), asyncio.timeout(30):
        await feed.reads[K].acquire()
        for position in range(5):
            await bus_fixture.bake_many(1, "o1")
            await hand.give(await message(bus_fixture, position, 1))
            while not feed.reads[K].locked():
                await feed.reads[K].acquire()  # those before the message
            await feed.reads[K].acquire()
        assert await bus_fixture.eaten(K) == [1, 2, 3, 4, 5]
