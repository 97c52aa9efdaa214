"""What waits for whom at assessment, as JSON and on the page: sheets, criteria to appraise, appraisals and rounds."""

import re
from typing import Any
from urllib.parse import urljoin

import pytest
from tests.assessment.appraising.test_stages_api import (
    ANNOUNCEMENT,
    CUT,
    EXPLAINED,
    EXPLANATIONS,
    FINDINGS,
    SUBMISSION,
    cut,
)
from tests.assessment.conftest import Assessment, Caller, all_claims, round_body
from tests.assessment.people import texts_in

from parindex.testing.serving import signed_in

SHEET = "/v1/rounds/r-2026/units/H16.01/self-score"
UNTIL = "2026-08-01T10:00:00.000000Z"
DEADLINES = {"self_scoring": UNTIL, "appraisal": "2026-09-01T10:00:00Z"}


async def kinds(caller: Caller) -> list[tuple[str, str, int]]:
    """Return the code, the unit and the count of what waits."""
    return [(one["kind"], one["unit"], one["count"]) for one in await tasks(caller)]


async def tasks(caller: Caller) -> list[dict[str, Any]]:
    answer = await caller("GET", "/v1/desk")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def page(caller: Caller, assessment: Assessment) -> str:
    token = signed_in(caller.name, *caller.rights, at=assessment.clock())["Authorization"].removeprefix("Bearer ")
    answer = await assessment.http.get("/desk", headers={"Cookie": f"__Host-parindex={token}"})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
async def leader(assessment: Assessment) -> Caller:
    """A round that requires the leader's approval is open, with deadlines; returns the leader of H16.01."""
    await assessment.open_round(approval=True, deadlines=DEADLINES)
    await assessment.catch_up()
    return assessment.caller("giam-doc", "leader@H16.01")


async def test_a_sheet_waits_for_its_unit_and_its_leader_in_turn(assessment: Assessment, leader: Caller) -> None:
    unit = assessment.unit
    assert await kinds(unit) == [("fill-in", "H16.01", 7)]
    assert await kinds(leader) == []
    some = [claim for claim in all_claims() if claim["criterion"] != "1.3"]
    assert (await unit("PUT", "/v1/rounds/r-2026/units/H16.01/claims", some)).status_code == 201
    assert await kinds(unit) == [("fill-in", "H16.01", 1)]
    assert (await unit("PUT", "/v1/rounds/r-2026/units/H16.01/claims", all_claims())).status_code == 201
    assert await kinds(unit) == [("send", "H16.01", 0)]
    sent = await unit("POST", f"{SHEET}/sending")
    assert (await kinds(unit), await kinds(leader)) == ([], [("approve", "H16.01", 0)])
    await leader("POST", f"{SHEET}/return", {"note": "Xem lại 1.3."}, If_Match=sent.headers["ETag"])
    assert (await kinds(unit), await kinds(leader)) == ([("correct", "H16.01", 0)], [])
    sent = await unit("POST", f"{SHEET}/sending")
    assert (await leader("POST", f"{SHEET}/approval", If_Match=sent.headers["ETag"])).status_code == 201
    assert (await kinds(unit), await kinds(leader)) == ([("submit", "H16.01", 0)], [])
    assert (await unit("POST", f"{SHEET}/submission")).status_code == 201
    assert await kinds(unit) == []


async def test_criteria_wait_for_their_appraiser_then_completion_and_closing_for_the_office(
    assessment: Assessment,
) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    await assessment.catch_up()
    assert await kinds(assessment.field_appraiser) == [("appraise", "H16.01", 2)]
    assert await kinds(assessment.office) == [("appraise", "H16.01", 5)]
    assert await kinds(assessment.caller("hoi-dong", "council@H16")) == [("appraise", "H16.01", 5)]
    await assessment.uphold_all("H16.01")
    await assessment.catch_up()
    assert await kinds(assessment.field_appraiser) == []
    assert await kinds(assessment.office) == [("complete", "", 1)]
    assert (await assessment.complete("H16.01")).status_code == 201
    assert await kinds(assessment.office) == []
    await assessment.appraise("H16.02")
    assert await kinds(assessment.office) == [("close", "", 0)]
    assert (await assessment.office("POST", "/v1/rounds/r-2026/closing")).status_code == 201
    assert await kinds(assessment.office) == []


async def test_an_explanation_and_a_second_appraisal_wait_for_each_in_turn(assessment: Assessment) -> None:
    unit, office = assessment.unit, assessment.office
    await assessment.open_round(two_appraisals=True)
    await assessment.submit("H16.01")
    await assessment.uphold_all("H16.01")
    await assessment.catch_up()
    assert await kinds(office) == [("announce", "", 1)]
    assert (await office("POST", FINDINGS, [CUT])).status_code == 201
    assert (await office("POST", ANNOUNCEMENT)).status_code == 201
    assert (await kinds(unit), await kinds(office)) == ([("explain", "H16.01", 1)], [])
    assert (await unit("PUT", EXPLANATIONS, [EXPLAINED])).status_code == 201
    assert (await unit("POST", SUBMISSION)).status_code == 201
    assert (await kinds(unit), await kinds(office)) == ([], [("appraise", "H16.01", 1)])
    again = {"criterion": CUT["criterion"], "kept": True, "comment": "Chưa đủ căn cứ."}
    assert (await office("POST", FINDINGS, [again])).status_code == 201
    assert await kinds(office) == [("complete", "", 1)]


async def test_where_the_leader_submits_an_explanation_it_waits_for_both(assessment: Assessment) -> None:
    await cut(assessment, approval=True)
    await assessment.catch_up()
    assert await kinds(assessment.unit) == [("explain", "H16.01", 1)]
    assert await kinds(assessment.caller("giam-doc", "leader@H16.01")) == [("submit-explanation", "H16.01", 1)]


async def test_who_belongs_to_a_unit_does_not_appraise_it(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.02")
    await assessment.catch_up()
    assert await kinds(assessment.field_appraiser) == []
    assert await kinds(assessment.office) == [("appraise", "H16.02", 7)]  # its own field falls to the office
    both = assessment.caller("hai-vai", "office@H16", "unit@H16.02")
    assert [one for one in await kinds(both) if one[0] == "appraise"] == []


@pytest.mark.parametrize("right", ["office@H99", "appraiser@H16.03", "unit@H16.03", "surveyor@H16", "auditor@H16"])
async def test_nothing_of_others_is_shown(assessment: Assessment, right: str) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    await assessment.catch_up()
    stranger = assessment.caller("nguoi-la", right)
    assert await kinds(stranger) == []
    shown = await page(stranger, assessment)
    assert "Không có việc đang chờ ở phần này." in shown
    assert "Chỉ số CCHC năm 2026" not in shown


async def test_the_earliest_deadline_comes_first_and_an_overdue_one_is_said_in_words(
    assessment: Assessment, leader: Caller
) -> None:
    assert leader
    for round_id, until in (("r-none", {}), ("r-soon", {"self_scoring": "2026-07-05T10:00:00Z"})):
        body = round_body(round=round_id, title=f"Đợt {round_id}", deadlines=until)
        assert (await assessment.office("POST", "/v1/rounds", body)).status_code == 201
    await assessment.catch_up()
    assert [(one["round"], one["overdue"]) for one in await tasks(assessment.unit)] == [
        ("r-soon", False), ("r-2026", False), ("r-none", False),
    ]  # fmt: skip
    shown = await page(assessment.unit, assessment)
    assert "Hạn 17:00 Chủ nhật, ngày 05/07/2026" in shown
    assert "Quá hạn" not in shown
    assessment.clock.pass_days(10)
    assert [one["overdue"] for one in await tasks(assessment.unit)] == [True, False, False]
    shown = await page(assessment.unit, assessment)
    assert "Quá hạn. Hạn 17:00 Chủ nhật, ngày 05/07/2026" in shown
    assert 'href="rounds/r-soon/units/H16.01"' in shown
    assert "Không có hạn" in shown


async def test_an_extension_moves_the_deadline(assessment: Assessment, leader: Caller) -> None:
    assert leader
    later = {"until": "2026-08-20T10:00:00Z", "reason": "Bão."}
    assert (await assessment.office("POST", f"{SHEET}/extension", later)).status_code == 201
    [one] = await tasks(assessment.unit)
    assert one["until"] == "2026-08-20T10:00:00.000000Z"


async def test_a_person_of_two_units_sees_which_is_which(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.catch_up()
    both = assessment.caller("can-bo", "unit@H16.01", "unit@H16.02")
    assert [one["about"] for one in await tasks(both)] == [
        "Chỉ số CCHC năm 2026 – Sở Nội vụ", "Chỉ số CCHC năm 2026 – Sở Tư pháp",
    ]  # fmt: skip


async def test_each_page_names_the_account_and_the_unit_and_a_refused_one_the_account(
    assessment: Assessment, leader: Caller
) -> None:
    assert leader
    unit = assessment.unit
    token = signed_in(unit.name, *unit.rights, at=assessment.clock())["Authorization"].removeprefix("Bearer ")
    headers = {"Cookie": f"__Host-parindex={token}", "Accept": "text/html"}
    own = "/rounds/r-2026/units/H16.01"
    for path in (own, f"{own}/report", f"{own}/criteria/1.1.1", f"{own}/files", f"{own}/workbook"):
        answer = await assessment.http.get(path, headers=headers)
        assert (answer.status_code, "Tài khoản don-vi-1 · Sở Nội vụ" in texts_in(answer)) == (200, True), path
        [desk] = re.findall(r'<a href="([^"]*)">Bàn làm việc</a>', answer.text)
        assert urljoin(f"/assessment{path}", desk) == "/sign-in/desk"
    for path in ("/", "/desk"):
        assert "Tài khoản don-vi-1" in texts_in(await assessment.http.get(path, headers=headers))
    refused = await assessment.http.get("/rounds/r-2026/units/H16.02", headers=headers)
    assert (refused.status_code, "Tài khoản don-vi-1" in texts_in(refused)) == (403, True)
    assert refused.headers["Cache-Control"] == "no-store"
    assert 'action="../../../../sign-in/sign-out"' in refused.text
