import asyncio

import pytest
from tests.assessment.conftest import Assessment

from assessment.appraising.closing import round_closing
from assessment.appraising.commands import CloseRound
from assessment.appraising.queries import completions_of
from assessment.opening.queries import round_of
from parindex.eventstore.appending import Metadata, StreamMovedError
from parindex.eventstore.command_handling import execute

BASE = "/v1/rounds/r-2026/units/H16.01"
FINDINGS, COMPLETION = f"{BASE}/appraisal/findings", f"{BASE}/appraisal/completion"
CORRECTION = {"criterion": "1.1.4", "figures": {"done": "8", "planned": "10"}, "comment": "Thiếu một nhiệm vụ."}


async def test_a_unit_sees_who_corrected_it_and_why(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    answer = await assessment.office("POST", FINDINGS, [CORRECTION])
    assert (answer.status_code, answer.json()["facts"]) == (201, ["ClaimCorrected"])
    sheet = (await assessment.unit("GET", f"{BASE}/self-score")).json()
    finding = next(row["finding"] for row in sheet["rows"] if row["criterion"] == "1.1.4")
    assert finding == {
        "stage": "appraisal-1",
        "upheld": False,
        "figures": {"done": "8", "planned": "10"},
        "applicable": True,
        "points": "",
        "comment": "Thiếu một nhiệm vụ.",
        "confirmed": [],
        "by": "so-noi-vu",
        "at": "2026-07-01T12:00:00.000000Z",
        "position": answer.json()["position"],
    }


async def test_every_wrong_finding_is_reported_at_once_and_none_is_written(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    before = await assessment.resources.log.head()
    findings = [CORRECTION, {"criterion": "1.3", "points": "9", "comment": "c"}, {"criterion": "2.1", "upheld": True}]
    answer = await assessment.office("POST", FINDINGS, findings)
    assert (answer.status_code, answer.json()["code"]) == (422, "findings-invalid")
    assert [place["at"] for place in answer.json()["places"]] == ["/1/points", "/2/criterion"]
    malformed = await assessment.office("POST", FINDINGS, [{"criterion": "1.3", "upheld": "perhaps"}, {"upheld": True}])
    assert [place["at"] for place in malformed.json()["places"]] == ["/0/upheld", "/1/criterion"]
    assert await assessment.resources.log.head() == before


async def test_findings_are_a_list_and_nothing_else(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    for body, at in ((CORRECTION, ""), ([], ""), ([[CORRECTION]], "/0"), ({"findings": [CORRECTION]}, "")):
        refused = await assessment.office("POST", FINDINGS, body)
        assert (refused.status_code, refused.json()["code"]) == (422, "malformed-request"), body
        assert [place["at"] for place in refused.json()["places"]] == [at], body
    assert (await assessment.office("POST", FINDINGS, [CORRECTION])).status_code == 201


async def test_a_retry_finds_once(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    first = await assessment.office("POST", FINDINGS, [CORRECTION], Idempotency_Key="k")
    again = await assessment.office("POST", FINDINGS, [CORRECTION], Idempotency_Key="k")
    assert again.json()["repeated"]
    assert again.json()["position"] == first.json()["position"]
    other = await assessment.office("POST", FINDINGS, [{"criterion": "1.3", "upheld": True}], Idempotency_Key="k")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


async def test_the_same_finding_with_the_same_words_is_recorded_once(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    first = await assessment.office("POST", FINDINGS, [CORRECTION])
    again = await assessment.office("POST", FINDINGS, [CORRECTION])
    assert (again.status_code, again.json()["facts"], again.headers["etag"]) == (201, [], first.headers["etag"])
    other = await assessment.office("POST", FINDINGS, [CORRECTION | {"comment": "Thiếu hai nhiệm vụ."}])
    assert other.json()["facts"] == ["ClaimCorrected"]


async def test_findings_on_an_older_sheet_are_refused(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    assert (await assessment.office("POST", FINDINGS, [CORRECTION], If_Match='"8"')).status_code == 201
    stale = await assessment.office("POST", FINDINGS, [CORRECTION], If_Match='"8"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stream-moved")


async def test_a_unit_never_appraises_itself(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.02")
    own = "/v1/rounds/r-2026/units/H16.02/appraisal/findings"
    finding = {"criterion": "1.2.1", "upheld": True}
    plain = await assessment.other_unit("POST", own, [finding])
    assert plain.status_code == 403
    for rights in (("appraiser@H16.02",), ("unit@H16.02", "office@H16"), ("council@H16", "surveyor@H16.02.01")):
        answer = await assessment.caller("insider", *rights)("POST", own, [finding])
        assert (answer.status_code, answer.json()["code"]) == (403, "self-appraisal")
    assert (await assessment.office("POST", own, [finding])).status_code == 201


async def test_a_field_appraiser_appraises_its_field_in_other_units(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    field = await assessment.field_appraiser("POST", FINDINGS, [{"criterion": "1.2.1", "upheld": True}])
    assert field.status_code == 201
    other = await assessment.field_appraiser("POST", FINDINGS, [{"criterion": "1.3", "upheld": True}])
    assert (other.status_code, other.json()["code"]) == (403, "not-the-appraiser")
    assert other.json()["places"][0]["at"] == "/0/criterion"
    for right in ("appraiser@H16.09", "office@H17"):
        answer = await assessment.caller("x", right)("POST", FINDINGS, [{"criterion": "1.3", "upheld": True}])
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_an_incomplete_appraisal_is_refused_with_the_list(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    await assessment.office("POST", FINDINGS, [CORRECTION])
    answer = await assessment.complete("H16.01")
    assert (answer.status_code, answer.json()["code"]) == (409, "appraisal-incomplete")
    assert len(answer.json()["places"]) == 6


async def test_only_council_or_office_completes_closes_and_reopens(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    await assessment.uphold_all("H16.01")
    for caller in (assessment.unit, assessment.field_appraiser, assessment.caller("x", "council@H17")):
        assert (await caller("POST", COMPLETION)).status_code == 403
        assert (await caller("POST", "/v1/rounds/r-2026/closing")).status_code == 403
        assert (await caller("POST", "/v1/rounds/r-2026/reopening", {"reason": "r"})).status_code == 403
    assert (await assessment.caller("hoi-dong", "council@H16")("POST", COMPLETION)).status_code == 201


async def test_a_closing_too_early_names_the_units_and_how_far_they_are(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.appraise("H16.01")
    answer = await assessment.office("POST", "/v1/rounds/r-2026/closing")
    assert (answer.status_code, answer.json()["code"]) == (409, "units-not-appraised")
    (place,) = answer.json()["places"]
    assert place["at"] == "/units/H16.02"
    assert "0/7" in place["vi"]


async def test_a_round_closes_reopens_for_one_unit_and_closes_again(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.appraise("H16.01")
    await assessment.appraise("H16.02")
    assert (await assessment.office("POST", "/v1/rounds/r-2026/closing")).json()["facts"] == ["RoundClosed"]
    locked = await assessment.office("POST", FINDINGS, [CORRECTION])
    assert (locked.status_code, locked.json()["code"]) == (409, "appraisal-completed-before")

    reopening = {"reason": "Khiếu nại của đơn vị.", "units": ["H16.01"]}
    assert (await assessment.office("POST", "/v1/rounds/r-2026/reopening", reopening)).status_code == 201
    assert (await assessment.office("POST", FINDINGS, [CORRECTION])).status_code == 201
    other = "/v1/rounds/r-2026/units/H16.02/appraisal/findings"
    assert (await assessment.office("POST", other, [CORRECTION])).json()["code"] == "appraisal-completed-before"
    early = await assessment.office("POST", "/v1/rounds/r-2026/closing")
    assert early.json()["code"] == "units-not-appraised"
    assert (await assessment.complete("H16.01")).status_code == 201
    await assessment.office("POST", "/v1/rounds/r-2026/closing")
    shown = (await assessment.office("GET", "/v1/rounds/r-2026")).json()
    assert (shown["closed"], shown["closing"]) == (True, 2)


async def test_progress_follows_findings_completion_and_reopening(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.appraise("H16.01")
    await assessment.appraise("H16.02")
    await assessment.office("POST", "/v1/rounds/r-2026/closing")
    await assessment.office("POST", "/v1/rounds/r-2026/reopening", {"reason": "r", "units": ["H16.02"]})
    await assessment.catch_up()
    shown = (await assessment.office("GET", "/v1/rounds/r-2026")).json()
    assert [(unit["findings"], unit["completed"]) for unit in shown["blocks"][0]["units"]] == [(7, True), (7, False)]


async def test_a_closing_beside_the_last_completion_sees_it_or_is_refused(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.appraise("H16.01")
    await assessment.submit("H16.02")
    await assessment.uphold_all("H16.02")
    completed, closed = await asyncio.gather(
        assessment.complete("H16.02"), assessment.office("POST", "/v1/rounds/r-2026/closing")
    )
    assert completed.status_code == 201
    if closed.status_code == 201:  # then the completion is before it in the log
        assert completed.json()["position"] < closed.json()["position"]
    else:
        assert closed.json()["code"] == "units-not-appraised"


async def test_of_two_closings_at_the_same_moment_one_wins(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.appraise("H16.01")
    await assessment.appraise("H16.02")
    closing_twice = (assessment.office("POST", "/v1/rounds/r-2026/closing") for _ in range(2))
    answers = await assessment.at_one_moment(*closing_twice)
    assert sorted(answer.json().get("code", "closed") for answer in answers) == ["closed", "round-closed-before"]
    assert (await assessment.office("GET", "/v1/rounds/r-2026")).json()["closing"] == 1


async def test_a_closing_that_knew_the_sheets_before_a_reopening_is_refused_after_it(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.appraise("H16.01")
    await assessment.appraise("H16.02")
    log = assessment.resources.log
    found = await round_of(log, "r-2026")  # what the door of a slow closing reads: the round, then its sheets
    late = CloseRound("r-2026", await completions_of(log, found.opened))
    await assessment.office("POST", "/v1/rounds/r-2026/closing")
    await assessment.office("POST", "/v1/rounds/r-2026/reopening", {"reason": "r"})
    with pytest.raises(StreamMovedError):
        await execute(log, "round-r-2026", round_closing, late, Metadata("x", "", "H16", ""), found.version)
    stale = await assessment.office("POST", "/v1/rounds/r-2026/closing", If_Match='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stream-moved")


async def test_the_appraisal_ends_at_its_deadline_and_the_office_extends_it_for_a_reason(
    assessment: Assessment,
) -> None:
    deadlines = {"self_scoring": "2026-07-05T00:00:00Z", "appraisal": "2026-07-10T00:00:00Z"}
    await assessment.open_round(deadlines=deadlines)
    await assessment.submit("H16.01")
    await assessment.uphold_all("H16.01")
    assessment.clock.pass_days(12)
    for late in (await assessment.office("POST", FINDINGS, [CORRECTION]), await assessment.complete("H16.01")):
        assert (late.status_code, late.json()["code"]) == (409, "appraisal-over")
    extension = {"until": "2026-07-20T00:00:00Z", "reason": "Thiên tai."}
    for caller in (assessment.unit, assessment.field_appraiser, assessment.caller("x", "office@H16.01")):
        assert (await caller("POST", f"{BASE}/appraisal/extension", extension)).status_code == 403
    extended = await assessment.office("POST", f"{BASE}/appraisal/extension", extension)
    assert (extended.status_code, extended.json()["facts"]) == (201, ["AppraisalExtended"])
    assert (await assessment.office("POST", FINDINGS, [CORRECTION])).status_code == 201
    assert (await assessment.complete("H16.01")).status_code == 201


async def test_a_round_that_asks_for_four_eyes_wants_another_person_to_complete(assessment: Assessment) -> None:
    await assessment.open_round(four_eyes=True)
    assert (await assessment.office("GET", "/v1/rounds/r-2026")).json()["four_eyes"]
    await assessment.submit("H16.01")
    await assessment.uphold_all("H16.01")
    assert (await assessment.office("POST", FINDINGS, [CORRECTION])).status_code == 201
    alone = await assessment.complete("H16.01")
    assert (alone.status_code, alone.json()["code"]) == (403, "four-eyes")
    assert [place["at"] for place in alone.json()["places"]] == ["/findings/1.1.4"]
    assert (await assessment.caller("hoi-dong", "council@H16")("POST", COMPLETION)).status_code == 201
