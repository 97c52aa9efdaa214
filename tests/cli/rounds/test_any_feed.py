"""Any feed and any list of editions: an auditor's copy is exact, or the import is refused by name."""

import re
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from parindex.eventstore.audit_feed import audit_feed
from parindex.eventstore.entries import decode_entry, encode_entry
from parindex.eventstore.importing import FeedBrokenError, FeedLine, import_feed
from parindex.eventstore.log import Log
from parindex.refusal import Refused
from parindex.testing import shop
from parindex.testing.memory_log import at_once
from parindex.testing.postgres import Databases
from parindex_cli.rounds.published import authority_of, published_edition

UNBOUND: dict[str, Any] = {"profile": 1, "position": 0, "previous": "", "recorded_at": ""}
RECORDED = b'"2026-07-01T12:00:00.000000Z"'
PIECES = [
    b"",
    b'"',
    b"null",
    b"0",
    b"-1",
    b"9" * 30,
    b"1.5",
    b"\xff",
    b"\\u0000",
    b"{}",
    b"[" * 3_000,
    b"oven-o2",
    b"\n",
]


async def baked(log: Log) -> list[bytes]:
    """Return the lines of a small shop's feed."""
    for oven in ("o1", "o2", "o1", "o3", "o2", "o1"):
        await log.append(shop.bake(oven))
    return [line for page in [page async for page in audit_feed(log, 0, 100)] for line in page.splitlines()]


def spoiled(chance: Random, lines: list[bytes]) -> list[bytes]:
    """Return the same lines with at most one defect."""
    lines = list(lines)
    at = chance.randrange(len(lines))
    line = lines[at]
    match chance.randrange(9):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, line)
        case 2:
            lines[at], lines[at - 1] = lines[at - 1], lines[at]
        case 3:
            lines[at] = re.sub(rb'"version":[0-9]+', b'"version":%d' % chance.choice([0, 1, 2, 9, 10**20]), line)
        case 4:
            lines[at] = re.sub(rb'"(oven|stream)":"', rb'"\1":"\\u0000', line)
        case 5:
            lines[at] = line.replace(RECORDED, chance.choice([b'"today"', b'"9999-99-99T00:00:00.000000Z"', b"7"]), 1)
        case 6:
            lines[at] = line.replace(b"PizzaBaked", b"PizzaBurnt", 1)
        case _:
            start = chance.randrange(len(line))
            end = min(len(line), start + chance.choice([0, 1, 4, 30]))
            lines[at] = line[:start] + chance.choice(PIECES) + line[end:]
    return lines


def in_profile_1(lines: list[bytes]) -> list[bytes]:
    """Return the same lines as an older version wrote them, without hashes and positions in the entries."""
    read = [msgspec.json.decode(line, type=FeedLine) for line in lines]
    entries = [replace(decode_entry(bytes(line.entry)), origin="shop", **UNBOUND) for line in read]
    return [
        msgspec.json.encode(replace(line, entry=msgspec.Raw(encode_entry(entry))))
        for line, entry in zip(read, entries, strict=True)
    ]


async def each(lines: list[bytes]) -> AsyncIterator[bytes]:
    for line in lines:
        yield line


@pytest.mark.parametrize("seed", range(2))
async def test_a_spoiled_feed_is_copied_as_it_is_or_refused(database: Databases, seed: int) -> None:
    chance, refused = Random(seed), 0
    async with Log.open((await database("shop", shop.build)).dsn, shop.TYPES) as log:
        lines = await baked(log)
    async with Log.open((await database("shop", shop.build)).dsn, shop.TYPES) as log:
        await log.pool.execute("ALTER TABLE events DISABLE TRIGGER USER")  # so that it can be emptied for the next copy
        for _ in range(25):
            wanted = spoiled(chance, lines)
            try:
                found = await import_feed(log, each(wanted))
            except FeedBrokenError:
                refused += 1
            else:
                assert found.position == len(wanted)
                assert [entry_of(line) for line in await copied(log)] == [entry_of(line) for line in wanted]
            await log.pool.execute("TRUNCATE events, streams")
            await log.pool.execute("UPDATE log_head SET position = 0, hash = repeat('0', 64)")
    assert refused > 5


async def copied(log: Log) -> list[bytes]:
    return b"".join([page async for page in audit_feed(log, 0, 100)]).splitlines()


def entry_of(line: bytes) -> bytes:
    class Line(msgspec.Struct):
        entry: msgspec.Raw
        position: int

    return bytes(msgspec.json.decode(line, type=Line).entry)


async def test_a_feed_whose_versions_do_not_begin_at_one_is_refused(database: Databases) -> None:
    async with Log.open((await database("shop", shop.build)).dsn, shop.TYPES) as log:
        lines = in_profile_1(await baked(log))
    lines[0] = lines[0].replace(b'"version":1', b'"version":0')  # of o1: as many as before, and the same last one
    async with Log.open((await database("shop", shop.build)).dsn, shop.TYPES) as log:
        with pytest.raises(FeedBrokenError, match="the stream oven-o1 has a hole") as broken:
            await import_feed(log, each(lines))
    assert "luồng oven-o1 bị khuyết" in broken.value.vi


async def test_an_auditor_is_told_in_vietnamese_why_a_feed_is_broken(database: Databases) -> None:
    async with Log.open((await database("shop", shop.build)).dsn, shop.TYPES) as log:
        lines = await baked(log)
    async with Log.open((await database("shop", shop.build)).dsn, shop.TYPES) as log:
        with pytest.raises(FeedBrokenError) as broken:
            await import_feed(log, each(lines[1:]))
    assert (broken.value.vi, broken.value.en) == (
        "Sổ shop sai ở vị trí 2: vị trí là 2, lẽ ra 1.",
        "The feed of shop is broken at 2: the position is 2, not 1.",
    )


@pytest.mark.parametrize(
    ("right", "wrong"), [(b'"version":2', b'"version":1'), (b'"stream":"oven-o1"', b'"stream":"oven-\\u0000"')]
)
async def test_a_feed_that_no_log_can_hold_is_refused(database: Databases, right: bytes, wrong: bytes) -> None:
    async with Log.open((await database("shop", shop.build)).dsn, shop.TYPES) as log:
        lines = await baked(log)
    assert any(right in line for line in lines)
    async with Log.open((await database("shop", shop.build)).dsn, shop.TYPES) as log:
        with pytest.raises(FeedBrokenError):
            await import_feed(log, each([line.replace(right, wrong) for line in lines]))


RIGHT: dict[str, Any] = {
    "editions": [
        {
            "edition": 1,
            "checksum": "5e" * 32,
            "vector": [{"source": "assessment", "epoch": 1, "position": 40, "closing": 1}],
            "announced_at": "2026-07-01T12:00:00.000000Z",
        }
    ]
}
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just({}),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Draw a list of editions with one value replaced, or truncated."""
    told = msgspec.json.decode(msgspec.json.encode(RIGHT))
    edition = told["editions"][0]
    spot, key = draw(
        st.sampled_from(
            [(told, "editions"), *((edition, key) for key in edition), *((edition["vector"][0], k) for k in RIGHT_AT)]
        )
    )
    spot[key] = draw(st.one_of(ANYTHING, st.sampled_from(["scoring", "x/assessment", -1, 0, 2**31, 2**63])))
    raw = msgspec.json.encode(told)
    start = draw(st.sampled_from([len(raw), len(raw), draw(st.integers(0, len(raw)))]))
    return raw[:start] + draw(st.sampled_from([b"", b"", b"\xff", b"}"]))


RIGHT_AT = ("source", "epoch", "position", "closing")


def asked(editions: bytes, snapshot: bytes, status: int, listing: int = 200) -> str:
    """Read the newest edition of a publisher with these answers, and return its authority."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/snapshot"):
            return httpx.Response(status, content=snapshot)
        return httpx.Response(listing, content=editions)

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://publisher")
    return authority_of(at_once(published_edition(client, "r", None)))


def test_a_right_answer_is_read() -> None:
    assert asked(msgspec.json.encode(RIGHT), b'{"authority":"H09","rest":1}', 200) == "H09"


@pytest.mark.parametrize(("listing", "code"), [(404, "unknown-published-round"), (503, "edition-unreadable")])
def test_a_publisher_that_fails_is_not_one_that_has_no_edition(listing: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        asked(b"{}", b"", 200, listing)
    assert refused.value.code == code


REFUSALS = {"unknown-edition", "edition-unreadable", "unknown-published-round"}  # the last: the list is empty
SNAPSHOTS = [b'{"authority":"H09"}', b"{}", b"", b'{"authority":7}', b'{"authority":"\xff"}']


@settings(max_examples=150)
@given(editions=answers(), snapshot=st.sampled_from(SNAPSHOTS), status=st.sampled_from([200, 200, 200, 404, 500]))
def test_any_other_answer_is_read_or_refused_by_name(editions: bytes, snapshot: bytes, status: int) -> None:
    try:
        authority = asked(editions, snapshot, status)
    except Refused as refused:
        assert refused.code in REFUSALS  # noqa: PT017  # refused or not, both are right
    else:
        assert authority == "H09"
