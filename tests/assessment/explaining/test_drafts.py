"""What a unit explains is for its own people and auditors until the unit submits it; appraisers see it from then on."""

import pytest
from tests.assessment.appraising.test_stages_api import (
    ANNOUNCEMENT,
    BASE,
    CUT,
    EXPLAINED,
    EXPLANATIONS,
    FINDINGS,
    SUBMISSION,
    cut,
)
from tests.assessment.conftest import Assessment, Caller, all_claims
from tests.assessment.people import Person

COMPARISON = "/v1/rounds/r-2026/criteria/1.1.4/units"
STAGES = f"{BASE}/criteria/1.1.4/stages"
LIST = "/v1/rounds/r-2026/appraisal"
SAID = str(EXPLAINED["explanation"])
ANOTHER = {"criterion": "1.3", "explanation": "Đã ban hành đủ văn bản."}


async def places_that_say_it(assessment: Assessment, caller: Caller, rights: str) -> set[str]:
    """Return at which places a person reads the explanation of 1.1.4."""
    item = f"{BASE.removeprefix('/v1')}/criteria/1.1.4"
    person = Person(assessment, rights, (rights,))
    answers = {
        "sheet": await caller("GET", f"{BASE}/self-score"),
        "stages": await caller("GET", STAGES),
        "stages page": await person.opens(STAGES.removeprefix("/v1")),
        "comparison": await caller("GET", COMPARISON),
        "item": await person.opens(f"{item}/appraisal"),
        "criterion": await person.opens(item),
        "explanation": await person.opens(f"{item}/explanation"),
    }
    return {place for place, answer in answers.items() if SAID in answer.text or '"9.5"' in answer.text}


OF_THE_SHEET = {"sheet", "stages", "stages page", "criterion", "explanation"}
OF_OFFICIALS = OF_THE_SHEET | {"comparison", "item"}


@pytest.mark.parametrize("caught_up", [False, True])
async def test_an_explanation_is_read_by_officials_once_it_is_submitted(
    assessment: Assessment, caught_up: bool
) -> None:
    await cut(assessment)
    assert (await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])).status_code == 201
    officials = ("office@H16", "appraiser@H16", "council@H16")
    for rights in officials:
        assert await places_that_say_it(assessment, assessment.caller(rights, rights), rights) == set(), rights
    for rights in ("unit@H16.01", "leader@H16.01", "auditor@H16"):
        assert await places_that_say_it(assessment, assessment.caller(rights, rights), rights) == OF_THE_SHEET, rights
    assert (await assessment.unit("POST", SUBMISSION)).status_code == 201
    if caught_up:
        await assessment.catch_up()
    for rights in officials:
        assert await places_that_say_it(assessment, assessment.caller(rights, rights), rights) == OF_OFFICIALS, rights


async def test_an_explanation_that_the_unit_took_no_time_to_submit_stays_unread(assessment: Assessment) -> None:
    await assessment.open_round(two_appraisals=True)
    await assessment.submit("H16.01")
    await assessment.uphold_all("H16.01")
    other = {"criterion": "1.3", "points": "1", "comment": "Chưa đủ."}
    assert (await assessment.office("POST", FINDINGS, [CUT, other])).status_code == 201
    assert (await assessment.office("POST", ANNOUNCEMENT)).status_code == 201
    assert (await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED, ANOTHER])).status_code == 201
    withdrawn = {"criterion": "1.1.4", "explanation": ""}
    assert (await assessment.unit("PUT", EXPLANATIONS, [withdrawn])).status_code == 201
    assert (await assessment.unit("POST", SUBMISSION)).status_code == 201
    assert await places_that_say_it(assessment, assessment.office, "office@H16") == set()
    assert str(ANOTHER["explanation"]) in (await assessment.office("GET", f"{BASE}/self-score")).text


async def test_an_agency_reads_its_own_drafts_and_as_an_appraiser_not_those_of_the_unit(
    assessment: Assessment,
) -> None:
    await assessment.open_round(two_appraisals=True, claimants=[{"criterion": "1.1", "claimant": "H16.05"}])
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
    assert (await field("PUT", EXPLANATIONS, [{**EXPLAINED, "evidence": []}])).status_code == 201
    assert (await unit("PUT", EXPLANATIONS, [ANOTHER])).status_code == 201
    both = assessment.caller("so-05", "unit@H16.05", "appraiser@H16")
    for caller, own, of_the_unit in ((field, True, False), (unit, True, True), (both, True, False)):
        shown = (await caller("GET", f"{BASE}/self-score")).text
        assert (SAID in shown, str(ANOTHER["explanation"]) in shown) == (own, of_the_unit)


async def test_an_item_changes_for_its_appraiser_when_the_explanation_is_submitted(assessment: Assessment) -> None:
    await cut(assessment)
    assert (await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])).status_code == 201
    await assessment.catch_up()
    drafted = (await assessment.office("GET", LIST)).json()
    assert drafted["total"] == 0, "while the unit explains, nothing waits"
    assert (await assessment.unit("POST", SUBMISSION)).status_code == 201
    for _ in range(2):
        since = f"{LIST}?state=changed&since={drafted['position']}"
        changed = (await assessment.office("GET", since)).json()["items"]
        assert [(one["criterion"], one["explained"] > drafted["position"]) for one in changed] == [("1.1.4", True)]
        await assessment.catch_up()


async def test_a_draft_whose_time_the_office_ended_is_no_change(assessment: Assessment) -> None:
    await cut(assessment)
    before = await assessment.resources.log.head()
    assert (await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])).status_code == 201
    ended = await assessment.office("POST", f"{BASE}/explanation/ending", {"reason": "Đơn vị không giải trình."})
    assert ended.status_code == 201, ended.text
    for _ in range(2):
        changed = (await assessment.office("GET", f"{LIST}?state=changed&since={before}")).json()
        assert changed["items"] == []
        await assessment.catch_up()
