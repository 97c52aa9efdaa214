"""Versions of read models: each version writes its own tables; queries use views, which are swapped (blue/green).

The schema `rounds_v2` holds version 2 of the projection `rounds`, and `live` has a view on each of its tables. A new
version fills its schema while the views still show the one before; then one transaction swaps them.
"""

import re
from dataclasses import dataclass

from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from parindex.eventstore.projection import PROJECTION, Projection

LIVE = "live"
"""The schema of the views."""

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('parindex: schemas of readers', 0))")
KNOWN = text("INSERT INTO readers (name, version) VALUES (:name, :version) ON CONFLICT DO NOTHING")
LIVE_VERSION = text("SELECT version FROM readers WHERE name = :name AND live")
MAKE_LIVE = text("UPDATE readers SET live = (version = :version) WHERE name = :name")
VIEWS_OF = text("""
SELECT DISTINCT view_name FROM information_schema.view_table_usage
WHERE view_schema = 'live' AND table_schema ~ :schemas
""")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a reader (projection or consumer), and the tables that it writes (None: it writes none)."""

    name: str
    number: int
    tables: MetaData | None
    beside: bool = False  # a rebuild under way, next to the same version in use

    @property
    def reader(self) -> str:
        """Its name among the checkpoints and the parked entries."""
        return f"{self.name}:{self.number}{':rebuilt' if self.beside else ''}"

    @property
    def schema(self) -> str:
        """The schema that its tables are in."""
        return f"{self.stem}_v{self.number}{'_rebuilt' if self.beside else ''}"

    @property
    def stem(self) -> str:
        """The name, as part of a schema's name."""
        return re.sub(r"[^a-z0-9_]", "_", self.name.split(":")[-1])

    def engine(self, engine: AsyncEngine) -> AsyncEngine:
        """Return an engine that writes this version's tables."""
        return engine.execution_options(schema_translate_map={PROJECTION: self.schema})


def version_of(projection: Projection, *, beside: bool = False) -> Version:
    """Return the projection as a read-model version; `beside` for a rebuild."""
    return Version(projection.reader, projection.version, projection.tables, beside=beside)


def live_engine(engine: AsyncEngine) -> AsyncEngine:
    """Return an engine that reads the live version of every table."""
    return engine.execution_options(schema_translate_map={PROJECTION: LIVE})


async def prepare(engine: AsyncEngine, version: Version) -> bool:
    """Create a version's missing tables; return whether it is live.

    The first version of a reader is live at once, empty: a query then returns no rows instead of an error.
    """
    async with version.engine(engine).begin() as connection:
        await connection.execute(ONE_AT_A_TIME)
        await make_tables(connection, version)
        await connection.execute(KNOWN, {"name": version.name, "version": version.number})
        live = await live_version(connection, version.name)
        if live is None:
            await go_live(connection, version)
        return live is None or live == version.number


async def make_tables(connection: AsyncConnection, version: Version) -> None:
    """Create the schema and the tables of a version, inside a transaction of its own engine."""
    if version.tables is not None:
        await connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {version.schema}")
        await connection.run_sync(version.tables.create_all)


async def live_version(connection: AsyncConnection, name: str) -> int | None:
    """Return the live version of a reader, or None."""
    live: int | None = await connection.scalar(LIVE_VERSION, {"name": name})
    return live


async def go_live(connection: AsyncConnection, version: Version) -> None:
    """Point the views to a version's tables; the tables of the version before stay."""
    await connection.execute(ONE_AT_A_TIME)
    await connection.execute(MAKE_LIVE, {"name": version.name, "version": version.number})
    await show(connection, version)


async def show(connection: AsyncConnection, version: Version) -> None:
    """Create the views on a version's tables, in place of all views on any version of this reader."""
    quote = connection.dialect.identifier_preparer.quote
    shown = await connection.execute(VIEWS_OF, {"schemas": rf"^{version.stem}_v[0-9]+$"})
    for view in shown.scalars().all():
        await connection.exec_driver_sql(f"DROP VIEW {LIVE}.{quote(view)}")
    for table in version.tables.sorted_tables if version.tables is not None else ():
        name = quote(table.name)
        await connection.exec_driver_sql(f"CREATE VIEW {LIVE}.{name} AS SELECT * FROM {version.schema}.{name}")  # noqa: S608  # names from our code
