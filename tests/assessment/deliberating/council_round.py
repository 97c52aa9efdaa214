"""A round with a council at assessment: three members, and a unit whose explanation did not settle a criterion."""

from typing import Any

from tests.assessment.conftest import Assessment

ROUND = "/v1/rounds/r-2026"
COUNCIL = f"{ROUND}/council"
SESSION = f"{COUNCIL}/sessions/1"
UNIT = f"{ROUND}/units/H16.01"
DECISIONS = f"{SESSION}/units/H16.01/decisions"
MEMBERS = [
    {"code": "m1", "role": "chair", "name": "Nguyễn Thị Minh", "position": "Phó Chủ tịch UBND tỉnh"},
    {"code": "m2", "role": "secretary", "name": "Trần Văn An", "account": "thu-ky", "agency": "H16.09"},
    {"code": "m3", "name": "Lê Thị Bình", "position": "Phó Giám đốc Sở Tư pháp", "agency": "H16.02"},
]
COMPOSITION = {"reference": "4762/QĐ-UBND", "decided_on": "2026-05-01", "members": MEMBERS}
HELD = {"held_on": "2026-06-30", "place": "Phòng họp số 2", "presiding": "m1", "attending": ["m1", "m2"]}
CUT = {"criterion": "1.1.4", "figures": {"done": "6", "planned": "10"}, "comment": "Thiếu ba nhiệm vụ."}
EXPLAINED = {"criterion": "1.1.4", "explanation": "Nhiệm vụ số 9 xong ngày 28/12."}
KEPT = {"criterion": "1.1.4", "kept": True, "comment": "Báo cáo ban hành sau kỳ."}
DECISION = {"criterion": "1.1.4", "points": "1.5", "comment": "Hội đồng thống nhất.", "votes": {"in_favour": 2}}


async def dispute(assessment: Assessment) -> None:
    """Open a round with a council, and let the explanation of H16.01 leave criterion 1.1.4 open."""
    await assessment.open_round(two_appraisals=True, council=True)
    await assessment.submit("H16.01")
    await assessment.uphold_all("H16.01")
    for caller, method, path, body in (
        (assessment.office, "POST", f"{UNIT}/appraisal/findings", [CUT]),
        (assessment.office, "POST", f"{UNIT}/appraisal/announcement", None),
        (assessment.unit, "PUT", f"{UNIT}/explanations", [EXPLAINED]),
        (assessment.unit, "POST", f"{UNIT}/explanation/submission", None),
        (assessment.office, "POST", f"{UNIT}/appraisal/findings", [KEPT]),
    ):
        answer = await caller(method, path, body)
        assert answer.status_code == 201, answer.text


async def meet(assessment: Assessment, session: int = 1, **changes: Any) -> None:
    """Compose the council, and record a session of it."""
    assert (await assessment.office("PUT", COUNCIL, COMPOSITION)).status_code == 201
    held = await assessment.office("PUT", f"{COUNCIL}/sessions/{session}", HELD | changes)
    assert held.status_code == 201, held.text
