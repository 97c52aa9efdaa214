"""Who claims a criterion explains it; the unit submits the whole explanation."""

from tests.assessment.appraising.test_stages_api import (
    ANNOUNCEMENT,
    BASE,
    CUT,
    EXPLAINED,
    EXPLANATIONS,
    FINDINGS,
    SUBMISSION,
)
from tests.assessment.conftest import Assessment, all_claims
from tests.assessment.proving.test_api import DIGEST, send

PART = [{"criterion": "1.1", "claimant": "H16.05"}]


async def test_the_agency_explains_the_criteria_of_its_part_and_sees_no_other_cuts(assessment: Assessment) -> None:
    await assessment.open_round(two_appraisals=True, claimants=PART)
    field, unit = assessment.caller("so-05", "unit@H16.05"), assessment.unit
    for caller, own in ((field, True), (unit, False)):
        claims = [each for each in all_claims() if each["criterion"].startswith("1.1.") is own]
        assert (await caller("PUT", f"{BASE}/claims", claims)).status_code == 201
    assert (await field("POST", f"{BASE}/self-score/part-report")).status_code == 201
    assert (await unit("POST", f"{BASE}/self-score/submission")).status_code == 201
    await assessment.uphold_all("H16.01")
    other = {"criterion": "1.3", "points": "1", "comment": "Chưa đủ."}
    assert (await assessment.office("POST", FINDINGS, [CUT, other])).status_code == 201
    assert (await assessment.office("POST", ANNOUNCEMENT)).status_code == 201
    assert (await field("GET", f"{BASE}/self-score")).json()["explainable"] == ["1.1.4"]
    said = {"criterion": "1.3", "explanation": "Đã có đủ."}
    for caller, explanation in ((field, said), (unit, EXPLAINED)):
        answer = await caller("PUT", EXPLANATIONS, [explanation])
        assert (answer.status_code, answer.json()["code"]) == (403, "claimed-by-another")
    explained = {**EXPLAINED, "evidence": [{"number": "98/BC-SNV", "sha256": DIGEST}]}
    assert (await send(unit)).status_code == 201
    foreign = await field("PUT", EXPLANATIONS, [explained])
    assert (foreign.status_code, foreign.json()["code"]) == (422, "explanations-invalid")
    assert [each["at"] for each in foreign.json()["places"]] == ["/0/evidence/0/sha256"]
    assert (await send(field)).status_code == 201
    assert (await field("PUT", EXPLANATIONS, [explained])).json()["facts"] == ["CutExplained"]
    assert (await unit("PUT", EXPLANATIONS, [said])).json()["facts"] == ["CutExplained"]
    assert (await field("POST", SUBMISSION)).status_code == 403
    assert (await unit("POST", SUBMISSION)).json()["facts"] == ["ExplanationSubmitted"]
    assert (await assessment.caller("khac", "unit@H16.06")("PUT", EXPLANATIONS, [EXPLAINED])).status_code == 403
