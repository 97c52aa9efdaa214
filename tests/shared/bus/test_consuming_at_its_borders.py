"""A consumer at its borders: too much at once, a gap for ever, a version nearly there, two writers, two restores."""

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.shared.bus.conftest import Hand
from tests.shared.bus.test_consuming import NEVER, K, by_hand, message, set_epoch, status_of

from parindex.bus.consumer import HandlerContext
from parindex.bus.epoch_acceptance import accept_epoch
from parindex.bus.partition_worker import MOST_TOGETHER, Arrived
from parindex.eventstore.epochs import Epoch
from parindex.testing.bus_fixture import BusFixture
from parindex.testing.shop import bake

READER, LATER = "guest.eating:1", "guest.eating:2"
FOLLOW = """
UPDATE reader_positions AS later SET position = present.position - $1 FROM reader_positions AS present
WHERE later.reader = $2 AND present.reader = $3 AND later.partition = present.partition AND present.position > 0
"""
OF_ANOTHER = """
INSERT INTO parked (reader, source, partition, position, stream, contract, error)
VALUES ($1, 'bakery', $2, 1, 'oven-o1', '', 'e')
"""
STOPPED = "SELECT count(*) FROM reader_positions WHERE told_epoch NOT IN (0, epoch)"


async def test_behind_a_gap_that_no_feed_fills_nothing_is_applied(bus_fixture: BusFixture, hand: Hand) -> None:
    async with by_hand(bus_fixture, hand) as runner:
        await bus_fixture.bake_many(5, "o1")
        true = await message(bus_fixture, 0, 100)
        far = [replace(event, position=event.position + 1_000) for event in true.events]
        await hand.give(replace(true, prev=1_000, first=far[0].position, last=far[-1].position, events=far))
        assert await bus_fixture.eaten(K) == await bus_fixture.published(K)
        assert (await status_of(runner)).position == 5


async def test_more_contracts_than_may_wait_do_not_stop_a_partition(bus_fixture: BusFixture, hand: Hand) -> None:
    count, step = MOST_TOGETHER + 1_000, 500
    async with by_hand(bus_fixture, hand) as runner:
        await bus_fixture.bake_many(count, "o1")
        for after in range(0, count, step):
            await hand.give(await message(bus_fixture, after, step))
        assert (await status_of(runner)).position == count


async def test_a_retry_that_the_database_failed_counts_as_no_attempt(bus_fixture: BusFixture, hand: Hand) -> None:
    async def lose_connection(context: HandlerContext) -> None:
        await context.connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    bus_fixture.allergens.add("hawaii")
    async with by_hand(bus_fixture, hand):
        await bus_fixture.shop.append(bake("o1", "hawaii"))
        await hand.give(await message(bus_fixture, 0, 100))
        [before] = await bus_fixture.parking().rows()
        bus_fixture.faults.append(lose_connection)
        with pytest.raises(DBAPIError):
            await bus_fixture.parking().retry()
        assert await bus_fixture.parking().rows() == [before]


async def test_a_version_one_contract_behind_is_not_shown(bus_fixture: BusFixture, hand: Hand) -> None:
    async with by_hand(bus_fixture, hand):
        await bus_fixture.bake_many(5, "o1")
        await hand.give(await message(bus_fixture, 0, 100))
    later = bus_fixture.runner(hand, version=2, look_every=NEVER)
    await later.prepare()
    for behind, shown in ((1, False), (0, True)):
        await bus_fixture.guest.pool.execute(FOLLOW, behind, LATER, READER)
        assert await later._take_over() is shown


async def test_a_partition_has_one_writer_at_a_time(bus_fixture: BusFixture, hand: Hand) -> None:
    free: list[bool] = []

    async def look(_: HandlerContext) -> None:
        asked = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, $2))"
        free.extend([await bus_fixture.guest.pool.fetchval(asked, READER, k) for k in (K, (K + 1) % 4)])

    bus_fixture.faults.append(look)
    async with by_hand(bus_fixture, hand):
        await bus_fixture.bake_many(1, "o1")
        await hand.give(await message(bus_fixture, 0, 100))
    assert free == [False, True]


async def test_a_source_that_was_restored_twice_is_accepted_once(bus_fixture: BusFixture, hand: Hand) -> None:
    async with by_hand(bus_fixture, hand) as runner:
        await bus_fixture.bake_many(5, "o1")
        await hand.give(await message(bus_fixture, 0, 100))
        await set_epoch(bus_fixture, 2)
        await hand.give(await message(bus_fixture, 5, 100))
        assert (await status_of(runner)).stopped
    assert await bus_fixture.guest.pool.fetchval(STOPPED) == 1
    await set_epoch(bus_fixture, 3)  # it was the wrong copy; another is restored before an operator accepted the first
    await accept_epoch(bus_fixture.engine, bus_fixture.consumer(), Epoch("shop", 3, 5))
    assert await bus_fixture.guest.pool.fetchval(STOPPED) == 0


async def test_what_is_parked_of_one_source_blocks_no_subject_of_another(bus_fixture: BusFixture, hand: Hand) -> None:
    async with by_hand(bus_fixture, hand):
        await bus_fixture.guest.pool.execute(OF_ANOTHER, READER, K)
        await bus_fixture.bake_many(3, "o1")
        await hand.give(await message(bus_fixture, 0, 100))
        assert await bus_fixture.eaten(K) == await bus_fixture.published(K)
        assert await bus_fixture.parking().count() == 1


async def test_no_transaction_holds_more_contracts_than_agreed(bus_fixture: BusFixture) -> None:
    def of(after: int, count: int) -> Arrived:
        events = [replace(true.events[0], id=f"shop/{at}", position=at) for at in range(after + 1, after + count + 1)]
        return Arrived(chain, replace(true, prev=after, first=after + 1, last=after + count, events=events), ())

    await bus_fixture.bake_many(1, "o1")
    chain: Any = object()
    true = await message(bus_fixture, 0, 1)
    nearly = of(0, MOST_TOGETHER - 1)
    assert nearly.with_next(of(MOST_TOGETHER - 1, 1)) is not None
    assert nearly.with_next(of(MOST_TOGETHER - 1, 2)) is None
