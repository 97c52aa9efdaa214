"""Guarantees of every write route, tested at the toy service: receipts, idempotency keys, expected versions."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from parindex.auth import AccessRule, Asker, Audience, Principal, anonymous
from parindex.eventstore.log import Log
from parindex.http.write_endpoints import idempotency_of
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, NOON, Served, served, signed_in
from parindex.testing.toy import MIGRATIONS, SERVICE


@pytest.fixture
async def toy(database: Databases) -> AsyncIterator[Served]:
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy:
        yield toy


@pytest.fixture
async def http(toy: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with toy.http("pizza-fan", "office@H09") as http:
        yield http


async def order(http: httpx.AsyncClient, count: int = 2, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await http.post("/v1/shops/H09.05/orders", json={"count": count}, headers=named)


async def entries(log: Log) -> list[Any]:
    return [recorded.entry for recorded in await log.read_after(0)]


async def test_a_receipt_says_what_was_written_and_where(http: httpx.AsyncClient) -> None:
    await order(http)
    answer = await order(http)
    assert (answer.status_code, answer.headers["etag"]) == (201, '"2"')
    assert answer.json() == {
        "stream": "oven-H09.05",
        "version": 2,
        "position": 2,
        "first_position": 2,
        "last_position": 2,
        "facts": ["PizzaOrdered"],
        "repeated": False,
    }


async def test_the_log_knows_who_when_for_whom_and_in_which_request(http: httpx.AsyncClient, toy: Served) -> None:
    await order(http, X_Correlation_Id="call-7")
    [entry] = await entries(toy.log)
    assert (entry.actor, entry.occurred_at, entry.authority, entry.correlation) == (
        "pizza-fan",
        "2026-07-01T12:00:00.000000Z",
        "H09",
        "call-7",
    )


async def test_what_the_operators_key_does_for_somebody_is_marked(toy: Served) -> None:
    token = ISSUER.mint("office-H09", ["office@H09"], timedelta(minutes=5), NOON, via="operator")
    async with toy.http("office-H09", "office@H09") as http:
        await order(http)
        await order(http, Authorization=f"Bearer {token}")
    assert [(entry.actor, entry.via) for entry in await entries(toy.log)] == [
        ("office-H09", ""),
        ("office-H09", "operator"),
    ]


async def test_a_retry_gets_the_first_receipt_and_writes_nothing(http: httpx.AsyncClient, toy: Served) -> None:
    first = await order(http, Idempotency_Key="k-1")
    second = await order(http, Idempotency_Key="k-1")
    assert second.status_code == 201
    assert second.json() == {**first.json(), "repeated": True}
    assert second.headers["etag"] == first.headers["etag"]
    assert await toy.log.head() == 1


@pytest.mark.parametrize("written", ['{ "count" : 2 }', '{"count":2}\n', '\ufeff{"count":2}', '{"\\u0063ount":2}'])
async def test_a_retry_that_a_client_wrote_anew_is_a_retry(http: httpx.AsyncClient, toy: Served, written: str) -> None:
    first = await order(http, Idempotency_Key="k-1")
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k-1"}
    second = await http.post("/v1/shops/H09.05/orders", content=written.encode(), headers=headers)
    assert (second.status_code, second.json()) == (201, {**first.json(), "repeated": True})
    assert await toy.log.head() == 1


async def test_many_retries_at_once_write_once(http: httpx.AsyncClient, toy: Served) -> None:
    answers = await asyncio.gather(*(order(http, Idempotency_Key="k-1") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["repeated"] for answer in answers) == [False, *[True] * 9]
    assert {(answer.json()["version"], *answer.json()["facts"]) for answer in answers} == {(1, "PizzaOrdered")}
    assert await toy.log.head() == 1


async def test_a_key_for_another_body_is_refused(http: httpx.AsyncClient, toy: Served) -> None:
    await order(http, Idempotency_Key="k-1")
    answer = await order(http, 3, Idempotency_Key="k-1")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-key-reused")
    assert await toy.log.head() == 1


async def test_a_key_for_another_address_is_refused(http: httpx.AsyncClient) -> None:
    await order(http, Idempotency_Key="k-1")
    answer = await http.post("/v1/shops/H09.06/orders", json={"count": 2}, headers={"Idempotency-Key": "k-1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-key-reused")


async def test_two_people_may_use_the_same_key(http: httpx.AsyncClient, toy: Served) -> None:
    await order(http, Idempotency_Key="k-1")
    http.headers.update(signed_in("somebody-else", "office@H09"))
    answer = await order(http, Idempotency_Key="k-1")
    assert (answer.status_code, answer.json()["repeated"]) == (201, False)
    assert await toy.log.head() == 2


async def test_a_refused_wish_may_be_sent_again_under_its_key(http: httpx.AsyncClient) -> None:
    await order(http, 9)
    for _ in range(2):
        answer = await order(http, 9, Idempotency_Key="k-1")
        assert (answer.status_code, answer.json()["code"]) == (409, "oven-full")


@pytest.mark.parametrize("key", ["", "two words", "ấm", "x" * 201])
async def test_a_key_is_up_to_200_visible_characters(http: httpx.AsyncClient, key: str) -> None:
    answer = await http.post("/v1/shops/H09.05/orders", json={"count": 1}, headers=[(b"Idempotency-Key", key.encode())])
    assert answer.status_code == 422
    assert [place["at"] for place in answer.json()["places"]] == ["header/Idempotency-Key"]


async def test_a_client_that_saw_the_present_version_may_change_it(http: httpx.AsyncClient) -> None:
    etag = (await order(http)).headers["etag"]
    assert (await order(http, If_Match=etag)).status_code == 201


async def test_a_client_that_saw_an_older_version_is_refused(http: httpx.AsyncClient, toy: Served) -> None:
    etag = (await order(http)).headers["etag"]
    await order(http)
    answer = await order(http, If_Match=etag)
    assert (answer.status_code, answer.json()["code"]) == (412, "stream-moved")
    assert await toy.log.head() == 2


@pytest.mark.parametrize("seen", ["1", '"x"', 'W/"1"', "*", '"-1"', '"1", "2"'])
async def test_a_version_is_one_number_in_quotes(http: httpx.AsyncClient, seen: str) -> None:
    answer = await order(http, If_Match=seen)
    assert answer.status_code == 422
    assert [place["at"] for place in answer.json()["places"]] == ["header/If-Match"]


async def test_a_wish_is_the_same_wish_behind_any_gateway(http: httpx.AsyncClient, toy: Served) -> None:
    await order(http, Idempotency_Key="k-1")
    behind = httpx.ASGITransport(toy.app, root_path="/toy")
    async with httpx.AsyncClient(transport=behind, base_url="http://gateway/toy", headers=http.headers) as gateway:
        answer = await order(gateway, Idempotency_Key="k-1")
    assert (answer.status_code, answer.json()["repeated"]) == (201, True)
    assert await toy.log.head() == 1


async def test_a_name_and_a_key_never_run_into_another_name_and_key(http: httpx.AsyncClient, toy: Served) -> None:
    http.headers.update(signed_in("sys", "office@H09"))
    await order(http, Idempotency_Key="a:k-1")
    http.headers.update(signed_in("sys:a", "office@H09"))
    answer = await order(http, Idempotency_Key="k-1")
    assert (answer.status_code, answer.json()["repeated"]) == (201, False)
    assert await toy.log.head() == 2


def test_a_strangers_key_counts_for_the_same_request_alone() -> None:
    stranger, other = Asker(anonymous(), AccessRule(Audience.PUBLIC)), b"another request"
    named = Asker(Principal("anonymous"), AccessRule(Audience.SIGNED_IN))
    first = idempotency_of(stranger, "k-1", b"a request")
    assert first == idempotency_of(stranger, "k-1", b"a request")
    assert len({one.key for one in (first, idempotency_of(stranger, "k-1", other)) if one}) == 2
    assert first != idempotency_of(named, "k-1", b"a request")
    assert idempotency_of(stranger, None, b"a request") is None
