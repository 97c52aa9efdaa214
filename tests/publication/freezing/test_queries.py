"""The received data of a round is of one moment, and of the version whose tables are queried."""

from collections.abc import Awaitable, Callable

from sqlalchemy import event
from sqlalchemy.util import await_only

from parindex.service import ServiceContext
from publication.freezing.queries import CONSUMER, received_round
from publication.freezing.state import ReceivedRound

ReceiveAll = Callable[[ReceivedRound], Awaitable[None]]

ROUND, PARTITIONS = "binh-duong-2017", 4
PARK = """
INSERT INTO parked (reader, source, partition, position, stream, contract, error)
VALUES ($1, 'scoring', 0, 1, 's', '', 'e')
"""
STOP = "INSERT INTO reader_positions (reader, source, partition, epoch, told_epoch) VALUES ($1, 'scoring', 77, 1, 2)"
LEFT = "INSERT INTO readers (name, version, live) VALUES ($1, 999, false)"
LIVE = "SELECT version FROM readers WHERE name = $1 AND live"


async def reader(context: ServiceContext) -> str:
    return f"{CONSUMER}:{await context.log.pool.fetchval(LIVE, CONSUMER)}"


async def test_what_a_version_that_is_not_shown_left_behind_is_no_blocker(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    await context.log.pool.execute(LEFT, CONSUMER)
    for name, wanted in ((f"{CONSUMER}:999", (0, ())), (await reader(context), (1, ("scoring",)))):
        await context.log.pool.execute(PARK, name)
        await context.log.pool.execute(STOP, name)
        received = await received_round(context.engine, ROUND, PARTITIONS)
        assert received is not None
        assert (received.parked, received.restored) == wanted


async def test_the_received_data_is_of_one_moment(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    name = await reader(context)

    @event.listens_for(context.engine.sync_engine, "after_cursor_execute", once=True)
    def overtake(*_: object) -> None:
        await_only(context.log.pool.execute(PARK, name))

    for parked in (0, 1):
        received = await received_round(context.engine, ROUND, PARTITIONS)
        assert received is not None
        assert received.parked == parked


async def test_an_entry_that_the_list_of_editions_lacks_is_in_the_way(
    context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    version = await context.log.pool.fetchval(LIVE, "projection:editions")
    await context.log.pool.execute(PARK, f"projection:editions:{version}")
    received = await received_round(context.engine, ROUND, PARTITIONS)
    assert received is not None
    assert received.parked == 1
