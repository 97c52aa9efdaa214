"""The relay loses nothing and moves its cursor over nothing that was not confirmed; two of them do no harm."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from parindex.bus.buses import NotConfirmedError
from parindex.bus.lease import FenceLostError, cursors, log_head, try_lease
from parindex.bus.message import MOST_CONTRACTS, Message
from parindex.bus.outbox import AT_ONCE, read_outbox
from parindex.bus.relay import Relay
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.log import Log
from parindex.eventstore.registry import partition_of
from parindex.testing import shop
from parindex.testing.hall import Hall, stop
from parindex.testing.shop import OvenCleaned, act, bake

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

    async def holds(self, hall: Hall) -> None:
        """Wait until everything that was told is there."""
        told = {k: set(await hall.told(k)) for k in range(hall.shop.partitions)}
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


async def cursor(hall: Hall, partition: int = K) -> int:
    query = "SELECT position FROM reader_positions WHERE reader = 'relay' AND partition = $1"
    return int(await hall.shop.pool.fetchval(query, partition))


async def test_each_partition_is_told_everything_once_in_a_chain(hall: Hall) -> None:
    board = Board()
    await hall.bake_many(450, "o1")
    async with relaying(hall.shop, board):
        for _ in range(4):
            await hall.bake(30)
            await hall.close_shop()
        await board.holds(hall)
    for partition in range(hall.shop.partitions):
        assert board.positions(partition) == await hall.told(partition)
        chain = [message for message in board.taken if message.partition == partition]
        assert [message.prev for message in chain] == [0, *(message.last for message in chain[:-1])]


async def test_the_cursor_stops_before_the_first_message_that_was_not_confirmed(hall: Hall) -> None:
    board = Board()
    board.refuse = lambda message: message.last == 200
    await hall.bake_many(300, "o1")
    async with relaying(hall.shop, board) as relay:
        async with asyncio.timeout(20):
            while not relay.status().error:  # noqa: ASYNC110  # the relay has met the refusal
                await asyncio.sleep(0.01)
        assert await cursor(hall) == 100
        board.refuse = lambda _: False
        await board.holds(hall)
    assert sorted(set(board.positions(K))) == await hall.told(K)


async def test_a_relay_that_is_restarted_goes_on_at_its_cursor(hall: Hall) -> None:
    first, second = Board(), Board()
    await hall.bake(40)
    async with relaying(hall.shop, first):
        await first.holds(hall)
        async with asyncio.timeout(20):
            while await cursor(hall) < (await hall.told(K))[-1]:  # noqa: ASYNC110  # confirmed, and noted a moment later
                await asyncio.sleep(0.01)
    seen = await cursor(hall)
    await hall.bake(40)
    told = [position for position in await hall.told(K) if position > seen]
    async with relaying(hall.shop, second), asyncio.timeout(20), second.news:
        await second.news.wait_for(lambda: second.positions(K) == told)


async def test_private_facts_are_never_told(hall: Hall) -> None:
    board = Board()
    async with relaying(hall.shop, board):
        await hall.shop.append(Append("oven-o1", act(), lambda _: Decided([OvenCleaned("o1")] * 50), 50))
        await hall.shop.append(bake("o1"))
        await hall.close_shop()
        await board.holds(hall)
    assert board.positions(K) == [51, 52]


async def test_one_relay_is_active_and_another_takes_over_when_it_ends(hall: Hall) -> None:
    ours, theirs = Board(), Board()
    async with relaying(hall.shop, ours):
        await hall.bake(20)
        await ours.holds(hall)
        standby = asyncio.create_task(Relay(hall.shop, theirs).run())
        await hall.bake(20)
        await ours.holds(hall)
        assert theirs.taken == []
    await hall.bake(20)
    async with asyncio.timeout(20), theirs.news:
        await theirs.news.wait_for(lambda: bool(theirs.taken))
    await stop(standby)


async def test_two_relays_one_of_which_loses_its_session_lose_nothing(hall: Hall) -> None:
    both = Board()
    async with relaying(hall.shop, both), relaying(hall.shop, both):
        for _ in range(3):
            await hall.bake(30)
            await both.holds(hall)
            killed = await hall.shop.pool.fetchval(KILL_LEASE)
            assert killed == 1
            await hall.bake(30)
        await both.holds(hall)
    for partition in range(hall.shop.partitions):
        assert sorted(set(both.positions(partition))) == await hall.told(partition)
    assert await hall.shop.pool.fetchval("SELECT fence FROM relay_lease") >= 2


async def test_a_relay_under_an_old_fence_moves_no_cursor(hall: Hall) -> None:
    await hall.bake(20)
    async with try_lease(hall.shop) as old:
        assert old is not None
        positions = await cursors(old, 4)
        await hall.shop.pool.execute("UPDATE relay_lease SET fence = fence + 1")  # somebody took over
        with pytest.raises(FenceLostError):
            await old.advance(positions, {K: 5})
    assert await cursor(hall) == 0


async def test_a_cursor_is_moved_from_where_it_stands_only(hall: Hall) -> None:
    async with try_lease(hall.shop) as lease:
        assert lease is not None
        positions = await cursors(lease, 4)
        await lease.advance(positions, {K: 5})
        with pytest.raises(FenceLostError):
            await lease.advance(positions, {K: 3})
    assert await cursor(hall) == 5


async def test_two_leases_are_never_held_at_once_and_the_fence_rises(hall: Hall) -> None:
    async with try_lease(hall.shop) as one, try_lease(hall.shop) as two:
        assert one is not None
        assert two is None
    async with try_lease(hall.shop) as three:
        assert three is not None
        assert three.fence == one.fence + 1


async def test_the_outbox_misses_nothing_where_a_reading_ends(hall: Hall) -> None:
    """Own contracts and those for everybody are read with a limit each; the longer list must not overtake."""
    for _ in range(3):
        await hall.bake_many(AT_ONCE - 50, "o1")
        for _ in range(20):
            await hall.close_shop()
    read: list[int] = []
    async with try_lease(hall.shop) as lease:
        assert lease is not None
        positions = await cursors(lease, 4)
        _, epoch = await log_head(lease)
        while messages := (await read_outbox(lease.connection, hall.shop, epoch, positions)).get(K):
            read += [event.position for message in messages for event in message.events]
            assert all(len(message.events) <= MOST_CONTRACTS for message in messages)
            positions[K] = messages[-1].last
    assert read == await hall.told(K)


async def test_facts_of_another_process_are_relayed_too(hall: Hall) -> None:
    board = Board()
    async with relaying(hall.shop, board), Log.open(hall.shop_dsn, shop.TYPES) as other:
        await other.append(bake("o1"))
        await board.holds(hall)
    assert board.positions(K) == [1]
