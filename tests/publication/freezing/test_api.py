"""The office alone freezes a settled round over HTTP, and not too early."""

import hashlib
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from httpx import AsyncClient
from msgspec import json

from parindex.bus.contract_feed import contract_feed
from parindex.contracts.assessment import RoundReopened
from parindex.contracts.publication import ResultsFrozen
from parindex.contracts.unknown import RoundUnknownError
from parindex.service import ServiceContext
from publication.freezing.queries import recomputed_snapshot
from publication.freezing.state import ReceivedRound

Receive = Callable[..., Awaitable[None]]
ReceiveAll = Callable[[ReceivedRound], Awaitable[None]]
Bearer = Callable[..., dict[str, str]]
Correct = Callable[..., ReceivedRound]

EDITIONS = "/v1/rounds/binh-duong-2017/editions"
FREEZING = "/v1/rounds/binh-duong-2017/freezing"


async def test_the_office_freezes_a_settled_round(
    http: AsyncClient, bearer: Bearer, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    answer = await http.post(EDITIONS, headers=bearer("office@H09"))
    assert (answer.status_code, answer.json()["facts"]) == (201, ["ResultsFrozen"])
    state = (await http.get(FREEZING, headers=bearer("auditor@H09"))).json()
    assert [(one["edition"], one["settling"]) for one in state["editions"]] == [(1, 1)]


async def test_the_frozen_edition_is_published_with_the_checksum_of_its_bytes(
    http: AsyncClient, bearer: Bearer, context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    await http.post(EDITIONS, headers=bearer("office@H09"))
    raw = (await http.get(f"{FREEZING}/1", headers=bearer("office@H09"))).content
    (envelope,) = (await contract_feed(context.log, 3, 0)).events
    published = ResultsFrozen(
        round="binh-duong-2017", edition=1, checksum=hashlib.sha256(raw).hexdigest(),
        vector=list(binh_duong.settlements[0].vector),
    )  # fmt: skip
    assert (envelope.type, json.decode(envelope.data, type=ResultsFrozen)) == (ResultsFrozen.TYPE, published)


async def test_other_accounts_cannot_freeze(
    http: AsyncClient, bearer: Bearer, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    assert (await http.post(EDITIONS)).status_code == 401
    for right in ("office@H62", "office@H09.district-01", "council@H09", "unit@H09.district-01", "auditor@H09"):
        assert (right, (await http.post(EDITIONS, headers=bearer(right))).status_code) == (right, 403)


async def test_an_unsettled_round_is_refused_with_what_is_missing(
    http: AsyncClient, bearer: Bearer, receive: Receive, binh_duong: ReceivedRound
) -> None:
    await receive("assessment", binh_duong.opened, *binh_duong.sets)
    await receive("scoring", *binh_duong.scores[1:])
    answer = await http.post(EDITIONS, headers=bearer("office@H09"))
    assert (answer.status_code, answer.json()["code"]) == (409, "round-not-settled")
    state = (await http.get(FREEZING, headers=bearer("office@H09"))).json()
    assert not state["ready"]
    assert [one["code"] for one in state["obstacles"]] == ["round-not-settled", "scores-missing"]
    assert state["obstacles"][1]["places"][0]["at"] == f"/units/{binh_duong.scores[0].unit}"


async def test_an_unknown_round_is_not_found(http: AsyncClient, bearer: Bearer) -> None:
    for answer in (
        await http.post("/v1/rounds/nowhere/editions", headers=bearer("office@H09")),
        await http.get("/v1/rounds/nowhere/freezing", headers=bearer("office@H09")),
        await http.get("/v1/rounds/nowhere/result"),
        await http.get("/v1/rounds/nowhere/editions"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-round")


async def test_a_retry_gets_the_first_answer_though_things_have_moved_on(
    http: AsyncClient, bearer: Bearer, receive: Receive, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    headers = {**bearer("office@H09"), "Idempotency-Key": "k1"}
    first = (await http.post(EDITIONS, headers=headers)).json()
    await receive("assessment", RoundReopened(round="binh-duong-2017", closing=1))
    again = (await http.post(EDITIONS, headers=headers)).json()
    assert again == {**first, "repeated": True}


async def test_one_settling_gives_one_edition(
    http: AsyncClient, bearer: Bearer, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    await http.post(EDITIONS, headers=bearer("office@H09"))
    answer = await http.post(EDITIONS, headers=bearer("office@H09"), json={"reason": "lần nữa"})
    assert (answer.status_code, answer.json()["code"]) == (409, "settling-frozen")


async def test_a_correction_supersedes_by_checksum(
    http: AsyncClient, bearer: Bearer, receive_all: ReceiveAll, binh_duong: ReceivedRound, settled_again: Correct
) -> None:
    await receive_all(binh_duong)
    await http.post(EDITIONS, headers=bearer("office@H09"))
    await receive_all(settled_again(binh_duong, []))
    refused = await http.post(EDITIONS, headers=bearer("office@H09"))
    assert (refused.status_code, refused.json()["code"]) == (422, "reason-missing")
    await http.post(EDITIONS, headers=bearer("office@H09"), json={"reason": "Cộng nhầm điểm"})
    first, second = (await http.get(FREEZING, headers=bearer("office@H09"))).json()["editions"]
    assert second["supersedes"] == first["checksum"] != second["checksum"]


async def test_the_reason_lies_in_the_vault_and_not_in_the_log(
    http: AsyncClient, bearer: Bearer, context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    await http.post(EDITIONS, headers=bearer("office@H09"), json={"reason": "Cộng nhầm điểm"})
    entry = await context.log.pool.fetchval("SELECT entry FROM events")
    assert "nhầm".encode() not in entry
    assert "Cộng nhầm điểm".encode() == await context.log.pool.fetchval("SELECT content FROM vault")


async def test_the_snapshot_store_refuses_bytes_of_another_checksum_and_any_change(
    http: AsyncClient, bearer: Bearer, context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    await http.post(EDITIONS, headers=bearer("office@H09"))
    with pytest.raises(asyncpg.CheckViolationError):
        await context.log.pool.execute("INSERT INTO snapshots (checksum, content) VALUES ('00', 'x')")
    with pytest.raises(asyncpg.RaiseError):
        await context.log.pool.execute("DELETE FROM snapshots")


async def test_only_whom_it_concerns_sees_a_frozen_edition_that_is_not_public(
    http: AsyncClient, bearer: Bearer, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    await receive_all(binh_duong)
    await http.post(EDITIONS, headers=bearer("office@H09"))
    for rights, status in [("office@H09", 200), ("council@H09", 200), ("auditor@H09", 200), ("office@H62", 403)]:
        assert (await http.get(f"{FREEZING}/1", headers=bearer(rights))).status_code == status
    assert (await http.get(f"{FREEZING}/2", headers=bearer("office@H09"))).status_code == 404


async def test_a_replay_asks_for_the_same_bytes_without_freezing_anything(
    http: AsyncClient, bearer: Bearer, context: ServiceContext, receive_all: ReceiveAll, binh_duong: ReceivedRound
) -> None:
    with pytest.raises(RoundUnknownError):
        await recomputed_snapshot(context, "binh-duong-2017", b"")
    await receive_all(binh_duong)
    await http.post(EDITIONS, headers=bearer("office@H09"))
    frozen_bytes = (await http.get(f"{FREEZING}/1", headers=bearer("office@H09"))).content
    assert await recomputed_snapshot(context, "binh-duong-2017", frozen_bytes) == frozen_bytes
    for other in (b"", b"no snapshot", b'{"v":2}'):
        assert await recomputed_snapshot(context, "binh-duong-2017", other) != frozen_bytes
