"""Assessment is restored from an earlier copy, scoring has applied the lost events: the whole runbook, step by step.

`deploy/runbooks/restore-a-database.md`, with the commands that it names and those that they print.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest_asyncio
from tests.journeys.all_kinds import ALL_KINDS, AUTHORITY, ROUND, ROUND_PATH
from typer.testing import CliRunner

from parindex.cli import app
from parindex.doctor.from_outside import examine_gateway
from parindex.hosting.databases import DatabaseUrls
from parindex.service import installed_services
from parindex.testing.fault_injection import count
from parindex.testing.postgres import Database, Databases
from parindex.testing.serving import ISSUER, NOON, home_of
from parindex_cli.local.embedded import System, assembled
from parindex_cli.rounds.checking import load_round
from parindex_cli.rounds.comparing import compare
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.journeys import audited, gateway_of

OPENING, SELF_SCORING, SETTLING = 1, 4, 7
"""Steps of the driver: a copy is made in the middle of one of the first two; all events up to the last are lost."""
READERS = {"assessment": {"survey", "scoring", "publication"}, "survey": {"scoring", "publication"}}
"""Who reads which source."""


@dataclass(slots=True)
class Installation:
    """The databases of an installation, which outlive its processes and may be exchanged between two runs."""

    database: Databases
    made: dict[str, Database] = field(default_factory=dict)

    async def make(self, name: str) -> None:
        """Make an empty, migrated database."""
        await home_of(self.database, installed_services()[name])
        self.made[name] = self.database.made[-1]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[tuple[System, Gateway]]:
        urls_by_service = {name: DatabaseUrls(made.url, made.url) for name, made in self.made.items()}
        async with (
            assembled(installed_services(), urls_by_service, ISSUER, now=lambda: NOON) as system,
            gateway_of(system) as way,
        ):
            yield system, way

    async def typed(self, name: str, *words: str) -> tuple[int, str]:
        """What an operator types at a service, and what it says."""
        runner = CliRunner(env={"PARINDEX_DATABASE_URL": self.made[name].url, "COLUMNS": "400"})
        result = await asyncio.to_thread(runner.invoke, app, list(words))
        return result.exit_code, result.output

    async def new_epoch(self, name: str) -> dict[str, list[str]]:
        """Begin an epoch, and return the command that it prints for each reader."""
        code, said = await self.typed(name, "log", "new-epoch")
        assert code == 0
        return {line.split()[2]: line.split() for line in re.findall(r"parindex (log accept-epoch .*)", said)}


@pytest_asyncio.fixture
async def installation(database: Databases) -> Installation:
    found = Installation(database)
    for name in installed_services():
        await found.make(name)
    return found


async def walk(gateway: Gateway, until: int) -> None:
    """Drive the round to the first request of a step."""
    async with aclosing(RoundDriver(gateway, load_round(ALL_KINDS)).run()) as steps:
        async for step in steps:
            if step == until:
                return


async def restored(http: httpx.AsyncClient, source: str = "assessment") -> set[str]:
    """The services of which the doctor says that a source was restored beneath them."""
    found = await examine_gateway(http, list(installed_services()))
    return {
        finding.what.partition(":")[0]
        for finding in found
        if finding.trouble is not None and f"{source} was restored from an earlier copy" in finding.trouble.en
    }


async def all_stopped(http: httpx.AsyncClient, source: str = "assessment") -> None:
    async with asyncio.timeout(60):
        while await restored(http, source) != READERS[source]:  # noqa: ASYNC110  # over HTTP
            await asyncio.sleep(0.1)


async def may_be_sealed(system: System) -> bool:
    async with system.client("office", f"office@{AUTHORITY}") as office:
        return bool((await office.get(f"/publication{ROUND_PATH}/freezing")).json()["ready"])


async def until_looked_at(system: System) -> None:
    """Wait until publication has read the round again, and has looked at every source since it started."""
    async with system.client("office", f"office@{AUTHORITY}") as office, asyncio.timeout(60):
        while True:
            state = await office.get(f"/publication{ROUND_PATH}/freezing")
            if state.status_code == 200 and "sources-unchecked" not in state.text:
                return
            await asyncio.sleep(0.1)


async def obstacles(system: System) -> list[str]:
    """What publication says is in the way of sealing the round, most urgent first; sealing is refused for the first."""
    async with system.client("office", f"office@{AUTHORITY}") as office:
        state = (await office.get(f"/publication{ROUND_PATH}/freezing")).json()
        refused = await office.post(f"/publication{ROUND_PATH}/editions")
        assert (refused.status_code, refused.json()["code"]) == (409, state["obstacles"][0]["code"])
    return [each["code"] for each in state["obstacles"]]


async def test_what_scoring_took_in_and_assessment_lost_is_entered_again_and_counted_once(
    installation: Installation,
) -> None:
    async with installation.running() as (_, way):
        await walk(way, SELF_SCORING)
    copy = await installation.database.copy_of(installation.made["assessment"])
    async with installation.running() as (system, way):
        await walk(way, SETTLING)
        computed = await system.resources["scoring"].log.head()
        lost = await system.resources["assessment"].log.head()
    installation.made["assessment"] = copy
    commands = await installation.new_epoch("assessment")
    assert set(commands) == READERS["assessment"]

    async with installation.running() as (system, _):
        assert await system.resources["assessment"].log.head() < lost
        async with system.client() as http:
            await all_stopped(http)
        assert await system.resources["scoring"].log.head() == computed
        assert await obstacles(system) == ["sources-restored"]  # publication holds the settling of the lost events

    for name, command in commands.items():
        code, said = await installation.typed(name, *command)
        assert (code, "--start-over" in said) == (1, True)  # all of them were ahead
    await installation.make("scoring")
    anew = await installation.new_epoch("scoring")
    assert (await installation.typed("publication", *anew["publication"], "--start-over"))[0] == 0
    for name in ("survey", "publication"):
        assert (await installation.typed(name, *commands[name], "--start-over"))[0] == 0

    async with installation.running() as (system, way):
        described = load_round(ALL_KINDS)
        driver = RoundDriver(way, described)
        async for _ in driver.run():  # users enter the lost data again; all other requests are known
            pass
        assert [block.differences for block in compare(described, await driver.result())] == [0]
        assert await audited(way, ROUND, AUTHORITY)
        async with system.client() as http:
            assert await restored(http) == set()
        for held in system.resources.values():
            assert await count(held.log) > 0


async def test_nothing_is_sealed_while_publication_stands_before_a_restored_survey(installation: Installation) -> None:
    async with installation.running() as (_, way):
        await walk(way, OPENING)
    copy = await installation.database.copy_of(installation.made["survey"])
    async with installation.running() as (system, way):
        await walk(way, SETTLING)
        await RoundDriver(way, load_round(ALL_KINDS)).until_ready_to_freeze()
        assert await may_be_sealed(system)
        lost = await system.resources["survey"].log.head()
    installation.made["survey"] = copy
    commands = await installation.new_epoch("survey")
    assert set(commands) == READERS["survey"]

    async with installation.running() as (system, _):
        assert await system.resources["survey"].log.head() < lost
        async with system.client() as http:
            await all_stopped(http, "survey")
        assert await obstacles(system) == ["sources-restored"]
    assert (await installation.typed("publication", *commands["publication"]))[0] == 1  # it was ahead
    assert (await installation.typed("publication", *commands["publication"], "--start-over"))[0] == 0

    async with installation.running() as (system, way):  # the settling rests on a closing that survey no longer has
        await until_looked_at(system)
        assert await obstacles(system) == ["closings-differ"]
