"""A page or a read of a unit sends as many queries for many criteria, files and rounds as for few."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from bench.large_unit import PAGES, READS, LargeUnit, open_unit
from sqlalchemy import event

from parindex.testing.postgres import Databases


@asynccontextmanager
async def counted(unit: LargeUnit) -> AsyncIterator[Counter[str]]:
    """Count the queries that the service sends, by their text; all connections of its pools are watched."""
    sent: Counter[str] = Counter()
    pool = unit.served.log.pool

    def from_log(record: Any) -> None:
        sent[record.query] += 1

    def from_engine(*called: Any) -> None:
        sent[called[2]] += 1

    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(pool.acquire()) for _ in range(pool.get_max_size())]
        for connection in connections:
            connection.add_query_logger(from_log)
    engine = unit.served.resources.engine.sync_engine
    event.listen(engine, "before_cursor_execute", from_engine)
    yield sent
    event.remove(engine, "before_cursor_execute", from_engine)


async def queries_of(database: Databases, folder: Path, criteria: int, files: int, rounds: int = 1) -> dict[str, int]:
    found = {}
    async with open_unit(database, folder, criteria, files, rounds) as unit, counted(unit) as sent:
        for path in (*PAGES, *READS):
            await unit.read(path)  # prepares statements, and fills what a process keeps
            sent.clear()
            await unit.read(path)
            found[path] = sent.total()
    return found


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    return iter([tmp_path / "few", tmp_path / "many"])


async def test_the_number_of_queries_does_not_grow_with_criteria_and_files(
    database: Databases, folders: Iterator[Path]
) -> None:
    few = await queries_of(database, next(folders), criteria=4, files=2)
    many = await queries_of(database, next(folders), criteria=24, files=12)
    assert all(few.values())
    assert few == many


async def test_the_number_of_queries_does_not_grow_with_rounds(database: Databases, folders: Iterator[Path]) -> None:
    few = await queries_of(database, next(folders), criteria=4, files=1, rounds=2)
    many = await queries_of(database, next(folders), criteria=4, files=1, rounds=7)
    assert all(few.values())
    assert few == many
