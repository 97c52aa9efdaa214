"""What a consumer does with each message, whatever has become of the ones before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from parindex.bus.buses import FeedAwayError
from parindex.bus.consumer import Effect
from parindex.bus.consuming import ConsumerRunner
from parindex.bus.contract_feed import contract_feed
from parindex.bus.feed import FeedClient
from parindex.bus.message import Message
from parindex.eventstore.readers import ReaderStatus
from parindex.eventstore.registry import partition_of
from parindex.eventstore.transient import TransientError
from parindex.testing.hall import Hall, eating
from parindex.testing.shop import bake

K = partition_of("o1", 4)
NEVER = 3_600.0  # seconds between two looks at a silent feed: in these tests the messages do it all


class LatchedFeed(FeedClient):
    """A feed whose door may be shut."""

    def __init__(self, hall: Hall) -> None:
        super().__init__({"shop": hall.door})
        self.shut = True

    async def read(self, source: str, partition: int, after: int, *more: Any) -> Message:
        if self.shut:
            raise FeedAwayError(source)
        return await super().read(source, partition, after, *more)


class CountedFeed(FeedClient):
    """A feed that knows how often it was read."""

    def __init__(self, hall: Hall) -> None:
        super().__init__({"shop": hall.door})
        self.reads = asyncio.Semaphore(0)

    async def read(self, source: str, partition: int, after: int, *more: Any) -> Message:
        found = await super().read(source, partition, after, *more)
        self.reads.release()
        return found


@asynccontextmanager
async def by_hand(hall: Hall, hand: Any) -> AsyncIterator[ConsumerRunner]:
    """Run a consumer that has had its first look at the feed, and gets everything else from the test's hand."""
    hall.feeds = feed = CountedFeed(hall)
    async with eating(hall.runner(hand, look_every=NEVER)) as runner:
        async with asyncio.timeout(30):
            for _ in range(hall.shop.partitions):
                await feed.reads.acquire()
        yield runner


async def message(hall: Hall, after: int, limit: int) -> Message:
    return await contract_feed(hall.shop, K, after, limit)


async def status_of(runner: Any) -> ReaderStatus:
    statuses: list[ReaderStatus] = await runner.status()
    return next(each for each in statuses if each.partition == K)


async def set_epoch(hall: Hall, epoch: int) -> None:
    await hall.shop.pool.execute("UPDATE log_head SET epoch = $1", epoch)


async def test_a_message_that_comes_twice_is_applied_once(hall: Hall, hand: Any) -> None:
    async with by_hand(hall, hand) as runner:
        await hall.bake(3, ovens=1, pizza="x")
        await hall.bake_many(3, "o1")
        for _ in range(3):
            await hand.give(await message(hall, 0, 100))
        assert await hall.eaten(K) == await hall.told(K)
        assert (await status_of(runner)).duplicates >= 2


async def test_of_an_overlapping_message_the_tail_is_applied(hall: Hall, hand: Any) -> None:
    async with by_hand(hall, hand):
        await hall.bake_many(12, "o1")
        await hand.give(await message(hall, 0, 7))
        await hand.give(await message(hall, 3, 9))
        assert await hall.eaten(K) == list(range(1, 13))


async def test_what_is_missing_before_a_message_is_read_from_the_feed(hall: Hall, hand: Any) -> None:
    async with by_hand(hall, hand) as runner:
        await hall.bake_many(250, "o1")
        await hand.give(await message(hall, 245, 3))
        assert await hall.eaten(K) == await hall.told(K)  # a page of the feed may hold more than was missing
        assert (await status_of(runner)).refills == 1


async def test_a_gap_waits_for_a_feed_that_is_away(hall: Hall, hand: Any) -> None:
    hall.feeds = feed = LatchedFeed(hall)
    async with eating(hall.runner(hand, look_every=0.2)) as runner:
        await hall.bake_many(20, "o1")
        await hand.give(await message(hall, 10, 5))
        assert await hall.eaten(K) == []
        assert "FeedAwayError" in (await status_of(runner)).error
        feed.shut = False
        await hall.all_arrived(runner)
        await hall.check()


async def test_after_a_change_of_epoch_nothing_is_applied_and_somebody_is_told(hall: Hall, hand: Any) -> None:
    async with by_hand(hall, hand) as runner:
        await hall.bake_many(5, "o1")
        await hand.give(await message(hall, 0, 100))
        await hall.bake_many(5, "o1")
        await set_epoch(hall, 2)
        await hand.give(await message(hall, 5, 100))
        status = await status_of(runner)
        assert (status.stopped, status.position) == (True, 5)
        assert "EpochChangedError" in status.error
        assert await hall.eaten(K) == [1, 2, 3, 4, 5]


async def test_a_source_whose_log_was_cut_short_is_found_out_without_an_epoch(hall: Hall, hand: Any) -> None:
    async with by_hand(hall, hand) as runner:
        await hall.bake_many(5, "o1")
        await hand.give(await message(hall, 0, 100))
        await hall.shop.pool.execute("UPDATE log_head SET position = 3")
        await hand.give(await message(hall, 5, 100))
        status = await status_of(runner)
        assert (status.stopped, status.position) == (True, 5)
        assert "SourceCutError" in status.error


async def test_a_restored_source_is_found_out_though_its_positions_look_old(hall: Hall, hand: Any) -> None:
    async with by_hand(hall, hand) as runner:
        await hall.bake_many(5, "o1")
        await hand.give(await message(hall, 0, 100))
        await set_epoch(hall, 2)
        await hand.give(await message(hall, 2, 2))  # positions 3 and 4, which may be other facts now
        assert (await status_of(runner)).stopped


async def test_a_late_message_of_an_earlier_epoch_does_no_harm(hall: Hall, hand: Any) -> None:
    await hall.bake_many(5, "o1")
    old = await message(hall, 0, 100)
    await set_epoch(hall, 2)
    async with by_hand(hall, hand) as runner:
        await hand.give(await message(hall, 0, 2))
        await hand.give(old)
        assert await hall.eaten(K) == [1, 2, 3, 4, 5]
        assert not (await status_of(runner)).stopped


async def test_what_passes_by_itself_is_tried_again_and_nothing_is_parked(hall: Hall, hand: Any) -> None:
    async def trouble(effect: Effect) -> None:
        raise TransientError

    async def lose_connection(effect: Effect) -> None:
        await effect.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async def time_out(effect: Effect) -> None:
        await effect.connection.execute(text("SET LOCAL statement_timeout = 10"))
        await effect.connection.execute(text("SELECT pg_sleep(30)"))

    hall.accidents += [trouble, lose_connection, time_out]
    async with by_hand(hall, hand) as runner:
        await hall.bake_many(5, "o1")
        await hand.give(await message(hall, 0, 100))
        assert not hall.accidents
        assert await hall.eaten(K) == [1, 2, 3, 4, 5]
        assert await runner.parked_count() == 0
        assert (await status_of(runner)).error == ""


async def test_an_effect_in_the_own_log_stands_or_falls_with_the_position(hall: Hall, hand: Any) -> None:
    async def append_then_fail(effect: Effect) -> None:
        await effect.log.append_within(effect.connection, [bake("own")])
        raise TransientError

    async def append(effect: Effect) -> None:
        await effect.log.append_within(effect.connection, [bake("own")])

    hall.accidents += [append_then_fail, append_then_fail, append]
    async with by_hand(hall, hand):
        await hall.bake_many(5, "o1")
        await hand.give(await message(hall, 0, 100))
        assert await hall.guest.head() == 1


async def test_a_contract_that_this_program_does_not_know_is_kept_for_a_newer_one(hall: Hall, hand: Any) -> None:
    async with by_hand(hall, hand) as runner:
        await hall.bake_many(3, "o1")
        known = await message(hall, 0, 100)
        new = msgspec.structs.replace(known.events[1], type="survey.tally-updated.v9", subject="oven-of-the-future")
        await hand.give(msgspec.structs.replace(known, events=[known.events[0], new, known.events[2]]))
        assert await hall.eaten(K) == [1, 3]
        assert await runner.parked_count() == 1
        assert (await status_of(runner)).parked == 1


async def test_what_is_tried_again_too_early_stays_parked_and_is_counted(hall: Hall, hand: Any) -> None:
    hall.allergens |= {"hawaii", "tonno"}
    async with by_hand(hall, hand) as runner:
        for pizza in ("hawaii", "margherita", "tonno"):
            await hall.shop.append(bake("o1", pizza))
        await hand.give(await message(hall, 0, 100))
        hall.allergens.remove("hawaii")
        assert await runner.retry_parked("oven-o1") == 2
        assert await hall.eaten_of("o1") == [1, 2]
        (left,) = await runner.parking.rows()
        assert (left.position, left.subject, left.attempts) == (3, "oven-o1", 2)
        assert "IndigestibleError" in left.error
        assert hall.releases == []


async def test_trying_one_subject_again_leaves_the_others_parked(hall: Hall, hand: Any) -> None:
    hall.allergens.add("hawaii")
    other = next(f"p{n}" for n in range(99) if partition_of(f"p{n}", 4) == K)
    async with by_hand(hall, hand) as runner:
        for oven in ("o1", other):
            await hall.shop.append(bake(oven, "hawaii"))
        await hand.give(await message(hall, 0, 100))
        hall.allergens.clear()
        assert await runner.retry_parked("oven-o1") == 1
        assert await runner.parked_count() == 1
        assert hall.releases == [1]


async def test_a_new_version_is_shown_when_it_has_come_as_far_as_the_old_one(hall: Hall, hand: Any) -> None:
    async with eating(hall.runner(hand, look_every=NEVER)) as old:
        await hall.bake_many(150, "o1")
        await hand.give(await message(hall, 0, 100))
        await hand.give(await message(hall, 100, 100))
        await old.reached("shop", K, 150)
    async with eating(hall.runner(hand, version=2, look_every=NEVER)) as new:
        assert not (await status_of(new)).live
        assert len(await hall.eaten(K)) == 150  # readers see the old one
        await hall.all_arrived(new)  # by looking at the feed, which every consumer does first
        async with asyncio.timeout(20):
            while not (await status_of(new)).live:  # noqa: ASYNC110  # another task's work
                await asyncio.sleep(0.05)
    await hall.guest.pool.execute("DELETE FROM guest_eating_v1.meals")
    assert len(await hall.eaten(K)) == 150


@pytest.mark.parametrize("look_every", [0.2])
async def test_a_bus_that_brings_nothing_at_all_costs_only_time(hall: Hall, hand: Any, look_every: float) -> None:
    async with eating(hall.runner(hand, look_every=look_every)) as runner:
        for _ in range(3):
            await hall.bake(40)
            await hall.all_arrived(runner)
        await hall.check()
