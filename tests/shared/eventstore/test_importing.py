"""An auditor's copy of a feed: a tampered line is refused with its position and reason, never copied."""

from collections.abc import AsyncIterator, Callable

import pytest

from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.audit_feed import audit_feed
from parindex.eventstore.importing import FeedBrokenError, Imported, import_feed
from parindex.eventstore.log import Log
from parindex.eventstore.log_head import LogHead, log_head
from parindex.testing import shop
from parindex.testing.postgres import Databases
from parindex.testing.shop import ShopClosed, bake, metadata

Spoil = Callable[[list[bytes]], object]


async def each(lines: list[bytes]) -> AsyncIterator[bytes]:
    for line in lines:
        yield line


async def fed(database: Databases, *, hidden: bool = False) -> tuple[list[bytes], LogHead]:
    """The feed of a shop: five entries, then three of another authority, then one; and where its log ends."""
    async with Log.open((await database("shop", shop.build)).dsn, shop.TYPES) as log:
        for n in range(5):
            await log.append(bake(f"o{n % 2}"))
        closing = Append("shop-s", metadata(), lambda _: Decided([ShopClosed("s")] * 3))
        await log.append(closing)
        await log.append(bake("o0"))
        calls = iter([True] * 5 + [not hidden] * 3 + [True])
        lines = b"".join([page async for page in audit_feed(log, 0, 100, lambda _: next(calls))]).splitlines()
        return lines, await log_head(log)


async def copied(database: Databases, lines: list[bytes]) -> tuple[Imported, LogHead]:
    """Copy a feed into an empty log; return the result, and the head of the copy."""
    async with Log.open((await database("shop", shop.build)).dsn, shop.TYPES) as copy:
        return await import_feed(copy, each(lines)), await log_head(copy)


@pytest.mark.parametrize("hidden", [False, True])
async def test_a_copy_ends_with_the_hash_of_the_log(database: Databases, hidden: bool) -> None:
    lines, head = await fed(database, hidden=hidden)
    found, copy = await copied(database, lines)
    assert (found.position, found.hidden) == (9, 3 * hidden)
    assert (copy.origin, copy.position, copy.hash) == (head.origin, head.position, head.hash)


def put(at: int, old: bytes, new: bytes) -> Spoil:
    """Change the line at a position."""

    def spoil(lines: list[bytes]) -> None:
        assert old in lines[at - 1]
        lines[at - 1] = lines[at - 1].replace(old, new, 1)

    return spoil


def swap(lines: list[bytes]) -> None:
    lines[1], lines[3] = (
        lines[3].replace(b',"position":4,"recorded_at"', b',"position":2,"recorded_at"'),
        lines[1].replace(b',"position":2,"recorded_at"', b',"position":4,"recorded_at"'),
    )


SPOILED: dict[str, tuple[Spoil, int, str]] = {
    "an event is changed": (put(2, b"margherita", b"calzone"), 3, "hash of the entry before"),
    "who acted is changed": (put(2, b"baker", b"baxer"), 3, "hash of the entry before"),
    "a line is gone": (lambda lines: lines.pop(3), 5, "the position is 5, not 4"),
    "a line is there twice": (lambda lines: lines.insert(3, lines[3]), 4, "the position is 4, not 5"),
    "a line is gone and the rest is renumbered": (
        lambda lines: lines.__setitem__(slice(3, 5), [lines[4].replace(b',"position":5,"r', b',"position":4,"r')]),
        4,
        "the position in the entry is 5, not 4",
    ),
    "two entries are exchanged": (swap, 2, "the position in the entry is 4, not 2"),
    "the time of a line": (
        put(2, b',"position":2,"recorded_at":"2', b',"position":2,"recorded_at":"3'),
        2,
        "the time in the entry",
    ),
    "the hash of a hidden entry": (put(8, b'"sha256":"', b'"sha256":"0'), 8, "either the entry or its SHA-256"),
    "a hidden entry is put in": (
        lambda lines: lines.__setitem__(7, lines[6].replace(b'"position":7', b'"position":8')),
        9,
        "hash of the entry before",
    ),
    "another installation": (put(9, b'"origin":"', b'"origin":"0'), 9, "the origin is"),
}


@pytest.mark.parametrize("name", SPOILED)
async def test_a_feed_that_was_tampered_with_is_refused_at_its_place(database: Databases, name: str) -> None:
    spoil, position, why = SPOILED[name]
    lines, _ = await fed(database, hidden=True)
    spoil(lines)
    with pytest.raises(FeedBrokenError, match=f"broken at {position}: .*{why}"):
        await copied(database, lines)
