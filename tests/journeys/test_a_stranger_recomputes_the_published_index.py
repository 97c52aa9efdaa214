"""The replay recomputes the same bytes from the feeds alone, and reports tampering."""

import asyncpg
import msgspec
import pytest
from tests.journeys.all_kinds import ALL_KINDS, ROUND

from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.minting import minted_by
from parindex.auth.principal import Role
from parindex.contracts.unknown import EditionUnknownError
from parindex.eventstore.entries import FIRST, decode_entry, digest_of, encode_entry
from parindex.eventstore.importing import FeedBrokenError
from parindex.testing.postgres import Databases
from parindex_cli.local.embedded import System
from parindex_cli.rounds.published import RoundNotPublishedError, published_edition
from parindex_cli.rounds.refusals import RoundStepError
from parindex_cli.rounds.replaying import FeedRefusedError, Verdict, replay
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.journeys import drive


async def audit(gateway: Gateway) -> Verdict:
    edition = await published_edition(gateway.clients["publication"], ROUND, None)
    token = await gateway.token(Role.AUDITOR, "H10")
    for client in gateway.clients.values():
        client.headers["Authorization"] = f"Bearer {token}"
    return await replay(gateway.clients, edition, lambda _: None)


REWRITE = """
UPDATE events SET entry = convert_to(replace(convert_from(entry, 'UTF8'), $1, $2), 'UTF8')
WHERE position(convert_to($1, 'UTF8') in entry) > 0
"""


async def rewrite(database: Databases, service: str, find: bytes, put: bytes, *, adept: bool = False) -> None:
    """Change an entry in the database, as only its owner can.

    `adept`: the forger also recomputes all later hashes, up to the log's head.
    """
    [found] = [each for each in database.made if each.dsn and await is_of(each.dsn, service)]
    connection = await asyncpg.connect(found.dsn)
    await connection.execute("ALTER TABLE events DISABLE TRIGGER events_append_only")
    changed = await connection.execute(REWRITE, find.decode(), put.decode())
    if adept:
        await chain_anew(connection)
    await connection.close()
    assert changed != "UPDATE 0"


async def chain_anew(connection: asyncpg.Connection) -> None:
    previous = FIRST
    for row in await connection.fetch("SELECT position, entry FROM events ORDER BY position"):
        raw = encode_entry(msgspec.structs.replace(decode_entry(row["entry"]), previous=previous))
        await connection.execute("UPDATE events SET entry = $2 WHERE position = $1", row["position"], raw)
        previous = digest_of(raw)
    await connection.execute("UPDATE log_head SET hash = $1", previous)


async def is_of(dsn: str, service: str) -> bool:
    connection = await asyncpg.connect(dsn)
    try:
        return bool(await connection.fetchval("SELECT origin FROM log_head") == service)
    except asyncpg.UndefinedTableError:
        return False
    finally:
        await connection.close()


async def test_a_replay_gives_the_same_bytes(gateway: Gateway) -> None:
    await drive(gateway, ALL_KINDS)
    verdict = await audit(gateway)
    assert verdict.same
    assert verdict.snapshot == verdict.edition.snapshot
    assert verdict.imported["survey"].by_type["RatingRecorded"] == 1004


async def test_a_rewritten_entry_breaks_the_chain_of_the_feed(gateway: Gateway, database: Databases) -> None:
    await drive(gateway, ALL_KINDS)
    await rewrite(database, "assessment", b'{"name":"points","value":"2.5"}', b'{"name":"points","value":"2.9"}')
    with pytest.raises(FeedBrokenError, match="the hash of the entry before"):
        await audit(gateway)


async def test_a_rewritten_appraisal_is_found_out(gateway: Gateway, database: Databases) -> None:
    await drive(gateway, ALL_KINDS)
    find, put = b'{"name":"points","value":"2.5"}', b'{"name":"points","value":"2.9"}'
    await rewrite(database, "assessment", find, put, adept=True)
    verdict = await audit(gateway)
    assert not verdict.same
    assert verdict.recomputed != verdict.edition.checksum


async def test_a_rewritten_press_is_found_out(gateway: Gateway, database: Databases) -> None:
    await drive(gateway, ALL_KINDS)
    await rewrite(database, "survey", b'"option":"1"', b'"option":"5"', adept=True)
    verdict = await audit(gateway)
    assert not verdict.same
    assert "H10.01" in verdict.differences[0].en


async def test_a_renamed_log_is_no_log_of_this_source(gateway: Gateway, database: Databases) -> None:
    await drive(gateway, ALL_KINDS)
    await rewrite(database, "survey", b'/survey"', b'/surveys"', adept=True)
    with pytest.raises(FeedBrokenError, match="origin"):
        await audit(gateway)


async def test_an_edition_that_is_not_there_is_told_with_the_newest(gateway: Gateway) -> None:
    await drive(gateway, ALL_KINDS)
    with pytest.raises(EditionUnknownError, match="has no edition 7 of its result; the newest is 1") as refused:
        await published_edition(gateway.clients["publication"], ROUND, 7)
    assert refused.value.vi == "Đợt này không có ấn bản kết quả 7; mới nhất: 1."


async def test_a_key_of_another_system_is_told_as_such(gateway: Gateway) -> None:
    await drive(gateway, ALL_KINDS)
    other = minted_by(LocalIssuer(new_key(), "http://127.0.0.1:9/sign-in"))
    with pytest.raises(FeedRefusedError, match="not of the system at that address"):
        await audit(Gateway(gateway.clients, other))
    with pytest.raises(RoundStepError, match="those of the system at that address"):
        await drive(Gateway(gateway.clients, other), ALL_KINDS)


async def test_nothing_announced_is_nothing_to_replay(gateway: Gateway, system: System) -> None:
    with pytest.raises(RoundNotPublishedError, match=f"No round “{ROUND}” with a published result"):
        await audit(gateway)
