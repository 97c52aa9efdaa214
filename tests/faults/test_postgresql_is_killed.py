"""PostgreSQL is killed under load: each acknowledged append is there once, and a client without an answer may retry."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from parindex.eventstore.appending import Appended, LogBusyError, OutcomeUnknownError
from parindex.eventstore.log import Log
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.testing.fault_injection import count
from parindex.testing.shop import TYPES, bake, build, metadata

BAKERS = 8
EACH = 100


@dataclass(slots=True)
class Bakery:
    """Bakers that send each command until it is acknowledged."""

    log: Log
    told: dict[str, Appended] = field(default_factory=dict)
    unsure: int = 0
    halfway: asyncio.Event = field(default_factory=asyncio.Event)

    async def bake(self, baker: int) -> None:
        for n in range(EACH):
            key = f"{baker}-{n}"
            self.told[key] = await self._until_told(baker, key)
            if len(self.told) >= BAKERS * EACH // 2:
                self.halfway.set()

    async def _until_told(self, baker: int, key: str) -> Appended:
        while True:
            try:
                return await self.log.append(bake(f"o{baker}", acting=metadata(key, key)))
            except (OutcomeUnknownError, LogBusyError, OSError):
                self.unsure += 1
                await asyncio.sleep(0.05)


@pytest_asyncio.fixture
async def log(own_postgres: EmbeddedPostgres) -> AsyncIterator[Log]:
    await own_postgres.ensure_database("shop")
    await build(own_postgres.dsn("shop"))
    async with Log.open(own_postgres.dsn("shop"), TYPES) as log:
        yield log


async def test_what_was_acknowledged_under_load_survives_a_killed_server_once(
    log: Log, own_postgres: EmbeddedPostgres
) -> None:
    bakery = Bakery(log)
    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        for baker in range(BAKERS):
            group.create_task(bakery.bake(baker))
        await bakery.halfway.wait()
        await asyncio.to_thread(own_postgres.kill)
        acknowledged = dict(bakery.told)
        await asyncio.to_thread(own_postgres.start)
    assert bakery.unsure > 0
    assert len(acknowledged) >= BAKERS * EACH // 2
    assert await count(log) == BAKERS * EACH
    assert sorted(appended.first for appended in bakery.told.values()) == list(range(1, BAKERS * EACH + 1))
    for appended in acknowledged.values():
        [recorded] = await log.read_after(appended.first - 1, 1)
        assert recorded.entry.version == appended.version


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_the_log_opens_again_by_itself(log: Log, own_postgres: EmbeddedPostgres, how: str) -> None:
    await log.append(bake())
    await asyncio.to_thread(getattr(own_postgres, how))
    with pytest.raises(OutcomeUnknownError):
        await log.append(bake(acting=metadata("k", "k")))
    await asyncio.to_thread(own_postgres.start)
    again = await log.append(bake(acting=metadata("k", "k")))
    assert (again.first, await count(log)) == (2, 2)
