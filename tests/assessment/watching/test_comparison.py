"""One criterion of all units side by side, over HTTP: the page and its API twin."""

import pytest
from tests.assessment.appraising.test_stages_api import (
    DECISIONS,
    EXPLAINED,
    EXPLANATIONS,
    FINDINGS,
    SUBMISSION,
    cut,
)
from tests.assessment.conftest import Assessment, Caller
from tests.assessment.people import Person, texts_in

PAGE = "/rounds/r-2026/criteria/1.1.4/units"
API = f"/v1{PAGE}"


@pytest.fixture
def office(assessment: Assessment) -> Person:
    return Person(assessment, "so-noi-vu", ("office@H16",))


async def values_of(caller: Caller) -> list[tuple[str, list[tuple[str, str]]]]:
    answer = await caller("GET", API)
    assert answer.status_code == 200, answer.text
    return [
        (unit["unit"], [(one["stage"], one["points"]) for one in unit["values"]]) for unit in answer.json()["units"]
    ]


async def test_every_unit_is_shown_with_each_stage_as_soon_as_it_is_written(
    assessment: Assessment, office: Person
) -> None:
    await cut(assessment)
    answer = (await assessment.office("GET", API)).json()
    assert (answer["awaited"], [unit["unit"] for unit in answer["units"]]) == (["H16.02"], ["H16.01"])
    assert (answer["units"][0]["stage"], answer["units"][0]["waiting"]) == ("explanation", False)
    await assessment.submit("H16.02")
    await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])
    await assessment.unit("POST", SUBMISSION)
    kept = {"criterion": "1.1.4", "kept": True, "comment": "Báo cáo ban hành sau kỳ."}
    await assessment.office("POST", FINDINGS, [kept])
    council = assessment.caller("hoi-dong", "council@H16")
    await council("POST", DECISIONS, [{"criterion": "1.1.4", "points": "1.5", "comment": "Thống nhất."}])
    by_log = await values_of(assessment.office)
    assert by_log == [
        (
            "H16.01",
            [("self", "1"), ("appraisal-1", "0"), ("explanation", "2"), ("appraisal-2", "0"), ("council", "1.5")],
        ),
        ("H16.02", [("self", "1")]),
    ]
    await assessment.catch_up()
    assert await values_of(assessment.office) == by_log, "the read model says the same"
    await assessment.uphold_all("H16.02")
    assert (await values_of(assessment.office))[1] == ("H16.02", [("self", "1"), ("appraisal-1", "1")])
    shown = texts_in(await office.opens(PAGE))
    assert "Mức độ thực hiện kế hoạch" in shown
    assert "Sở Nội vụ Số đã thực hiện: 9; Số kế hoạch: 10 1 / 2 điểm" in shown
    assert "Số đã thực hiện: 6; Số kế hoạch: 10 0 / 2 điểm Thiếu ba nhiệm vụ." in shown
    assert "Chấm điểm trực tiếp 1,5 / 2 điểm Thống nhất. Hội đồng" in shown
    assert 'href="../../units/H16.01/criteria/1.1.4/appraisal"' in (await office.opens(PAGE)).text
    item = await office.opens("/rounds/r-2026/units/H16.02/criteria/1.1.4/appraisal")
    assert 'href="../../../../criteria/1.1.4/units"' in item.text
    assert 'href="criteria/1.1.4/units"' in (await office.opens("/rounds/r-2026/appraisal?of_criterion=1.1.4")).text
    assert "criteria/" not in (await office.opens("/rounds/r-2026/appraisal?of_criterion=x")).text


async def test_the_same_upheld_claim_after_an_explanation_gives_the_stated_figures(assessment: Assessment) -> None:
    await cut(assessment)
    await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])
    await assessment.unit("POST", SUBMISSION)
    await assessment.office("POST", FINDINGS, [{"criterion": "1.1.4", "upheld": True}])
    await assessment.catch_up()
    [(_, values)] = await values_of(assessment.office)
    assert values[-1] == ("appraisal-2", "2")


async def test_people_compare_only_units_that_they_may_appraise(assessment: Assessment) -> None:
    await assessment.open_round()
    for unit in ("H16.01", "H16.02"):
        await assessment.submit(unit)
    field = assessment.field_appraiser
    answer = await field("GET", "/v1/rounds/r-2026/criteria/1.2.1/units")
    assert [unit["unit"] for unit in answer.json()["units"]] == ["H16.01"], "H16.02 appraises nothing of itself"
    assert (await field("GET", API)).json()["code"] == "unknown-self-scored-criterion"
    assert (await assessment.unit("GET", API)).status_code == 403
    assert (await assessment.caller("khac", "office@H17")("GET", API)).status_code == 403
    for unknown in ("9.9", "2.1", "1.1"):
        refused = await assessment.office("GET", f"/v1/rounds/r-2026/criteria/{unknown}/units")
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown-self-scored-criterion"), unknown
    assert (await assessment.office("GET", "/v1/rounds/r-1999/criteria/1.1.4/units")).status_code == 404
