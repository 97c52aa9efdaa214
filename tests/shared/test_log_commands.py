"""`parindex log`: what an operator types after a restore, and to rebuild a table."""

import asyncio
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio
from typer.testing import CliRunner

from parindex.cli import app
from parindex.service import installed_services
from parindex.testing.postgres import Databases
from parindex.testing.serving import Served, served

READ_ON = """
INSERT INTO reader_positions (reader, source, partition, epoch, position)
VALUES ('scoring.computing:1', 'survey', 0, 1, 7), ('scoring.computing:1', 'survey', 1, 0, 0)
"""
SPOILT = "INSERT INTO live.criteria_sets VALUES ('no-such-set', 'H09', 't', 'r', 'd', '2026', 1)"


@pytest_asyncio.fixture
async def survey(database: Databases) -> AsyncIterator[Served]:
    async with served(database, installed_services()["survey"]) as survey:
        yield survey


@pytest_asyncio.fixture
async def scoring(database: Databases) -> AsyncIterator[Served]:
    async with served(database, installed_services()["scoring"]) as scoring:
        yield scoring


@pytest_asyncio.fixture
async def assessment(database: Databases) -> AsyncIterator[Served]:
    async with served(database, installed_services()["assessment"]) as assessment:
        yield assessment


async def typed(at: Served, *words: str) -> tuple[int, str]:
    runner = CliRunner(env={"PARINDEX_DATABASE_URL": at.resources.settings.database_url, "COLUMNS": "400"})
    result = await asyncio.to_thread(runner.invoke, app, ["log", *words])
    return result.exit_code, result.output


async def stands(scoring: Served) -> list[tuple[int, int]]:
    rows = await scoring.log.pool.fetch(
        "SELECT epoch, position FROM reader_positions WHERE source = 'survey' ORDER BY partition LIMIT 2"
    )
    return [(row["epoch"], row["position"]) for row in rows]


async def test_the_commands_of_a_restore_tell_each_other_what_to_say(survey: Served, scoring: Served) -> None:
    await survey.log.pool.execute("UPDATE log_head SET position = 9")
    await scoring.log.pool.execute(READ_ON)
    code, said = await typed(survey, "new-epoch")
    assert code == 0
    [told] = re.findall(r"parindex log (accept-epoch scoring survey .*)", said)
    epoch = await survey.log.epoch()
    assert told == f"accept-epoch scoring survey --epoch {epoch} --position 9"
    assert epoch > 1
    code, said = await typed(scoring, *told.split())
    assert (code, await stands(scoring)) == (0, [(epoch, 7), (0, 0)])
    assert "chạy lại tiến trình bus" in said


async def test_a_reader_that_is_ahead_is_refused_until_it_may_start_over(scoring: Served) -> None:
    await scoring.log.pool.execute(READ_ON)
    words = ("accept-epoch", "scoring", "survey", "--epoch", "5", "--position", "6")
    code, said = await typed(scoring, *words)
    assert code == 1
    assert "--start-over" in said
    assert await stands(scoring) == [(1, 7), (0, 0)]
    assert (await typed(scoring, *words, "--start-over"))[0] == 0
    assert await stands(scoring) == [(5, 0), (5, 0)]


async def test_a_service_that_does_not_listen_has_nothing_to_accept(survey: Served) -> None:
    code, said = await typed(survey, "accept-epoch", "survey", "publication", "--epoch", "5", "--position", "6")
    assert code == 2
    assert "does not listen" in said


async def test_a_spoilt_table_is_rebuilt_by_the_command(assessment: Served) -> None:
    owner = await asyncpg.connect(assessment.resources.settings.dsn)
    await owner.execute(SPOILT)
    code, said = await typed(assessment, "rebuild", "assessment", "criteria_sets")
    assert (code, said) == (0, "assessment: criteria_sets đã dựng lại.\n")
    assert await owner.fetchval("SELECT count(*) FROM live.criteria_sets") == 0
    await owner.close()
    assert (await typed(assessment, "rebuild", "assessment", "no-such-table"))[0] == 2
