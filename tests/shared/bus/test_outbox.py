"""The outbox: the contracts in the log that the relay publishes next."""

from parindex.bus.lease import cursors, head_and_epoch, try_lease
from parindex.bus.outbox import AT_ONCE, read_outbox
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.registry import partition_of
from parindex.testing.bus_fixture import BusFixture
from parindex.testing.shop import ShopClosed, metadata

K = partition_of("o1", 4)


async def close_many(bus_fixture: BusFixture, count: int) -> None:
    closed = [ShopClosed("s")] * count
    await bus_fixture.shop.append(Append("shop-s", metadata(), lambda _: Decided(closed), count))


async def test_of_two_full_readings_the_shorter_one_ends_both(bus_fixture: BusFixture) -> None:
    await close_many(bus_fixture, AT_ONCE + 20)
    await bus_fixture.bake_many(AT_ONCE + 20, "o1")
    await close_many(bus_fixture, AT_ONCE + 20)
    read: list[int] = []
    async with try_lease(bus_fixture.shop) as lease:
        assert lease is not None
        positions = await cursors(lease, bus_fixture.shop.partitions)
        _, epoch = await head_and_epoch(lease)
        while found := await read_outbox(lease.connection, bus_fixture.shop, epoch, positions):
            read += [event.position for each in found.get(K, ()) for event in each.events]
            positions |= {k: messages[-1].last for k, messages in found.items()}
    assert read == await bus_fixture.published(K)
