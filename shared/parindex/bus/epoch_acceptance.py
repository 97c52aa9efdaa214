"""The acceptance of an epoch: an operator lets a consumer go on after its source was restored from an earlier copy.

The consumer goes on from its checkpoint. Where it had applied events that the copy does not hold, the acceptance is
refused, unless the operator lets it start over.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from parindex.bus.consumer import Consumer
from parindex.bus.handler_context import version_of
from parindex.eventstore.epochs import Epoch
from parindex.eventstore.projection import PROJECTION
from parindex.refusal import Kind, Refused

OF_CONSUMER = "split_part(reader, ':', 1) = :name AND source = :source"
FURTHEST = text(f"SELECT coalesce(max(position), 0) FROM reader_positions WHERE {OF_CONSUMER}")  # noqa: S608  # constants
ACCEPTED = "epoch = :epoch, told_epoch = 0, feed_verified_at = NULL"  # the feed before the restore was verified
GO_ON = text(f"UPDATE reader_positions SET {ACCEPTED} WHERE {OF_CONSUMER} AND epoch > 0")  # noqa: S608
START_OVER = text(f"UPDATE reader_positions SET {ACCEPTED}, position = 0 WHERE {OF_CONSUMER}")  # noqa: S608
REREAD = text("UPDATE reader_positions SET position = 0 WHERE split_part(reader, ':', 1) = :name")
FORGET = text(f"DELETE FROM parked WHERE {OF_CONSUMER}")  # noqa: S608
FORGET_ALL = text("DELETE FROM parked WHERE split_part(reader, ':', 1) = :name")


class FactsLostError(Refused):
    """A consumer has applied events that the restored copy of their source does not hold."""

    code = "facts-lost"
    kind = Kind.CONFLICT
    vi = (
        "{consumer} đã dùng dữ liệu của {epoch.source} đến vị trí {applied}, bản khôi phục chỉ có đến "
        "{epoch.position}. Đọc lại từ đầu bằng --start-over; xem deploy/runbooks/restore-a-database.md."
    )
    en = (
        "{consumer} has applied {epoch.source} up to {applied}; the restored copy ends at {epoch.position}. "
        "Read everything again with --start-over; see deploy/runbooks/restore-a-database.md."
    )

    consumer: str
    epoch: Epoch
    applied: int


async def accept_epoch(engine: AsyncEngine, consumer: Consumer, epoch: Epoch, *, start_over: bool = False) -> None:
    """Move a consumer to a source's new epoch, in one transaction. The operator restarts its processes after that.

    `start_over` resets the checkpoint: the tables are emptied, and the consumer appends to its own log again where the
    result differs. Raises FactsLostError where `start_over` is needed and false.
    """
    asked: dict[str, str | int] = {"name": consumer.name, "source": epoch.source, "epoch": epoch.number}
    async with version_of(consumer).engine(engine).begin() as connection:
        if start_over:
            await connection.execute(START_OVER, asked)
            await _empty(connection, consumer, asked)
            return
        applied = int(await connection.scalar(FURTHEST, asked) or 0)
        if applied > epoch.position:
            raise FactsLostError(consumer.name, epoch, applied)
        await connection.execute(GO_ON, asked)


async def _empty(connection: AsyncConnection, consumer: Consumer, asked: dict[str, str | int]) -> None:
    tables = consumer.tables.sorted_tables if consumer.tables is not None else []
    for table in reversed([table for table in tables if table.schema == PROJECTION]):
        await connection.execute(table.delete())
    await connection.execute(FORGET_ALL if tables else FORGET, asked)
    if tables:  # they hold rows from other sources, too
        await connection.execute(REREAD, asked)
