"""The local issuer signs people and systems in, over real HTTP."""

import asyncio
import base64
import json
import stat
from collections.abc import AsyncIterator, Awaitable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from structlog.testing import capture_logs

from parindex.auth import DiscoveredKeys, Principal, Right, Role, Tokens, access_rules
from parindex.auth.accounts import Account, AccountKind, Accounts, hash_password
from parindex.auth.issuer import LocalIssuer, key_in, new_key
from parindex.auth.issuing import MOST_AT_ONCE, routes
from parindex.auth.principal import MalformedRightError
from parindex.http.problems import install

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
URL = "http://round/login"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ACCOUNTS = [
    Account("lan", AccountKind.PERSON, hash_password("đúng mật khẩu", QUICK), (Right(Role.OFFICE, "H09"),)),
    Account("vnpt", AccountKind.CLIENT, hash_password("s3cret:x", QUICK), (Right(Role.UNIT, "H09.05"),)),
]
LAN = {"grant_type": "password", "username": "lan", "password": "đúng mật khẩu"}


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(clock: Clock) -> FastAPI:
    app = FastAPI()
    app.include_router(routes(LocalIssuer(new_key(), URL), Accounts(ACCOUNTS, QUICK), clock), prefix="/login")
    install(app)
    return app


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url=URL) as client:
        yield client


async def sign_in(http: AsyncClient, **form: str) -> httpx.Response:
    return await http.post("/token", data=form)


async def test_a_person_signs_in_and_any_service_recognises_them_by_discovery(http: AsyncClient, clock: Clock) -> None:
    response = await sign_in(http, **LAN)
    answer = response.json()
    assert (response.status_code, answer["token_type"], answer["expires_in"]) == (200, "Bearer", 900)
    assert response.headers["cache-control"] == "no-store"
    tokens = Tokens(DiscoveredKeys(URL, http, clock), clock)
    assert await tokens.principal(answer["access_token"]) == Principal("lan", (Right(Role.OFFICE, "H09"),))


async def test_a_provincial_system_signs_in_with_form_fields_or_basic(http: AsyncClient) -> None:
    form = await sign_in(http, grant_type="client_credentials", client_id="vnpt", client_secret="s3cret:x")
    basic = await http.post("/token", data={"grant_type": "client_credentials"}, auth=("vnpt", "s3cret:x"))
    assert (form.status_code, basic.status_code) == (200, 200)


@pytest.mark.parametrize(
    "form",
    [
        LAN | {"password": "sai"},
        LAN | {"username": "nobody"},
        {"grant_type": "password", "username": "lan"},
        {"grant_type": "password"},
        {"grant_type": "password", "username": "vnpt", "password": "s3cret:x"},
        {"grant_type": "client_credentials", "client_id": "lan", "client_secret": "đúng mật khẩu"},
        {"grant_type": "client_credentials", "username": "vnpt", "password": "s3cret:x"},
    ],
)
async def test_wrong_credentials_all_get_the_same_answer(http: AsyncClient, form: dict[str, str]) -> None:
    response = await sign_in(http, **form)
    assert response.status_code == 401
    told = response.json()
    error = "invalid_grant" if form["grant_type"] == "password" else "invalid_client"
    assert (told["code"], told["error"]) == ("wrong-credentials", error)
    assert told["detail"] == "Tên hoặc mật khẩu không đúng."


@pytest.mark.parametrize(
    "header", ["Basic ???", "Basic", "Basic " + base64.b64encode(b"no colon").decode(), "Basic /w=="]
)
async def test_a_broken_basic_header_is_refused(http: AsyncClient, header: str) -> None:
    response = await http.post("/token", data={"grant_type": "client_credentials"}, headers={"Authorization": header})
    assert response.status_code == 401


async def test_another_grant_type_is_refused_in_oauths_own_word(http: AsyncClient) -> None:
    response = await sign_in(http, grant_type="implicit")
    assert (response.status_code, response.json()["error"]) == (422, "unsupported_grant_type")


async def test_after_five_failures_in_a_minute_even_the_right_password_waits(http: AsyncClient, clock: Clock) -> None:
    for _ in range(5):
        assert (await sign_in(http, **(LAN | {"password": "sai"}))).status_code == 401
        clock.now += timedelta(seconds=5)
    flooded = await sign_in(http, **LAN)
    assert (flooded.status_code, flooded.json()["code"]) == (429, "too-many-attempts")
    assert flooded.headers["retry-after"] == "35"
    assert "Hãy chờ 35 giây" in flooded.json()["detail"]
    assert "Wait 35 s," in flooded.json()["detail_en"]
    clock.now += timedelta(seconds=35)
    assert (await sign_in(http, **LAN)).status_code == 200


async def test_a_flood_of_guesses_at_once_gets_no_more_tries_than_one_after_the_other(http: AsyncClient) -> None:
    answers = await asyncio.gather(*(sign_in(http, **(LAN | {"password": f"guess {n}"})) for n in range(30)))
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(401), statuses.count(429)) == (5, 25)


async def test_the_flood_at_one_address_leaves_another_alone(app: FastAPI, http: AsyncClient) -> None:
    for _ in range(6):
        await sign_in(http, **(LAN | {"password": "sai"}))
    elsewhere = ASGITransport(app, client=("10.9.8.7", 5))
    async with AsyncClient(transport=elsewhere, base_url=URL) as other:
        assert (await sign_in(other, **LAN)).status_code == 200


async def test_a_flood_of_made_up_names_holds_up_its_own_address_alone(app: FastAPI, http: AsyncClient) -> None:
    def guess(name: str) -> Awaitable[httpx.Response]:
        return http.post("/token", data={**LAN, "username": name})

    elsewhere = AsyncClient(transport=ASGITransport(app, client=("10.0.0.2", 1)), base_url=URL)
    flood = asyncio.gather(*(guess(f"nobody-{number}") for number in range(100)))
    async with elsewhere:
        answers, lan = await asyncio.gather(flood, elsewhere.post("/token", data=LAN))
    assert sorted({answer.status_code for answer in answers}) == [401, 429]
    assert sum(answer.status_code == 401 for answer in answers) == MOST_AT_ONCE
    assert {answer.headers["Retry-After"] for answer in answers if answer.status_code == 429} == {"1"}
    assert lan.status_code == 200


async def test_whoever_sprays_a_password_over_many_names_waits(app: FastAPI, http: AsyncClient) -> None:
    sprayed = [await sign_in(http, **(LAN | {"username": f"name-{n}"})) for n in range(31)]
    assert [answer.status_code for answer in sprayed] == [401] * 30 + [429]
    assert (sprayed[-1].json()["code"], sprayed[-1].headers["Retry-After"]) == ("too-many-attempts", "10")
    assert (await sign_in(http, **LAN)).status_code == 429
    async with AsyncClient(transport=ASGITransport(app, client=("10.9.8.7", 5)), base_url=URL) as other:
        assert (await sign_in(other, **LAN)).status_code == 200


async def test_neither_log_nor_answer_repeats_a_password_or_a_token(http: AsyncClient) -> None:
    with capture_logs() as logs:
        good = await sign_in(http, **LAN)
        wrong = await sign_in(http, **(LAN | {"password": "bí mật của tôi"}))
        long = await sign_in(http, **(LAN | {"password": "bí mật " * 500}))
    assert long.status_code == 422
    told = f"{logs} {wrong.text} {long.text}"
    assert "mật khẩu" not in f"{logs}"
    assert "bí mật" not in told
    assert good.json()["access_token"] not in told


async def test_the_published_keys_are_public_halves_only(http: AsyncClient) -> None:
    [key] = (await http.get("/jwks")).json()["keys"]
    assert {"kty", "crv", "x", "kid", "use", "alg"} == set(key)
    document = (await http.get("/.well-known/openid-configuration")).json()
    assert (document["issuer"], document["token_endpoint"]) == (URL, f"{URL}/token")


def test_every_route_of_the_issuer_is_declared_public(app: FastAPI) -> None:
    assert all(ruled.rule is not None for ruled in access_rules(app))


def test_a_token_is_not_minted_for_a_right_that_is_none() -> None:
    with pytest.raises(MalformedRightError):
        LocalIssuer(new_key(), URL).mint("lan", ["king@H09"], timedelta(minutes=1), NOON)


def test_a_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "key.json"
    first = key_in(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key_in(path).as_dict(private=True) == first.as_dict(private=True)
    assert [entry.name for entry in path.parent.iterdir()] == ["key.json"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    with ThreadPoolExecutor(8) as pool:
        found: list[Any] = list(pool.map(lambda _: key_in(path).as_dict(private=True), range(8)))
    assert {json.dumps(key, sort_keys=True) for key in found} == {json.dumps(found[0], sort_keys=True)}
