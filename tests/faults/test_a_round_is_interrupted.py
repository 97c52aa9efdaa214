"""The whole system is killed in the middle of a round, or its clock jumps back: the round ends as published."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.journeys.all_kinds import ALL_KINDS, AUTHORITY, ROUND

from parindex.auth.minting import minted_with
from parindex.eventstore.log import Log
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.servers.rabbitmq_folder import free_ports
from parindex.service import installed_services
from parindex.testing.fault_injection import ChildProcess, child_process, count
from parindex.testing.postgres import Databases
from parindex.testing.serving import NOON
from parindex_cli.rounds.checking import load_round
from parindex_cli.rounds.comparing import compare
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.gateways import SERVICES, clients
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.embedded import system_over
from parindex_cli.testing.journeys import audited, drive, gateway_of

SYSTEM = Path(__file__).with_name("whole_system.py")
KILLED_AFTER = {4, 6}
"""The steps after whose first request everything is killed: in the middle of self-scoring, and while settling."""


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="parindex-interrupted-"))
    yield folder
    shutil.rmtree(folder)


async def test_a_round_whose_system_is_killed_twice_ends_as_published_and_replays(folder: Path) -> None:
    described, [port] = load_round(ALL_KINDS), free_ports(1)
    url, still = f"http://127.0.0.1:{port}", set(KILLED_AFTER)
    async with AsyncExitStack() as stack:
        system = await started(stack, folder, port)
        found = await stack.enter_async_context(clients({name: f"{url}/{name}" for name in SERVICES}))
        gateway = Gateway(found, minted_with(folder / "issuer.key", url))
        driver = RoundDriver(gateway, described)
        async for step in driver.run():
            if step in still:
                still.remove(step)
                await system.kill()
                system = await started(stack, folder, port)
        assert [block.differences for block in compare(described, await driver.result())] == [0]
        assert await audited(gateway, ROUND, AUTHORITY)
        await system.kill()
    with EmbeddedPostgres(folder / "postgres") as server:
        for name, service in installed_services().items():
            async with Log.open(server.dsn(name), service.types) as log:
                assert await count(log) > 0


async def started(stack: AsyncExitStack, folder: Path, port: int) -> ChildProcess:
    system = await stack.enter_async_context(child_process(str(SYSTEM), folder, port))
    assert await system.said() == "ready"
    return system


@dataclass(slots=True)
class LooseClock:
    """Jumps back by fourteen seconds now and then: less than makes a token one of the future."""

    at: datetime = NOON
    asked: int = field(default=0)

    def __call__(self) -> datetime:
        self.asked += 1
        self.at += timedelta(seconds=-14 if self.asked % 50 == 0 else 0.3)
        return self.at


async def test_a_clock_that_jumps_backwards_changes_no_number(database: Databases) -> None:
    async with system_over(database, installed_services(), now=LooseClock()) as system, gateway_of(system) as gateway:
        described, result = await drive(gateway, ALL_KINDS)
        assert [block.differences for block in compare(described, result)] == [0]
        times = await system.resources["assessment"].log.pool.fetch("SELECT recorded_at FROM events ORDER BY position")
        assert [row["recorded_at"] for row in times] == sorted(row["recorded_at"] for row in times)
        assert await audited(gateway, ROUND, AUTHORITY)
        for held in system.resources.values():
            await count(held.log)
