"""One database and one role per service, in an embedded PostgreSQL. No role can connect to another's database."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from parindex.hosting.migrations import Plan, migrations_of, upgrade
from parindex.hosting.settings import PARTITIONS, BusKind, Settings
from parindex.servers.embedded_postgres import EmbeddedPostgres, quoted_name

FindMigrations = Callable[[str], Path]


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """The URLs of a service's database, for its own role and for the owner of its tables."""

    database_url: str
    owner_url: str


async def make_databases(
    server: EmbeddedPostgres, services: Iterable[str], find: FindMigrations = migrations_of
) -> Mapping[str, DatabaseUrls]:
    """Create each service's role and database, and migrate it. A second call changes nothing."""
    names = list(services)
    async with _connected(server.dsn("postgres")) as connection:  # one for all: a new one costs PostgreSQL a process
        await connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        for name in names:
            await server.ensure_database(name, connection)
            await _restrict(connection, name, name)
    urls_by_service = {name: DatabaseUrls(server.url(name, role=name), server.url(name)) for name in names}
    for name, urls in urls_by_service.items():
        await upgrade(plan_of(name, urls, find))
    return urls_by_service


def plan_of(service: str, urls: DatabaseUrls, find: FindMigrations = migrations_of) -> Plan:
    """Return the plan that migrates a service's database."""
    return Plan(find(service), urls.owner_url, role=service, origin=service, partitions=PARTITIONS)


def settings_in(urls: DatabaseUrls, files_folder: Path | None = None) -> Settings:
    """Return a service's settings for such a database, with the feeds as its bus, regardless of the environment."""
    return Settings(
        database_url=urls.database_url,
        owner_url=urls.owner_url,
        partitions=PARTITIONS,
        bus=BusKind.FEED,
        sources={},
        files_folder=files_folder,
    )


async def restrict_to(owner_dsn: str, role: str) -> None:
    """Allow only this role and the owner to connect to the database; create the role if it is new."""
    async with _connected(owner_dsn) as connection:
        await _restrict(connection, await connection.fetchval("SELECT current_database()"), role)


async def _restrict(connection: asyncpg.Connection, database: str, role: str) -> None:
    quoted, owned = quoted_name(role), quoted_name(database)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('parindex: roles', 0))")
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
            await connection.execute(f"CREATE ROLE {quoted} LOGIN")
        await connection.execute(f"REVOKE ALL ON DATABASE {owned} FROM PUBLIC")
        await connection.execute(f"GRANT CONNECT ON DATABASE {owned} TO {quoted}")


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()
