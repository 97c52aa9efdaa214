from collections.abc import Callable
from typing import Any

from tests.assessment.conftest import Assessment

from parindex.eventstore.audit_feed import audit_feed

BASE = "/v1/rounds/r-2026/units/H16.01"
ClaimsIn = Callable[[], list[dict[str, Any]]]


async def test_a_unit_claims_submits_and_sees_its_sheet(assessment: Assessment, claims_in: ClaimsIn) -> None:
    await assessment.open_round(deadlines={"self_scoring": "2026-08-01T00:00:00Z"})
    one = await assessment.unit("PUT", f"{BASE}/claims/1.3", {"figures": {"points": "1"}})
    assert (one.status_code, one.json()["facts"], one.headers["etag"]) == (201, ["ClaimEntered"], '"1"')
    many = await assessment.unit("PUT", f"{BASE}/claims", claims_in())
    assert many.json()["facts"] == ["ClaimEntered"] * 7
    assert (await assessment.unit("POST", f"{BASE}/self-score/submission")).json()["facts"] == ["SelfScoreSubmitted"]
    answer = await assessment.unit("GET", f"{BASE}/self-score")
    sheet, rows = answer.json(), {row["criterion"]: row for row in answer.json()["rows"]}
    assert answer.headers["etag"] == '"9"'
    assert (sheet["submitted_at"], sheet["deadline"]) == ("2026-07-01T12:00:00.000000Z", "2026-08-01T00:00:00.000000Z")
    assert rows["1.3"]["claim"]["figures"] == {"points": "2.5"}
    assert rows["1.1.1"]["claim"]["evidence"][0]["title"] == "Kế hoạch CCHC năm 2026"
    assert rows["1.2.2"]["claim"]["explanation"] == "Đơn vị không phải báo cáo."
    assert rows["1.2.2"]["appraiser"] == "H16.02"
    assert (rows["2.1"]["appraiser"], rows["2.1"]["claim"]) == ("", None)


async def test_peoples_words_stay_out_of_the_log(assessment: Assessment, claims_in: ClaimsIn) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    log = b"".join([page async for page in audit_feed(assessment.resources.log, 0, 1_000)]).decode()
    assert "ClaimEntered" in log
    assert "Đơn vị không phải báo cáo" not in log
    assert "Kế hoạch CCHC năm 2026" not in log


async def test_every_wrong_row_of_a_bulk_is_reported_at_once_and_none_is_written(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    await assessment.open_round()
    before = await assessment.resources.log.head()
    claims = claims_in()
    claims[1]["figures"] = {"answer": "perhaps"}
    claims[3]["figures"] = {"done": "9"}
    claims[6]["figures"] = {"points": "3.01"}
    claims.append({"criterion": "2.1", "figures": {"points": "10"}})
    answer = await assessment.unit("PUT", f"{BASE}/claims", claims)
    assert (answer.status_code, answer.json()["code"]) == (422, "claims-invalid")
    assert [place["at"] for place in answer.json()["places"]] == [
        "/1/figures/answer",
        "/3/figures/planned",
        "/6/figures/points",
        "/7/criterion",
    ]
    assert all(place["vi"] and place["en"] for place in answer.json()["places"])
    assert await assessment.resources.log.head() == before


async def test_wrong_shapes_are_reported_row_by_row(assessment: Assessment) -> None:
    await assessment.open_round()
    claims = [{"criterion": "1.3", "figures": {"points": 1.5}}, {"criterion": "1.1.1", "evidence": [{"sha256": "x"}]}]
    answer = await assessment.unit("PUT", f"{BASE}/claims", claims)
    assert answer.status_code == 422
    assert {place["at"] for place in answer.json()["places"]} == {
        "/0/figures/points",
        "/1/evidence/0/number",
        "/1/evidence/0/sha256",
    }


async def test_a_survey_criterion_is_refused_by_name(assessment: Assessment) -> None:
    await assessment.open_round()
    answer = await assessment.unit("PUT", f"{BASE}/claims/2.1", {"figures": {"points": "10"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "survey-criterion-claimed")


async def test_a_retry_claims_once(assessment: Assessment) -> None:
    await assessment.open_round()
    body = {"figures": {"points": "1"}, "explanation": "như báo cáo"}
    first = await assessment.unit("PUT", f"{BASE}/claims/1.3", body, Idempotency_Key="k")
    again = await assessment.unit("PUT", f"{BASE}/claims/1.3", body, Idempotency_Key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["position"] == first.json()["position"]
    assert again.json()["repeated"]
    other = await assessment.unit("PUT", f"{BASE}/claims/1.3", {"figures": {"points": "2"}}, Idempotency_Key="k")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


async def test_claims_on_an_older_sheet_do_not_overwrite_the_newer(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.unit("PUT", f"{BASE}/claims/1.3", {"figures": {"points": "1"}}, If_Match='"0"')
    stale = await assessment.unit("PUT", f"{BASE}/claims/1.3", {"figures": {"points": "2"}}, If_Match='"0"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stream-moved")
    fresh = await assessment.unit("PUT", f"{BASE}/claims/1.3", {"figures": {"points": "2"}}, If_Match='"1"')
    assert fresh.status_code == 201


async def test_a_unit_speaks_for_itself_alone(assessment: Assessment) -> None:
    await assessment.open_round()
    body = {"figures": {"points": "1"}}
    for caller in (assessment.other_unit, assessment.office, assessment.caller("x", "unit@H16")):
        assert (await caller("PUT", f"{BASE}/claims/1.3", body)).status_code == 403
        assert (await caller("POST", f"{BASE}/self-score/submission")).status_code == 403
        assert (await caller("POST", f"{BASE}/self-score/withdrawal")).status_code == 403


async def test_a_sheet_is_read_by_its_unit_its_appraisers_and_the_office_and_by_no_other_unit(
    assessment: Assessment,
) -> None:
    await assessment.open_round()
    for reader in (assessment.unit, assessment.field_appraiser, assessment.office):
        assert (await reader("GET", f"{BASE}/self-score")).status_code == 200
    for caller in (
        assessment.other_unit,
        assessment.caller("x", "appraiser@H16.09"),
        assessment.caller("y", "kiosk@H16.01"),
    ):
        assert (await caller("GET", f"{BASE}/self-score")).status_code == 403


async def test_an_auditor_sees_numbers_and_the_words_that_explain_them(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    sheet = (await assessment.caller("kiem-toan", "auditor@H16")("GET", f"{BASE}/self-score")).json()
    rows = {row["criterion"]: row for row in sheet["rows"]}
    assert rows["1.3"]["claim"]["figures"] == {"points": "2.5"}
    assert rows["1.2.2"]["claim"]["explanation"] == "Đơn vị không phải báo cáo."
    assert rows["1.1.1"]["claim"]["evidence"][0]["title"] == "Kế hoạch CCHC năm 2026"


async def test_an_incomplete_self_score_is_refused_with_the_list(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.unit("PUT", f"{BASE}/claims/1.3", {"figures": {"points": "1"}})
    answer = await assessment.unit("POST", f"{BASE}/self-score/submission")
    assert (answer.status_code, answer.json()["code"]) == (409, "self-score-incomplete")
    assert len(answer.json()["places"]) == 6


async def test_after_the_deadline_only_an_extension_by_the_office_helps(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    await assessment.open_round(deadlines={"self_scoring": "2026-07-02T00:00:00Z"})
    assessment.clock.pass_days(3)
    late = await assessment.unit("PUT", f"{BASE}/claims", claims_in())
    assert (late.status_code, late.json()["code"]) == (409, "self-scoring-over")
    extension = {"until": "2026-07-10T00:00:00+07:00", "reason": "Sự cố mạng."}
    for caller in (assessment.unit, assessment.caller("own-office", "office@H16.01")):
        assert (await caller("POST", f"{BASE}/self-score/extension", extension)).status_code == 403
    assert (await assessment.office("POST", f"{BASE}/self-score/extension", extension)).status_code == 201
    assert (await assessment.unit("PUT", f"{BASE}/claims", claims_in())).status_code == 201
    sheet = (await assessment.unit("GET", f"{BASE}/self-score")).json()
    assert sheet["deadline"] == "2026-07-09T17:00:00.000000Z"


async def test_a_clock_that_goes_back_opens_no_deadline_again_that_the_log_has_seen_pass(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    await assessment.open_round(deadlines={"self_scoring": "2026-07-02T00:00:00Z"})
    assessment.clock.pass_days(3)
    extension = {"until": "2026-07-10T00:00:00+07:00", "reason": "Sự cố mạng."}
    other = BASE.replace("H16.01", "H16.02")
    assert (await assessment.office("POST", f"{other}/self-score/extension", extension)).status_code == 201
    assessment.clock.pass_days(-3)
    late = await assessment.unit("PUT", f"{BASE}/claims", claims_in())
    assert (late.status_code, late.json()["code"]) == (409, "self-scoring-over")
    assessment.clock.pass_days(30)
    assert (await assessment.office("POST", f"{BASE}/self-score/extension", extension)).status_code == 422


async def test_an_unknown_unit_of_a_known_round_is_not_found(assessment: Assessment) -> None:
    await assessment.open_round()
    answer = await assessment.caller("x", "unit@H16.77")("GET", "/v1/rounds/r-2026/units/H16.77/self-score")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-unit")


async def test_a_withdrawal_and_a_finding_at_the_same_moment_never_both_win(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    finding = {"criterion": "1.3", "upheld": True}
    answers = await assessment.at_one_moment(
        assessment.unit("POST", f"{BASE}/self-score/withdrawal"),
        assessment.office("POST", f"{BASE}/appraisal/findings", [finding]),
    )
    assert {answer.json().get("code", "written") for answer in answers} in (
        {"written", "appraisal-begun"},
        {"written", "nothing-to-appraise"},
    )


async def test_a_request_that_is_sent_twice_at_one_moment_gets_one_answer(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    """The second is decided after the first has changed the sheet, and would be refused as a submission of its own."""
    await assessment.open_round()
    await assessment.unit("PUT", f"{BASE}/claims", claims_in())
    submission = f"{BASE}/self-score/submission"
    answers = await assessment.at_one_moment(
        *(assessment.unit("POST", submission, Idempotency_Key="hai-lan-nop-mot") for _ in range(2))
    )
    assert [answer.status_code for answer in answers] == [201, 201], [answer.text for answer in answers]
    assert len({answer.json()["position"] for answer in answers}) == 1
    other = await assessment.unit("POST", submission, Idempotency_Key="lan-nop-khac")
    assert (other.status_code, other.json()["code"]) == (409, "self-score-submitted-before")


async def test_a_slip_is_asked_about_and_taken_when_the_sender_confirms_it(assessment: Assessment) -> None:
    await assessment.open_round()
    claim: dict[str, Any] = {"figures": {"done": "650", "planned": "1.000"}}
    asked = await assessment.unit("PUT", f"{BASE}/claims/1.1.4", claim)
    assert (asked.status_code, asked.json()["code"]) == (422, "confirmation-needed")
    warnings = {place["at"]: place["code"] for place in asked.json()["places"]}
    assert warnings == {"/figures/done": "done-over-planned", "/figures/planned": "thousands-mark"}
    assert all(place["vi"] and place["en"] for place in asked.json()["places"])
    half = await assessment.unit("PUT", f"{BASE}/claims/1.1.4", claim | {"confirmed": ["thousands-mark"]})
    assert [place["code"] for place in half.json()["places"]] == ["done-over-planned"]
    strange = await assessment.unit("PUT", f"{BASE}/claims/1.1.4", claim | {"confirmed": ["whatever"]})
    assert (strange.status_code, strange.json()["places"][0]["at"]) == (422, "/confirmed/0")
    taken = await assessment.unit("PUT", f"{BASE}/claims/1.1.4", claim | {"confirmed": sorted(warnings.values())})
    assert (taken.status_code, taken.headers["etag"]) == (201, '"1"')
    again = await assessment.unit("PUT", f"{BASE}/claims", [{"criterion": "1.1.4", **claim}])
    assert (again.status_code, again.json()["facts"], again.headers["etag"]) == (201, [], '"1"')


async def test_a_nightly_sync_of_what_is_claimed_already_writes_nothing(
    assessment: Assessment, claims_in: ClaimsIn
) -> None:
    await assessment.open_round()
    claims = claims_in()
    claims[0]["evidence"] += [dict(claims[0]["evidence"][0]), {"number": "02/KH", "page": "tr. 1"}]  # one title twice
    claims[0]["explanation"] = claims[5]["explanation"]
    first = await assessment.unit("PUT", f"{BASE}/claims", claims)
    before = await assessment.resources.log.head()
    for _ in range(2):
        again = await assessment.unit("PUT", f"{BASE}/claims", claims)
        alone = {key: value for key, value in claims[5].items() if key != "criterion"}
        one = await assessment.unit("PUT", f"{BASE}/claims/1.2.2", alone)
        for answer in (again, one):
            assert (answer.status_code, answer.json()["facts"], answer.headers["etag"]) == (
                201,
                [],
                first.headers["etag"],
            )
    assert await assessment.resources.log.head() == before
    claims[5]["explanation"] = "Đơn vị không phải báo cáo"  # without its full stop
    changed = await assessment.unit("PUT", f"{BASE}/claims", claims)
    assert changed.json()["facts"] == ["ClaimEntered"]
    sheet = (await assessment.unit("GET", f"{BASE}/self-score")).json()
    (row,) = (row for row in sheet["rows"] if row["criterion"] == "1.2.2")
    assert row["claim"]["explanation"] == "Đơn vị không phải báo cáo"


async def test_the_same_words_elsewhere_get_a_commitment_of_their_own(assessment: Assessment) -> None:
    await assessment.open_round()
    body = {"figures": {"answer": "yes"}, "explanation": "như báo cáo"}
    for criterion in ("1.1.2", "1.1.3"):
        assert (await assessment.unit("PUT", f"{BASE}/claims/{criterion}", body)).status_code == 201
    recorded = await assessment.resources.log.read_stream("sheet-r-2026/H16.01")
    assert len({each.fact.explanation for each in recorded}) == 2


async def test_what_is_listed_may_be_sent_again_as_it_is(assessment: Assessment, claims_in: ClaimsIn) -> None:
    await assessment.open_round()
    assert (await assessment.unit("GET", f"{BASE}/claims")).json() == []
    slip = {"criterion": "1.1.4", "figures": {"done": "11", "planned": "10"}, "confirmed": ["done-over-planned"]}
    sent = await assessment.unit("PUT", f"{BASE}/claims", [*claims_in()[:3], slip, *claims_in()[4:]])
    listed = await assessment.unit("GET", f"{BASE}/claims")
    assert (listed.status_code, listed.headers["etag"]) == (200, sent.headers["etag"])
    assert [claim["criterion"] for claim in listed.json()] == [claim["criterion"] for claim in claims_in()]
    again = await assessment.unit("PUT", f"{BASE}/claims", listed.json(), If_Match=listed.headers["etag"])
    assert (again.status_code, again.json()["facts"]) == (201, [])
    one = await assessment.unit("GET", f"{BASE}/claims/1.1.4")
    assert (one.json(), one.headers["etag"]) == (listed.json()[3], listed.headers["etag"])
    missing = await assessment.unit("GET", f"{BASE}/claims/9")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown-claim")
    assert (await assessment.caller("x", "unit@H16.03")("GET", f"{BASE}/claims")).status_code == 403
