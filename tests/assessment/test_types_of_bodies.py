"""What every body holds to: one type of text, number, day and identifier, and nothing that is not asked for."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.assessment.conftest import Assessment

CLAIM = "/v1/rounds/r-2026/units/H16.01/claims/1.1.1"
ON_TIME = {"figures": {"outcome": "on_time"}}
RoundIn = Callable[..., dict[str, Any]]

BAD_TEXTS = ["a\0b", "a\x1fb", "a\u202eb", "a\u2067b", "\u3164", "\u200b\u00ad", " ", "a\ufffeb", "a\nb", "x" * 501]


def places(answer: httpx.Response) -> set[str]:
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request"), answer.text
    assert all(place["vi"] and place["en"] for place in answer.json()["places"])
    return {place["at"] for place in answer.json()["places"]}


@pytest.mark.parametrize("text", BAD_TEXTS)
async def test_a_title_that_could_not_be_shown_is_refused_at_its_place(
    assessment: Assessment, round_in: RoundIn, text: str
) -> None:
    body = round_in(title=text)
    body["blocks"][0]["name"] = body["blocks"][0]["units"][1]["name"] = text
    found = places(await assessment.office("POST", "/v1/rounds", body))
    assert found == {"/title", "/blocks/0/name", "/blocks/0/units/1/name"}


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"year": "2026"}, "/year"),
        ({"year": 2026.0}, "/year"),
        ({"year": True}, "/year"),
        ({"year": 1999}, "/year"),
        ({"title": 7}, "/title"),
        ({"round": "Đợt-1"}, "/round"),
        ({"authority": "H16."}, "/authority"),
        ({"deadlines": {"self_scoring": 1_800_000_000}}, "/deadlines/self_scoring"),
        ({"deadlines": {"self_scoring": "1800000000"}}, "/deadlines/self_scoring"),
        ({"deadlines": {"appraisal": "2026-08-01T00:00:00"}}, "/deadlines/appraisal"),
        ({"deadlines": {"appraisal": "0001-01-01T00:00:00+07:00"}}, "/deadlines/appraisal"),
        ({"deadlines": {"appraisal": "2099-01-01T00:00:00Z"}}, "/deadlines/appraisal"),
        ({"deadline": {}}, "/deadline"),
    ],
)
async def test_a_value_of_another_type_than_the_schema_says_is_refused(
    assessment: Assessment, round_in: RoundIn, changes: dict[str, Any], at: str
) -> None:
    assert places(await assessment.office("POST", "/v1/rounds", round_in(**changes))) == {at}


@pytest.mark.parametrize(
    ("claim", "at"),
    [
        ({"applicable": "false"}, "/applicable"),
        ({"applicable": 0}, "/applicable"),
        ({"evidence": [{"number": "1/QĐ", "issued_on": 0}]}, "/evidence/0/issued_on"),
        ({"evidence": [{"number": "1/QĐ", "issued_on": "0"}]}, "/evidence/0/issued_on"),
        ({"evidence": [{"number": "1/QĐ", "issued_on": "0001-01-01"}]}, "/evidence/0/issued_on"),
        ({"evidence": [{"number": "1/QĐ", "issued_on": "2099-01-01"}]}, "/evidence/0/issued_on"),
        ({"evidence": [{"number": "1/QĐ", "effective_to": 20260101}]}, "/evidence/0/effective_to"),
        ({"evidence": [{"number": "\u200b"}]}, "/evidence/0/number"),
        ({"explanation": "a\0b"}, "/explanation"),
        ({"figures": {"outcome": 1}}, "/figures/outcome"),
        ({"figures": {"outcome": "a\0"}}, "/figures/outcome"),
    ],
)
async def test_a_claim_is_held_to_the_same_types(assessment: Assessment, claim: dict[str, Any], at: str) -> None:
    await assessment.open_round()
    assert places(await assessment.unit("PUT", CLAIM, {**ON_TIME, **claim})) == {at}


async def test_words_of_several_lines_are_kept_in_one_form(assessment: Assessment) -> None:
    await assessment.open_round()
    claim = {
        **ON_TIME,
        "explanation": " Dòng một\r\nDòng\thai\u00a0ba  ",
        "evidence": [{"number": "1/QĐ", "issued_on": "2026-07-01"}],
    }
    assert (await assessment.unit("PUT", CLAIM, claim)).status_code == 201
    sheet = (await assessment.unit("GET", "/v1/rounds/r-2026/units/H16.01/self-score")).json()
    [explanation] = [row["claim"]["explanation"] for row in sheet["rows"] if row["criterion"] == "1.1.1"]
    assert explanation == "Dòng một\nDòng hai ba"


@pytest.mark.parametrize("path", ["/v1/rounds/%00", "/v1/rounds/%C4%90", "/v1/criteria-sets/%C4%90", "/v1/rounds/a%0a"])
async def test_an_id_that_can_not_exist_is_refused_in_the_address(assessment: Assessment, path: str) -> None:
    answer = await assessment.office("GET", path)
    assert answer.status_code in {404, 422}, answer.text


@pytest.mark.parametrize(
    ("rule", "at"),
    [
        ({"kind": "survey_points", "question": "hài lòng"}, "rule/question"),
        ({"kind": "survey_points", "question": "q", "group": "cán bộ"}, "rule/group"),
        (
            {"kind": "survey_points", "question": "q", "shares": [{"option": "tốt", "share": "1"}]},
            "rule/shares/0/option",
        ),
        ({"kind": "choice", "options": [{"code": "tốt", "name": "Tốt", "points": "1"}]}, "rule/options/0/code"),
    ],
)
async def test_a_code_that_could_never_be_answered_is_not_enacted(
    assessment: Assessment, rule: dict[str, Any], at: str
) -> None:
    row = {"code": "1", "name": "x", "level": "criterion", "maximum": "1", "rule": rule}
    body = {"authority": "H16", "criteria_set": {"code": "s", "title": "x", "reference": "x", "criteria": [row]}}
    answer = await assessment.office("POST", "/v1/criteria-sets", body)
    assert answer.status_code == 422
    assert [place["at"].replace("/survey_points", "").replace("/choice", "") for place in answer.json()["places"]] == [
        f"/criteria_set/criteria/0/{at}"
    ]
