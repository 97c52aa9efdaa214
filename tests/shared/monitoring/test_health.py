"""Readiness is answered in time, also while the checked server hangs."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from parindex.eventstore.log import Log
from parindex.http.routes import add_routes
from parindex.monitoring.health import Check, database_check, health_routes
from parindex.monitoring.troubles import Trouble
from parindex.refusal import Refused
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.testing import shop

BOUND = 10
"""Seconds for a test; a check takes at most two."""


def client_of(*checks: Check) -> AsyncClient:
    app = FastAPI()
    add_routes(app, health_routes("shop", checks))
    return AsyncClient(transport=ASGITransport(app), base_url="http://shop")


@contextmanager
def frozen(postgres: EmbeddedPostgres) -> Iterator[None]:
    """The whole server is frozen: connections stay open, and it does not answer."""
    postmaster = int((postgres.folder / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    everyone = [postmaster, *map(int, children)]
    try:
        for pid in everyone:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in everyone:
            os.kill(pid, signal.SIGCONT)


async def test_a_frozen_server_is_reported_in_time_and_found_again(own_postgres: EmbeddedPostgres) -> None:
    await own_postgres.ensure_database("shop")
    await shop.build(own_postgres.dsn("shop"))
    async with Log.open(own_postgres.dsn("shop"), shop.TYPES) as log, client_of(database_check(log, "shop")) as http:
        assert (await http.get("/health/ready")).status_code == 200
        with frozen(own_postgres):
            for _ in range(2):
                async with asyncio.timeout(BOUND):
                    answer = await http.get("/health/ready")
                assert answer.status_code == 503
                assert answer.json()["checks"][0]["en"] == "The database of shop can't be reached."
        async with asyncio.timeout(BOUND):
            while (await http.get("/health/ready")).status_code != 200:  # noqa: ASYNC110  # it is seen by asking
                await asyncio.sleep(0)


async def test_a_check_that_does_not_come_back_is_not_asked_twice() -> None:
    asked, gate = 0, asyncio.Event()

    async def slow() -> Trouble | None:
        nonlocal asked
        asked += 1
        await gate.wait()
        return None

    async with client_of(Check("slow", slow)) as http:
        assert [(await http.get("/health/ready")).status_code for _ in range(2)] == [503, 503]
        assert asked == 1
        gate.set()
        async with asyncio.timeout(BOUND):
            while (await http.get("/health/ready")).status_code != 200:  # noqa: ASYNC110  # it is seen by asking
                await asyncio.sleep(0)


class StoredElsewhereError(Refused):
    """A refusal whose text is for the client, and not for the public health page."""

    code = "stored-elsewhere"
    vi, en = "Sổ ở /srv/parindex/so-noi-vu.", "The log is at /srv/parindex/so-noi-vu."


async def test_a_refusal_in_a_check_shows_its_code_alone() -> None:
    async def look() -> Trouble | None:
        raise StoredElsewhereError

    async with client_of(Check("log", look)) as http:
        answer = await http.get("/health/ready")
    [check] = answer.json()["checks"]
    assert (answer.status_code, check["ok"], check["code"]) == (503, False, "stored-elsewhere")
    assert "/srv" not in answer.text
