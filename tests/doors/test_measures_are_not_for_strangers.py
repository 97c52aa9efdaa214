"""`/metrics` is for clients on this machine and for signed-in accounts; anonymous clients from outside are refused."""

from collections.abc import AsyncIterator

import httpx
import pytest

from parindex.testing.postgres import Databases
from parindex.testing.serving import Served, served, signed_in
from parindex.testing.toy import MIGRATIONS, SERVICE


@pytest.fixture
async def toy(database: Databases) -> AsyncIterator[Served]:
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy:
        yield toy


async def asked(toy: Served, address: str, headers: dict[str, str]) -> int:
    transport = httpx.ASGITransport(toy.app, client=(address, 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://toy", headers=headers) as http:
        return (await http.get("/metrics")).status_code


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.53", "::1"])
async def test_this_machine_sees_them_without_a_token(toy: Served, address: str) -> None:
    assert await asked(toy, address, {}) == 200


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "2001:db8::1", "::ffff:10.0.0.1", "127.evil", ""])
async def test_a_stranger_from_elsewhere_does_not(toy: Served, address: str) -> None:
    assert await asked(toy, address, {}) == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
async def test_a_stranger_whom_a_proxy_of_this_machine_brings_does_not(toy: Served, header: str) -> None:
    assert await asked(toy, "127.0.0.1", {header: "for=10.0.0.1"}) == 401


async def test_whoever_is_known_sees_them_from_anywhere_and_needs_no_right(toy: Served) -> None:
    assert await asked(toy, "10.0.0.1", signed_in("prometheus")) == 200
    assert await asked(toy, "10.0.0.1", {"Authorization": "Bearer a.b.c"}) == 401
