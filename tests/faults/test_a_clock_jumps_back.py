"""A process's clock jumps back by a day: who signs in again goes on, and the log's own times never go back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import pytest_asyncio

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.accounts_file import Account
from parindex.auth.principal import Right
from parindex.instant import instant
from parindex.service import installed_services
from parindex.sign_in.app import issuer_app
from parindex.testing.fault_injection import count
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, NOON, Served, served
from parindex.testing.toy import MIGRATIONS, SERVICE

DAY = timedelta(days=1)
DATABASE_JUMPED = "UPDATE log_head SET recorded_at = clock_timestamp() + interval '1 day' RETURNING recorded_at"
"""As if the database's clock had been a day ahead until now."""


@dataclass(slots=True)
class Clock:
    """A clock that shows a time set by the test."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest_asyncio.fixture
async def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def toy(database: Databases, clock: Clock) -> AsyncIterator[Served]:
    async with served(database, SERVICE, migrations=MIGRATIONS, now=clock) as toy:
        yield toy


@pytest_asyncio.fixture
async def survey(database: Databases, clock: Clock) -> AsyncIterator[Served]:
    async with served(database, installed_services()["survey"], now=clock) as survey:
        yield survey


async def order(http: httpx.AsyncClient, key: str) -> httpx.Response:
    return await http.post("/v1/shops/H09.05/orders", json={"count": 1}, headers={"Idempotency-Key": key})


async def test_what_is_recorded_after_a_jump_stands_behind_what_was_recorded_before(toy: Served, clock: Clock) -> None:
    async with toy.http("fan", "office@H09") as before:
        told = [(await order(before, f"k{n}")).json() for n in range(3)]
        clock.at -= DAY
        ahead = await toy.log.pool.fetchval(DATABASE_JUMPED)
        refused = await order(before, "k3")
        assert (refused.status_code, refused.json()["code"]) == (401, "token-not-yet-valid")
    async with toy.http("fan", "office@H09") as after:
        again = (await order(after, "k2")).json()
        assert again == told[2] | {"repeated": again["repeated"]}
        assert [(await order(after, f"k{n}")).status_code for n in range(3, 6)] == [201] * 3
    assert await count(toy.log) == 6
    times = [row["recorded_at"] for row in await toy.log.pool.fetch("SELECT recorded_at FROM events ORDER BY position")]
    assert times == sorted(times)
    assert times[3] >= ahead
    said = [recorded.entry.occurred_at for recorded in await toy.log.read_after(0)]
    assert said == [instant(NOON)] * 3 + [instant(NOON - DAY)] * 3  # the process printed its time


async def test_a_kiosk_s_code_from_before_a_jump_is_good_once(survey: Served, clock: Clock) -> None:
    async with survey.http("so-noi-vu", "office@H09") as office:
        asked = {"kiosk": "k1", "unit": "H09.05", "question": "hai-long"}
        code = {"code": (await office.post("/v1/kiosks", json=asked)).json()["code"]}
    clock.at -= DAY
    async with survey.http() as device:
        enrolled = await device.post("/v1/kiosks/k1/enrolment", json=code)
        assert enrolled.status_code == 201
        assert (await device.post("/v1/kiosks/k1/enrolment", json=code)).status_code == 403
    async with survey.device(enrolled.json()["token"]) as kiosk:
        press = {"seq": 1, "stars": 5, "pressed_at": clock.at.isoformat()}
        assert (await kiosk.post("/v1/kiosks/k1/ratings", json=[press])).json()["accepted"] == 1
    assert await count(survey.log) == 3


async def test_who_mistyped_a_password_before_a_jump_is_not_locked_out_for_a_day(clock: Clock) -> None:
    account = Account("so-noi-vu", AccountKind.PERSON, hash_password("right"), (Right.parse("office@H09"),))
    transport = httpx.ASGITransport(issuer_app(ISSUER, Accounts([account]), clock))

    async def sign_in(password: str) -> int:
        form = {"grant_type": "password", "username": "so-noi-vu", "password": password}
        async with httpx.AsyncClient(transport=transport, base_url="http://issuer") as http:
            return (await http.post("/token", data=form)).status_code

    while await sign_in("wrong") != 429:
        pass
    assert await sign_in("right") == 429
    clock.at -= DAY
    assert await sign_in("right") == 200
