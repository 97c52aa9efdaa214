"""Fixtures of the whole system, driven over HTTP as by a client, with a normal or a faulty bus."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest_asyncio

from parindex.auth.minting import TOKEN_LIFE, minted_by
from parindex.auth.principal import Role
from parindex.bus.feed import FeedBus
from parindex.bus.protocols import Feeds
from parindex.service import installed_services
from parindex.testing.chaos import Chaos, ChaosBus
from parindex.testing.postgres import Databases
from parindex_cli.local.embedded import INSIDE, System
from parindex_cli.rounds.checking import load_round
from parindex_cli.rounds.driving import RoundDriver
from parindex_cli.rounds.file import RoundFile
from parindex_cli.rounds.gateways import SERVICES
from parindex_cli.rounds.published import published_edition
from parindex_cli.rounds.replaying import replay
from parindex_cli.rounds.sending import Gateway
from parindex_cli.testing.embedded import system_over

SHAKEN = Chaos(drop=0.1, double=0.1, reorder=0.1, delay=0.1)


@asynccontextmanager
async def gateway_of(system: System, life: timedelta = TOKEN_LIFE) -> AsyncIterator[Gateway]:
    """Return the gateway of a system in this process, without a socket."""
    async with AsyncExitStack() as stack:
        clients = {}
        for name in SERVICES:
            transport = httpx.ASGITransport(system.app)
            client = httpx.AsyncClient(transport=transport, base_url=f"{INSIDE}/{name}", timeout=60)
            clients[name] = await stack.enter_async_context(client)
        yield Gateway(clients, minted_by(system.issuer, system.now, life))


@pytest_asyncio.fixture
async def system(database: Databases) -> AsyncIterator[System]:
    """Every installed service with new databases, and the feeds as the bus."""
    async with system_over(database, installed_services()) as assembled:
        yield assembled


@pytest_asyncio.fixture
async def gateway(system: System) -> AsyncIterator[Gateway]:
    """The gateway of `system`."""
    async with gateway_of(system) as way:
        yield way


@pytest_asyncio.fixture
async def shaken_gateway(database: Databases) -> AsyncIterator[Gateway]:
    """The gateway of a system whose bus drops, duplicates, reorders and delays one message in ten each."""

    def shaken(feeds: Feeds) -> ChaosBus:
        return ChaosBus(FeedBus(feeds), SHAKEN, Random(7))  # noqa: S311  # the same faults in every run

    async with system_over(database, installed_services(), make_subscriber=shaken) as system, gateway_of(system) as way:
        yield way


async def drive(gateway: Gateway, path: Path) -> tuple[RoundFile, dict[str, Any]]:
    """Drive a round file to its announcement; return it with the announced result."""
    described = load_round(path)
    driver = RoundDriver(gateway, described)
    async for _ in driver.run():
        pass
    return described, await driver.result()


async def audited(gateway: Gateway, round_id: str, authority: str) -> bool:
    """Return whether an auditor's replay of the newest published edition gives its checksum."""
    edition = await published_edition(gateway.clients["publication"], round_id, None)
    token = await gateway.token(Role.AUDITOR, authority)
    for client in gateway.clients.values():
        client.headers["Authorization"] = f"Bearer {token}"
    return (await replay(gateway.clients, edition, lambda _: None)).same
