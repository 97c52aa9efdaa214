"""The audit feed: every entry with its exact bytes."""

import asyncio

import msgspec

from parindex.canonical import canonical
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.audit_feed import audit_feed
from parindex.eventstore.log import Log
from parindex.testing.shop import OvenCleaned, bake, metadata


class Line(msgspec.Struct):
    entry: msgspec.Raw
    position: int
    recorded_at: str


async def lines(log: Log, after: int, limit: int) -> list[Line]:
    text = b"".join([chunk async for chunk in audit_feed(log, after, limit)])
    return [msgspec.json.decode(line, type=Line) for line in text.splitlines()]


async def test_the_audit_feed_serves_the_stored_bytes(log: Log) -> None:
    await asyncio.gather(*(log.append(bake(f"lò {n}")) for n in range(10)))
    stored = [bytes(row["entry"]) for row in await log.pool.fetch("SELECT entry FROM events ORDER BY position")]
    served = await lines(log, 0, 100)
    assert [bytes(line.entry) for line in served] == stored
    assert [canonical(msgspec.json.decode(line.entry)) for line in served] == stored  # a stranger can make them again
    assert [line.position for line in served] == list(range(1, 11))


async def test_a_reader_pages_through_the_feed_without_gap_or_double(log: Log) -> None:
    await log.append(Append("oven-o1", metadata(), lambda _: Decided([OvenCleaned("o1")] * 4_500), 4_500))
    seen: list[int] = []
    while page := await lines(log, seen[-1] if seen else 0, 2_100):
        seen += [line.position for line in page]
    assert seen == list(range(1, 4_501))
