"""Fixture of the whole system in a test: every service, with new databases on the test run's server."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest_asyncio

from parindex.auth.accounts import Accounts
from parindex.bus.feed import FeedBus
from parindex.hosting.databases import DatabaseUrls, FindMigrations, plan_of, restrict_to
from parindex.hosting.migrations import migrations_of, upgrade
from parindex.instant import Clock
from parindex.service import Service, installed_services
from parindex.sign_in.service import NAME as SIGN_IN_LOG
from parindex.sign_in.service import PACKAGE
from parindex.testing.postgres import Database, Databases
from parindex.testing.serving import ISSUER, NOON
from parindex.tracing.spans import Tracing
from parindex_cli.local.embedded import MakeSubscriber, System, assembled


@pytest_asyncio.fixture
async def embedded_system(database: Databases) -> AsyncIterator[System]:
    """All installed services behind one gateway, with running bus processes; the clock is fixed at NOON."""
    async with system_over(database, installed_services()) as system:
        yield system


@asynccontextmanager
async def system_over(  # noqa: PLR0913  # each is an option of a test
    database: Databases,
    services: Mapping[str, Service],
    *,
    find: FindMigrations = migrations_of,
    make_subscriber: MakeSubscriber = FeedBus,
    accounts: Accounts | None = None,
    now: Clock = lambda: NOON,
    tracing: Tracing | None = None,
    rights_logged: bool = False,
) -> AsyncIterator[System]:
    """Assemble services with new databases, each as its own role; `make_subscriber` may add faults to the bus.

    `rights_logged`: with the log of accounts and rights.
    """
    urls_by_service = {name: await _home(database, name, find) for name in services}
    if rights_logged:
        urls_by_service[SIGN_IN_LOG] = await _home(database, SIGN_IN_LOG, lambda _: migrations_of(PACKAGE))
    with TemporaryDirectory(prefix="parindex-files-") as files:
        async with assembled(
            services,
            urls_by_service,
            ISSUER,
            accounts=accounts,
            now=now,
            make_subscriber=make_subscriber,
            tracing=tracing,
            files=Path(files),
        ) as system:
            yield system


async def _home(database: Databases, service: str, find: FindMigrations) -> DatabaseUrls:
    async def migrate(dsn: str) -> None:
        await restrict_to(dsn, service)
        await upgrade(plan_of(service, DatabaseUrls(dsn, dsn), find))

    found: Database = await database(f"embedded_{service}", migrate)
    await migrate(found.dsn)  # a copied database lacks the grants on the database itself
    return DatabaseUrls(database.server.url(found.name, role=service), found.url)
