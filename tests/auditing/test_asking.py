"""An audit reports data as tampered only if the service itself reports it missing or damaged; other errors end it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.auditing.conftest import AUDITOR, doors_over
from tests.auditing.forging import Forger

from parindex.testing.postgres import Database
from parindex.testing.serving import ISSUER, NOON
from parindex_cli.auditing import asking
from parindex_cli.auditing.asking import AuditEndedError, ask_as
from parindex_cli.auditing.auditing import audit

EDITIONS = "/v1/rounds/kiem-toan-2026/editions"
SNAPSHOT = f"{EDITIONS}/2/snapshot"


@dataclass
class Proxy(httpx.AsyncBaseTransport):
    """A proxy between an auditor and a service, which answers one address by itself, `times` times."""

    behind: httpx.AsyncBaseTransport
    path: str
    answer: Callable[[httpx.Request], httpx.Response]
    times: int = 1_000
    asked: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != self.path or self.times <= 0:
            return await self.behind.handle_async_request(request)
        self.times -= 1
        self.asked.append(request.url.path)
        return self.answer(request)


@asynccontextmanager
async def proxied(
    databases: Mapping[str, Database], name: str, path: str, answer: Callable[[httpx.Request], httpx.Response],
    times: int = 1_000,
) -> AsyncIterator[tuple[dict[str, httpx.AsyncClient], Proxy]]:  # fmt: skip
    async with doors_over(databases) as clients:
        own = clients[name]
        proxy = Proxy(own._transport, path, answer, times)  # httpx has no public way to wrap a client's transport
        async with httpx.AsyncClient(transport=proxy, base_url=own.base_url, headers=own.headers) as client:
            yield clients | {name: client}, proxy


def with_status(status: int, body: Any = None, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda request: httpx.Response(status, json=body or {}, headers=named, request=request)


def silent(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("silent", request=request)


REFUSING = [
    with_status(401, {"code": "unauthenticated"}),
    with_status(403, {"code": "forbidden"}),
    with_status(404),
    with_status(429, {"code": "too-many-requests"}),
    with_status(500, {"code": "internal-error"}),
    with_status(302, Location="/elsewhere"),
    with_status(503, {"code": "database-away"}),
    with_status(503, {"code": "database-away"}, Retry_After="3600"),
    with_status(503, {"code": "database-away"}, Retry_After="0"),
    silent,
]
ADDRESSES = [
    ("publication", EDITIONS),
    ("publication", "/v1/results"),
    ("assessment", "/v1/openings"),
    ("assessment", "/v1/log"),
    ("survey", "/v1/feed"),
    ("scoring", "/v1/log/verification"),
]


async def ends(clients: Mapping[str, httpx.AsyncClient], folder: Path, path: str) -> bool:
    """Return whether an audit ends with an error that names the address."""
    with pytest.raises(AuditEndedError, match=path) as ended:
        await audit(clients, folder, lambda _: None, recompute=False)
    return ended.value.code == "audit-ended"


async def test_whatever_else_a_service_answers_ends_the_audit_and_is_no_tampering(
    databases: Mapping[str, Database], tmp_path: Path
) -> None:
    async with proxied(databases, "publication", SNAPSHOT, silent) as (clients, proxy):
        for number, answer in enumerate(REFUSING):
            proxy.answer = answer
            assert await ends(clients, tmp_path / str(number), SNAPSHOT)


@pytest.mark.parametrize(("name", "path"), ADDRESSES)
async def test_at_every_address_an_answer_that_is_none_ends_the_audit(
    databases: Mapping[str, Database], tmp_path: Path, name: str, path: str
) -> None:
    async with proxied(databases, name, path, with_status(503)) as (clients, _):
        assert await ends(clients, tmp_path, path)


@pytest.mark.parametrize("path", [EDITIONS, SNAPSHOT])
async def test_a_refusal_while_results_are_recomputed_is_no_tampering(
    databases: Mapping[str, Database], tmp_path: Path, path: str
) -> None:
    busy, clear = with_status(503, {"code": "database-away"}), 0
    async with proxied(databases, "publication", path, busy, clear) as (clients, proxy):

        def tell(step: str) -> None:
            if step.startswith("Tính lại"):
                proxy.times = 1_000

        with pytest.raises(AuditEndedError, match="HTTP 503 database-away"):
            await audit(clients, tmp_path, tell)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_service_is_asked_again_when_it_says_so(
    databases: Mapping[str, Database], tmp_path: Path, status: int
) -> None:
    busy = with_status(status, Retry_After="0")
    async with proxied(databases, "publication", SNAPSHOT, busy, asking.TIMES - 1) as (clients, proxy):
        assert (await audit(clients, tmp_path, lambda _: None, recompute=False)).agrees
    assert proxy.times == 0


async def test_a_busy_service_is_asked_a_bounded_number_of_times() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(503, headers={"Retry-After": "0"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://survey") as client:
        ask_as([client], None)
        with pytest.raises(AuditEndedError, match="http://survey/v1/log: HTTP 503"):
            await client.get("/v1/log")
    assert len(asked) == asking.TIMES


async def test_what_publication_calls_damaged_is_a_finding(databases: Mapping[str, Database], tmp_path: Path) -> None:
    forger = Forger({name: each.dsn for name, each in databases.items()}, chains=False)
    await forger.execute("publication", "ALTER TABLE snapshots DROP CONSTRAINT snapshots_check")
    await forger.execute("publication", "UPDATE snapshots SET content = content || ' '::bytea")
    async with doors_over(databases) as clients:
        found = await audit(clients, tmp_path, lambda _: None, recompute=False)
    assert "E1" in {each.check for each in found.discrepancies}


@pytest.mark.parametrize("path", [EDITIONS, SNAPSHOT])
async def test_what_publication_calls_unknown_is_a_finding(
    databases: Mapping[str, Database], tmp_path: Path, path: str
) -> None:
    gone = with_status(404, {"code": "unknown-edition"})
    async with proxied(databases, "publication", path, gone) as (clients, _):
        found = await audit(clients, tmp_path, lambda _: None, recompute=False)
    assert {each.check for each in found.discrepancies} == {"E2" if path == EDITIONS else "E1"}


class Hurrying:
    """A clock that advances ten seconds with each reading: a token of one second, with leeway, lasts three readings."""

    at = NOON

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=10)
        return self.at


async def test_a_token_that_expires_in_a_long_audit_is_replaced(
    databases: Mapping[str, Database], tmp_path: Path
) -> None:
    clock, minted = Hurrying(), list[datetime]()

    async def token() -> str:
        minted.append(clock.at)
        return ISSUER.mint("kiem-toan", [AUDITOR], timedelta(seconds=1), clock.at)

    async with doors_over(databases, clock, signed=False) as clients:
        assert (await audit(clients, tmp_path, lambda _: None, token=token)).agrees
    assert len(minted) > 2


async def test_a_fresh_token_that_is_refused_ends_the_audit() -> None:
    minted = []

    async def token() -> str:
        minted.append("one more")
        return "refused"

    transport = httpx.MockTransport(lambda _: httpx.Response(401))
    async with httpx.AsyncClient(transport=transport, base_url="http://survey") as client:
        ask_as([client], token)
        with pytest.raises(AuditEndedError, match="HTTP 401"):
            await client.get("/v1/log")
    assert len(minted) == 2
