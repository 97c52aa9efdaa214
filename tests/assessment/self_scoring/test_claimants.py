"""An agency claims some criteria in place of a unit: those, and nothing else of that unit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.assessment.conftest import Assessment, Caller, round_body

from parindex.testing.serving import ISSUER

UNIT = "/v1/rounds/r-2026/units/H16.01"
PART = [{"criterion": "1.1", "claimant": "H16.05", "unit": "H16.01"}, {"criterion": "1.1.1", "claimant": "H16.01"}]
"""H16.05 claims 1.1.2, 1.1.3 and 1.1.4 of H16.01."""
ClaimsIn = Callable[[], list[dict[str, Any]]]


@pytest.fixture
async def opened(assessment: Assessment) -> Assessment:
    await assessment.open_round(claimants=PART)
    return assessment


def field(assessment: Assessment) -> Caller:
    return assessment.caller("so-05", "unit@H16.05")


def of_part(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in claims if each["criterion"] in {"1.1.2", "1.1.3", "1.1.4"}]


def of_unit(claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in claims if each not in of_part(claims)]


async def test_the_agency_claims_its_criteria_and_the_unit_the_others_and_submits_all(
    opened: Assessment, claims_in: ClaimsIn
) -> None:
    one = await field(opened)("PUT", f"{UNIT}/claims/1.1.2", {"figures": {"answer": "no"}})
    assert (one.status_code, one.json()["facts"]) == (201, ["ClaimEntered"])
    assert (await field(opened)("PUT", f"{UNIT}/claims", of_part(claims_in()))).status_code == 201
    assert (await opened.unit("PUT", f"{UNIT}/claims", of_unit(claims_in()))).status_code == 201
    assert (await field(opened)("POST", f"{UNIT}/self-score/part-report")).status_code == 201
    assert (await opened.unit("POST", f"{UNIT}/self-score/submission")).status_code == 201
    rows = {row["criterion"]: row for row in (await opened.unit("GET", f"{UNIT}/self-score")).json()["rows"]}
    assert [rows[code]["claimant"] for code in ("1.1.1", "1.1.2", "1.3")] == ["", "H16.05", ""]
    assert [rows[code]["claim"]["by"] for code in ("1.1.1", "1.1.2")] == ["don-vi-1", "so-05"]


async def test_neither_claims_for_the_other_and_nothing_of_such_a_list_is_written(
    opened: Assessment, claims_in: ClaimsIn
) -> None:
    before = await opened.resources.log.head()
    for caller, claimants in ((field(opened), ["H16.01"] * 4), (opened.unit, ["H16.05"] * 3)):
        answer = await caller("PUT", f"{UNIT}/claims", claims_in())
        assert (answer.status_code, answer.json()["code"]) == (403, "claimed-by-another")
        assert [place["en"].split()[-1] for place in answer.json()["places"]] == [f"{each}." for each in claimants]
    one = await field(opened)("PUT", f"{UNIT}/claims/1.3", {"figures": {"points": "1"}})
    assert (one.status_code, one.json()["places"][0]["at"]) == (403, "/criterion")
    assert await opened.resources.log.head() == before


async def test_a_person_of_both_claims_for_both(opened: Assessment, claims_in: ClaimsIn) -> None:
    both = opened.caller("ca-hai", "unit@H16.05", "unit@H16.01")
    assert (await both("PUT", f"{UNIT}/claims", claims_in())).status_code == 201


async def test_a_criterion_that_the_set_has_not_is_named_to_the_agency_too(opened: Assessment) -> None:
    for criterion, code in (("9.9", "claims-invalid"), ("2.1", "survey-criterion-claimed")):
        answer = await field(opened)("PUT", f"{UNIT}/claims/{criterion}", {"figures": {"points": "1"}})
        assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    "rights",
    [
        ("unit@H16.06",),  # another agency
        ("leader@H16.05", "appraiser@H16.05"),  # of the agency, and not its unit role
        ("unit@H16.05.01",),
        ("office@H16.01",),
        ("unit@H16.02",),  # it appraises 1.2, and that without the role appraiser
    ],
)
async def test_others_claim_nothing(opened: Assessment, rights: tuple[str, ...]) -> None:
    answer = await opened.caller("khac", *rights)("PUT", f"{UNIT}/claims/1.1.2", {"figures": {"answer": "no"}})
    assert answer.status_code == 403
    listed = [{"criterion": "1.1.2", "figures": {"answer": "no"}}]
    assert (await opened.caller("khac", *rights)("PUT", f"{UNIT}/claims", listed)).status_code == 403


@pytest.mark.parametrize("right", ["leader@H16.05", "appraiser@H16.05", "office@H16.05", "unit@H16.06"])
async def test_others_read_nothing(opened: Assessment, right: str) -> None:
    for path in ("/self-score", "/claims", "/files", "/self-score/workbook"):
        assert (await opened.caller("khac", right)("GET", UNIT + path)).status_code == 403


async def test_the_agency_sees_its_part_and_nothing_else_of_the_unit(opened: Assessment, claims_in: ClaimsIn) -> None:
    assert (await field(opened)("PUT", f"{UNIT}/claims", of_part(claims_in()))).status_code == 201
    assert (await opened.unit("PUT", f"{UNIT}/claims", of_unit(claims_in())[:2])).status_code == 201
    stated = await opened.unit("PUT", f"{UNIT}/self-score/difficulties", {"text": "Thiếu biên chế"})
    assert stated.status_code == 201
    answer = await field(opened)("GET", f"{UNIT}/self-score")
    sheet = answer.json()
    assert [row["criterion"] for row in sheet["rows"]] == ["1.1.2", "1.1.3", "1.1.4"]
    assert (sheet["partial"], sheet["missing"], sheet["difficulties"]) == (True, [], "")
    assert answer.headers["etag"] == stated.headers["etag"]
    listed = (await field(opened)("GET", f"{UNIT}/claims")).json()
    assert [each["criterion"] for each in listed] == ["1.1.2", "1.1.3", "1.1.4"]
    assert (await field(opened)("GET", f"{UNIT}/claims/1.1.4")).json()["figures"] == {"done": "9", "planned": "10"}
    assert (await field(opened)("GET", f"{UNIT}/claims/1.1.1")).status_code == 404
    assert (await field(opened)("GET", f"{UNIT}/criteria/1.1.2/stages")).status_code == 200
    assert (await field(opened)("GET", f"{UNIT}/criteria/1.3/stages")).status_code == 404
    whole = (await opened.unit("GET", f"{UNIT}/self-score")).json()
    assert (whole["partial"], whole["difficulties"], len(whole["rows"])) == (False, "Thiếu biên chế", 8)


async def test_who_moved_the_sheet_and_the_leaders_note_are_not_the_agencys(assessment: Assessment) -> None:
    await assessment.open_round(claimants=PART, approval=True)
    claims = [
        {"criterion": code, "applicable": False, "explanation": "Không có"} for code in ("1.1.2", "1.1.3", "1.1.4")
    ]
    assert (await field(assessment)("PUT", f"{UNIT}/claims", claims)).status_code == 201
    others = [
        {"criterion": code, "applicable": False, "explanation": "Không có"}
        for code in ("1.1.1", "1.2.1", "1.2.2", "1.3")
    ]
    assert (await assessment.unit("PUT", f"{UNIT}/claims", others)).status_code == 201
    assert (await field(assessment)("POST", f"{UNIT}/self-score/part-report")).status_code == 201
    assert (await assessment.unit("POST", f"{UNIT}/self-score/sending")).status_code == 201
    leader = assessment.caller("lanh-dao", "leader@H16.01")
    assert (await leader("POST", f"{UNIT}/self-score/return", {"note": "Sửa 1.3"})).status_code == 201
    sheet = (await field(assessment)("GET", f"{UNIT}/self-score")).json()
    assert [sheet[name] for name in ("state", "note", "by", "moves")] == ["returned", "", "", []]
    assert (await assessment.unit("GET", f"{UNIT}/self-score")).json()["note"] == "Sửa 1.3"
    for caller, notes in ((field(assessment), []), (assessment.unit, ["Sửa 1.3"])):
        history = (await caller("GET", f"{UNIT}/criteria/1.1.2/stages")).json()["history"]
        assert [each["note"] for each in history if each["note"]] == notes


async def test_the_agency_has_the_longer_time_and_not_the_reason(assessment: Assessment) -> None:
    await assessment.open_round(claimants=PART, deadlines={"self_scoring": "2026-08-01T00:00:00Z"})
    until = {"until": "2026-08-10T00:00:00Z", "reason": "Ốm dài ngày"}
    assert (await assessment.office("POST", f"{UNIT}/self-score/extension", until)).status_code == 201
    for caller, reason in ((field(assessment), ""), (assessment.unit, "Ốm dài ngày")):
        sheet = (await caller("GET", f"{UNIT}/self-score")).json()
        assert (sheet["deadline"][:10], sheet["dates"][0]["reason"]) == ("2026-08-10", reason)


CLOSED: tuple[tuple[str, str, object], ...] = (
    ("GET", "/earlier-files", None),
    ("GET", "/assignments", None),
    ("PUT", "/assignments", []),
    ("PUT", "/self-score/difficulties", {"text": "x"}),
    ("POST", "/self-score/submission", None),
    ("POST", "/self-score/withdrawal", None),
    ("POST", "/explanation/submission", None),
    ("POST", "/appraisal/findings", [{"criterion": "1.1.2", "upheld": True}]),
)


@pytest.mark.parametrize(("method", "path", "body"), CLOSED)
async def test_what_is_of_the_whole_unit_is_closed_to_the_agency(
    opened: Assessment, method: str, path: str, body: object
) -> None:
    assert (await field(opened)(method, UNIT + path, body)).status_code == 403


async def test_the_people_of_the_agency_do_not_appraise_what_it_claims(opened: Assessment, claims_in: ClaimsIn) -> None:
    assert (await field(opened)("PUT", f"{UNIT}/claims", of_part(claims_in()))).status_code == 201
    assert (await opened.unit("PUT", f"{UNIT}/claims", of_unit(claims_in()))).status_code == 201
    assert (await field(opened)("POST", f"{UNIT}/self-score/part-report")).status_code == 201
    assert (await opened.unit("POST", f"{UNIT}/self-score/submission")).status_code == 201
    lent = opened.caller("so-05-biet-phai", "unit@H16.05", "appraiser@H16")
    answer = await lent("POST", f"{UNIT}/appraisal/findings", [{"criterion": "1.1.2", "upheld": True}])
    assert (answer.status_code, answer.json()["code"]) == (403, "not-the-appraiser")
    other = await lent("POST", f"{UNIT}/appraisal/findings", [{"criterion": "1.3", "upheld": True}])
    assert other.status_code == 201


async def test_an_agency_that_the_register_has_not_is_warned_of(assessment: Assessment) -> None:
    await assessment.enact()
    names = {"H16.01": "Sở Nội vụ", "H16.02": "Sở Tư pháp", "H16.06": "Sở Tài chính"}
    lines = [
        {"code": code, "valid_from": "2020-01-01", "name": name, "kind": "department"} for code, name in names.items()
    ]
    assert (await assessment.office("PUT", "/v1/authorities/H16/units", lines)).is_success
    claimants = [*PART, {"criterion": "1.3", "claimant": "H16.06"}]
    receipt = await assessment.office("POST", "/v1/rounds", round_body(claimants=claimants))
    assert [(one["unit"], one["code"]) for one in receipt.json()["warnings"]] == [("H16.05", "unit-unknown")]


async def test_what_the_agency_claims_does_not_wait_for_its_people(opened: Assessment, claims_in: ClaimsIn) -> None:
    assert (await field(opened)("PUT", f"{UNIT}/claims", of_part(claims_in()))).status_code == 201
    assert (await opened.unit("PUT", f"{UNIT}/claims", of_unit(claims_in()))).status_code == 201
    assert (await field(opened)("POST", f"{UNIT}/self-score/part-report")).status_code == 201
    assert (await opened.unit("POST", f"{UNIT}/self-score/submission")).status_code == 201
    await opened.catch_up()
    for rights, count in ((("appraiser@H16",), 7), (("unit@H16.05", "appraiser@H16"), 4)):
        caller = opened.caller("tham-dinh", *rights)
        desk = (await caller("GET", "/v1/desk")).json()
        assert [each["count"] for each in desk if each["kind"] == "appraise"] == [count]
        token = ISSUER.mint("tham-dinh", rights, timedelta(minutes=15), opened.clock())
        cookie = {"Cookie": f"__Host-parindex={token}"}
        listed = await opened.http.get("/rounds/r-2026/appraisal?state=to-do", headers=cookie)
        assert ("1.1.2/appraisal" in listed.text, "1.1.1/appraisal" in listed.text) == (count == 7, True)
