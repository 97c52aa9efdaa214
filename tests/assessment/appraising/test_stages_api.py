"""A unit that two appraisals and a council looked at, over HTTP: what each stage said is answered side by side."""

import pytest
from tests.assessment.conftest import Assessment, all_claims
from tests.assessment.proving.test_api import DIGEST, send

from assessment.proving.upkeep import named_among

BASE = "/v1/rounds/r-2026/units/H16.01"
FINDINGS, DECISIONS = f"{BASE}/appraisal/findings", f"{BASE}/appraisal/decisions"
ANNOUNCEMENT, EXPLANATIONS = f"{BASE}/appraisal/announcement", f"{BASE}/explanations"
SUBMISSION, ENDING = f"{BASE}/explanation/submission", f"{BASE}/explanation/ending"
CUT = {"criterion": "1.1.4", "figures": {"done": "6", "planned": "10"}, "comment": "Thiếu ba nhiệm vụ."}
EXPLAINED = {
    "criterion": "1.1.4",
    "explanation": "Nhiệm vụ số 9 xong ngày 28/12.",
    "figures": {"done": "9.5", "planned": "10"},
    "evidence": [{"number": "98/BC-SNV", "title": "Báo cáo bổ sung", "sha256": "ab" * 32}],
}


async def cut(assessment: Assessment, **changes: object) -> None:
    """Let H16.01 submit its self-score, and the office correct one criterion of it and announce that."""
    await assessment.open_round(two_appraisals=True, **changes)
    unit, leader = assessment.unit, assessment.caller("lanh-dao", "leader@H16.01")
    if changes.get("approval"):
        await approve(assessment)
    else:
        await assessment.submit("H16.01")
    await assessment.uphold_all("H16.01")
    assert (await assessment.office("POST", FINDINGS, [CUT])).status_code == 201
    assert (await unit("POST", SUBMISSION)).json()["code"] == "explanation-not-open"
    assert (await leader("POST", ANNOUNCEMENT)).status_code == 403
    announced = await assessment.office("POST", ANNOUNCEMENT)
    assert (announced.status_code, announced.json()["facts"]) == (201, ["FirstAppraisalAnnounced"])


async def approve(assessment: Assessment) -> None:
    unit, leader = assessment.unit, assessment.caller("lanh-dao", "leader@H16.01")
    assert (await unit("PUT", f"{BASE}/claims", all_claims())).status_code == 201
    sent = await unit("POST", f"{BASE}/self-score/sending")
    seen = sent.headers["etag"]
    assert (await leader("POST", f"{BASE}/self-score/approval", If_Match=seen)).status_code == 201
    assert (await unit("POST", f"{BASE}/self-score/submission")).status_code == 201


async def test_figures_and_points_of_every_stage_are_answered_side_by_side(assessment: Assessment) -> None:
    await cut(assessment)
    before = (await assessment.unit("GET", f"{BASE}/self-score")).json()
    assert (before["stage"], before["explainable"], before["explained"]) == ("explanation", ["1.1.4"], [])
    assert (await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])).json()["facts"] == ["CutExplained"]
    assert (await assessment.unit("POST", SUBMISSION)).json()["facts"] == ["ExplanationSubmitted"]
    kept = {"criterion": "1.1.4", "kept": True, "comment": "Báo cáo ban hành sau kỳ."}
    assert (await assessment.office("POST", FINDINGS, [kept])).status_code == 201
    council = assessment.caller("hoi-dong", "council@H16")
    decision = {"criterion": "1.1.4", "points": "1.5", "comment": "Hội đồng thống nhất."}
    assert (await council("POST", DECISIONS, [decision])).status_code == 201
    sheet = (await assessment.unit("GET", f"{BASE}/self-score")).json()
    row = next(each for each in sheet["rows"] if each["criterion"] == "1.1.4")
    assert sheet["stage"] == "council"
    assert [(each["stage"], each["figures"], each["points"], each["by"], each["reason"]) for each in row["values"]] == [
        ("self", {"done": "9", "planned": "10"}, "1", "don-vi", ""),
        ("appraisal-1", {"done": "6", "planned": "10"}, "0", "so-noi-vu", "Thiếu ba nhiệm vụ."),
        ("explanation", {"done": "9.5", "planned": "10"}, "2", "don-vi-1", "Nhiệm vụ số 9 xong ngày 28/12."),
        ("appraisal-2", {"done": "6", "planned": "10"}, "0", "so-noi-vu", "Báo cáo ban hành sau kỳ."),
        ("council", {}, "1.5", "hoi-dong", "Hội đồng thống nhất."),
    ]
    assert [each["points_given"] for each in row["values"]] == [False, False, False, False, True]
    assert [each["arithmetic"] for each in row["values"]] == [
        "9 trên 10 là 90 %, từ 70 đến 90 %: 1 điểm",
        "6 trên 10 là 60 %, dưới 70 %: 0 điểm",
        "9,5 trên 10 là 95 %, trên 90 %: 2 điểm",
        "6 trên 10 là 60 %, dưới 70 %: 0 điểm",
        "",
    ]
    assert row["values"][2]["evidence"][0]["title"] == "Báo cáo bổ sung"
    assert (row["claim"]["figures"], row["finding"]["stage"]) == ({"done": "9", "planned": "10"}, "council")
    upheld = next(each for each in sheet["rows"] if each["criterion"] == "1.3")["values"]
    assert [(each["stage"], each["points"], each["upheld"]) for each in upheld] == [
        ("self", "2.5", False),
        ("appraisal-1", "2.5", True),
    ]
    assert (await council("POST", f"{BASE}/appraisal/completion")).status_code == 201


async def test_an_explanation_with_mistakes_is_refused_with_their_places_and_writes_nothing(
    assessment: Assessment,
) -> None:
    await cut(assessment)
    head = await assessment.resources.log.head()
    wrong = [EXPLAINED | {"figures": {"done": "x", "planned": "10"}}, {"criterion": "1.3", "explanation": "e"}]
    refused = await assessment.unit("PUT", EXPLANATIONS, wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "explanations-invalid")
    assert [place["at"] for place in refused.json()["places"]] == ["/0/figures/done", "/1/criterion"]
    for caller in (assessment.other_unit, assessment.office):
        assert (await caller("PUT", EXPLANATIONS, [EXPLAINED])).status_code == 403
    assert await assessment.resources.log.head() == head


async def test_a_retry_explains_once_and_the_same_words_are_recorded_once(assessment: Assessment) -> None:
    await cut(assessment)
    first = await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED], Idempotency_Key="k")
    again = await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED], Idempotency_Key="k")
    assert (again.json()["repeated"], again.json()["position"]) == (True, first.json()["position"])
    same = await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])
    assert (same.status_code, same.json()["facts"]) == (201, [])


async def test_the_leader_submits_what_the_leader_saw_where_the_round_asks_for_it(assessment: Assessment) -> None:
    await cut(assessment, approval=True)
    leader = assessment.caller("lanh-dao", "leader@H16.01")
    assert (await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])).status_code == 201
    by_unit = await assessment.unit("POST", SUBMISSION)
    assert (by_unit.status_code, by_unit.json()["code"]) == (403, "leader-submits-explanation")
    assert (await leader("POST", SUBMISSION)).json()["code"] == "seen-version-missing"
    seen = (await leader("GET", f"{BASE}/self-score")).headers["etag"]
    assert (await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED | {"explanation": "Khác."}])).status_code == 201
    assert (await leader("POST", SUBMISSION, If_Match=seen)).status_code == 412
    seen = (await leader("GET", f"{BASE}/self-score")).headers["etag"]
    assert (await leader("POST", SUBMISSION, If_Match=seen)).json()["facts"] == ["ExplanationSubmitted"]


async def test_the_office_ends_an_explanation_with_a_reason_that_auditors_can_open(assessment: Assessment) -> None:
    await cut(assessment)
    assert (await assessment.office("POST", ENDING, {})).status_code == 422
    ended = await assessment.office("POST", ENDING, {"reason": "Quá thời hạn giải trình."})
    assert (ended.status_code, ended.json()["facts"]) == (201, ["ExplanationEnded"])
    texts = (await assessment.caller("kiem-toan", "auditor@H16")("GET", f"{BASE}/texts")).json()
    assert "Quá thời hạn giải trình." in [each["text"] for each in texts]
    assert (await assessment.complete("H16.01")).status_code == 201


@pytest.mark.parametrize("right", ["appraiser@H16", "office@H16", "council@H16.02"])
async def test_only_the_council_of_the_authority_decides(assessment: Assessment, right: str) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    await assessment.uphold_all("H16.01")
    decision = [{"criterion": "1.3", "points": "1.5", "comment": "c"}]
    assert (await assessment.caller("ai-do", right)("POST", DECISIONS, decision)).status_code == 403


async def test_a_file_that_an_explanation_names_stays_and_says_so(assessment: Assessment) -> None:
    await cut(assessment)
    sent = await send(assessment.unit)
    assert sent.status_code == 201
    explained = EXPLAINED | {"evidence": [{"number": "98/BC-SNV", "sha256": DIGEST}]}
    assert (await assessment.unit("PUT", EXPLANATIONS, [explained])).status_code == 201
    [file] = (await assessment.unit("GET", f"{BASE}/files")).json()["files"]
    assert file["used_in"] == ["1.1.4"]
    removal = await assessment.unit("POST", f"{BASE}/files/{DIGEST}/removal")
    assert (removal.status_code, removal.json()["code"]) == (409, "file-claimed")
    assert await named_among(assessment.resources.log, ["cd" * 32]) == set()
    other = EXPLAINED | {"evidence": [{"number": "98/BC-SNV", "sha256": "cd" * 32}]}
    assert (await assessment.unit("PUT", EXPLANATIONS, [other])).status_code == 201
    assert await named_among(assessment.resources.log, ["cd" * 32]) == {"cd" * 32}
