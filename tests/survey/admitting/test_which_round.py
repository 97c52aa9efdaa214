"""The round that counts a press is decided once, when it is recorded, and every answer says the same."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from tests.survey.conftest import Bench, criteria_set, round_opened
from tests.survey.whole_streams import WHOLE_ROUND

from parindex.contracts.assessment import Block, CriteriaSetEnacted, RoundOpened, RoundUnit
from parindex.contracts.criteria import CriteriaSet, Criterion, Level, Share, SurveyPoints
from parindex.eventstore.appending import Append, Decided
from parindex.testing.memory_log import METADATA
from survey.admitting.events import RatingClosed, SurveyFact, SurveyOpened
from survey.admitting.questions import Asked, Surveyed
from survey.rating.events import RatingRecorded
from survey.recounting import TallyRecount
from survey.tallying.folding import keep_counting

RATINGS = "/v1/kiosks/k1/ratings"
UNITS = ("H09.05",)
NOON = "2026-07-01T12:00:00Z"
OUTSIDE = {"unit": "H09.05", "question": "hai-long", "score": "28", "out_of": "35"}


def press(seq: int, at: str = NOON, **more: Any) -> dict[str, Any]:
    return {"seq": seq, "stars": 5, "pressed_at": at, **more}


async def send(kiosk: httpx.AsyncClient, *presses: dict[str, Any]) -> Any:
    answer = await kiosk.post(RATINGS, json=list(presses))
    assert answer.status_code == 201, answer.text
    return answer.json()


def outcome(receipt: Any) -> tuple[dict[str, int], list[tuple[str, str, int, int]]]:
    counted = {each["round"]: each["presses"] for each in receipt["counted"]}
    aside = [(each["reason"], each["round"], each["first_seq"], each["last_seq"]) for each in receipt["set_aside"]]
    return counted, aside


async def opened(survey: Bench, name: str, since: str = "", until: str = "") -> None:
    await survey.opened(name, ["H09.05"], since, until)


async def recount(survey: Bench) -> list[Any]:
    found = TallyRecount()
    for each in await survey.log.read_after(0, 100_000):
        found.see(each)
    return list(found.differences())


@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+07:00",  # what a device may send that has no time at all; in UTC there is no such year
        "1899-12-30T00:00:00+07:00",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
        "2010-01-01T00:00:00Z",
        "2016-05-01T00:00:00Z",
    ],
)
async def test_a_press_of_another_time_is_taken_and_counts_in_no_round(survey: Bench, at: str) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    receipt = await send(kiosk, press(1), press(2, at), press(3, at), press(4))
    assert outcome(receipt) == ({"r-2026": 2}, [("outside-window", "r-2026", 2, 3)])
    assert "đồng hồ" in receipt["set_aside"][0]["vi"]
    await survey.counted()
    [tally] = await survey.tallies()
    assert tally["counts"] == [{"option": "5", "count": 2}]
    assert tally["set_aside"] == [{"reason": "outside-window", "count": 2}]
    assert await recount(survey) == []


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "0001-01-01T12:00:00Z", "1904-01-01T00:00:00Z"])
async def test_a_time_at_the_beginning_of_all_years_has_its_accuracy(survey: Bench, at: str) -> None:
    await survey.opened()
    receipt = await send(await survey.kiosk(), press(1, at, accuracy_s=86_400), press(2))
    assert outcome(receipt) == ({"r-2026": 1}, [("outside-window", "r-2026", 1, 1)])
    await survey.counted()
    assert await recount(survey) == []


@pytest.mark.parametrize("at", ["9999-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00"])
async def test_a_clock_at_the_end_of_all_years_is_ahead_as_any_other(survey: Bench, at: str) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    presses = [press(1), press(2, at, accuracy_s=86_400), press(3)]
    receipt = await send(kiosk, *presses)
    assert outcome(receipt) == ({"r-2026": 3}, [])
    assert receipt["clock_ahead"] == 1
    again = await send(kiosk, *presses)
    assert (again["repeated"], outcome(again)) == (3, outcome(receipt))
    [recorded] = [each for each in await survey.facts("RatingRecorded") if each.received_at]
    assert recorded.pressed_at.startswith("9999-")
    await survey.counted()
    assert await recount(survey) == []


async def test_the_same_presses_again_get_the_same_answer(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    presses = [press(1), press(2, "2016-05-01T00:00:00Z")]
    first = await send(kiosk, *presses)
    await survey.office.post("/v1/rounds/r-2026/tally-closing")
    again = await send(kiosk, *presses)
    assert outcome(again) == outcome(first) == ({"r-2026": 1}, [("outside-window", "r-2026", 2, 2)])
    more = await send(kiosk, *presses, press(3))
    assert outcome(more) == ({"r-2026": 1}, [("outside-window", "r-2026", 2, 2), ("late", "r-2026", 3, 3)])


async def test_a_device_that_is_three_days_ahead_goes_on(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    receipt = await send(kiosk, press(1, "2026-07-04T12:00:00Z"), press(2))
    assert outcome(receipt) == ({"r-2026": 2}, [])
    assert receipt["clock_ahead"] == 1
    marked, plain = await survey.facts("RatingRecorded")
    assert (marked.pressed_at, marked.received_at) == ("2026-07-04T12:00:00.000000Z", "2026-07-01T12:00:00.000000Z")
    assert plain.received_at == ""
    assert (await kiosk.get("/v1/kiosks/k1")).json()["presses_today"] == 2
    assert await recount(survey) == []


async def test_a_press_counts_where_its_time_may_lie_within_what_the_kiosk_knows(survey: Bench) -> None:
    await opened(survey, "june", "2026-05-31T17:00:00.000000Z", "2026-06-30T17:00:00.000000Z")
    kiosk = await survey.kiosk()
    after = "2026-06-30T17:00:00Z"
    receipt = await send(kiosk, press(1, after), press(2, after, accuracy_s=1), press(3, "2026-06-30T16:59:59.999999Z"))
    assert outcome(receipt) == ({"june": 2}, [("outside-window", "june", 1, 1)])


async def test_of_two_rounds_the_one_whose_window_begins_last_counts_a_press(survey: Bench) -> None:
    await opened(survey, "year")
    kiosk = await survey.kiosk()
    assert outcome(await send(kiosk, press(1))) == ({"year": 1}, [])
    await opened(survey, "july", "2026-06-30T17:00:00.000000Z", "2026-07-31T17:00:00.000000Z")
    assert outcome(await send(kiosk, press(2), press(3, "2026-06-15T00:00:00Z"))) == ({"july": 1, "year": 1}, [])
    await survey.office.post("/v1/rounds/july/tally-closing")
    assert outcome(await send(kiosk, press(4))) == ({"year": 1}, [])
    await survey.office.post("/v1/rounds/year/tally-closing")
    assert outcome(await send(kiosk, press(5))) == ({}, [("late", "july", 5, 5)])
    await survey.counted()
    found = {name: [tally["counts"] for tally in await survey.tallies(name)] for name in ("year", "july")}
    assert found == {"year": [[{"option": "5", "count": 3}]], "july": [[{"option": "5", "count": 1}]]}
    assert await recount(survey) == []


async def test_a_press_that_no_round_asks_for_is_recorded_and_counts_in_no_round(survey: Bench) -> None:
    kiosk = await survey.kiosk(question="khong-co")
    assert outcome(await send(kiosk, press(1))) == ({}, [("no-round", "", 1, 1)])
    await survey.opened()
    assert outcome(await send(kiosk, press(2))) == ({}, [("not-asked", "", 2, 2)])


async def test_a_training_round_takes_no_press_from_the_real_one(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    practice = msgspec.structs.replace(round_opened("tap-huan", UNITS), training=True)
    await survey.receive(criteria_set(), practice)
    assert outcome(await send(kiosk, press(1))) == ({}, [("no-round", "", 1, 1)])
    await survey.opened("r-2026", UNITS)
    assert outcome(await send(kiosk, press(2))) == ({"r-2026": 1}, [])
    await survey.office.post("/v1/rounds/tap-huan/tally-closing")
    assert outcome(await send(kiosk, press(3))) == ({"r-2026": 1}, [])
    assert [fact.round for fact in await survey.facts("PressesAdmitted", "PressesStopped")] == ["r-2026"]
    await survey.counted()
    assert [tally["counts"] for tally in await survey.tallies("r-2026")] == [[{"option": "5", "count": 2}]]
    assert await recount(survey) == []


async def test_a_round_from_before_windows_counts_presses_of_any_time_once(survey: Bench) -> None:
    older = SurveyOpened(
        "H09",
        "old",
        (Surveyed(criteria_set="bo", questions=(Asked(question="hai-long", options=("5",)),), units=UNITS),),
    )
    gone: list[SurveyFact] = [replace(older, round="gone"), RatingClosed("gone", 1)]
    for name, facts in (("old", list[SurveyFact]([older])), ("gone", gone)):
        survey_of_it = msgspec.json.encode(WHOLE_ROUND.fold(facts))
        await survey.log.append(Append(f"tallying-{name}", METADATA, lambda _, f=facts, s=survey_of_it: Decided(f, s)))
    kiosk = await survey.kiosk()
    assert outcome(await send(kiosk, press(1), press(2, "2016-05-01T00:00:00Z"))) == ({"old": 2}, [])
    assert [fact.round for fact in await survey.facts("PressesAdmitted", "PressesStopped")] == ["old", "gone", "gone"]
    await survey.office.post("/v1/rounds/old/tally-closing")
    assert outcome(await send(kiosk, press(3))) == ({}, [("late", "gone", 3, 3)])
    await survey.counted()
    assert [tally["counts"] for tally in await survey.tallies("old")] == [[{"option": "5", "count": 2}]]
    assert await recount(survey) == []


async def test_presses_from_before_windows_are_counted_as_they_were(survey: Bench) -> None:
    await survey.opened("r-1", ["H09.05"])
    await survey.opened("r-2", ["H09.05"])
    older = [RatingRecorded("k9", "H09.05", "hai-long", "", seq, "5", NOON, 0) for seq in (1, 2)]
    await survey.log.append(Append("kiosk-k9", METADATA, lambda _: Decided(older)))
    answer = await survey.office.post("/v1/rounds/r-1/tallies", json=[OUTSIDE])
    assert answer.json()["code"] == "kiosk-counts"
    await survey.counted()
    found = [[tally["counts"] for tally in await survey.tallies(name)] for name in ("r-1", "r-2")]
    assert found == [[[{"option": "5", "count": 2}]]] * 2
    assert await recount(survey) == []


async def test_every_process_knows_of_an_opening_and_a_cut_off_at_once(two_processes: tuple[Bench, Bench]) -> None:
    one, other = two_processes
    kiosk = await one.kiosk()
    twin = other.client(kiosk.headers["Authorization"].removeprefix("Bearer "))
    assert outcome(await send(twin, press(1))) == ({}, [("no-round", "", 1, 1)])
    await one.opened()
    assert outcome(await send(twin, press(2))) == ({"r-2026": 1}, [])
    await one.office.post("/v1/rounds/r-2026/tally-closing")
    assert outcome(await send(twin, press(3))) == ({}, [("late", "r-2026", 3, 3)])


async def test_presses_that_were_acknowledged_count_however_soon_an_outside_survey_follows(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    await send(kiosk, press(1))
    answer = await survey.office.post("/v1/rounds/r-2026/tallies", json=[OUTSIDE])
    assert (answer.status_code, answer.json()["code"]) == (409, "kiosk-counts")
    await survey.counted()
    assert [(tally["origin"], tally["set_aside"]) for tally in await survey.tallies()] == [("kiosk", [])]


async def test_presses_that_count_in_no_tally_stop_no_outside_survey(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk()
    await send(kiosk, press(1, "2016-05-01T00:00:00Z"))
    assert (await survey.office.post("/v1/rounds/r-2026/tallies", json=[OUTSIDE])).status_code == 201
    assert outcome(await send(kiosk, press(2))) == ({}, [("outside-survey", "r-2026", 2, 2)])
    assert await recount(survey) == []


async def test_of_presses_and_an_outside_survey_at_once_one_gets_the_question_whole(survey: Bench) -> None:
    await survey.opened()
    counting = asyncio.create_task(keep_counting(survey.context))
    kiosks = [await survey.kiosk(f"k{at}", "H09.05") for at in range(1, 7)]
    presses = [kiosk.post(f"/v1/kiosks/k{at}/ratings", json=[press(1)]) for at, kiosk in enumerate(kiosks, 1)]
    brought = survey.office.post("/v1/rounds/r-2026/tallies", json=[OUTSIDE])
    *receipts, answer = await asyncio.gather(*presses[:3], *presses[3:], brought)
    counting.cancel()
    await asyncio.gather(counting, return_exceptions=True)
    await survey.counted()
    counted = [outcome(receipt.json())[0] for receipt in receipts]
    assert counted == ([{}] if answer.status_code == 201 else [{"r-2026": 1}]) * 6
    [tally] = await survey.tallies()
    assert sum(each["count"] for each in tally["counts"]) == sum(each.get("r-2026", 0) for each in counted)
    assert tally["origin"] == ("outside" if answer.status_code == 201 else "kiosk")
    assert await recount(survey) == []


async def asks(survey: Bench, *shares: str) -> None:
    """Open a round whose set has so many rules on one question, each with shares for these options."""
    area = Criterion(code="1", name="Khảo sát", level=Level.AREA, maximum="35")
    rules = [
        SurveyPoints(question="hai-long", shares=[Share(option=option, share="1") for option in each])
        for each in shares
    ]
    rows = [
        Criterion(code=f"1.{at}", name="x", level=Level.CRITERION, maximum="10", parent="1", rule=rule)
        for at, rule in enumerate(rules, 1)
    ]
    made = CriteriaSet(code="bo-2026", title="Bộ chỉ số", reference="1/QĐ", criteria=[area, *rows])
    block = Block(code="b", name="Sở", criteria_set=made.code, units=[RoundUnit(code="H09.05", name="x")])
    opening = RoundOpened(authority="H09", round="r-2026", year=2026, title="Đợt 2026", blocks=[block])
    await survey.receive(CriteriaSetEnacted(authority="H09", criteria_set=made, digest="5e" * 32), opening)


@pytest.mark.parametrize("shares", [("",), ("12345", ""), ("1", "2"), ("", "5"), ("45", "145", "4")])
async def test_a_press_that_a_rule_cannot_score_counts_nowhere_and_has_its_reason(
    survey: Bench, shares: tuple[str, ...]
) -> None:
    await asks(survey, *shares)
    kiosk = await survey.kiosk()
    receipt = await send(kiosk, *(press(at, stars=at) for at in range(1, 6)))
    scored = set.intersection(*map(set, shares))
    assert outcome(receipt)[0] == ({"r-2026": len(scored)} if scored else {})
    assert {each["reason"] for each in receipt["set_aside"]} == {"option-unknown"}
    await survey.counted()
    counted = {each["option"] for tally in await survey.tallies() for each in tally["counts"]}
    assert counted == scored  # scoring has a share in every rule for each of them
    assert await recount(survey) == []


@pytest.mark.parametrize("shares", [("",), ("12345", ""), ("1", "2")])
async def test_an_outside_survey_of_a_question_that_a_rule_cannot_score_brings_a_score(
    survey: Bench, shares: tuple[str, ...]
) -> None:
    await asks(survey, *shares)
    row = {"unit": "H09.05", "question": "hai-long", "counts": [{"option": "5", "count": 3}]}
    refused = await survey.office.post("/v1/rounds/r-2026/tallies", json=[row])
    assert (refused.status_code, [each["at"] for each in refused.json()["places"]]) == (422, ["/0/counts"])
    assert (await survey.office.post("/v1/rounds/r-2026/tallies", json=[OUTSIDE])).status_code == 201


@pytest.mark.parametrize(("version", "found"), [(2, []), (3, ["S2"])])
async def test_a_press_that_version_2_decided_is_judged_by_its_own_rule(
    survey: Bench, version: int, found: list[str]
) -> None:
    await asks(survey, "5", "")
    await send(await survey.kiosk(), press(1))
    recounted = TallyRecount()
    for each in await survey.log.read_after(0, 100_000):
        if isinstance(each.fact, RatingRecorded):
            entry = msgspec.structs.replace(each.entry, v=version)
            each = msgspec.structs.replace(each, entry=entry, fact=replace(each.fact, set_aside=""))  # noqa: PLW2901
        recounted.see(each)
    assert [each.check for each in recounted.differences()] == found


async def test_a_closing_says_how_many_presses_were_set_aside(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk(options=["5", "wow"])
    await send(kiosk, press(1), press(2, "2016-05-01T00:00:00Z"))
    await kiosk.post(RATINGS, json=[{"seq": 3, "option": "wow", "pressed_at": NOON}])
    await survey.office.post("/v1/rounds/r-2026/tally-closing")
    survey.clock.at += timedelta(minutes=1)
    await send(kiosk, press(4))
    await survey.counted()
    [closed] = await survey.facts("TallyClosed")
    assert closed.counted == 1
    assert [(each.reason, each.count) for each in closed.set_aside] == [("option-unknown", 1), ("outside-window", 1)]
