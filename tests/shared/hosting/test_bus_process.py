"""The bus process: its jobs are supervised, readiness reports them, and SIGTERM stops them in order."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.accounts_file import Account
from parindex.auth.principal import Right
from parindex.hosting.bus_process import create_worker_app
from parindex.hosting.databases import DatabaseUrls, plan_of, settings_in
from parindex.hosting.migrations import upgrade
from parindex.hosting.server import listening
from parindex.hosting.service_tokens import SignedIn, Token, client_credentials
from parindex.hosting.settings import Settings
from parindex.hosting.supervisor import Job, Supervisor
from parindex.monitoring.troubles import Trouble
from parindex.servers.rabbitmq_folder import free_ports
from parindex.sign_in.app import issuer_app
from parindex.testing.postgres import Databases
from parindex.testing.serving import ISSUER, NOON, served
from parindex.testing.toy import MIGRATIONS, SERVICE


async def found_wrong(supervisor: Supervisor) -> dict[str, Trouble | None]:
    return {check.name: await check.look() for check in supervisor.checks()}


@pytest.mark.parametrize("death", [OSError("gone"), asyncio.CancelledError("gone")], ids=["fails", "is cancelled"])
async def test_a_job_that_dies_is_run_again_and_stops_no_other(death: BaseException) -> None:
    runs: list[str] = []
    again, steady = asyncio.Event(), asyncio.Event()

    async def dies() -> None:
        runs.append("dies")
        if len(runs) > 1:
            again.set()
        raise death

    async def stays() -> None:
        await again.wait()
        steady.set()
        await asyncio.Event().wait()

    supervisor = Supervisor([Job("dies", dies), Job("stays", stays)])
    task = asyncio.create_task(supervisor.run())
    async with asyncio.timeout(30):
        await steady.wait()
    wrong = await found_wrong(supervisor)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(runs) >= 2
    assert wrong["stays"] is None
    assert wrong["dies"] == Trouble(
        f"“dies” đã dừng và đang được chạy lại: {type(death).__name__}",
        f"“dies” died and is restarted: {type(death).__name__}",
        code="job-died",
    )


async def test_a_job_that_simply_ends_is_a_trouble_too() -> None:
    ended = asyncio.Event()

    async def ends() -> None:
        ended.set()

    supervisor = Supervisor([Job("ends", ends)])
    task = asyncio.create_task(supervisor.run())
    await ended.wait()
    wrong = await found_wrong(supervisor)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert wrong["ends"] is not None


@pytest.fixture
async def urls(database: Databases) -> DatabaseUrls:
    url = (await database()).url
    urls = DatabaseUrls(url, url)
    await upgrade(plan_of("toy", urls, lambda _: MIGRATIONS))
    return urls


async def test_a_bus_process_keeps_the_projections_and_says_so(database: Databases) -> None:
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy, toy.http("pizza-fan", "office@H09") as http:
        await http.post("/v1/shops/H09.05/orders", json={"count": 4})
        worker = create_worker_app(SERVICE, toy.resources.settings)
        async with worker.open(), httpx.AsyncClient(transport=httpx.ASGITransport(worker), base_url="http://w") as bus:
            await caught_up(bus)
            assert (await bus.get("/health/ready")).json()["ready"]
        assert (await http.get("/v1/shops/H09.05/orders")).json()["count"] == 4


async def caught_up(bus: httpx.AsyncClient) -> None:
    lag = 'parindex_reader_lag{partition="0",reader="projection:pizza_orders:1",service="toy",source="toy"} 0.0'
    async with asyncio.timeout(30):
        while lag not in (await bus.get("/metrics")).text:  # noqa: ASYNC110  # a consumer's progress is visible only by polling
            await asyncio.sleep(0.05)


async def test_a_loop_of_the_service_that_fails_makes_the_bus_process_unready(urls: DatabaseUrls) -> None:
    failed = asyncio.Event()

    async def keep_counting(_: object) -> None:
        failed.set()
        raise ValueError("cannot count")

    worker = create_worker_app(replace(SERVICE, tasks=[keep_counting]), settings_in(urls))
    async with worker.open(), httpx.AsyncClient(transport=httpx.ASGITransport(worker), base_url="http://w") as bus:
        await failed.wait()
        answer = await bus.get("/health/ready")
    assert answer.status_code == 503
    assert [check["en"] for check in answer.json()["checks"] if not check["ok"]] == [
        "“keep_counting” died and is restarted: ValueError"
    ]


async def test_a_bus_process_ends_in_order_at_sigterm(urls: DatabaseUrls) -> None:
    [port] = free_ports(1)
    code = "from parindex.hosting.bus_process import run_worker; from parindex.testing.toy import SERVICE; "
    code += "from parindex.hosting.settings import Settings; run_worker(SERVICE, Settings())"
    env = {**os.environ, "PARINDEX_DATABASE_URL": urls.database_url, "PARINDEX_HEALTH_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, env=env)
    async with asyncio.timeout(120):
        while not await answers(f"http://127.0.0.1:{port}/health/ready"):
            assert process.returncode is None
            await asyncio.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


async def answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False) as http:
            return (await http.get(url)).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
async def issuer() -> AsyncIterator[str]:
    account = Account("scoring", AccountKind.CLIENT, hash_password("secret"), (Right.parse("service@services"),))
    async with listening(issuer_app(ISSUER, Accounts([account]), lambda: NOON)) as url:
        yield url


async def test_a_service_signs_in_with_its_own_account(issuer: str, database: Databases) -> None:
    settings = Settings(token_url=f"{issuer}/token", client_id="scoring", client_secret="secret")
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy, httpx.AsyncClient(trust_env=False) as http:
        signed_in = SignedIn(client_credentials(http, settings))
        transport = httpx.ASGITransport(toy.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://toy", auth=signed_in) as reader:
            assert (await reader.get("/v1/contracts?partition=0")).status_code == 200


async def test_a_token_is_used_until_shortly_before_its_end_then_renewed() -> None:
    clock, fetched, seen = [0.0], list[float](), list[str]()

    async def fetch() -> Token:
        fetched.append(clock[0])
        return Token(f"token-{len(fetched)}", 900)

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200)

    signed_in = SignedIn(fetch, lambda: clock[0])
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), auth=signed_in) as http:
        for clock[0] in (0.0, 869.0, 871.0):
            await http.get("http://toy/")
    assert seen == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


async def test_a_refused_token_is_replaced_once() -> None:
    tokens = iter("ab")
    seen: list[str] = []

    async def fetch() -> Token:
        return Token(next(tokens), timedelta(minutes=15).total_seconds())

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(401 if seen[-1] == "Bearer a" else 200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), auth=SignedIn(fetch)) as http:
        assert (await http.get("http://toy/")).status_code == 200
    assert seen == ["Bearer a", "Bearer b"]
