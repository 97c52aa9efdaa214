import asyncio
from typing import Any

import httpx
import pytest
from tests.survey.conftest import Bench

from parindex.eventstore.appending import Append, Metadata
from parindex.eventstore.command_handling import decide_at_head
from survey.admitting.events import tally_stream
from survey.tallying.commands import CountPresses
from survey.tallying.decisions import unit_tallies
from survey.tallying.state import TALLIES_CODEC, Presses

TALLIES = "/v1/rounds/r-2026/tallies"
SCORE = {"unit": "H09.05", "question": "hai-long", "score": "28.75", "out_of": "35"}
COUNTS = {"unit": "H09.06", "question": "hai-long", "group": "firm", "counts": [{"option": "5", "count": 7}]}


async def bring(survey: Bench, *rows: dict[str, Any], **headers: str) -> httpx.Response:
    return await survey.office.post(TALLIES, json=list(rows), headers=headers)


async def test_tallies_from_outside_are_brought_in_together(survey: Bench) -> None:
    await survey.opened()
    answer = await bring(survey, SCORE, COUNTS)
    assert (answer.status_code, answer.json()["facts"]) == (
        201, ["OutsideTalliesReceived", "TallyUpdated", "TallyUpdated"],
    )  # fmt: skip
    score, counts = await survey.tallies()
    assert (score["origin"], score["score"], score["out_of"], score["counts"]) == ("outside", "28.75", "35", [])
    assert (counts["group"], counts["counts"], counts["score"]) == ("firm", [{"option": "5", "count": 7}], "")
    assert answer.json()["last_position"] == await survey.log.head()


async def test_every_wrong_row_is_named_and_none_is_written(survey: Bench) -> None:
    await survey.opened()
    before = await survey.log.head()
    answer = await bring(
        survey,
        SCORE,
        SCORE | {"unit": "H10.01"},
        SCORE | {"unit": "H09.06", "question": "unasked"},
        SCORE | {"group": "a", "score": "35.1"},
        SCORE | {"group": "b", "score": "1,5"},
        SCORE | {"group": "c", "out_of": "0"},
        SCORE | {"group": "d", "score": "-1"},
        SCORE | {"group": "e", "counts": [{"option": "5", "count": 1}]},
        COUNTS | {"counts": [{"option": "9", "count": 1}, {"option": "5", "count": 1}, {"option": "5", "count": 2}]},
        SCORE,
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "tallies-invalid")
    assert sorted(place["at"] for place in answer.json()["places"]) == [
        "/1/unit", "/2/question", "/3/score", "/4/score", "/5/out_of", "/6/score", "/7", "/8/counts/0/option",
        "/8/counts/2/option", "/9",
    ]  # fmt: skip
    [twice] = [place for place in answer.json()["places"] if place["at"] == "/8/counts/2/option"]
    assert (twice["vi"], twice["en"]) == ("“5” bị trùng.", "“5” occurs twice.")
    assert await survey.log.head() == before


@pytest.mark.parametrize("wrong", [{"score": 28.75}, {"counts": [{"option": "5", "count": 1.5}]}, {"note": "x"}])
async def test_a_row_of_another_shape_is_refused(survey: Bench, wrong: dict[str, Any]) -> None:
    await survey.opened()
    answer = await bring(survey, SCORE | wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request")


async def test_a_later_result_replaces_an_earlier_one(survey: Bench) -> None:
    await survey.opened()
    await bring(survey, SCORE)
    await bring(survey, SCORE | {"score": "29.50"})
    [tally] = await survey.tallies()
    assert tally["score"] == "29.5"
    assert [fact.score for fact in await survey.facts("TallyUpdated")] == ["28.75", "29.5"]


async def test_the_same_result_again_is_not_published(survey: Bench) -> None:
    await survey.opened()
    await bring(survey, SCORE)
    answer = await bring(survey, SCORE | {"score": "28.750"})
    assert answer.json()["facts"] == ["OutsideTalliesReceived"]


async def test_a_retry_gets_the_first_receipt(survey: Bench) -> None:
    await survey.opened()
    first = await bring(survey, SCORE, COUNTS, **{"Idempotency-Key": "k"})
    await survey.office.post("/v1/rounds/r-2026/tally-closing")
    again = await bring(survey, SCORE, COUNTS, **{"Idempotency-Key": "k"})
    other = await bring(survey, SCORE, **{"Idempotency-Key": "k"})
    assert again.json() == first.json() | {"repeated": True}
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


async def test_a_result_from_outside_is_not_mixed_with_presses(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    press = {"stars": 5, "pressed_at": "2026-07-01T12:00:00Z"}
    await kiosk.post("/v1/kiosks/k1/ratings", json=[press | {"seq": 1}])
    await survey.counted()
    answer = await bring(survey, COUNTS, SCORE)
    assert (answer.status_code, answer.json()["code"]) == (409, "kiosk-counts")
    assert [place["at"] for place in answer.json()["places"]] == ["/1/question"]
    assert len(await survey.tallies()) == 1


async def test_presses_where_an_outside_survey_has_answered_are_set_aside(survey: Bench) -> None:
    await survey.opened()
    await bring(survey, SCORE)
    kiosk = await survey.kiosk()
    press = {"stars": 5, "pressed_at": "2026-07-01T12:00:00Z"}
    await kiosk.post("/v1/kiosks/k1/ratings", json=[press | {"seq": 1}])
    await survey.counted()
    [tally] = await survey.tallies()
    assert (tally["origin"], tally["score"], tally["counts"], tally["unfit"]) == ("outside", "28.75", [], 1)


async def test_a_closed_tally_takes_nothing_more(survey: Bench) -> None:
    await survey.opened()
    await survey.office.post("/v1/rounds/r-2026/tally-closing")
    closing = await bring(survey, SCORE)
    await survey.counted()
    closed = await bring(survey, SCORE)
    assert [(one.status_code, one.json()["code"]) for one in (closing, closed)] == [(409, "tally-closed")] * 2
    assert await survey.tallies() == []


async def test_the_standing_goes_from_opened_over_closing_to_closed(survey: Bench) -> None:
    await survey.opened()
    seen = []
    for step in ("nothing", "closing", "counting"):
        if step == "closing":
            await survey.office.post("/v1/rounds/r-2026/tally-closing")
        if step == "counting":
            await survey.counted()
        seen.append((await survey.office.get("/v1/rounds/r-2026/tallying")).json())
    assert [one["stage"] for one in seen] == ["opened", "closing", "closed"]
    assert seen[2] == {
        "round": "r-2026", "stage": "closed", "opened": True, "rating_closed": True, "tally_closed": True,
        "closing": 1, "covers": 4,
        "pressed_from": "2025-12-31T17:00:00.000000Z", "pressed_until": "2027-12-31T17:00:00.000000Z",
    }  # fmt: skip


async def test_a_round_whose_opening_survey_has_not_received_is_unknown(survey: Bench) -> None:
    for answer in (
        await survey.office.get("/v1/rounds/r-9/tallying"),
        await survey.office.get("/v1/rounds/r-9/tallies"),
        await survey.office.post("/v1/rounds/r-9/tallies", json=[SCORE]),
        await survey.office.post("/v1/rounds/r-9/tally-closing"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-round")
        assert "thử lại" in answer.json()["detail"]


async def test_a_unit_sees_its_own_tallies_only(survey: Bench) -> None:
    await survey.opened()
    await bring(survey, SCORE, COUNTS)
    answer = await survey.signed_in("x", "unit@H09.06").get(TALLIES)
    assert [tally["unit"] for tally in answer.json()["tallies"]] == ["H09.06"]


async def test_rights_are_asked_at_the_rounds_authority(survey: Bench) -> None:
    await survey.opened()
    looking = [
        ("auditor@H09", 200),
        ("surveyor@H09", 200),
        ("office@H10", 403),
        ("unit@H09.07", 403),
        ("kiosk@H09", 403),
    ]
    for rights, status in looking:
        assert (await survey.signed_in("x", rights).get(TALLIES)).status_code == status, rights
    for rights, status in (("unit@H09.05", 403), ("auditor@H09", 403), ("office@H09.05", 403), ("surveyor@H09", 201)):
        assert (await survey.signed_in("x", rights).post(TALLIES, json=[SCORE])).status_code == status, rights
    for rights, status in (("unit@H09.05", 403), ("office@H10", 403), ("surveyor@H09", 201)):
        answer = await survey.signed_in("x", rights).post("/v1/rounds/r-2026/tally-closing")
        assert answer.status_code == status, rights


async def test_a_press_that_is_counted_while_a_table_waits_refuses_the_table(survey: Bench) -> None:
    await survey.opened()
    command = CountPresses("r-2026", "H09.05", 1, 1, {("hai-long", ""): Presses({"5": 1})})
    metadata = Metadata("fold", "2026-07-01T12:00:00.000000Z", "H09", "c")
    count = Append(tally_stream("r-2026", "H09.05"), metadata, decide_at_head(unit_tallies, command, TALLIES_CODEC))
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with survey.context.engine.begin() as connection:
        await survey.log.lock(connection)
        sending = asyncio.create_task(bring(survey, SCORE))
        async with asyncio.timeout(60):
            while not await survey.log.pool.fetchval(waiting):  # noqa: ASYNC110  # the database sends no notice
                await asyncio.sleep(0.01)
        await survey.log.append_within(connection, [count])
    answer = await sending
    assert (answer.status_code, [place["at"] for place in answer.json()["places"]]) == (409, ["/0/question"])
    assert [tally["origin"] for tally in await survey.tallies()] == ["kiosk"]


async def test_full_marks_and_none_are_results(survey: Bench) -> None:
    await survey.opened()
    rows = [SCORE | {"score": "35"}, SCORE | {"unit": "H09.06", "score": "0"}]
    assert (await bring(survey, *rows)).status_code == 201
