"""Anonymous requests are limited also where no route checks a token; a WebSocket is refused and counted too."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from parindex.auth.buckets import Rate
from parindex.auth.rate_limits import RateLimits, Rates
from parindex.hosting.server import listening
from parindex_cli.local.embedded import INSIDE, System

AT_ONCE = 4
WRONG = ["Basic bGFuOng=", "Bearer a.b.c", "Bearer kiosk_khong-co", "x", ""]
UNRULED = ["/openapi.json", "/docs", "/khong/co", "/health/live"]
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def mounted(system: System) -> Iterator[tuple[str, FastAPI]]:
    """Yield the gateway and each app in it, with its path."""
    gateway = system.app
    assert isinstance(gateway, FastAPI)
    yield "", gateway
    yield from (
        (one.path, one.app) for one in gateway.routes if isinstance(one, Mount) and isinstance(one.app, FastAPI)
    )


@pytest.fixture
async def counted(embedded_system: System) -> System:
    """A system with a small burst per address."""
    for _, app in mounted(embedded_system):
        app.state.rate_limits = RateLimits(Rates(address=Rate(AT_ONCE, 1), wrong_token_address=Rate(AT_ONCE, 1)))
    return embedded_system


def at(system: System, address: str, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(system.app, client=(address, 5))
    return httpx.AsyncClient(transport=transport, base_url=INSIDE, headers=headers)


async def test_a_wrong_header_hides_nobody_where_no_token_is_asked_for(counted: System) -> None:
    wrong = []
    for number, (path, _) in enumerate(mounted(counted)):
        for each, address in enumerate(path + door for door in UNRULED):
            for other, header in enumerate(WRONG):
                async with at(counted, f"10.{number}.{each}.{other}", Authorization=header) as http:
                    answers = [await http.get(address) for _ in range(AT_ONCE + 1)]
                statuses = [answer.status_code for answer in answers]
                if 429 in statuses[:-1] or statuses[-1] != 429 or not answers[-1].headers.get("Retry-After"):
                    wrong.append((address, header, statuses))
    assert wrong == []


async def test_another_address_is_not_held_up_with_them(counted: System) -> None:
    async with at(counted, "10.0.0.1", Authorization="x") as one, at(counted, "10.0.0.2", Authorization="x") as other:
        assert [(await one.get("/survey/openapi.json")).status_code for _ in range(AT_ONCE + 1)][-1] == 429
        assert (await other.get("/survey/openapi.json")).status_code == 200


async def test_a_websocket_is_closed_before_anything_is_accepted(embedded_system: System) -> None:
    for path, _ in mounted(embedded_system):
        for address in ("/", "/v1/feed", "/khong/co"):
            sent: list[MutableMapping[str, Any]] = []
            scope = {
                "type": "websocket", "path": path + address, "root_path": "", "query_string": b"", "headers": [],
                "subprotocols": [], "client": ("10.0.0.1", 5), "state": {},
            }  # fmt: skip

            async def receive() -> dict[str, str]:
                return {"type": "websocket.connect"}

            async def send(message: MutableMapping[str, Any], sent: list[Any] = sent) -> None:
                sent.append(message)

            await embedded_system.app(scope, receive, send)
            assert [message["type"] for message in sent] == ["websocket.close"], path + address


async def test_a_handshake_over_the_wire_is_a_plain_request_and_counts_as_one(counted: System) -> None:
    async with listening(counted.app) as url, httpx.AsyncClient(base_url=url, headers=HANDSHAKE) as http:
        answers = [await http.get("/khong/co") for _ in range(AT_ONCE + 1)]
    assert [answer.status_code for answer in answers] == [404] * AT_ONCE + [429]
    assert {answer.headers["Content-Type"] for answer in answers} == {"application/problem+json"}
