"""The ledger holds what the real log would hold, so that a property over it says something about the log."""

from typing import Any

import msgspec
import pytest

from parindex.eventstore.appending import Append, Decided, StreamHead
from parindex.eventstore.log import Log
from parindex.refusal import Refused
from parindex.testing import shop
from parindex.testing.memory_log import MemoryLog
from parindex.testing.shop import OvenCleaned, PizzaBaked, ShopClosed


class BurntError(Refused):
    code = "burnt"
    vi, en = "Cháy.", "Burnt."


def burn(_: StreamHead) -> Decided:
    raise BurntError


def count_up(head: StreamHead) -> Decided:
    return Decided([OvenCleaned("o2")] * head.version, b"%d" % (head.version + 1))


APPENDS = [
    shop.bake("o1"),
    Append("oven-o2", shop.metadata(), lambda _: Decided([PizzaBaked("Phở", "o2"), OvenCleaned("o2")], b"first")),
    Append("oven-o1", shop.metadata(), burn),
    Append("oven-o2", shop.metadata(), count_up),
    Append("oven-o3", shop.metadata(), lambda _: Decided([], b"state and no fact")),
    Append("shop-s", shop.metadata(), lambda _: Decided([ShopClosed("s")])),
    shop.bake_at(0),  # the oven is further on
    Append("oven-o1", shop.metadata(), lambda _: Decided([PizzaBaked("\u0065\u0301", "o1")])),  # not NFC
    shop.bake_at(1),
]


def told(raw: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = msgspec.json.decode(raw)
    of_each_log = {"nonce", "origin", "previous", "recorded_at"}
    return {key: value for key, value in entry.items() if key not in of_each_log}


async def test_a_memory_log_holds_what_the_log_holds(log: Log) -> None:
    memory_log = MemoryLog("shop", shop.TYPES, 4)
    for append in APPENDS:
        outcomes: list[object] = []
        for appending in (log.append(append), memory_log.append_within(None, [append])):
            try:
                done = await appending
                appended = done[0] if isinstance(done, list) else done
                outcomes.append((appended.first, appended.last, appended.version, appended.facts))
            except Refused as refused:
                outcomes.append((refused.code, refused.en))
        assert outcomes[0] == outcomes[1]
    rows = await log.pool.fetch("SELECT entry FROM events ORDER BY position")
    assert [told(row["entry"]) for row in rows] == [told(raw) for raw in memory_log.entries()]
    assert [each.fact for each in await log.read_after(0)] == [each.fact for each in memory_log.recorded()]
    for stream in ("oven-o1", "oven-o2", "oven-o3", "shop-s", "nobody"):
        assert await log.stream_head(stream) == memory_log.head(stream)
        assert [each.fact for each in await log.read_stream(stream)] == list(memory_log.facts(stream))


def test_a_transaction_that_fails_leaves_nothing() -> None:
    memory_log = MemoryLog("shop", shop.TYPES, 4)
    memory_log.append(shop.bake("o1"))
    before = (memory_log.position, memory_log.entries(), memory_log.head("oven-o1"), memory_log.facts("oven-o1"))
    with pytest.raises(BurntError), memory_log.transaction():  # noqa: PT012  # the effects before the failure are the point
        memory_log.append(shop.bake("o1"))
        memory_log.append(Append("oven-o1", shop.metadata(), burn))
    assert (
        memory_log.position,
        memory_log.entries(),
        memory_log.head("oven-o1"),
        memory_log.facts("oven-o1"),
    ) == before
    assert memory_log.append(shop.bake("o1")).version == 2
