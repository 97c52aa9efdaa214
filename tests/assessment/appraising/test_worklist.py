"""How far sheets are for officials: the read model with the newer entries of the log says what the log alone says."""

from collections.abc import Iterator
from dataclasses import replace

from tests.assessment.appraising.test_stages_api import (
    ANNOUNCEMENT,
    BASE,
    CUT,
    DECISIONS,
    EXPLAINED,
    EXPLANATIONS,
    FINDINGS,
    SUBMISSION,
)
from tests.assessment.conftest import Assessment, Caller, all_claims

from assessment.appraising.decisions import appraising
from assessment.appraising.queries import seen_in
from assessment.appraising.state import CriterionProgress
from assessment.appraising.worklist import SheetToAppraise, sheets_to_appraise
from assessment.opening.queries import UnitInRound, round_of, units_of_rounds
from assessment.opening.stages import ValueStage
from assessment.self_scoring.events import ClaimCorrected, ClaimEntered, ClaimUpheld, ExplanationSubmitted, stream_of
from assessment.self_scoring.state import stage_of

UNTIL = "2026-09-30T17:00:00+07:00"
DATES = {
    "self_scoring": "2026-07-02T17:00:00+07:00",
    "first_appraisal": "2026-07-10T17:00:00+07:00",
    "explanation": "2026-07-20T17:00:00+07:00",
    "appraisal": "2026-07-30T17:00:00+07:00",
}


def steps(assessment: Assessment) -> Iterator[tuple[Caller, str, str, object]]:
    """Yield the writes of a unit that goes through every stage: who writes, how, where and what."""
    office, unit, council = assessment.office, assessment.unit, assessment.caller("hoi-dong", "council@H16")
    longer = {"until": "2026-07-05T17:00:00+07:00", "reason": "Bão số 3."}
    yield office, "POST", f"{BASE}/self-score/extension", longer
    yield unit, "PUT", f"{BASE}/claims", all_claims()
    yield unit, "POST", f"{BASE}/self-score/submission", None
    yield unit, "POST", f"{BASE}/self-score/withdrawal", None
    yield unit, "POST", f"{BASE}/self-score/submission", None
    first = {"until": "2026-07-11T17:00:00+07:00", "reason": "Bão số 3.", "stage": "appraisal-1"}
    yield office, "POST", f"{BASE}/appraisal/extension", first
    yield office, "POST", FINDINGS, [{"criterion": each["criterion"], "upheld": True} for each in all_claims()]
    yield office, "POST", FINDINGS, [CUT]
    yield office, "POST", ANNOUNCEMENT, None
    yield unit, "PUT", EXPLANATIONS, [EXPLAINED]
    yield unit, "POST", SUBMISSION, None
    yield office, "POST", f"{BASE}/appraisal/extension", {**first, "until": UNTIL, "stage": "appraisal-2"}
    yield office, "POST", FINDINGS, [{"criterion": "1.1.4", "kept": True, "comment": "Giữ kết quả."}]
    yield council, "POST", DECISIONS, [{"criterion": "1.1.4", "points": "1.5", "comment": "Hội đồng thống nhất."}]
    yield council, "POST", f"{BASE}/appraisal/completion", None


async def test_the_read_model_and_newer_entries_say_what_the_log_says_after_every_write(assessment: Assessment) -> None:
    await assessment.open_round(two_appraisals=True, deadlines=DATES)
    await assessment.catch_up()
    for number, (caller, method, path, body) in enumerate(steps(assessment)):
        answer = await caller(method, path, body)
        assert answer.status_code == 201, (number, answer.text)
        if number % 3 == 2:
            await assessment.catch_up()
        unit, seen = await seen_now(assessment)
        assert seen == await from_log(assessment, unit), number
    await assessment.catch_up()
    unit, seen = await seen_now(assessment)
    assert seen == await from_log(assessment, unit)
    stored = await seen_in(assessment.resources.context.engine, ["r-2026"])
    head = await assessment.resources.log.stream_head(stream_of("r-2026", "H16.01"))
    assert stored["r-2026", "H16.01"].version == head.version, "no entry is read twice"
    assert stored["r-2026", "H16.02"].version == 0


async def test_the_council_has_begun_where_it_decided_on_a_criterion(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    await assessment.uphold_all("H16.01")
    assert (await seen_now(assessment))[1].stage == "appraisal-1"
    decision = {"criterion": "1.1.4", "points": "1.5", "comment": "Hội đồng thống nhất."}
    council = assessment.caller("hoi-dong", "council@H16")
    assert (await council("POST", DECISIONS, [decision])).status_code == 201
    assert (await seen_now(assessment))[1].stage == "council"


async def seen_now(assessment: Assessment) -> tuple[UnitInRound, SheetToAppraise]:
    context = assessment.resources.context
    [units] = await units_of_rounds(context.log, [await round_of(context.log, "r-2026")], lambda _: True)
    return units[0], (await sheets_to_appraise(context, units)).of(units[0])


async def from_log(assessment: Assessment, unit: UnitInRound) -> SheetToAppraise:
    """Return the same from the whole stream."""
    recorded = await assessment.resources.log.read_stream(stream_of("r-2026", unit.terms.unit))
    sheet = appraising.fold(each.fact for each in recorded)
    claimed = {each.fact.criterion: each.position for each in recorded if isinstance(each.fact, ClaimEntered)}
    findings = {each.fact.criterion: each for each in recorded if isinstance(each.fact, ClaimUpheld | ClaimCorrected)}
    criteria = {code: CriterionProgress(claimed=at) for code, at in claimed.items()}
    criteria |= {code: criteria[code].after(found) for code, found in findings.items()}
    for each in recorded:
        if isinstance(each.fact, ExplanationSubmitted):
            criteria |= {code: criteria[code].after(each) for code in each.fact.criteria}
    stage, found = stage_of(unit.terms, sheet), sheet.findings.keys()
    again = sheet.found.get(ValueStage.APPRAISAL_2, {}).keys()
    waiting = (
        frozenset(sheet.explained or ()) - again if stage == "appraisal-2" else unit.terms.appraisers.keys() - found
    )
    without = replace(sheet, claims={}, found={}, explanations={}, changed={}, corrected=frozenset())
    return SheetToAppraise(without, stage, criteria, waiting)
