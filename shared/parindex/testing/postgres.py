"""One real PostgreSQL for the whole test run, and a fresh database for each test in some 25 milliseconds."""

import asyncio
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from parindex.servers import postgres_folder
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.servers.postgres_folder import PostgresFolderInUseError

USING_POSTGRES = {"postgres", "own_postgres"}
MEMORY = Path("/dev/shm")  # noqa: S108  # the folders in it are made by mkdtemp
ROOM = 8 * 1024**3
"""Bytes that must be free in the memory file system: each of two servers may hold 2 GiB of write-ahead log and data."""
PREFIX = "parindex-postgres-"
ABANDONED_AFTER_S = 3_600.0

Build = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Database:
    """A database of one test. `dsn` is for asyncpg, `url` for SQLAlchemy."""

    name: str
    dsn: str
    url: str


@dataclass(slots=True)
class Databases:
    """Makes databases: each template is built once, then copied.

    `await database()` is empty; `await database("survey", build)` is a copy of the template that `build(dsn)` made.
    A name identifies a template: only the first builder of a name runs.
    """

    server: EmbeddedPostgres
    templates: set[str]
    numbers: Iterator[int]
    made: list[Database] = field(default_factory=list)
    _building: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __call__(self, template: str | None = None, build: Build | None = None) -> Database:
        """Create a database, which is dropped after the test together with its connections."""
        async with self._building:
            return await self._clone(await self._template(template, build) if template and build else "template1")

    async def copy_of(self, database: Database) -> Database:
        """Copy a database as it is now. It must have no connections."""
        return await self._clone(database.name)

    async def drop_all(self) -> None:
        """Drop all databases that were made."""
        for database in self.made:
            await self.server.drop_database(database.name)

    async def _template(self, name: str, build: Build) -> str:
        template = f"template_{name}"
        if template not in self.templates:
            await self.server.drop_database(template)  # a builder that failed left half a template
            await self.server.ensure_database(template)
            await build(self.server.dsn(template))
            self.templates.add(template)
        return template

    async def _clone(self, source: str) -> Database:
        name = f"test_{next(self.numbers)}"
        await self.server.clone_database(name, source)
        self.made.append(made := Database(name, self.server.dsn(name), self.server.url(name)))
        return made


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark that this file adds."""
    config.addinivalue_line("markers", "postgres: added to each test with a database")


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark the tests with a database, so that the quick run can omit most of them."""
    for item in items:
        if not USING_POSTGRES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker("postgres")


def fast_file_system() -> Path:
    """Return the memory file system if it has room, else the folder of temporary files.

    ext4 avoids the inodes of files that were deleted in the last minutes, so it creates files slowly after many
    databases were dropped (docs/performance.md).
    """
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
        return MEMORY
    return Path(tempfile.gettempdir())


def remove_abandoned(parent: Path) -> None:
    """Remove the folders of servers whose run was killed: on the memory file system they would hold memory.

    Another run's server holds the lock of its folder; a folder without a server may be about to get one while it is
    new.
    """
    for folder in parent.glob(f"{PREFIX}*"):
        with suppress(PostgresFolderInUseError, FileNotFoundError):
            if time.time() - folder.stat().st_mtime > ABANDONED_AFTER_S:
                os.close(postgres_folder.lock(folder))
                shutil.rmtree(folder, ignore_errors=True)


def _server_folder() -> "tempfile.TemporaryDirectory[str]":
    # not pytest's temporary folder: a new pytest closes that to other users, such as the server's
    return tempfile.TemporaryDirectory(prefix=PREFIX, dir=fast_file_system())


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The run's server: quick and forgetful. A test that kills or restarts a server takes `own_postgres`."""
    remove_abandoned(fast_file_system())
    with _server_folder() as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A durable server for one test alone, already started: kill it, restart it."""
    with _server_folder() as folder, EmbeddedPostgres(Path(folder)) as server:
        yield server


@pytest.fixture(scope="session")
def database_templates() -> tuple[set[str], Iterator[int]]:
    """The templates built so far in this run, and the numbers of its databases."""
    return set(), itertools.count(1)


@pytest_asyncio.fixture
async def database(
    postgres: EmbeddedPostgres, database_templates: tuple[set[str], Iterator[int]]
) -> AsyncIterator[Databases]:
    """Makes databases for one test; see Databases for how to ask."""
    databases = Databases(postgres, *database_templates)
    yield databases
    await databases.drop_all()
