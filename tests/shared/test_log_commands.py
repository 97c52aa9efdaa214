"""`parindex log`: what an operator types after a restore, and to rebuild a table."""

import asyncio
import re
from collections.abc import AsyncIterator
from functools import partial

import asyncpg
import pytest_asyncio
from typer.testing import CliRunner

from assessment.opening.events import RoundOpened
from parindex.cli import app
from parindex.eventstore.appending import Append, Decided, StreamHead
from parindex.eventstore.projecting import Projector
from parindex.service import installed_services
from parindex.testing.postgres import Databases
from parindex.testing.serving import Served, served
from parindex.testing.shop import metadata

READ_ON = """
INSERT INTO reader_positions (reader, source, partition, epoch, position)
VALUES ('scoring.computing:1', 'survey', 0, 1, 7), ('scoring.computing:1', 'survey', 1, 0, 0)
"""
SPOILT_ROUND = "INSERT INTO live.rounds VALUES ($1, 'H09', 2026, 't', '', 0, false, 0, '2026', false, 1)"
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
    await survey.log.pool.execute("UPDATE log_head SET position = 9, hash = repeat('9', 64)")
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


async def test_a_service_that_does_not_consume_from_a_source_has_nothing_to_accept(survey: Served) -> None:
    code, said = await typed(survey, "accept-epoch", "survey", "publication", "--epoch", "5", "--position", "6")
    assert code == 2
    assert "does not consume from" in said


async def test_a_spoilt_table_is_rebuilt_by_the_command(assessment: Served) -> None:
    owner = await asyncpg.connect(assessment.resources.settings.dsn)
    await owner.execute(SPOILT)
    code, said = await typed(assessment, "rebuild", "assessment", "criteria_sets")
    assert (code, said) == (0, "assessment: criteria_sets đã dựng lại.\n")
    assert await owner.fetchval("SELECT count(*) FROM live.criteria_sets") == 0
    await owner.close()
    assert (await typed(assessment, "rebuild", "assessment", "no-such-table"))[0] == 2


async def test_the_runbook_for_parked_entries_is_followed_to_its_end(assessment: Served) -> None:
    """A row written by hand blocks two events; doctor, /v1/parked, retry, rebuild, as the page says."""
    service = installed_services()["assessment"]
    projector = Projector(assessment.log, assessment.resources.engine, service.projections)
    await projector.prepare()
    owner = await asyncpg.connect(assessment.resources.settings.dsn)
    for number, round_id in enumerate(("r1", "r2", "r3")):
        if number < 2:
            await owner.execute(SPOILT_ROUND, round_id)
        await assessment.log.append(Append(f"round-{round_id}", metadata(), partial(opening_of, round_id)))
    await projector.catch_up()
    async with assessment.http("so-noi-vu", "office@H09") as office:
        assert "projection:rounds:2" in (await examined(assessment))[1]
        parked = (await office.get("/v1/parked")).json()
        assert [(row["subject"], row["type"], row["reader"]) for row in parked] == [
            ("round-r1", "RoundOpened", "projection:rounds:2"),
            ("round-r2", "RoundOpened", "projection:rounds:2"),
        ]
        await owner.execute("DELETE FROM rounds_v2.rounds WHERE round = 'r1'")
        retried = await office.post("/v1/parked/retries", json={})
        assert retried.json() == {"applied": 1, "still_parked": 1}
    assert (await typed(assessment, "rebuild", "assessment", "rounds"))[0] == 0
    assert (await examined(assessment))[0] == 0
    titles = await owner.fetch("SELECT title FROM live.rounds ORDER BY round")
    assert [row["title"] for row in titles] == [f"Đợt r{number}\N{REPLACEMENT CHARACTER}" for number in (1, 2, 3)]
    await owner.close()


def opening_of(round_id: str, _: StreamHead) -> Decided:
    return Decided([RoundOpened("H09", round_id, 2026, f"Đợt {round_id}\0", "", ())])


async def examined(at: Served) -> tuple[int, str]:
    runner = CliRunner(env={"PARINDEX_DATABASE_URL": at.resources.settings.database_url, "COLUMNS": "400"})
    result = await asyncio.to_thread(runner.invoke, app, ["doctor", "assessment"])
    return result.exit_code, result.output
