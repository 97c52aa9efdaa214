"""What the relay finds in the log to tell."""

from parindex.bus.lease import cursors, log_head, try_lease
from parindex.bus.outbox import AT_ONCE, read_outbox
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.registry import partition_of
from parindex.testing.hall import Hall
from parindex.testing.shop import ShopClosed, act

K = partition_of("o1", 4)


async def close_many(hall: Hall, count: int) -> None:
    closed = [ShopClosed("s")] * count
    await hall.shop.append(Append("shop-s", act(), lambda _: Decided(closed), count))


async def test_of_two_full_readings_the_shorter_one_ends_both(hall: Hall) -> None:
    await close_many(hall, AT_ONCE + 20)
    await hall.bake_many(AT_ONCE + 20, "o1")
    await close_many(hall, AT_ONCE + 20)
    read: list[int] = []
    async with try_lease(hall.shop) as lease:
        assert lease is not None
        positions = await cursors(lease, hall.shop.partitions)
        _, epoch = await log_head(lease)
        while found := await read_outbox(lease.connection, hall.shop, epoch, positions):
            read += [event.position for each in found.get(K, ()) for event in each.events]
            positions |= {k: messages[-1].last for k, messages in found.items()}
    assert read == await hall.told(K)
