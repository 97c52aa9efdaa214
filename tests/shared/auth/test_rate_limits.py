"""Rate limits by account, device and address, over real HTTP; other clients are not limited with them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient, Response
from structlog.testing import capture_logs

from parindex.auth import Asker, Principal, Right, Role
from parindex.auth.buckets import Rate
from parindex.auth.devices import DEVICE_PREFIX, new_secret
from parindex.auth.fastapi import Authenticator, authenticate_with, public, signed_in
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.auth.rate_limits import RateLimits, Rates, address_of
from parindex.auth.tokens import Tokens
from parindex.hosting.server import listening
from parindex.hosting.settings import Settings
from parindex.http.problem_handlers import install
from parindex.http.rate_limiting import limit_rates
from parindex.http.way_in import check_requests

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
ISSUER = LocalIssuer(new_key(), "http://round")
GOOD = new_secret(lambda length: b"k" * length)
RATES = Rates(
    account=Rate(5, 12), device=Rate(5, 12), address=Rate(5, 12), wrong_token_address=Rate(3, 6)
)  # 5 s or 10 s between two


class Clock:
    """A clock that the test sets, and a device lookup that counts its queries."""

    def __init__(self) -> None:
        self.now, self.asked = 1_000.0, 0

    def __call__(self) -> float:
        return self.now

    async def device(self, secret: str) -> Principal | None:
        self.asked += 1
        await asyncio.sleep(0)
        return Principal("kiosk-5", (Right(Role.KIOSK, "H09.05"),)) if secret == GOOD else None


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(clock: Clock) -> FastAPI:
    app, router = FastAPI(), APIRouter()

    @router.get("/page", dependencies=[public])
    async def page() -> str:
        return "everybody"

    @router.get("/me")
    async def me(asker: Annotated[Asker, signed_in]) -> str:
        return asker.subject

    app.include_router(router)
    check_requests(app)
    authenticate_with(app, Authenticator(Tokens(ISSUER.keys(), lambda: NOON), clock.device))
    limit_rates(app, RateLimits(RATES, clock))
    install(app)
    return app


def client(app: FastAPI, address: str = "10.0.0.1", bearer: str = "") -> AsyncClient:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return AsyncClient(transport=ASGITransport(app, client=(address, 5)), base_url="http://round", headers=headers)


def token(subject: str, *rights: str) -> str:
    return ISSUER.mint(subject, rights, timedelta(minutes=5), NOON)


async def statuses(http: AsyncClient, path: str, times: int) -> list[int]:
    return [(await http.get(path)).status_code for _ in range(times)]


def told(answer: Response) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["code"], answer.headers["Retry-After"]


async def test_an_account_that_floods_waits_and_no_other(app: FastAPI, clock: Clock) -> None:
    async with client(app, bearer=token("lan")) as lan, client(app, bearer=token("hoa")) as hoa:
        assert await statuses(lan, "/me", 5) == [200] * 5
        assert told(await lan.get("/me")) == (429, "too-many-requests", "5")
        assert await statuses(hoa, "/me", 1) == [200]
        clock.now += 5
        assert await statuses(lan, "/me", 2) == [200, 429]


async def test_an_account_is_one_by_whatever_address_it_comes(app: FastAPI) -> None:
    for n in range(5):
        async with client(app, f"10.0.0.{n}", token("lan")) as lan:
            assert await statuses(lan, "/me", 1) == [200]
    async with client(app, "10.0.0.99", token("lan")) as lan:
        assert await statuses(lan, "/me", 1) == [429]


async def test_a_device_that_floods_waits(app: FastAPI) -> None:
    async with client(app, bearer=GOOD) as kiosk:
        assert await statuses(kiosk, "/me", 6) == [200] * 5 + [429]


async def test_our_own_services_are_never_held_up(app: FastAPI) -> None:
    async with client(app, bearer=token("scoring", "service@services")) as http:
        assert await statuses(http, "/me", 20) == [200] * 20


@pytest.mark.parametrize("path", ["/page", "/me", "/no/such/address", "/openapi.json"])
async def test_strangers_are_counted_by_address_wherever_they_knock(app: FastAPI, path: str) -> None:
    async with client(app) as one, client(app, "10.0.0.2") as other:
        assert 429 not in await statuses(one, path, 5)
        assert told(await one.get(path)) == (429, "too-many-requests", "5")
        assert 429 not in await statuses(other, path, 5)


@pytest.mark.parametrize("path", ["/page", "/me"])
async def test_a_header_that_proves_nothing_does_not_hide_a_stranger(app: FastAPI, path: str) -> None:
    async with client(app) as http:
        http.headers["Authorization"] = "Basic bGFuOng="
        assert (await statuses(http, path, 6))[-1] == 429


async def test_a_signed_in_client_is_not_limited_by_anonymous_ones_at_its_address(app: FastAPI) -> None:
    async with client(app) as stranger, client(app, bearer=token("lan")) as lan:
        await statuses(stranger, "/page", 10)
        assert await statuses(lan, "/me", 1) == [200]


@pytest.mark.parametrize("wrong", ["a.b.c", new_secret(lambda length: b"w" * length)])
async def test_wrong_tokens_are_tried_a_few_times_and_no_more(app: FastAPI, wrong: str, clock: Clock) -> None:
    async with client(app, bearer=wrong) as http, client(app, "10.0.0.2", wrong) as other:
        assert await statuses(http, "/me", 3) == [401] * 3
        asked = clock.asked
        assert told(await http.get("/me")) == (429, "too-many-attempts", "10")
        assert clock.asked == asked, "the database is left alone"
        assert await statuses(other, "/me", 1) == [401]
        clock.now += 10
        assert await statuses(http, "/me", 2) == [401, 429]


async def test_a_flood_of_wrong_secrets_at_once_asks_the_database_a_few_times(app: FastAPI, clock: Clock) -> None:
    bearers = [f"{DEVICE_PREFIX}{n}" for n in range(100)]

    async def knock(bearer: str) -> int:
        async with client(app, bearer=bearer) as http:
            return (await http.get("/me")).status_code

    answers = await asyncio.gather(*map(knock, bearers))
    assert sorted(set(answers)) == [401, 429]
    assert clock.asked <= 3 + 8  # the allowed ones, and concurrent lookups


async def test_a_token_that_was_good_stays_good_beside_wrong_ones(app: FastAPI) -> None:
    async with client(app, bearer=GOOD) as kiosk, client(app, bearer="a.b.c") as guesser:
        assert await statuses(kiosk, "/me", 1) == [200]
        assert (await statuses(guesser, "/me", 5))[-1] == 429
        assert await statuses(kiosk, "/me", 1) == [200]


async def test_a_token_that_stopped_being_good_counts_as_wrong(app: FastAPI, clock: Clock) -> None:
    brief = ISSUER.mint("lan", [], timedelta(minutes=1), NOON)
    later = FastAPI()
    now = [NOON]

    @later.get("/me")
    async def me(asker: Annotated[Asker, signed_in]) -> str:
        return asker.subject

    authenticate_with(later, Authenticator(Tokens(ISSUER.keys(), lambda: now[0])))
    limit_rates(later, RateLimits(RATES, clock))
    install(later)
    async with client(later, bearer=brief) as lan:
        assert await statuses(lan, "/me", 1) == [200]
        now[0] += timedelta(hours=1)
        assert await statuses(lan, "/me", 4) == [401, 401, 401, 429]


async def test_a_head_that_is_refused_counts_as_a_strangers(clock: Clock) -> None:
    app = FastAPI()
    check_requests(app)
    limit_rates(app, RateLimits(RATES, clock))
    install(app)
    async with client(app) as http:
        twice = [("Authorization", "Bearer x")] * 2
        assert [(await http.get("/me", headers=twice)).status_code for _ in range(6)] == [400] * 5 + [429]


async def test_a_flood_is_one_line_in_the_log(app: FastAPI) -> None:
    with capture_logs() as logs:
        async with client(app) as http:
            await statuses(http, "/page", 50)
    assert logs == [{"event": "rate_limited", "log_level": "warning", "kind": "address", "who": "10.0.0.1"}]


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("fe80::1%eth0", "fe80::"),
        ("not:an:address", "not:an:address"),
        ("x" * 1_000, "x" * 64),
    ],
)
def test_an_address_is_a_host_or_a_network_of_one_household(host: str, counted: str) -> None:
    assert address_of({"client": (host, 5)}) == counted


def test_a_connection_without_an_address_is_counted_with_its_like() -> None:
    assert address_of({"client": None}) == ""


@pytest.fixture(params=["10.0.0.1", "127.0.0.1"])
async def behind(request: Any, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[str, bool]]:
    """The app on a real port with one trusted proxy address, and whether the test's requests come from it."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", request.param)
    async with listening(app) as url:
        yield url, request.param == "127.0.0.1"


async def test_only_a_trusted_proxy_says_who_the_client_is(behind: tuple[str, bool]) -> None:
    url, trusted = behind
    async with AsyncClient(base_url=url, trust_env=False) as http:
        forged = [(await http.get("/page", headers={"X-Forwarded-For": f"10.1.1.{n}"})).status_code for n in range(9)]
    assert forged.count(429) == (0 if trusted else 4)


def test_an_installation_has_its_own_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARINDEX_RATES__ACCOUNT__AT_ONCE", "7")
    monkeypatch.setenv("PARINDEX_RATES__ACCOUNT__A_MINUTE", "8")
    assert Settings().rates == replace(Rates(), account=Rate(7, 8))
    monkeypatch.setenv("PARINDEX_RATES__ACCOUNT__A_MINUTE", "0")
    with pytest.raises(ValueError, match="has to be at least 1"):
        Settings()
