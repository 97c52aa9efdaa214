"""The commitment in the log reveals nothing of a text, and proves it to a holder of the salt."""

import hashlib
import hmac

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from parindex.eventstore.appending import Append, Decided, Sealed
from parindex.eventstore.log import Log
from parindex.eventstore.sealing import seal
from parindex.eventstore.vault import Opened, Opening, erase, open_sealed
from parindex.testing.postgres import Database
from parindex.testing.shop import OvenCleaned, bake, metadata

WORDS = "Bà Nguyễn Thị A, 0901234567"


def test_the_same_words_are_never_committed_to_in_the_same_way() -> None:
    sealed = [seal("0901234567", "comment") for _ in range(20)]
    assert len({each.commitment for each in sealed}) == 20
    assert len({each.salt for each in sealed}) == 20
    assert {len(each.salt) for each in sealed} == {32}


def test_a_commitment_is_over_the_domain_and_the_words_under_the_salt() -> None:
    sealed = seal("Bà Nguyễn Thị A", "comment")
    said = b"comment\0" + "Bà Nguyễn Thị A".encode()
    assert sealed.commitment == "comment:" + hmac.new(sealed.salt, said, hashlib.sha256).hexdigest()


async def kept(log: Log, words: str = WORDS) -> Sealed:
    """Words in the vault."""
    sealed = seal(words, "comment")
    await log.append(bake(pizza=sealed.commitment, acting=metadata(sealed=(sealed,))))
    return sealed


async def opened(log: Log, sealed: Sealed) -> Opened:
    return (await open_sealed(log, [sealed.commitment]))[sealed.commitment]


async def tamper(log: Log, statement: str) -> None:
    """Act as an attacker with all rights in the database."""
    async with log.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(statement)


async def test_words_are_opened_with_the_salt_that_proves_them(log: Log) -> None:
    sealed = await kept(log)
    assert await opened(log, sealed) == Opened(sealed.commitment, Opening.VERIFIED, WORDS, sealed.salt.hex())


@pytest.mark.parametrize(
    ("statement", "opening"),
    [
        ("UPDATE vault SET content = 'Lỗi đánh máy'", Opening.TAMPERED),
        ("UPDATE vault SET content = '\\xff'", Opening.TAMPERED),
        ("UPDATE vault SET salt = decode(repeat('00', 32), 'hex')", Opening.TAMPERED),
        ("UPDATE vault SET content = ''", Opening.TAMPERED),
        ("UPDATE vault SET content = '', salt = '', erased_position = 1, erased_at = now()", Opening.TAMPERED),
        ("UPDATE vault SET content = '', salt = '', erased_position = 2, erased_at = now()", Opening.TAMPERED),
        ("UPDATE vault SET erased_position = 2, erased_at = now()", Opening.TAMPERED),
        ("DELETE FROM vault", Opening.MISSING),
    ],
)
async def test_words_that_were_changed_or_taken_away_are_not_shown_and_logged(
    log: Log, statement: str, opening: Opening
) -> None:
    sealed = await kept(log)
    await log.append(bake())  # says nothing of the words
    await tamper(log, statement)
    with capture_logs() as logs:
        found = await opened(log, sealed)
    assert found == Opened(sealed.commitment, opening)
    assert found.shown.startswith("[Nội dung")
    told = [(line["event"], line["commitment"], line["opening"]) for line in logs]
    assert told == [("sealed_text_not_shown", sealed.commitment, opening.value)]


async def test_words_are_erased_with_an_event_that_says_so_or_not_at_all(log: Log, shop_database: Database) -> None:
    sealed, engine = await kept(log), create_async_engine(shop_database.url)
    erasing = Append("oven-o1", metadata(), lambda _: Decided([OvenCleaned("o9"), OvenCleaned(sealed.commitment)]))
    with pytest.raises(ValueError, match="names"):
        async with engine.begin() as connection:
            await erase(
                log,
                connection,
                Append("oven-o1", metadata(), lambda _: Decided([OvenCleaned("o1")])),
                [sealed.commitment],
            )
    assert (await log.head(), (await opened(log, sealed)).opening) == (1, Opening.VERIFIED)
    async with engine.begin() as connection:
        done = await erase(log, connection, erasing, [sealed.commitment])
    await engine.dispose()
    with capture_logs() as logs:
        found = await opened(log, sealed)
    row = await log.pool.fetchrow("SELECT salt, content, position FROM vault")
    assert (found.opening, found.erased_position, found.text, found.salt) == (Opening.ERASED, done.last, "", "")
    assert found.shown.startswith("[Nội dung đã được xóa ngày 2")
    assert row is not None
    assert (logs, tuple(row)) == ([], (b"", b"", 1))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM vault",
        "TRUNCATE vault",
        "UPDATE vault SET content = 'x'",
        "UPDATE vault SET content = '', salt = ''",
        "UPDATE vault SET content = '', salt = '', position = 7, erased_position = 1",
        "SELECT erase_sealed(commitment, 1) FROM vault",
        "SELECT erase_sealed(commitment, 2) FROM vault",
        "SELECT erase_sealed('comment:none', 1)",
    ],
)
async def test_what_is_in_the_vault_is_changed_in_no_other_way(log: Log, statement: str) -> None:
    sealed = await kept(log)
    await log.append(bake())
    with pytest.raises(asyncpg.RaiseError):
        await log.pool.execute(statement)
    assert (await opened(log, sealed)).text == WORDS
