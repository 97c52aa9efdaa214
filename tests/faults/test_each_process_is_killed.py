"""Each of the eight processes is killed once in the middle of a round, and started again: not a byte is different."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from tests.journeys.all_kinds import ALL_KINDS, AUTHORITY, ROUND

from parindex.auth.minting import minted_by
from parindex.eventstore.log import Log
from parindex.service import installed_services
from parindex.testing.fault_injection import count
from parindex_cli.local.embedded import System
from parindex_cli.local.processes import Process, Processes, all_ready, eight_processes
from parindex_cli.rounds.checking import load_round
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.gateways import clients
from parindex_cli.rounds.refusals import RoundStepError
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.journeys import audited, drive

SEED = 8
KILLED_AFTER = (1, 2, 4, 6, 8, 10, 11, 12)
"""Requests of the round after which the next process is killed, while the round goes on: from the first to the last
self-score, while tallies move, while scoring settles, and before anything is sealed."""
TRIES = 3
CHANCE = {"KioskEnrolled", "TallyUpdated", "TallyReceived", "IndexComputed"}
"""A kiosk may enrol again; contracts that arrive together are folded and computed together, and how often is chance."""
FACTS = "SELECT stream, type, count(*) AS times FROM events WHERE type <> ALL($1) GROUP BY 1, 2"


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="parindex-eight-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class Killer:
    """Kills the next process of a list each time that it is asked, and starts it again, one after another."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self.left = list(processes)
        self._busy: asyncio.Task[None] | None = None

    async def strike(self) -> None:
        """Begin; a process that was killed before is running again, or will be soon."""
        await self.rest()
        self._busy = asyncio.create_task(self._strike(self.left.pop()))

    async def rest(self) -> None:
        """Wait until the last one was started."""
        if self._busy is not None:
            await self._busy

    async def _strike(self, process: Process) -> None:
        await asyncio.to_thread(process.lifeline.kill)
        assert process.lifeline.ended
        await asyncio.to_thread(process.start)


async def driven(gateway: Gateway, killer: Killer) -> dict[str, Any]:
    """Drive the round to its end as an integrator does: interrupted requests are sent again with the same keys."""
    due = list(KILLED_AFTER)
    for attempt in range(1, TRIES + 1):
        driver, done = RoundDriver(gateway, load_round(ALL_KINDS)), 0
        try:
            async for _ in driver.run():
                done += 1
                if due and done == due[0]:
                    due.pop(0)
                    await killer.strike()
        except RoundStepError:  # a kiosk whose new secret was on its way asks for another code
            if attempt == TRIES:
                raise
        else:
            await killer.rest()
            return await driver.result()
    raise AssertionError


@asynccontextmanager
async def way_into(started: Processes) -> AsyncIterator[Gateway]:
    async with clients(started.urls) as found:
        yield Gateway(found, minted_by(started.issuer))


async def facts(log: Log) -> dict[tuple[str, str], int]:
    """The number of events of each type in each stream."""
    return {(row["stream"], row["type"]): row["times"] for row in await log.pool.fetch(FACTS, list(CHANCE))}


@pytest.mark.rabbitmq
async def test_a_round_during_which_each_process_is_killed_once_gives_the_same_result(
    folder: Path, gateway: Gateway, system: System
) -> None:
    _, calm = await drive(gateway, ALL_KINDS)
    async with eight_processes(folder) as started:
        order = sorted(started.every.values(), key=lambda process: process.name)
        Random(SEED).shuffle(order)  # the same order in every run
        killer = Killer(order)
        async with way_into(started) as way:
            shaken = await driven(way, killer)
            assert killer.left == []
            assert shaken.pop("checksum") != calm.pop("checksum")  # of the sealing's time, and of each log's own hashes
            assert msgspec.json.encode(shaken) == msgspec.json.encode(calm)
            await all_ready(order)
            assert await audited(way, ROUND, AUTHORITY)
        for name, service in installed_services().items():
            async with Log.open(started.postgres.dsn(name), service.types) as log:
                assert await count(log) > 0
                assert await facts(log) == await facts(system.resources[name].log)
