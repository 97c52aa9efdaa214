"""A test's databases are its own, and cost little."""

import asyncio
import os
import time
from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from parindex.servers import postgres_folder
from parindex.testing.postgres import ABANDONED_AFTER_S, PREFIX, Databases, remove_abandoned


class Schema:
    """Builds one table, and remembers how often it was asked to."""

    def __init__(self) -> None:
        self.builds = 0

    async def __call__(self, dsn: str) -> None:
        self.builds += 1
        connection = await asyncpg.connect(dsn)
        await connection.execute("CREATE TABLE presses (stars integer)")
        await connection.close()


async def presses(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    count: int = await connection.fetchval("SELECT count(*) FROM presses")
    await connection.close()
    return count


async def press(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("INSERT INTO presses VALUES (5)")
    await connection.close()


async def test_a_template_is_built_once_and_its_copies_do_not_share_rows(database: Databases) -> None:
    build = Schema()
    ours, theirs = await asyncio.gather(database("fixture_once", build), database("fixture_once", build))
    await press(ours.dsn)
    assert build.builds == 1
    assert (await presses(ours.dsn), await presses(theirs.dsn)) == (1, 0)


async def test_a_builder_that_fails_leaves_no_half_built_template(database: Databases) -> None:
    async def fail(dsn: str) -> None:
        await Schema()(dsn)
        raise ZeroDivisionError

    for _ in range(2):
        try:
            await database("fixture_failing", fail)
        except ZeroDivisionError:
            continue
    assert await presses((await database("fixture_failing", Schema())).dsn) == 0


async def test_sqlalchemy_finds_a_database_too(database: Databases) -> None:
    engine = create_async_engine((await database()).url)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1
    await engine.dispose()


async def test_databases_are_dropped_though_a_client_stays_connected(database: Databases) -> None:
    left_over = await database()
    connection = await asyncpg.connect(left_over.dsn)
    await database.drop_all()
    connection.terminate()
    keeper = await asyncpg.connect(database.server.dsn("postgres"))
    names = {row["datname"] for row in await keeper.fetch("SELECT datname FROM pg_database")}
    await keeper.close()
    assert left_over.name not in names


def test_folders_of_killed_runs_are_removed_and_those_in_use_or_new_stay(tmp_path: Path) -> None:
    killed, used, new = (tmp_path / f"{PREFIX}{name}" for name in ("killed", "used", "new"))
    for folder in (killed, used, new, other := tmp_path / "other"):
        folder.mkdir()
        (folder / "data").touch()
    held = postgres_folder.lock(used)
    long_ago = time.time() - ABANDONED_AFTER_S - 1
    for folder in (killed, used, other):
        os.utime(folder, (long_ago, long_ago))
    remove_abandoned(tmp_path)
    os.close(held)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == sorted(each.name for each in (used, new, other))
