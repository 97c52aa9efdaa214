"""A poison contract about one unit is parked: the other units go on, nothing is frozen, and a fix releases it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
import pytest_asyncio
from tests.journeys.all_kinds import ALL_KINDS, ROUND_PATH

from parindex.auth.principal import Role
from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Received
from parindex.service import Service, installed_services
from parindex.testing.fault_injection import count
from parindex.testing.postgres import Databases
from parindex_cli.local.embedded import System
from parindex_cli.rounds.checking import load_round
from parindex_cli.rounds.comparing import compare
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.embedded import system_over
from parindex_cli.testing.journeys import gateway_of

POISONED = "H10.02"
OTHERS = "H10.01"
SETTLING = 7
"""The step of the driver that waits for scoring."""


class PoisonError(Exception):
    """The handler has a defect that this unit brings to light."""


@dataclass(slots=True)
class Defect:
    """A scoring service that can't apply the contracts of one unit until it is fixed."""

    mended: bool = False

    def in_scoring(self) -> dict[str, Service]:
        services = installed_services()
        consumer, *others = services["scoring"].consumers

        async def handle(context: HandlerContext, received: Sequence[Received]) -> None:
            if not self.mended and any(getattr(each.contract, "unit", "") == POISONED for each in received):
                raise PoisonError(POISONED)
            await consumer.handle(context, received)

        broken: Consumer = replace(consumer, handle=handle)
        return services | {"scoring": replace(services["scoring"], consumers=[broken, *others])}


@pytest_asyncio.fixture
async def defect() -> Defect:
    return Defect()


@pytest_asyncio.fixture
async def system(database: Databases, defect: Defect) -> AsyncIterator[System]:
    async with system_over(database, defect.in_scoring()) as system:
        yield system


@pytest_asyncio.fixture
async def gateway(system: System) -> AsyncIterator[Gateway]:
    async with gateway_of(system) as way:
        yield way


async def asked(gateway: Gateway, service: str, method: str, path: str, body: object = None) -> httpx.Response:
    token = await gateway.token(Role.OFFICE, "H10")
    headers = {"Authorization": f"Bearer {token}"}
    return await gateway.clients[service].request(method, path, json=body, headers=headers)


@asynccontextmanager
async def walking(driver: RoundDriver) -> AsyncIterator[None]:
    """Drive to where the round waits to be settled; after the block, wait until it is announced."""
    waits = asyncio.Event()

    async def walk() -> None:
        async for step in driver.run():
            if step == SETTLING - 1:
                waits.set()

    task = asyncio.create_task(walk())
    async with asyncio.timeout(60):
        await waits.wait()
    yield
    async with asyncio.timeout(120):
        await task


async def parked(gateway: Gateway) -> None:
    """Wait until scoring has parked something."""
    async with asyncio.timeout(60):
        while not (await asked(gateway, "scoring", "GET", "/v1/parked")).json():  # noqa: ASYNC110  # over HTTP
            await asyncio.sleep(0.05)


async def test_a_poisoned_contract_stops_its_unit_alone_and_freezing_until_the_cause_is_fixed(
    gateway: Gateway, system: System, defect: Defect
) -> None:
    described = load_round(ALL_KINDS)
    driver = RoundDriver(gateway, described)
    async with walking(driver):
        await parked(gateway)
        others = await asked(gateway, "scoring", "GET", f"{ROUND_PATH}/units/{OTHERS}/index")
        assert others.status_code == 200
        settlement = (await asked(gateway, "scoring", "GET", f"{ROUND_PATH}/settlement")).json()
        assert not settlement["settled"]
        refused = await asked(gateway, "publication", "POST", f"{ROUND_PATH}/editions", {"reason": "thử"})
        assert (refused.status_code, refused.json()["code"]) == (409, "round-not-settled")
        retried = await asked(gateway, "scoring", "POST", "/v1/parked/retries", {})
        assert retried.json()["applied"] == 0  # not fixed: it stays parked
        defect.mended = True
        mended = (await asked(gateway, "scoring", "POST", "/v1/parked/retries", {})).json()
        assert (mended["applied"] > 0, mended["still_parked"]) == (True, 0)
    assert [block.differences for block in compare(described, await driver.result())] == [0]
    for held in system.resources.values():
        await count(held.log)
