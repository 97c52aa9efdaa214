"""The databases of an installation, created on a real PostgreSQL by the script that PostgreSQL's image runs."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from parindex.hosting.migrations import Plan, migrations_of, upgrade
from parindex.servers.embedded_postgres import EmbeddedPostgres, binaries
from parindex.service import installed_services
from parindex.sign_in.service import NAME, PACKAGE

SCRIPT = Path(__file__).parents[2] / "deploy" / "postgres" / "10-databases.sh"
SERVICES = [*installed_services(), NAME]
ROLES = [role for name in SERVICES for role in (name, f"{name}_owner")]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of its own, because the script creates roles, which all databases of a server share."""
    folder = Path(tempfile.mkdtemp(prefix="parindex-deploy-"))
    try:
        with EmbeddedPostgres(folder, durable=False) as server:
            run_script(server)
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_script(server: EmbeddedPostgres) -> None:
    passwords = {f"{name.upper()}_{kind}": f"{name}'s" for name in SERVICES for kind in ("OWNER_PASSWORD", "PASSWORD")}
    where = {"PGHOST": str(server._sockets), "PATH": f"{binaries()}:{os.defpath}"}
    subprocess.run([SCRIPT], env={**where, **passwords}, check=True, capture_output=True)


@pytest_asyncio.fixture
async def superuser(server: EmbeddedPostgres) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(server.dsn("postgres"))
    yield connection
    await connection.close()


async def test_nobody_gets_into_another_service_s_database(superuser: asyncpg.Connection) -> None:
    rows = await superuser.fetch(
        "SELECT rolname, datname FROM pg_roles CROSS JOIN pg_database"
        " WHERE datallowconn AND rolname = ANY($1) AND has_database_privilege(rolname, datname, 'CONNECT')",
        ROLES,
    )
    assert {(row["rolname"], row["datname"]) for row in rows} == {(role, role.removesuffix("_owner")) for role in ROLES}


async def test_every_role_has_a_password_and_none_is_special(superuser: asyncpg.Connection) -> None:
    rows = await superuser.fetch(
        "SELECT rolname, rolpassword LIKE 'SCRAM-SHA-256$%' AS secret,"
        " rolsuper OR rolcreatedb OR rolcreaterole AS special FROM pg_authid WHERE rolname = ANY($1)",
        ROLES,
    )
    assert {(row["rolname"], row["secret"], row["special"]) for row in rows} == {(role, True, False) for role in ROLES}


@pytest.mark.parametrize("name", SERVICES)
async def test_the_owner_migrates_and_the_service_adds_to_its_log_and_changes_nothing(
    server: EmbeddedPostgres, name: str
) -> None:
    plan = Plan(
        migrations_of(PACKAGE if name == NAME else name),
        server.url(name, role=f"{name}_owner"),
        name,
        name,
        partitions=8,
    )
    await upgrade(plan)
    await upgrade(plan)
    connection = await asyncpg.connect(server.dsn(name, role=name))
    try:
        assert await connection.fetchval("SELECT partitions FROM log_head") == 8
        assert await connection.fetchval("SELECT has_table_privilege('events', 'INSERT')")
        for change in ("DELETE FROM events", "UPDATE events SET position = 0", "DROP TABLE events"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
    finally:
        await connection.close()
