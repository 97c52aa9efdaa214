"""An audited round with a correction. It is driven once; each test gets copies of its databases and of sign-in's."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest_asyncio

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts
from parindex.auth.accounts_file import Account
from parindex.auth.principal import Right, Role
from parindex.hosting.databases import DatabaseUrls, settings_in
from parindex.hosting.resources import Resources, open_resources
from parindex.instant import Clock
from parindex.service import installed_services
from parindex.sign_in.app import issuer_app
from parindex.sign_in.register import Register
from parindex.sign_in.service import SIGN_IN
from parindex.testing.postgres import Database, Databases
from parindex.testing.serving import ISSUER, NOON, Served, served_in, signed_in
from parindex_cli.local.embedded import System
from parindex_cli.rounds.checking import load_round
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.file import RoundFile
from parindex_cli.rounds.gateways import SERVICES
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.embedded import system_over
from parindex_cli.testing.journeys import gateway_of

FILE = Path(__file__).parent / "audited-round.yaml"
ROUND = "/v1/rounds/kiem-toan-2026"
APPRAISAL = f"{ROUND}/units/H10.02/appraisal"
AUDITOR = "auditor@H10"
READERS = """
SELECT source, partition, position FROM reader_positions WHERE reader NOT IN (
    SELECT older.name || ':' || older.version FROM readers AS older JOIN readers AS newer USING (name)
    WHERE older.version < newer.version
)
"""
"""The present readers of each log; the checkpoint of a replaced version does not move."""
CONTRACTS = "SELECT partition, max(position) AS last FROM events WHERE partition IS NOT NULL GROUP BY partition"


LOGS = (*SERVICES, SIGN_IN.name)
LAN = Account("lan", AccountKind.PERSON, "x", (Right.parse("office@H10"), Right.parse("unit@H62.01")), "a00000lan")
BINH = Account("binh", AccountKind.PERSON, "x", (Right.parse("appraiser@H10"),), "a0000binh")
BEFORE = [LAN, BINH]
AFTERWARDS = [replace(LAN, name="lan.anh", rights=(Right.parse("council@H10"), *LAN.rights[1:]))]
"""Lan has another name and another right; Binh was removed."""


async def copies_of(database: Databases, history: str) -> Mapping[str, Database]:
    """Return new copies of the databases of a history, which is driven at the first call."""
    if f"{history}_assessment" not in database.templates:
        await _drive(database, history)
        database.templates |= {f"{history}_{name}" for name in LOGS}
    return {name: await _copy(database, f"template_{history}_{name}") for name in LOGS}


async def _copy(database: Databases, template: str) -> Database:
    return await database.copy_of(Database(template, "", ""))


async def _drive(database: Databases, history: str) -> None:
    described = load_round(FILE)
    if history == "rewritten":
        described = with_other_points(described)
    before = len(database.made)
    accounts = Accounts(BEFORE)
    async with (
        system_over(database, installed_services(), accounts=accounts, rights_logged=True) as system,
        gateway_of(system) as gateway,
    ):
        await _run(system, gateway, described)
    made = dict(zip((*installed_services(), SIGN_IN.name), database.made[before:], strict=True))
    async with opened(made[SIGN_IN.name], lambda: NOON) as held:
        await Register(held.log, ISSUER, Accounts(AFTERWARDS), lambda: NOON).keep()
    for name, one in made.items():
        await database.server.clone_database(f"template_{history}_{name}", one.name)


def opened(database: Database, now: Clock) -> AbstractAsyncContextManager[Resources]:
    """Open the log of sign-in."""
    return open_resources(SIGN_IN, settings_in(DatabaseUrls(database.url, database.url)), now)


async def _run(system: System, gateway: Gateway, described: RoundFile) -> None:
    driver = RoundDriver(gateway, described, at_once=1)
    async for _ in driver.run():
        await until_still(system)  # so that every run writes the same events in the same order
    office, publisher = await gateway.token(Role.OFFICE, "H10"), await gateway.token(Role.PUBLISHER, "H10")

    async def post(service: str, path: str, body: Any, token: str = office) -> None:
        answer = await gateway.clients[service].post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 201, answer.text
        await until_still(system)

    await post("assessment", f"{ROUND}/reopening", {"reason": "Đơn vị bổ sung tài liệu", "units": ["H10.02"]})
    await post("assessment", f"{APPRAISAL}/findings", [{"criterion": "1.5", "points": "2", "comment": "Đã đủ"}])
    await post("assessment", f"{APPRAISAL}/completion", {})
    await post("assessment", f"{ROUND}/closing", {})
    await driver.until_ready_to_freeze()
    await post("publication", f"{ROUND}/editions", {"reason": "Bổ sung tài liệu kiểm chứng tiêu chí 1.5"})
    await post("publication", f"{ROUND}/editions/2/announcement", {}, publisher)


async def until_still(system: System) -> None:
    """Wait until every consumer and projection has read everything."""
    async with asyncio.timeout(120):
        while not await _still(system):  # noqa: ASYNC110  # another task's work
            await asyncio.sleep(0.02)


async def _still(system: System) -> bool:
    """Return whether every reader is at its source's last event (or contract), and no log grew meanwhile."""
    before = await _ends(system)
    for name, held in system.resources.items():
        for reader in await held.log.pool.fetch(READERS):
            last, contracts = before[reader["source"]]
            wanted = last if reader["source"] == name else contracts.get(reader["partition"], 0)
            if reader["position"] < wanted:
                return False
    return before == await _ends(system)


async def _ends(system: System) -> dict[str, tuple[int, dict[int, int]]]:
    """Return the last position of each log, and the last contract of each of its partitions."""
    return {
        name: (
            await held.log.pool.fetchval("SELECT position FROM log_head"),
            {row["partition"]: row["last"] for row in await held.log.pool.fetch(CONTRACTS)},
        )
        for name, held in system.resources.items()
    }


def with_other_points(described: RoundFile) -> RoundFile:
    """Return the round with other points for one claim: the history of a forger who rewrites everything."""
    claims = described.self_scores[0].claims
    other = msgspec.structs.replace(claims[0], figures={"points": "3"})
    changed = msgspec.structs.replace(described.self_scores[0], claims=[other, *claims[1:]])
    return msgspec.structs.replace(described, self_scores=[changed, *described.self_scores[1:]])


@asynccontextmanager
async def doors_over(
    databases: Mapping[str, Database], now: Clock = lambda: NOON, *, signed: bool = True
) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Open the HTTP apps of all services and of sign-in with these databases; the clients are an auditor's.

    There are no bus processes.
    """
    headers = signed_in("kiem-toan", AUDITOR) if signed else {}
    async with AsyncExitStack() as stack:
        clients = {}
        for name, service in installed_services().items():
            urls = DatabaseUrls(databases[name].url, databases[name].url)
            served = await stack.enter_async_context(served_in(urls, service, now))
            clients[name] = await stack.enter_async_context(served.client(headers))
        held = await stack.enter_async_context(opened(databases[SIGN_IN.name], now))
        app = issuer_app(ISSUER, Accounts([]), now, held)
        clients[SIGN_IN.name] = await stack.enter_async_context(Served(app, held).client(headers))
        yield clients


@pytest_asyncio.fixture
async def databases(database: Databases) -> Mapping[str, Database]:
    """Copies of the databases of the audited round, for one test."""
    return await copies_of(database, "audited")
