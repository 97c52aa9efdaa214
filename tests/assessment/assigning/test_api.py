"""Criteria are handed to persons of a unit over HTTP: who may, who is known, and who sees it."""

from tests.assessment.conftest import Assessment, Caller, all_claims, round_body

from assessment.self_scoring.events import CriterionAssigned

BASE = "/v1/rounds/r-2026/units/H16.01"
ASSIGNMENTS = f"{BASE}/assignments"


def colleague(assessment: Assessment) -> Caller:
    return assessment.caller("dong-nghiep", "unit@H16.01")


async def test_a_person_takes_criteria_and_hands_others_to_a_colleague_who_worked_here(assessment: Assessment) -> None:
    await assessment.open_round()
    claim = {"figures": {"answer": "yes"}}
    assert (await colleague(assessment)("PUT", f"{BASE}/claims/1.1.2", claim)).status_code == 201
    body = [{"criterion": "1.2", "to": "don-vi-1"}, {"criterion": "1.3", "to": "dong-nghiep"}]
    answer = await assessment.unit("PUT", ASSIGNMENTS, body)
    assert answer.status_code == 201, answer.text
    listed = await assessment.unit("GET", ASSIGNMENTS)
    assert [(one["criterion"], one["to"], one["by"]) for one in listed.json()] == [
        ("1.2.1", "don-vi-1", "don-vi-1"),
        ("1.2.2", "don-vi-1", "don-vi-1"),
        ("1.3", "dong-nghiep", "don-vi-1"),
    ]
    assert listed.headers["etag"] == '"3"'


async def test_a_person_who_took_a_criterion_is_known_from_then_on(assessment: Assessment) -> None:
    await assessment.open_round()
    body = [{"criterion": "1.3", "to": "dong-nghiep"}]
    refused = await assessment.unit("PUT", ASSIGNMENTS, body)
    assert (refused.status_code, refused.json()["code"]) == (422, "assignments-invalid")
    assert [place["at"] for place in refused.json()["places"]] == ["/0/to"]
    taken = await colleague(assessment)("PUT", ASSIGNMENTS, [{"criterion": "1.1", "to": "dong-nghiep"}])
    assert taken.status_code == 201
    assert (await assessment.unit("PUT", ASSIGNMENTS, body)).status_code == 201


async def test_an_id_that_sign_in_made_is_taken_and_nothing_that_could_be_a_name(assessment: Assessment) -> None:
    await assessment.open_round()
    new = "a0123456789abcdef0123"
    assert (await assessment.unit("PUT", ASSIGNMENTS, [{"criterion": "1.3", "to": new}])).status_code == 201
    assert [one["to"] for one in (await assessment.unit("GET", ASSIGNMENTS)).json()] == [new]
    for other in ("lan", "a0123456789ABCDEF0123", new[:-1], f"{new}0", f"b{new[1:]}", "a0123456789abcdefghij"):
        refused = await assessment.unit("PUT", ASSIGNMENTS, [{"criterion": "1.2.1", "to": other}])
        assert (other, refused.status_code) == (other, 422)


async def test_people_of_an_earlier_round_are_known_and_those_of_other_roles_and_units_are_not(
    assessment: Assessment,
) -> None:
    await assessment.enact()
    for round_id, year in (("r-2025", 2025), ("r-2026", 2026)):
        body = round_body(round=round_id, year=year, deadlines={"self_scoring": "2026-11-30T10:00:00Z"})
        assert (await assessment.office("POST", "/v1/rounds", body)).status_code == 201
    await assessment.catch_up()
    claim = {"figures": {"answer": "yes"}}
    former = assessment.caller("nam-truoc", "unit@H16.01")
    assert (await former("PUT", "/v1/rounds/r-2025/units/H16.01/claims/1.1.2", claim)).status_code == 201
    other = await assessment.other_unit("PUT", "/v1/rounds/r-2026/units/H16.02/claims/1.1.2", claim)
    extended = {"until": "2026-12-01T00:00:00Z", "reason": "x"}
    office = await assessment.office("POST", f"{BASE}/self-score/extension", extended)
    assert (other.status_code, office.status_code) == (201, 201)
    people = {"nam-truoc": 201, "don-vi-2": 422, "so-noi-vu": 422}
    for person, status in people.items():
        answer = await assessment.unit("PUT", ASSIGNMENTS, [{"criterion": "1.3", "to": person}])
        assert (person, answer.status_code) == (person, status)


async def test_an_assignment_is_no_right_and_moves_nothing_of_the_sheet(assessment: Assessment) -> None:
    await assessment.open_round(approval=True)
    await assessment.unit("PUT", f"{BASE}/claims", all_claims())
    assert (await assessment.unit("POST", f"{BASE}/self-score/sending")).status_code == 201
    leader = assessment.caller("lanh-dao", "leader@H16.01")
    seen = (await leader("GET", f"{BASE}/self-score")).headers["etag"]
    assert (await assessment.unit("PUT", ASSIGNMENTS, [{"criterion": "1", "to": "don-vi-1"}])).status_code == 201
    approved = await leader("POST", f"{BASE}/self-score/approval", If_Match=seen)
    assert approved.status_code == 201
    assert (await leader("POST", f"{BASE}/self-score/return", {"note": "Sửa."})).status_code == 201
    claim = {"figures": {"answer": "no"}}
    assert (await colleague(assessment)("PUT", f"{BASE}/claims/1.1.2", claim)).status_code == 201


async def test_wrong_lines_are_named_each_and_nothing_is_written(assessment: Assessment) -> None:
    await assessment.open_round()
    body = [{"criterion": "1.3", "to": "don-vi-1"}, {"criterion": "9", "to": ""}, {"criterion": "2", "to": "ai-do"}]
    answer = await assessment.unit("PUT", ASSIGNMENTS, body)
    assert [place["at"] for place in answer.json()["places"]] == ["/1/criterion", "/2/criterion", "/2/to"]
    assert (await assessment.unit("GET", ASSIGNMENTS)).json() == []


async def test_a_retry_assigns_once_and_a_stale_version_is_refused(assessment: Assessment) -> None:
    await assessment.open_round()
    body = [{"criterion": "1.3", "to": "don-vi-1"}]
    first, again = [await assessment.unit("PUT", ASSIGNMENTS, body, Idempotency_Key="mot-lan-01") for _ in range(2)]
    assert (first.status_code, again.json()) == (201, {**first.json(), "repeated": True})
    stale = await assessment.unit("PUT", ASSIGNMENTS, [{"criterion": "1.3", "to": ""}], If_Match='"0"')
    assert stale.status_code == 412
    recorded = await assessment.resources.log.read_stream("assignments-r-2026/H16.01")
    assert [each.fact for each in recorded] == [CriterionAssigned("r-2026", "H16.01", "1.3", "don-vi-1")]


async def test_assignments_are_for_the_people_of_the_unit(assessment: Assessment) -> None:
    await assessment.open_round()
    for caller, status in ((assessment.caller("lanh-dao", "leader@H16.01"), 200), (assessment.office, 403)):
        assert (await caller("GET", ASSIGNMENTS)).status_code == status
    for caller in (assessment.other_unit, assessment.field_appraiser, assessment.caller("lanh-dao", "leader@H16.01")):
        assert (await caller("PUT", ASSIGNMENTS, [{"criterion": "1.3", "to": ""}])).status_code == 403
