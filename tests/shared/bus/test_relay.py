"""The relay loses nothing and moves its cursor over nothing that was not confirmed; two of them do no harm."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from parindex.bus.lease import FenceLostError, cursors, head_and_epoch, try_lease
from parindex.bus.message import MOST_CONTRACTS, Message
from parindex.bus.outbox import AT_ONCE, read_outbox
from parindex.bus.protocols import NotConfirmedError
from parindex.bus.relay import Relay
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.log import Log
from parindex.eventstore.registry import partition_of
from parindex.testing import shop
from parindex.testing.bus_fixture import BusFixture, stop
from parindex.testing.shop import OvenCleaned, bake, metadata

K = partition_of("o1", 4)
KILL_LEASE = """
SELECT count(pg_terminate_backend(pid)) FROM pg_locks
WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Board:
    """A Publisher that keeps what it was given; `refuse` says which messages it does not confirm."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.refuse: Callable[[Message], bool] = lambda _: False
        self.news = asyncio.Condition()

    async def publish(self, message: Message) -> None:
        if self.refuse(message):
            raise NotConfirmedError("refused")
        self.taken.append(message)
        async with self.news:
            self.news.notify_all()

    def positions(self, partition: int) -> list[int]:
        return [event.position for message in self.taken if message.partition == partition for event in message.events]

    async def holds(self, bus_fixture: BusFixture) -> None:
        """Wait until each published contract is there."""
        told = {k: set(await bus_fixture.published(k)) for k in range(bus_fixture.shop.partitions)}
        async with asyncio.timeout(30), self.news:
            await self.news.wait_for(lambda: all(told[k] <= set(self.positions(k)) for k in told))


@asynccontextmanager
async def relaying(log: Log, board: Board) -> AsyncIterator[Relay]:
    relay = Relay(log, board)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        await stop(task)


async def cursor(bus_fixture: BusFixture, partition: int = K) -> int:
    query = "SELECT position FROM reader_positions WHERE reader = 'relay' AND partition = $1"
    return int(await bus_fixture.shop.pool.fetchval(query, partition))


async def test_each_partition_is_published_once_in_a_chain(bus_fixture: BusFixture) -> None:
    board = Board()
    await bus_fixture.bake_many(450, "o1")
    async with relaying(bus_fixture.shop, board):
        for _ in range(4):
            await bus_fixture.bake(30)
            await bus_fixture.close_shop()
        await board.holds(bus_fixture)
    for partition in range(bus_fixture.shop.partitions):
        assert board.positions(partition) == await bus_fixture.published(partition)
        chain = [message for message in board.taken if message.partition == partition]
        assert [message.prev for message in chain] == [0, *(message.last for message in chain[:-1])]


async def test_the_cursor_stops_before_the_first_message_that_was_not_confirmed(bus_fixture: BusFixture) -> None:
    board = Board()
    board.refuse = lambda message: message.last == 200
    await bus_fixture.bake_many(300, "o1")
    async with relaying(bus_fixture.shop, board) as relay:
        async with asyncio.timeout(20):
            while not relay.status().error:  # noqa: ASYNC110  # the relay has met the refusal
                await asyncio.sleep(0.01)
        assert await cursor(bus_fixture) == 100
        board.refuse = lambda _: False
        await board.holds(bus_fixture)
    assert sorted(set(board.positions(K))) == await bus_fixture.published(K)


async def test_a_relay_that_is_restarted_goes_on_at_its_cursor(bus_fixture: BusFixture) -> None:
    first, second = Board(), Board()
    await bus_fixture.bake(40)
    async with relaying(bus_fixture.shop, first):
        await first.holds(bus_fixture)
        async with asyncio.timeout(20):
            while await cursor(bus_fixture) < (await bus_fixture.published(K))[-1]:  # noqa: ASYNC110  # confirmed, and noted a moment later
                await asyncio.sleep(0.01)
    seen = await cursor(bus_fixture)
    await bus_fixture.bake(40)
    told = [position for position in await bus_fixture.published(K) if position > seen]
    async with relaying(bus_fixture.shop, second), asyncio.timeout(20), second.news:
        await second.news.wait_for(lambda: second.positions(K) == told)


async def test_private_events_are_never_published(bus_fixture: BusFixture) -> None:
    board = Board()
    async with relaying(bus_fixture.shop, board):
        await bus_fixture.shop.append(Append("oven-o1", metadata(), lambda _: Decided([OvenCleaned("o1")] * 50), 50))
        await bus_fixture.shop.append(bake("o1"))
        await bus_fixture.close_shop()
        await board.holds(bus_fixture)
    assert board.positions(K) == [51, 52]


async def test_one_relay_is_active_and_another_takes_over_when_it_ends(bus_fixture: BusFixture) -> None:
    ours, theirs = Board(), Board()
    async with relaying(bus_fixture.shop, ours):
        await bus_fixture.bake(20)
        await ours.holds(bus_fixture)
        standby = asyncio.create_task(Relay(bus_fixture.shop, theirs).run())
        await bus_fixture.bake(20)
        await ours.holds(bus_fixture)
        assert theirs.taken == []
    await bus_fixture.bake(20)
    async with asyncio.timeout(20), theirs.news:
        await theirs.news.wait_for(lambda: bool(theirs.taken))
    await stop(standby)


async def test_two_relays_one_of_which_loses_its_session_lose_nothing(bus_fixture: BusFixture) -> None:
    both = Board()
    async with relaying(bus_fixture.shop, both), relaying(bus_fixture.shop, both):
        for _ in range(3):
            await bus_fixture.bake(30)
            await both.holds(bus_fixture)
            killed = await bus_fixture.shop.pool.fetchval(KILL_LEASE)
            assert killed == 1
            await bus_fixture.bake(30)
        await both.holds(bus_fixture)
    for partition in range(bus_fixture.shop.partitions):
        assert sorted(set(both.positions(partition))) == await bus_fixture.published(partition)
    assert await bus_fixture.shop.pool.fetchval("SELECT fence FROM relay_lease") >= 2


async def test_a_relay_under_an_old_fence_moves_no_cursor(bus_fixture: BusFixture) -> None:
    await bus_fixture.bake(20)
    async with try_lease(bus_fixture.shop) as old:
        assert old is not None
        positions = await cursors(old, 4)
        await bus_fixture.shop.pool.execute("UPDATE relay_lease SET fence = fence + 1")  # another relay took over
        with pytest.raises(FenceLostError):
            await old.advance(positions, {K: 5})
    assert await cursor(bus_fixture) == 0


async def test_a_cursor_is_moved_from_where_it_stands_only(bus_fixture: BusFixture) -> None:
    async with try_lease(bus_fixture.shop) as lease:
        assert lease is not None
        positions = await cursors(lease, 4)
        await lease.advance(positions, {K: 5})
        with pytest.raises(FenceLostError):
            await lease.advance(positions, {K: 3})
    assert await cursor(bus_fixture) == 5


async def test_two_leases_are_never_held_at_once_and_the_fence_rises(bus_fixture: BusFixture) -> None:
    async with try_lease(bus_fixture.shop) as one, try_lease(bus_fixture.shop) as two:
        assert one is not None
        assert two is None
    async with try_lease(bus_fixture.shop) as three:
        assert three is not None
        assert three.fence == one.fence + 1


async def test_the_outbox_misses_nothing_where_a_reading_ends(bus_fixture: BusFixture) -> None:
    """A partition's own contracts and those for all partitions each have a limit; the longer list must not overtake."""
    for _ in range(3):
        await bus_fixture.bake_many(AT_ONCE - 50, "o1")
        for _ in range(20):
            await bus_fixture.close_shop()
    read: list[int] = []
    async with try_lease(bus_fixture.shop) as lease:
        assert lease is not None
        positions = await cursors(lease, 4)
        _, epoch = await head_and_epoch(lease)
        while messages := (await read_outbox(lease.connection, bus_fixture.shop, epoch, positions)).get(K):
            read += [event.position for message in messages for event in message.events]
            assert all(len(message.events) <= MOST_CONTRACTS for message in messages)
            positions[K] = messages[-1].last
    assert read == await bus_fixture.published(K)


async def test_facts_of_another_process_are_relayed_too(bus_fixture: BusFixture) -> None:
    board = Board()
    async with relaying(bus_fixture.shop, board), Log.open(bus_fixture.shop_dsn, shop.TYPES) as other:
        await other.append(bake("o1"))
        await board.holds(bus_fixture)
    assert board.positions(K) == [1]
