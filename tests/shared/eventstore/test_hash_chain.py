"""An entry holds its position, its time and the hash of the one before, also after refusals, batches and rollbacks."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import create_async_engine

from parindex.canonical import ProfileError
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.entries import FIRST, Entry, decode_entry, digest_of, encode_entry
from parindex.eventstore.hash_chain import HashChain
from parindex.eventstore.log import Log
from parindex.instant import instant
from parindex.testing import shop
from parindex.testing.memory_log import MemoryLog
from parindex.testing.postgres import Database
from parindex.testing.shop import OvenCleaned, PizzaBaked, bake, bake_at, metadata

HEAD = "SELECT position, hash, recorded_at FROM log_head"


async def follow(log: Log) -> HashChain:
    """Follow a log from its rows; every entry has to be right."""
    chain = HashChain(log.origin)
    for row in await log.pool.fetch("SELECT position, recorded_at, entry FROM events ORDER BY position"):
        raw, at = row["entry"], instant(row["recorded_at"])
        assert list(chain.follow(row["position"], at, hashlib.sha256(raw).hexdigest(), decode_entry(raw))) == []
    return chain


async def test_every_entry_holds_the_hash_of_the_one_before_whatever_is_refused(log: Log) -> None:
    unwritable = Append("oven-o1", metadata(), lambda _: Decided([PizzaBaked("a", "o1"), PizzaBaked("e\u0301", "o1")]))
    appends = [[bake(f"o{n % 5}"), bake_at(99), unwritable][n % 3] for n in range(200)]
    outcomes = await asyncio.gather(*map(log.append, appends), return_exceptions=True)
    assert any(isinstance(outcome, ProfileError) for outcome in outcomes)
    await log.append(
        Append("oven-o1", metadata(), lambda _: Decided([OvenCleaned("o1")] * 150), 150)
    )  # copied, not sent
    chain = await follow(log)
    head = await log.pool.fetchrow(HEAD)
    assert head is not None
    assert (head["position"], head["hash"]) == (chain.position, chain.hash)
    assert chain.origin == f"{log.installation}/shop"


async def test_two_processes_and_both_ways_in_make_one_chain(shop_database: Database) -> None:
    engine = create_async_engine(shop_database.url)
    async with Log.open(shop_database.dsn, shop.TYPES) as one, Log.open(shop_database.dsn, shop.TYPES) as other:

        async def within(log: Log) -> None:
            async with engine.begin() as connection:
                await log.append_within(connection, [bake("o1"), bake("o2")])

        await asyncio.gather(*(each for n in range(20) for each in (one.append(bake("o1")), within(other))))
        assert (await follow(one)).position == 60
    await engine.dispose()


async def test_what_is_undone_leaves_the_chain_as_it_was(shop_database: Database) -> None:
    engine = create_async_engine(shop_database.url)
    async with Log.open(shop_database.dsn, shop.TYPES) as log:
        await log.append(bake())
        async with engine.connect() as connection:
            await log.append_within(connection, [bake()])
            await connection.rollback()
        await log.append(bake())
        assert (await follow(log)).position == 2
    await engine.dispose()


async def test_the_account_that_acted_on_behalf_of_another_is_in_the_entry(log: Log) -> None:
    await log.append(bake(acting=metadata(via="key-1")))
    await log.append(bake())
    first, second = [recorded.entry for recorded in await log.read_after(0)]
    assert (first.actor, first.via) == ("baker", "key-1")
    assert b'"via"' not in encode_entry(second)


async def test_an_older_program_that_knows_no_hashes_is_refused(log: Log) -> None:
    await log.append(bake())
    with pytest.raises(Exception, match="older version appends"):
        await log.pool.execute("UPDATE log_head SET position = position + 1")


def test_the_members_of_an_entry_are_defined_in_the_order_in_which_they_are_written() -> None:
    assert list(Entry.__struct_fields__) == sorted(Entry.__struct_fields__)


def test_an_entry_of_a_profile_that_came_later_is_not_read() -> None:
    raw = memory_log(1).entries()[0].replace(b'"profile":2', b'"profile":3')
    with pytest.raises(msgspec.ValidationError, match="profile 3"):
        decode_entry(raw)


def memory_log(count: int) -> MemoryLog:
    made = MemoryLog("shop", shop.TYPES, 4)
    for n in range(count):
        made.append(bake(f"o{n % 3}"))
    return made


UNBOUND: dict[str, Any] = {"profile": 1, "position": 0, "previous": "", "recorded_at": "", "origin": "shop"}


def upgraded(old: int, new: int) -> list[Entry]:
    """The entries of a log that was upgraded after so many."""
    entries = [decode_entry(raw) for raw in memory_log(old + new).entries()]
    before, seal = FIRST, bytes(32)
    for n, entry in enumerate(entries):
        at, earlier = entry.recorded_at, seal.hex() if n == old and n else ""
        entries[n] = replace(entry, **UNBOUND) if n < old else replace(entry, previous=before, earlier=earlier)
        before = digest_of(encode_entry(entries[n]))
        seal = hashlib.sha256(seal + f"{n + 1} {at} {before}\n".encode()).digest()
    return entries


def broken(entries: Sequence[Entry], hidden: frozenset[int] = frozenset()) -> list[str]:
    """The names of what an auditor finds, who does not see some of the entries."""
    chain, found = HashChain("shop"), []
    at = next(entry.recorded_at for entry in entries if entry.recorded_at)
    for n, entry in enumerate(entries):
        seen = None if n in hidden else entry
        found += [each.check for each in chain.follow(n + 1, at, digest_of(encode_entry(entry)), seen)]
    return found


LOGS = st.tuples(st.integers(0, 5), st.integers(1, 5))
CHANGES: st.SearchStrategy[dict[str, Any]] = st.sampled_from([{"actor": "b"}, {"nonce": "m"}, {"version": 9}])
HIDDEN = st.frozensets(st.integers(0, 9))


@given(LOGS, HIDDEN)
def test_an_upgraded_log_is_followed_by_all_who_see_any_part_of_it(
    log: tuple[int, int], hidden: frozenset[int]
) -> None:
    assert broken(upgraded(*log), hidden) == []


@given(LOGS, st.data())
def test_an_entry_that_is_changed_is_found_by_what_comes_after_it(log: tuple[int, int], data: st.DataObject) -> None:
    entries = upgraded(*log)
    at = data.draw(st.integers(0, len(entries) - 1))
    entries[at] = replace(entries[at], **data.draw(CHANGES))
    assert bool(broken(entries)) == (at < len(entries) - 1)  # the last is held by the head alone


@given(LOGS, st.data())
def test_two_entries_that_change_places_are_found(log: tuple[int, int], data: st.DataObject) -> None:
    entries = upgraded(*log)
    one, other = (data.draw(st.integers(0, len(entries) - 1)) for _ in range(2))
    entries[one], entries[other] = entries[other], entries[one]
    assert bool(broken(entries)) == (one != other)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"position": 9}, "position-bound"),
        ({"recorded_at": "2001-01-01T00:00:00.000000Z"}, "time-bound"),
        ({"previous": "0" * 63 + "1"}, "previous"),
        ({"origin": "another/shop"}, "origin"),
        ({"origin": "memory/survey"}, "origin"),
        ({"earlier": "0" * 64}, "earlier"),
        ({"profile": 1}, "profile"),
    ],
)
def test_what_an_entry_says_of_itself_is_checked(change: dict[str, Any], check: str) -> None:
    entries = upgraded(0, 2)
    assert check in broken([entries[0], replace(entries[1], **change)])
