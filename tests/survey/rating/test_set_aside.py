"""Late and set-aside presses are listed one by one, for the unit, its office and auditors, in pages of bounded cost."""

from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest
from tests.survey.conftest import Bench
from tests.survey.whole_streams import WHOLE_ROUND

from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.log import Log
from parindex.eventstore.registry import EventTypes
from parindex.testing.memory_log import METADATA
from survey.admitting.events import RatingClosed, SurveyFact, SurveyOpened
from survey.admitting.questions import Asked, Surveyed
from survey.admitting.routing import REASONS, REASONS_OF_OLDER
from survey.rating import set_aside

LIST = "/v1/presses/set-aside"
NOON = "2026-07-01T12:00:00.000000Z"
LONG_AGO = "2016-05-01T00:00:00Z"
OUTSIDE = {"unit": "H09.05", "question": "hai-long", "score": "28", "out_of": "35"}


def press(seq: int, at: str = NOON, option: str = "5") -> dict[str, Any]:
    return {"seq": seq, "option": option, "pressed_at": at}


async def send(kiosk: httpx.AsyncClient, *presses: dict[str, Any], name: str = "k1") -> None:
    answer = await kiosk.post(f"/v1/kiosks/{name}/ratings", json=list(presses))
    assert answer.status_code == 201, answer.text


async def listed(asker: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """Read the whole list, page by page."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        answer = await asker.get(LIST, params={**query, "after": after})
        assert answer.status_code == 200, answer.text
        found += answer.json()["presses"]
        after = answer.json()["next"]
        if not after:
            return found


def said(presses: list[dict[str, Any]]) -> list[tuple[str, int, str, str]]:
    return [(each["kiosk"], each["seq"], each["round"], each["reason"]) for each in presses]


async def test_each_press_that_does_not_count_is_shown_with_both_its_times_and_the_reason(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk(options=["5", "wow"])
    await send(kiosk, press(1), press(2, LONG_AGO), press(3, option="wow"), press(4, "2026-07-04T12:00:00Z", "wow"))
    await survey.office.post("/v1/rounds/r-2026/tally-closing")
    await send(kiosk, press(5, "2026-06-30T12:00:00Z"))
    presses = await listed(survey.office)
    assert said(presses) == [
        ("k1", 2, "r-2026", "outside-window"),
        ("k1", 3, "r-2026", "option-unknown"),
        ("k1", 4, "r-2026", "option-unknown"),
        ("k1", 5, "r-2026", "late"),
    ]
    assert [each["pressed_at"][:10] for each in presses] == ["2016-05-01", "2026-07-01", "2026-07-04", "2026-06-30"]
    assert {each["received_at"] for each in presses} == {NOON}
    assert [each["clock_ahead"] for each in presses] == [False, False, True, False]
    assert [each["option"] for each in presses] == ["", "wow", "wow", ""]  # the option concerns no other reader
    assert [(each["vi"], each["en"]) for each in presses] == [REASONS[each["reason"]] for each in presses]
    entries = {each.position: each.fact for each in await survey.log.read_after(0, 100)}
    assert [entries[each["position"]].seq for each in presses] == [2, 3, 4, 5]


async def test_the_list_has_as_many_presses_as_the_kiosk_and_the_tallies_count(survey: Bench) -> None:
    await survey.opened()
    kiosk = await survey.kiosk(options=["5", "wow"])
    await send(kiosk, press(1), press(2, LONG_AGO), press(3, option="wow"), press(4, LONG_AGO))
    await survey.office.post("/v1/rounds/r-2026/tally-closing")
    await send(kiosk, press(5), press(6))
    await survey.counted()
    reasons = [each["reason"] for each in await listed(survey.office)]
    [tally] = await survey.tallies()
    assert {each["reason"]: each["count"] for each in tally["set_aside"]} == {
        reason: reasons.count(reason) for reason in reasons
    }
    [shown] = (await survey.office.get("/v1/kiosks")).json()["kiosks"]
    assert sum(each["presses"] for each in shown["aside"]) == len(reasons)


async def test_a_press_that_no_round_asks_for_is_listed(survey: Bench) -> None:
    kiosk = await survey.kiosk()
    await send(kiosk, press(1))
    await survey.opened()
    await survey.office.post("/v1/rounds/r-2026/tallies", json=[OUTSIDE])
    await send(kiosk, press(2))
    assert said(await listed(survey.office)) == [("k1", 1, "", "no-round"), ("k1", 2, "r-2026", "outside-survey")]
    assert said(await listed(survey.office, round="r-2026")) == [("k1", 2, "r-2026", "outside-survey")]


async def test_a_unit_sees_its_own_and_office_and_auditor_those_of_their_node(survey: Bench) -> None:
    await send(await survey.kiosk("k1", "H09.05"), press(1))
    await send(await survey.kiosk("k2", "H09.06"), press(1), name="k2")

    async def kiosks_seen(*rights: str, **query: str) -> list[str]:
        return [each["kiosk"] for each in await listed(survey.signed_in("a", *rights), **query)]

    assert await kiosks_seen("unit@H09.05") == ["k1"]
    assert await kiosks_seen("unit@H09.06") == ["k2"]
    assert await kiosks_seen("unit@H09") == await kiosks_seen("unit@H09.05.01") == await kiosks_seen("office@H10") == []
    assert await kiosks_seen("office@H09") == await kiosks_seen("auditor@H09") == ["k1", "k2"]
    assert await kiosks_seen("auditor@H09", unit="H09.06") == ["k2"]
    assert await kiosks_seen("auditor@H09", unit="H09") == ["k1", "k2"]
    other = await survey.signed_in("a", "unit@H09.05").get(LIST, params={"unit": "H09.06"})
    council = await survey.signed_in("a", "council@H09").get(LIST)
    assert [other.status_code, council.status_code, (await survey.client().get(LIST)).status_code] == [403, 403, 401]


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
async def test_however_it_is_cut_into_pages_the_list_is_the_same(
    survey: Bench, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    await survey.opened()
    for name in ("k1", "k2", "k3", "k10"):
        kiosk = await survey.kiosk(name)
        await send(kiosk, *(press(seq, LONG_AGO if seq % 3 == 0 else NOON) for seq in range(1, 11)), name=name)
    expected = [(name, seq, "r-2026", "outside-window") for name in ("k1", "k10", "k2", "k3") for seq in (3, 6, 9)]
    assert said(await listed(survey.office, limit=limit)) == expected
    monkeypatch.setattr(set_aside, "LOOK", 1)
    for scanned in (1, 4, 17):  # entries that a page looks at; some pages are empty
        monkeypatch.setattr(set_aside, "SCANNED", scanned)
        assert said(await listed(survey.office, limit=limit)) == expected


@pytest.mark.parametrize("query", [{"after": "x"}, {"after": "k1/"}, {"limit": 0}, {"limit": 501}, {"kiosk": "k1"}])
async def test_a_query_that_means_nothing_is_refused(survey: Bench, query: dict[str, Any]) -> None:
    assert (await survey.office.get(LIST, params=query)).status_code == 422


@dataclass(frozen=True, slots=True)
class Older:
    """A press as it was recorded before rounds had windows: version 1 of RatingRecorded."""

    kiosk: str
    unit: str
    question: str
    group: str
    seq: int
    option: str
    pressed_at: str
    accuracy_s: int


Older.__name__ = "RatingRecorded"


async def pressed(survey: Bench, seq: int, option: str = "5") -> None:
    log = survey.log
    program = Log(log.pool, EventTypes({"RatingRecorded": Older}), log.origin, log.partitions, log.installation)
    fact = Older("k1", "H09.05", "hai-long", "", seq, option, NOON, 0)
    async with survey.context.engine.begin() as connection:
        await program.append_within(connection, [Append("kiosk-k1", METADATA, lambda _: Decided([fact]))])


async def happened(survey: Bench, name: str, fact: SurveyFact) -> None:
    """Let a round be opened or closed as an older program did, which had no list of admissions."""
    stream = f"tallying-{name}"
    before = [each.fact for each in await survey.log.read_stream(stream)]
    state = msgspec.json.encode(WHOLE_ROUND.fold([*before, fact]))
    await survey.log.append(Append(stream, METADATA, lambda _: Decided([fact], state)))


def opening(name: str) -> SurveyOpened:
    asked = Surveyed(criteria_set="bo", questions=(Asked(question="hai-long", options=("5",)),), units=("H09.05",))
    return SurveyOpened("H09", name, (asked,))


async def test_presses_from_before_windows_are_judged_as_the_tallies_did(survey: Bench) -> None:
    """They say neither round nor reason, count in every open round that asks, and are late in the newest alone."""
    await survey.kiosk()
    await pressed(survey, 1)
    for name in ("one", "two"):
        await happened(survey, name, opening(name))
    await pressed(survey, 2)
    await pressed(survey, 3, "wow")
    await happened(survey, "one", RatingClosed("one", 1))
    await pressed(survey, 4)
    await happened(survey, "two", RatingClosed("two", 1))
    await pressed(survey, 5)
    await survey.counted()
    presses = await listed(survey.office)
    assert said(presses) == [
        ("k1", 1, "", "unfit"),
        ("k1", 3, "one", "unfit"),
        ("k1", 3, "two", "unfit"),
        ("k1", 5, "two", "late"),
    ]
    assert presses[0]["vi"] == REASONS_OF_OLDER["unfit"][0]
    for name, counted in (("one", {"unfit": 1}), ("two", {"unfit": 1, "late": 1})):
        [tally] = await survey.tallies(name)
        assert {each["reason"]: each["count"] for each in tally["set_aside"]} == counted


async def test_a_press_from_before_windows_beside_an_outside_survey_is_listed(survey: Bench) -> None:
    await survey.kiosk()
    await happened(survey, "one", opening("one"))
    await survey.office.post("/v1/rounds/one/tallies", json=[OUTSIDE])
    await happened(survey, "two", opening("two"))
    await pressed(survey, 1)
    [shown] = await listed(survey.office)
    assert (shown["round"], shown["reason"], shown["counted_in"]) == ("one", "outside-survey", ["two"])
