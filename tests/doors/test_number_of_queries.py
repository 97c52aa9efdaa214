"""A page or a read sends as many queries for many criteria, files, rounds and units as for few."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import served_province
from bench.full_province import Size
from bench.large_unit import PAGES, READS, open_unit
from bench.served_province import open_province
from tests.doors.counting import counted

from parindex.testing.postgres import Databases


async def queries_of(database: Databases, folder: Path, criteria: int, files: int, rounds: int = 1) -> dict[str, int]:
    found = {}
    async with open_unit(database, folder, criteria, files, rounds) as unit, counted(unit.served) as sent:
        for path in (*PAGES, *READS):
            await unit.read(path)  # prepares statements, and fills what a process keeps
            sent.clear()
            await unit.read(path)
            found[path] = sent.total()
    return found


async def queries_in_province(database: Databases, folder: Path, size: Size) -> dict[str, int]:
    """Return the number of queries of each page and read, while one unit is past its second appraisal."""
    found = {}
    units = [*size.codes]
    async with open_province(database, folder, size) as province, counted(province.served) as sent:
        await province.submit(units[1:])
        await province.find(units[1:-1])
        await province.explain(units[1:-1])
        await province.complete(units[1:2])
        for rights, path in served_province.READS:
            await province.read(rights, path)
            sent.clear()
            await province.read(rights, path)
            found[f"{rights} {path}"] = sent.total()
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


async def test_the_number_of_queries_does_not_grow_with_the_units_of_a_province(
    database: Databases, folders: Iterator[Path]
) -> None:
    few = await queries_in_province(database, next(folders), Size(departments=2, communes=3, criteria=11))
    many = await queries_in_province(database, next(folders), Size(departments=4, communes=9, criteria=33))
    assert all(few.values())
    assert few == many
