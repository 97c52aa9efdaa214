"""The local issuer signs in people and systems, over real HTTP."""

import asyncio
import base64
import json
import re
import stat
import time
import unicodedata
from collections.abc import AsyncIterator, Awaitable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from structlog.testing import capture_logs

from parindex.auth import Principal, Right, Role
from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.accounts_file import Account
from parindex.auth.fair_queue import MOST_OF_ONE, MOST_WAITING
from parindex.auth.fastapi import access_rules
from parindex.auth.issuer import LocalIssuer, key_in, new_key
from parindex.auth.keys import DiscoveredKeys
from parindex.auth.principal import MalformedRightError
from parindex.auth.tokens import Tokens
from parindex.sign_in.app import issuer_app
from parindex.testing.passwords import QUICK

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
URL = "http://round/login"
ACCOUNTS = [
    Account("lan", AccountKind.PERSON, hash_password("đúng mật khẩu", QUICK), (Right(Role.OFFICE, "H09"),), "a0lan0id"),
    Account("vnpt", AccountKind.CLIENT, hash_password("s3cret:x", QUICK), (Right(Role.UNIT, "H09.05"),)),
]
WRONG = {
    "password": (400, "wrong-credentials", "invalid_grant", "Tên hoặc mật khẩu không đúng."),
    "client_credentials": (
        401,
        "wrong-client-credentials",
        "invalid_client",
        "Tên hoặc mật khẩu của phần mềm không đúng.",
    ),
}
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
    app = FastAPI(openapi_url=None)
    app.mount("/login", issuer_app(LocalIssuer(new_key(), URL), Accounts(ACCOUNTS, QUICK), clock))
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
    assert await tokens.principal(answer["access_token"]) == Principal("a0lan0id", (Right(Role.OFFICE, "H09"),))


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
    told = response.json()
    assert (response.status_code, told["code"], told["error"], told["detail"]) == WRONG[form["grant_type"]]


@pytest.mark.parametrize(
    "header", ["Basic ???", "Basic", "Basic " + base64.b64encode(b"no colon").decode(), "Basic /w=="]
)
async def test_a_broken_basic_header_is_refused(http: AsyncClient, header: str) -> None:
    response = await http.post("/token", data={"grant_type": "client_credentials"}, headers={"Authorization": header})
    assert response.status_code == 401


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


@pytest.mark.parametrize("named", [("", ""), ("trang-tai-lieu", ""), ("vnpt", "s3cret:x")])
async def test_a_basic_header_names_the_program_that_a_person_signs_in_with(
    http: AsyncClient, named: tuple[str, str]
) -> None:
    assert (await http.post("/token", data=LAN, headers=basic(*named))).status_code == 200


@pytest.mark.parametrize("named", [("vnpt", "wrong"), ("lan", "đúng mật khẩu"), ("", "s3cret:x")])
async def test_a_program_with_a_wrong_secret_signs_in_no_person(http: AsyncClient, named: tuple[str, str]) -> None:
    refused = await http.post("/token", data=LAN, headers=basic(*named))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")


async def test_a_basic_header_is_no_persons_password(http: AsyncClient) -> None:
    answer = await http.post("/token", data={"grant_type": "password"}, headers=basic("lan", "đúng mật khẩu"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("secret", ["s3cret:x", "s3cret%3Ax"])
async def test_a_programs_secret_may_be_form_encoded_in_the_header(http: AsyncClient, secret: str) -> None:
    form = {"grant_type": "client_credentials"}
    assert (await http.post("/token", data=form, headers=basic("vnpt", secret))).status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"username": "lan", "password": "đúng mật khẩu"},
        {**LAN, "username": ["lan", "binh"]},
        {**LAN, "password": ["đúng mật khẩu"] * 2},
        {**LAN, "username": "x" * 201},
        {**LAN, "password": "x" * 1_025},
    ],
)
async def test_a_form_that_no_sign_in_has_is_an_invalid_request(http: AsyncClient, form: dict[str, Any]) -> None:
    refused = await http.post("/token", data=form)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("named", [("x" * 201, "y"), ("x", "y" * 1_025)])
async def test_a_basic_header_is_as_short_as_a_form(http: AsyncClient, named: tuple[str, str]) -> None:
    answer = await http.post("/token", data={"grant_type": "client_credentials"}, headers=basic(*named))
    assert answer.status_code == 401
    assert (await http.post("/token", data=LAN, headers=basic(*named))).status_code == 401


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_a_password_is_the_same_from_every_keyboard(http: AsyncClient, form: Literal["NFC", "NFD"]) -> None:
    typed = unicodedata.normalize(form, "đúng mật khẩu")
    assert (await sign_in(http, **(LAN | {"password": typed, "username": "Lan"}))).status_code == 200


async def test_no_log_line_and_no_token_holds_the_name(http: AsyncClient) -> None:
    with capture_logs() as logs:
        tokens = [
            (await sign_in(http, **LAN)).json()["access_token"],
            (await http.post("/token", data={"grant_type": "client_credentials"}, auth=("vnpt", "s3cret:x"))).json()[
                "access_token"
            ],
        ]
    claims = [json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")) for token in tokens]
    assert claims[0]["sub"] == "a0lan0id"
    assert re.fullmatch("a[0-9a-f]{20}", claims[1]["sub"])  # from an older version's file, which has no ids
    assert not re.search(r"\blan\b|vnpt", f"{logs} {claims}")


async def test_another_grant_type_is_refused_in_oauths_own_word(http: AsyncClient) -> None:
    response = await sign_in(http, grant_type="implicit")
    assert (response.status_code, response.json()["error"]) == (400, "unsupported_grant_type")


async def test_after_five_failures_in_a_minute_even_the_right_password_waits(http: AsyncClient, clock: Clock) -> None:
    for _ in range(5):
        assert (await sign_in(http, **(LAN | {"password": "sai"}))).status_code == 400
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
    assert (statuses.count(400), statuses.count(429)) == (5, 25)


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
    assert sorted({answer.status_code for answer in answers}) == [400, 429]
    assert sum(answer.status_code == 400 for answer in answers) == MOST_OF_ONE + 1  # and the one that has the turn
    assert {answer.headers["Retry-After"] for answer in answers if answer.status_code == 429} == {"1"}
    assert lan.status_code == 200


async def test_a_client_that_sprays_a_password_over_many_names_waits(app: FastAPI, http: AsyncClient) -> None:
    began = time.monotonic()
    sprayed = [await sign_in(http, **(LAN | {"username": f"name-{n}"})) for n in range(31)]
    took = time.monotonic() - began
    assert [answer.status_code for answer in sprayed] == [400] * 30 + [429]
    assert sprayed[-1].json()["code"] == "too-many-attempts"
    assert 10 - took <= int(sprayed[-1].headers["Retry-After"]) <= 10
    assert (await sign_in(http, **LAN)).status_code == 429
    async with AsyncClient(transport=ASGITransport(app, client=("10.9.8.7", 5)), base_url=URL) as other:
        assert (await sign_in(other, **LAN)).status_code == 200


async def test_a_right_password_from_elsewhere_waits_for_ten_addresses_and_not_for_all_that_they_send(
    app: FastAPI, http: AsyncClient
) -> None:
    def at(address: str) -> AsyncClient:
        return AsyncClient(transport=ASGITransport(app, client=(address, 1)), base_url=URL)

    done: list[str] = []

    async def guess(number: int) -> None:
        async with at(f"10.1.0.{number % 10}") as there:
            await there.post("/token", data={**LAN, "username": f"nobody-{number}"})
        done.append("wrong")

    async def right() -> None:
        async with at("10.2.0.1") as office:
            assert (await office.post("/token", data=LAN)).status_code == 200
        done.append("right")

    flood = [asyncio.create_task(guess(number)) for number in range(200)]
    await asyncio.sleep(0)
    await asyncio.gather(right(), *flood)
    refused_at_once = 200 - MOST_WAITING
    assert done.index("right") - refused_at_once <= 25  # two rounds of ten, and pending requests


async def test_neither_log_nor_answer_repeats_a_password_or_a_token(http: AsyncClient) -> None:
    with capture_logs() as logs:
        good = await sign_in(http, **LAN)
        wrong = await sign_in(http, **(LAN | {"password": "bí mật của tôi"}))
        long = await sign_in(http, **(LAN | {"password": "bí mật " * 500}))
    assert long.status_code == 400
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


@pytest.mark.parametrize("twice", [{"client_id": "other"}, {"client_secret": "s3cret:x"}])
async def test_a_program_proves_itself_in_one_way(http: AsyncClient, twice: dict[str, str]) -> None:
    form = {"grant_type": "client_credentials"}
    refused = await http.post("/token", data=form | twice, headers=basic("vnpt", "s3cret:x"))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    named = await http.post("/token", data=form | {"client_id": "vnpt"}, headers=basic("vnpt", "s3cret:x"))
    assert named.status_code == 200
