"""A value that was moved to another stage is named with its place, and so is an assignment of a criterion of no set."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import pytest

from assessment.enacting.events import CriteriaSetEnacted
from assessment.opening.events import RoundClosed, RoundOpened, RoundReopened
from assessment.opening.stages import ValueStage
from assessment.recounting import AppraisalRecount
from assessment.self_scoring.events import (
    AppraisalCompleted,
    ClaimCorrected,
    ClaimEntered,
    ClaimUpheld,
    CriterionAssigned,
    CutExplained,
    ExplanationEnded,
    ExplanationSubmitted,
    FirstAppraisalAnnounced,
    SelfScoreSubmitted,
)
from assessment.self_scoring.state import Sheet, evolve
from assessment.service import SERVICE
from parindex.contracts.assessment import Block, Claim, Figure, RoundUnit
from parindex.contracts.criteria import CriteriaSet, Criterion, EnteredPoints, Level, SurveyPoints
from parindex.eventstore.appending import Append, Decided
from parindex.testing.memory_log import METADATA, MemoryLog

ROUND, UNIT = "r", "H10.01"
SELF, FIRST, EXPLANATION, SECOND, COUNCIL, CORRECTION = ValueStage
LEAVES = [
    Criterion(code=code, name=code, level=Level.CRITERION, maximum="3", rule=EnteredPoints()) for code in ("1", "2")
]
ASKED = Criterion(code="3", name="3", level=Level.CRITERION, maximum="3", rule=SurveyPoints(question="q"))
SET = CriteriaSet(code="bo", title="Bộ", reference="1/QĐ", criteria=[*LEAVES, ASKED])
BLOCK = Block(code="so", name="Sở", criteria_set="bo", units=[RoundUnit(code=UNIT, name="Sở Nội vụ")])


def points(value: str) -> tuple[Figure, ...]:
    return (Figure(name="points", value=value),)


ENACTED = CriteriaSetEnacted("H10", SET, "")
OPENED = RoundOpened("H10", ROUND, 2026, "Đợt", "", (BLOCK,), two_appraisals=True)
CLAIMS = (ClaimEntered(ROUND, UNIT, "1", points("3")), ClaimEntered(ROUND, UNIT, "2", points("2")))
ASSIGNED = CriterionAssigned(ROUND, UNIT, "1", "an")
SUBMITTED = SelfScoreSubmitted(
    ROUND, UNIT, tuple(Claim(criterion=each.criterion, figures=list(each.figures)) for each in CLAIMS)
)
UPHELD = ClaimUpheld(ROUND, UNIT, "1", by="a")
CUT = ClaimCorrected(ROUND, UNIT, "2", "comment:1", points("1"), by="a")
ANNOUNCED = FirstAppraisalAnnounced(ROUND, UNIT, ("2",))
EXPLAINED = CutExplained(ROUND, UNIT, "2", "explanation:1", points("1.5"))
SAID = ExplanationSubmitted(ROUND, UNIT, ("2",))
AGAIN = ClaimUpheld(ROUND, UNIT, "2", by="a", stage=SECOND)
DECIDED = ClaimCorrected(ROUND, UNIT, "1", "comment:2", points("2.5"), by="c", stage=COUNCIL)
CLOSED, REOPENED = RoundClosed(ROUND, 1), RoundReopened(ROUND, 1, (UNIT,), "reason:1")
MENDED = ClaimCorrected(ROUND, UNIT, "2", "comment:3", points("2"), by="a", stage=CORRECTION)
AGREED = (ENACTED, OPENED, *CLAIMS, ASSIGNED, SUBMITTED, UPHELD, CUT, ANNOUNCED, EXPLAINED, SAID, AGAIN, DECIDED)
NEVER_EXPLAINED = (
    ENACTED,
    OPENED,
    *CLAIMS,
    SUBMITTED,
    UPHELD,
    CUT,
    ANNOUNCED,
    ExplanationEnded(ROUND, UNIT, "reason:1"),
)
Facts = Sequence[Any]


def completed(facts: Facts, closing: int) -> AppraisalCompleted:
    """Return the completion that follows from these events, as a forger would make it fit."""
    of_sheet = [fact for fact in facts if stream_of(fact).startswith("sheet")]
    sheet = reduce(evolve, of_sheet, Sheet())
    return AppraisalCompleted(ROUND, UNIT, closing, tuple(sheet.finding(code) for code in sorted(sheet.findings)))


def whole(facts: Facts) -> Facts:
    """Return a history to its end: closed, reopened, corrected and closed again."""
    first = [*facts, completed(facts, 1), CLOSED, REOPENED, MENDED]
    return [*first, completed(first, 2), RoundClosed(ROUND, 2)]


def stream_of(fact: Any) -> str:
    if isinstance(fact, CriteriaSetEnacted):
        return "set-bo"
    if isinstance(fact, RoundOpened | RoundClosed | RoundReopened):
        return "round-r"
    return f"assignments-r/{UNIT}" if isinstance(fact, CriterionAssigned) else f"sheet-r/{UNIT}"


def audited(facts: Facts) -> list[tuple[str, str]]:
    """Write the events as they are, past all rules, and return what the audit names: each check, with its place."""
    log, recount = MemoryLog("assessment", SERVICE.types), AppraisalRecount()
    for fact in facts:
        log.append(Append(stream_of(fact), METADATA, lambda _, fact=fact: Decided((fact,))))
    for recorded in log.recorded():
        recount.see(recorded)
    return [(each.check, each.at) for each in recount.differences()]


def at(facts: Facts, fact: Any, check: str = "A3") -> tuple[str, str]:
    return check, f"assessment/{list(facts).index(fact) + 1}"


def changed(fact: Any, **other: Any) -> Callable[[Facts], tuple[Facts, Any]]:
    """Tamper an event in its place."""
    new = replace(fact, **other)
    return lambda facts: ([new if each == fact else each for each in facts], new)


def moved(fact: Any, before: Any) -> Callable[[Facts], tuple[Facts, Any]]:
    """Move an event to before another one."""

    def tamper(facts: Facts) -> tuple[Facts, Any]:
        others = [each for each in facts if each != fact]
        place = others.index(before)
        return [*others[:place], fact, *others[place:]], fact

    return tamper


def added(fact: Any, behind: Any) -> Callable[[Facts], tuple[Facts, Any]]:
    """Invent an event behind another one."""

    def tamper(facts: Facts) -> tuple[Facts, Any]:
        place = list(facts).index(behind) + 1
        return [*facts[:place], fact, *facts[place:]], fact

    return tamper


@pytest.mark.parametrize("facts", [AGREED, NEVER_EXPLAINED], ids=["explained", "ended"])
def test_a_history_as_the_rules_write_it_agrees(facts: Facts) -> None:
    assert audited(whole(facts)) == []


TAMPERINGS: dict[str, Callable[[Facts], tuple[Facts, Any]]] = {
    "a finding of the first appraisal is one of the second": changed(UPHELD, stage=SECOND),
    "a finding of the first appraisal is a correction": changed(UPHELD, stage=CORRECTION),
    "a finding of the second appraisal is one of the first": changed(AGAIN, stage=FIRST),
    "a finding of the council is one of the second appraisal": changed(DECIDED, stage=SECOND),
    "a finding of the council is one of the first appraisal": changed(DECIDED, stage=FIRST),
    "a finding has the stage of a claim": changed(AGAIN, stage=SELF),
    "a finding has the stage of an explanation": changed(AGAIN, stage=EXPLANATION),
    "an explanation before the announcement": moved(EXPLAINED, ANNOUNCED),
    "an explanation after its submission": moved(SAID, EXPLAINED),
    "an explanation of what was upheld": added(replace(EXPLAINED, criterion="1"), ANNOUNCED),
    "a second finding before the explanation was submitted": moved(AGAIN, SAID),
    "a second finding before the announcement": moved(AGAIN, ANNOUNCED),
    "a second finding of what was not explained": added(replace(AGAIN, criterion="1"), SAID),
    "a decision of the council before the explanation": moved(DECIDED, EXPLAINED),
    "a second announcement": added(replace(ANNOUNCED, criteria=("1",)), SAID),
    "an announcement that leaves out what was cut": changed(ANNOUNCED, criteria=("1",)),
    "a submission of what was not explained": changed(SAID, criteria=("1", "2")),
    "an end of an explanation that was submitted": added(ExplanationEnded(ROUND, UNIT, "reason:2"), SAID),
    "a finding of the second appraisal after the council has begun": added(replace(AGAIN, by="z"), DECIDED),
    "a claim after the announcement": added(replace(CLAIMS[0], figures=points("1")), ANNOUNCED),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_value_at_a_wrong_stage_is_named_with_its_place(tampering: str) -> None:
    facts, wrong = TAMPERINGS[tampering](AGREED)
    assert at(facts, wrong) in audited(whole(facts))


def without(facts: Facts, *left_out: Any) -> Facts:
    return [fact for fact in facts if fact not in left_out]


def test_a_completion_that_skips_the_explanation_or_the_second_appraisal_is_named_with_its_place() -> None:
    unannounced = without(AGREED, ANNOUNCED, EXPLAINED, SAID, AGAIN, DECIDED)
    not_looked_at = without(AGREED, AGAIN, DECIDED)
    for facts in (unannounced, not_looked_at):
        assert audited(whole(facts)) == [("A3", f"assessment/{len(facts) + 1}")]


def test_a_correction_after_a_reopening_is_at_no_other_stage() -> None:
    for stage in (FIRST, SECOND, COUNCIL):
        wrong = replace(MENDED, stage=stage)
        facts = [wrong if fact == MENDED else fact for fact in whole(AGREED)]
        assert at(facts, wrong) in audited(facts)


def test_a_round_with_one_appraisal_announces_and_explains_nothing() -> None:
    facts, _ = changed(OPENED, two_appraisals=False)(AGREED)
    assert at(facts, ANNOUNCED) in audited(whole(facts))


@pytest.mark.parametrize("fact", [ASSIGNED, CLAIMS[0], UPHELD, EXPLAINED, AGAIN])
@pytest.mark.parametrize("criterion", ["3", "9.9"])
def test_a_criterion_that_the_set_does_not_have_or_the_survey_scores_is_named_with_its_place(
    fact: Any, criterion: str
) -> None:
    facts, wrong = changed(fact, criterion=criterion)(AGREED)
    assert at(facts, wrong, "A5") in audited(facts)


def test_an_assignment_of_a_unit_outside_the_round_is_named_and_one_of_a_hidden_set_is_not() -> None:
    facts, wrong = changed(ASSIGNED, unit="H10.99")(AGREED)
    assert audited(facts) == [at(facts, wrong, "A5")]
    assert audited(AGREED[1:]) == []  # the auditor is not shown the entry of the set
