"""Verification of a log that was tampered with: each check can fail, and an untouched log passes them all."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.log import Log
from parindex.eventstore.sealing import seal
from parindex.eventstore.vault import erase
from parindex.eventstore.verifying import CHECKS, verify_log
from parindex.testing import shop
from parindex.testing.postgres import Database
from parindex.testing.shop import OvenCleaned, PizzaBaked, bake, metadata

RESET = """
UPDATE events SET entry = convert_to(
    regexp_replace(convert_from(entry, 'UTF8'), '"{0}":"[^"]*"', '"{0}":"{1}"'), 'UTF8'
) WHERE {2}
"""
EDIT = "UPDATE events SET entry = convert_to(replace(convert_from(entry, 'UTF8'), {}), 'UTF8') WHERE position = {}"


@pytest.fixture
async def connection(log: Log, shop_database: Database) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a log with events of several kinds, causes, answered commands, kept and erased texts."""
    kept, erased = seal("Vì thiếu tài liệu", "evidence-title"), seal("Bà A, 0901234567", "comment")
    for n in range(1, 9):
        await log.append(bake(f"o{n % 3}", acting=metadata(f"key-{n}", "request")))
    words = [PizzaBaked(kept.commitment, "o1"), PizzaBaked(erased.commitment, "o1")]
    await log.append(Append("oven-o1", metadata(sealed=(kept, erased)), lambda _: Decided(words)))
    await log.append(bake("o2", acting=metadata(causation="shop/3")))
    await log.append(bake("o2", acting=metadata(causation="pizzeria/7")))
    engine = create_async_engine(shop_database.url)
    async with engine.begin() as erasing:
        event = Append("oven-o1", metadata(), lambda _: Decided([OvenCleaned(erased.commitment)]))
        await erase(log, erasing, event, [erased.commitment])
    await engine.dispose()
    opened = await asyncpg.connect(shop_database.dsn)
    yield opened
    await opened.close()


async def found(connection: asyncpg.Connection, heads: dict[str, int] | None = None) -> set[str]:
    return {each.check for each in await verify_log(connection, shop.TYPES, heads)}


async def tamper(connection: asyncpg.Connection, *statements: str) -> None:
    """Act as an attacker with all rights in the database: triggers are disabled."""
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement)


async def test_an_untouched_log_passes(connection: asyncpg.Connection) -> None:
    assert await found(connection, {"pizzeria": 7}) == set()


async def test_a_log_without_entries_passes(shop_database: Database) -> None:
    opened = await asyncpg.connect(shop_database.dsn)
    assert await found(opened) == set()
    await opened.close()


TAMPERINGS = {
    "an entry is cut out": (["DELETE FROM events WHERE position = 4"], {"L01", "L03", "L09", "L10", "L12"}),
    "an entry is changed": ([EDIT.format("'margherita', 'calzone'", 4)], {"L03"}),
    "the last entry is changed": ([EDIT.format("'H09', 'H10'", 13)], {"L11"}),
    "an entry is no entry": (["UPDATE events SET entry = '{}' WHERE position = 4"], {"L02", "L03"}),
    "an entry is written otherwise": ([EDIT.format("'{\"actor\"', '{ \"actor\"'", 4)], {"L02", "L03"}),
    "an unknown event": ([EDIT.format("'PizzaBaked', 'PizzaBurnt'", 4)], {"L02", "L03", "L08"}),
    "a position is changed inside": ([EDIT.format("'\"position\":4', '\"position\":5'", 4)], {"L03", "L04"}),
    "a time is changed in the row": (
        ["UPDATE events SET recorded_at = recorded_at - interval '1 day' WHERE position = 4"],
        {"L04", "L05", "L12"},
    ),
    "a time is changed in both": (
        [
            "UPDATE events SET recorded_at = '2020-01-01T00:00:00Z' WHERE position = 1",
            RESET.format("recorded_at", "2020-01-01T00:00:00.000000Z", "position = 1"),
        ],
        {"L03", "L12", "L15"},
    ),
    "of another installation": ([EDIT.format('\'"origin":"\', \'"origin":"0\'', 4)], {"L03", "L06"}),
    "an entry of profile 1 between": (
        [EDIT.format("'\"profile\":2,', ''", 4)],
        {"L03", "L06", "L07"},
    ),
    "a type in the row": (["UPDATE events SET type = 'OvenCleaned' WHERE position = 4"], {"L08"}),
    "a partition in the row": (["UPDATE events SET partition = NULL WHERE position = 4"], {"L08"}),
    "a stream in the row": (
        ["UPDATE events SET stream = 'oven-o9' WHERE position = 4"],
        {"L08", "L09", "L10"},
    ),
    "versions swapped": (
        [
            "UPDATE events SET version = 100 WHERE position = 1",
            "UPDATE events SET version = 1 WHERE position = 4",
            "UPDATE events SET version = 2 WHERE position = 1",
        ],
        {"L08", "L09"},
    ),
    "a stream's head": (["UPDATE streams SET version = version + 1 WHERE stream = 'oven-o1'"], {"L10"}),
    "a stream without events": (["INSERT INTO streams VALUES ('oven-o7', 2)"], {"L10"}),
    "a stream that is gone": (["DELETE FROM streams WHERE stream = 'oven-o0'"], {"L10"}),
    "the tail is cut off": (["DELETE FROM events WHERE position = 13"], {"L10", "L11", "L16"}),
    "the head moved on": (["UPDATE log_head SET position = 20"], {"L11"}),
    "the head's hash": (["UPDATE log_head SET hash = repeat('0', 64)"], {"L11"}),
    "the head's time": (["UPDATE log_head SET recorded_at = '2020-01-01T00:00:00Z'"], {"L11"}),
    "a command of nothing": (["UPDATE commands SET first_position = 90, last_position = 90"], {"L12"}),
    "a command of another time": (["UPDATE commands SET recorded_at = now() WHERE first_position = 4"], {"L12"}),
    "a command of other events": (["UPDATE commands SET first_position = 2 WHERE first_position = 4"], {"L12"}),
    "a cause that came later": ([EDIT.format("'shop/3', 'shop/12'", 11)], {"L03", "L13"}),
    "a cause that is none": ([EDIT.format("'shop/3', 'because'", 11)], {"L03", "L13"}),
    "one nonce twice": (
        [RESET.format("nonce", "A" * 22, "position IN (4, 5)")],
        {"L03", "L14"},
    ),
    "it occurred later": ([EDIT.format('\'"occurred_at":"2\', \'"occurred_at":"3\'', 4)], {"L03", "L15"}),
    "a text": (["UPDATE vault SET content = 'Vì đủ tài liệu' WHERE length(content) > 0"], {"L16"}),
    "a text is gone": (["DELETE FROM vault WHERE length(content) > 0"], {"L17"}),
    "a text is erased and no event says so": (
        ["UPDATE vault SET content = '', salt = '', erased_position = 12 WHERE length(content) > 0"],
        {"L16"},
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_what_was_tampered_with_is_found(connection: asyncpg.Connection, name: str) -> None:
    statements, checks = TAMPERINGS[name]
    await tamper(connection, *statements)
    assert await found(connection) == checks


async def test_a_cause_in_another_log_is_checked_where_its_end_is_known(connection: asyncpg.Connection) -> None:
    assert await found(connection, {"pizzeria": 6}) == {"L13"}


async def test_many_findings_of_one_kind_are_counted(connection: asyncpg.Connection, log: Log) -> None:
    await asyncio.gather(*(log.append(bake("o5")) for _ in range(50)))
    await tamper(connection, "UPDATE events SET type = 'OvenCleaned'")
    assert [each.en for each in await verify_log(connection, shop.TYPES)][-1] == "and 42 more"


def test_every_check_is_seen_to_fail() -> None:
    assert {check for _, checks in TAMPERINGS.values() for check in checks} == set(CHECKS)
