"""Migrates a service's database to the present schema: alembic, under a lock, one process at a time.

A service's `migrations/versions/` has numbered files; a file that creates tables also lists in `GRANTS` the rights of
the service's own role. Grants are given again each time, so a role that is created later gets them too.
"""

import asyncio
import importlib.util
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command, context, op
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from parindex.eventstore.schema import LOG
from parindex.hosting.settings import url_of
from parindex.refusal import Kind, Refused

LOCK = 5_772_156_649_015_328
"""The advisory lock of a migration."""

_ALEMBIC = threading.Lock()  # alembic has its current environment in module globals


@dataclass(frozen=True, slots=True)
class Plan:
    """The migration of one database. `role` gets the grants, if it exists; `origin` and `partitions` never change."""

    migrations: Path
    owner_url: str
    role: str
    origin: str
    partitions: int


class PartitionsDifferError(Refused):
    """The log was made with another number of partitions than the settings say."""

    code = "partitions-differ"
    kind = Kind.CONFLICT
    vi = "Sổ đã tạo với {present} phân vùng, cấu hình lại ghi {wanted}; số phân vùng không đổi được."
    en = "The log has {present} partitions, the settings say {wanted}; this number never changes."

    present: int
    wanted: int


def migrations_of(service: str) -> Path:
    """Find the migrations folder of an installed service without importing it. Raises LookupError without one."""
    spec = importlib.util.find_spec(service)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "migrations"
        if folder.is_dir():
            return folder
    raise LookupError(f"no service called {service} with migrations is installed")


async def upgrade(plan: Plan) -> None:
    """Migrate the database to the newest version and give the grants, in one transaction.

    A second call changes nothing; of several concurrent calls, one migrates and the others wait. Raises
    PartitionsDifferError.
    """
    await asyncio.to_thread(_upgrade_alone, plan)


def create_log() -> None:
    """Create the kernel's tables, and the log's head with its origin and partitions: a service's first migration."""
    settings = context.config.attributes["plan"]
    run(LOG)
    head = "INSERT INTO log_head (origin, partitions) VALUES (:origin, :partitions)"
    op.get_bind().execute(text(head), {"origin": settings.origin, "partitions": settings.partitions})


def run(script: str) -> None:
    """Run a script of several statements in a migration; a prepared statement (`op.execute`) can't."""
    _run_on(op.get_bind(), script)


def run_environment() -> None:
    """Run the migrations on the connection that `upgrade` holds; it is the whole of a service's `env.py`."""
    context.configure(connection=context.config.attributes["connection"])
    with context.begin_transaction():
        context.run_migrations()


def _upgrade_alone(plan: Plan) -> None:
    with _ALEMBIC:
        asyncio.run(_upgrade(plan))


async def _upgrade(plan: Plan) -> None:
    engine = create_async_engine(url_of(plan.owner_url), poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            await connection.run_sync(_run_alembic, plan)
            await _check_partitions(connection, plan)
    finally:
        await engine.dispose()


def _run_alembic(connection: Connection, plan: Plan) -> None:
    config = Config(attributes={"connection": connection, "plan": plan})
    config.set_main_option("script_location", str(plan.migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
    if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": plan.role}):
        names = {
            "role": _quoted(plan.role),
            "database": _quoted(str(connection.scalar(text("SELECT current_database()")))),
        }
        for grants in _grants(config):
            _run_on(connection, grants.format(**names))


def _grants(config: Config) -> Iterator[str]:
    """Yield the grants of every migration that has any, oldest first."""
    for revision in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        if hasattr(revision.module, "GRANTS"):
            yield revision.module.GRANTS


async def _check_partitions(connection: AsyncConnection, plan: Plan) -> None:
    present = await connection.scalar(text("SELECT partitions FROM log_head"))
    if present != plan.partitions:
        raise PartitionsDifferError(int(present), plan.partitions)


def _run_on(connection: Connection, script: str) -> None:
    async def execute(driver: asyncpg.Connection) -> Any:
        return await driver.execute(script)

    connection.connection.dbapi_connection.run_async(execute)  # type: ignore[union-attr]  # SQLAlchemy's adapter of asyncpg


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
