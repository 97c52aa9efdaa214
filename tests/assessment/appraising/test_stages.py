"""Each stage keeps its values: the first appraisal, the explanation, the second one, the council, a correction."""

from dataclasses import replace

import pytest
from tests.assessment.appraising.submitted import CLAIMED, SUBMITTED
from tests.assessment.sheets import LATER, NOW, ROUND, SOON, UNIT, figures

from assessment.appraising.commands import (
    AnnounceFirstAppraisal,
    CompleteAppraisal,
    EndExplanation,
    ExtendAppraisal,
    MakeFindings,
)
from assessment.appraising.decisions import appraising
from assessment.appraising.refusals import (
    AppraisalCompletedBeforeError,
    AppraisalIncompleteError,
    AppraisalOverError,
    CouncilDecidesError,
    CriteriaNotExplainedError,
    ExplanationAwaitedError,
    ExplanationNotOfferedError,
    ExplanationNotOpenError,
    ExplanationOverError,
    FindingsInvalidError,
    FirstAppraisalAnnouncedBeforeError,
    FirstAppraisalNotAnnouncedError,
    FirstAppraisalOverError,
    FourEyesError,
    NothingToAppraiseError,
    NothingToExplainError,
    SelfAppraisalError,
    StagePassedError,
)
from assessment.appraising.state import ActingAppraiser, ProposedFinding
from assessment.explaining.commands import ExplainCuts, SubmitExplanation
from assessment.explaining.decisions import explaining
from assessment.explaining.refusals import ExplanationsInvalidError, LeaderSubmitsExplanationError
from assessment.opening.deadlines import Deadlines
from assessment.opening.events import RoundOpened
from assessment.opening.stages import ValueStage
from assessment.opening.terms import Terms, terms_for
from assessment.self_scoring.claims import DeclaredClaim, Evidence
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ClaimCorrected,
    ClaimUpheld,
    CutExplained,
    ExplanationEnded,
    ExplanationSubmitted,
    FirstAppraisalAnnounced,
)
from assessment.self_scoring.refusals import DeadlinesReversedError, ExtensionTooShortError, NothingToExtendError
from assessment.self_scoring.state import Sheet, SheetFact, evolve, stage_of
from parindex.contracts.assessment import Block, Finding, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.refusal import ConfirmationNeededError
from parindex.testing.rules import Rules

OFFICE = ActingAppraiser(frozenset(("H16",)), frozenset(("H16",)), "a")
OTHER = replace(OFFICE, id="b")
SELF, FIRST, EXPLANATION, SECOND, COUNCIL, CORRECTION = ValueStage
SHEET, UNIT_SHEET = Rules(appraising), Rules(explaining)


CUT_FIGURES = ClaimCorrected(ROUND, UNIT, "1.1.4", "c:1", figures({"done": "8", "planned": "10"}), by="a")
CUT_POINTS = ClaimCorrected(ROUND, UNIT, "1.3", "c:2", points="1.5", by="a")
APPRAISED = (
    *SUBMITTED,
    *(ClaimUpheld(ROUND, UNIT, code, by="a") for code in CLAIMED if code not in {"1.1.4", "1.3"}),
    CUT_FIGURES,
    CUT_POINTS,
)
ANNOUNCED = FirstAppraisalAnnounced(ROUND, UNIT, ("1.1.4", "1.3"))
EXPLAINED = CutExplained(ROUND, UNIT, "1.1.4", "e:1", figures({"done": "9.5", "planned": "10"}))
EXPLANATION_SUBMITTED = ExplanationSubmitted(ROUND, UNIT, ("1.1.4",))
OPEN = (*APPRAISED, ANNOUNCED)
AGAIN = (*OPEN, EXPLAINED, EXPLANATION_SUBMITTED)


@pytest.fixture
def one(ca_mau: CriteriaSet) -> Terms:
    block = Block(code="so", name="Sở", criteria_set="ca-mau-2013", units=[RoundUnit(code=UNIT, name="Sở Nội vụ")])
    opened = RoundOpened("H16", ROUND, 2026, "Đợt", "", (block,))
    return terms_for(opened, block, ca_mau, UNIT, due=1)


@pytest.fixture
def two(one: Terms) -> Terms:
    return replace(one, two_appraisals=True)


def find(terms: Terms, *findings: ProposedFinding, council: bool = False, by: ActingAppraiser = OFFICE) -> MakeFindings:
    return MakeFindings(terms, findings, by, NOW, council)


def complete(terms: Terms) -> CompleteAppraisal:
    return CompleteAppraisal(terms, OFFICE, NOW)


def announce(terms: Terms) -> AnnounceFirstAppraisal:
    return AnnounceFirstAppraisal(terms, OFFICE, NOW)


def explain(terms: Terms, *explanations: DeclaredClaim) -> ExplainCuts:
    return ExplainCuts(terms, explanations, NOW)


def submit(terms: Terms, *, leader: bool = False) -> SubmitExplanation:
    return SubmitExplanation(terms, leader, NOW)


def folded(*facts: SheetFact) -> Sheet:
    sheet = Sheet()
    for fact in facts:
        sheet = evolve(sheet, fact)
    return sheet


POINTS = ProposedFinding("1.3", points="2", comment="c:3")
UPHELD = ProposedFinding("1.1.4", upheld=True)
KEPT = ProposedFinding("1.1.4", kept=True, comment="c:4")


def test_the_council_decides_after_the_appraisal_and_its_decision_counts_beside_the_finding(one: Terms) -> None:
    (decision,) = SHEET.given(*APPRAISED).when(find(one, POINTS, council=True, by=OTHER))
    assert decision == ClaimCorrected(ROUND, UNIT, "1.3", "c:3", points="2", by="b", stage=COUNCIL)
    sheet = folded(*APPRAISED, decision)
    assert (sheet.found[FIRST]["1.3"], sheet.found[COUNCIL]) == (CUT_POINTS, {"1.3": decision})
    assert sheet.finding("1.3") == Finding(criterion="1.3", points="2", corrected=True)
    (completed,) = SHEET.given(*APPRAISED, decision).when(complete(one))
    assert isinstance(completed, AppraisalCompleted)
    assert completed.findings[-1].points == "2"


def test_the_council_waits_for_every_finding_and_appraisers_find_nothing_once_it_decides(one: Terms) -> None:
    with pytest.raises(AppraisalIncompleteError) as refused:
        SHEET.given(*SUBMITTED, CUT_POINTS).when(find(one, POINTS, council=True))
    assert [place.at for place in refused.value.places] == [f"/findings/{code}" for code in CLAIMED if code != "1.3"]
    decided = SHEET.given(*APPRAISED).after(find(one, POINTS, council=True))
    with pytest.raises(CouncilDecidesError):
        decided.when(find(one, ProposedFinding("1.1.1", upheld=True)))
    assert decided.when(find(one, UPHELD, council=True))


def test_the_same_finding_at_a_later_stage_is_a_fact_of_its_own(one: Terms) -> None:
    same = ProposedFinding("1.3", points="1.5", comment="c:2")
    decided = SHEET.given(*APPRAISED).after(find(one, same, council=True))
    assert decided.history[-1] == replace(CUT_POINTS, stage=COUNCIL)
    assert decided.when(find(one, same, council=True)) == ()


def test_a_round_with_one_appraisal_announces_and_explains_nothing(one: Terms) -> None:
    for command in (announce(one), EndExplanation(one, OFFICE, "r:1", NOW)):
        with pytest.raises(ExplanationNotOfferedError):
            SHEET.given(*APPRAISED).when(command)
    for said in (explain(one, DeclaredClaim("1.3", explanation="e:1")), submit(one)):
        with pytest.raises(ExplanationNotOfferedError):
            UNIT_SHEET.given(*APPRAISED).when(said)


def test_the_first_appraisal_is_announced_once_it_is_whole_and_names_what_was_corrected(two: Terms) -> None:
    with pytest.raises(AppraisalIncompleteError):
        SHEET.given(*SUBMITTED, CUT_POINTS).when(announce(two))
    announced = SHEET.given(*APPRAISED).after(announce(two))
    assert announced.history[-1] == ANNOUNCED
    with pytest.raises(FirstAppraisalAnnouncedBeforeError):
        announced.when(announce(two))
    with pytest.raises(NothingToAppraiseError):
        SHEET.given(*SUBMITTED[:-1]).when(announce(two))
    with pytest.raises(AppraisalOverError):
        SHEET.given(*APPRAISED).when(
            replace(announce(replace(two, deadlines=Deadlines(appraisal_until=SOON))), at=LATER)
        )
    insider = replace(OFFICE, nodes=frozenset(("H16", UNIT)))
    with pytest.raises(SelfAppraisalError):
        SHEET.given(*APPRAISED).when(replace(announce(two), by=insider))


def test_what_was_corrected_is_announced_before_the_council_decides_and_the_appraisal_is_complete(two: Terms) -> None:
    for command in (complete(two), find(two, POINTS, council=True)):
        with pytest.raises(FirstAppraisalNotAnnouncedError):
            SHEET.given(*APPRAISED).when(command)


def test_where_nothing_was_corrected_there_is_nothing_to_explain_and_the_appraisal_completes(two: Terms) -> None:
    upheld = [ClaimUpheld(ROUND, UNIT, code, by="a") for code in CLAIMED]
    sheet = SHEET.given(*SUBMITTED, *upheld)
    with pytest.raises(NothingToExplainError):
        sheet.when(announce(two))
    assert sheet.when(complete(two))
    assert sheet.when(find(two, POINTS, council=True))


def test_while_the_unit_explains_nothing_is_found_decided_or_completed(two: Terms) -> None:
    for command in (find(two, UPHELD), find(two, UPHELD, council=True), complete(two)):
        with pytest.raises(ExplanationAwaitedError):
            SHEET.given(*OPEN, EXPLAINED).when(command)


def test_a_unit_explains_what_was_corrected_and_its_claim_and_the_finding_stay(two: Terms) -> None:
    document = Evidence("98/BC-SNV", "2026-06-30", "t:1", sha256="ab" * 32)
    said = DeclaredClaim("1.1.4", figures({"planned": "10.0", "done": "9.5"}), explanation="e:1", evidence=(document,))
    (fact,) = UNIT_SHEET.given(*OPEN).when(explain(two, said))
    assert fact == replace(EXPLAINED, evidence=(document,))
    sheet = folded(*OPEN, fact)
    assert sheet.claims["1.1.4"].figures == figures(CLAIMED["1.1.4"])
    assert sheet.finding("1.1.4") == Finding(criterion="1.1.4", figures=list(CUT_FIGURES.figures), corrected=True)
    assert stage_of(two, sheet) is EXPLANATION
    assert UNIT_SHEET.given(*OPEN, fact).when(explain(two, said)) == ()


def test_every_mistake_of_every_explanation_is_reported_at_once(two: Terms) -> None:
    tomorrow = Evidence("1/BC", "2026-07-03")
    with pytest.raises(ExplanationsInvalidError) as refused:
        UNIT_SHEET.given(*OPEN).when(
            explain(
                two,
                DeclaredClaim("1.1.1", explanation="e:1", pointer="/0"),
                DeclaredClaim("2.1", explanation="e:1", pointer="/1"),
                DeclaredClaim("1.3", figures=figures({"points": "9"}), evidence=(tomorrow,), pointer="/2"),
                DeclaredClaim("1.3", explanation="e:1", pointer="/3"),
                DeclaredClaim("1.1.4", figures({"value": "90"}), explanation="e:1", applicable=False, pointer="/4"),
            )
        )
    assert [place.at for place in refused.value.places] == [
        "/0/criterion",
        "/1/criterion",
        "/2/explanation",
        "/2/figures/points",
        "/2/evidence/0/issued_on",
        "/3/criterion",
        "/4/figures",
    ]


def test_an_explanation_is_taken_back_and_then_not_submitted(two: Terms) -> None:
    assert UNIT_SHEET.given(*OPEN).when(explain(two, DeclaredClaim("1.3"))) == ()
    taken_back = UNIT_SHEET.given(*OPEN, EXPLAINED).after(explain(two, DeclaredClaim("1.1.4")))
    assert taken_back.when(submit(two)) == (ExplanationSubmitted(ROUND, UNIT, ()),)
    assert UNIT_SHEET.given(*OPEN, EXPLAINED).when(submit(two)) == (EXPLANATION_SUBMITTED,)


def test_stated_figures_that_look_like_a_slip_are_asked_about(two: Terms) -> None:
    slip = DeclaredClaim("1.1.4", figures({"value": "8325"}), explanation="e:1", pointer="/0")
    with pytest.raises(ConfirmationNeededError) as asked:
        UNIT_SHEET.given(*OPEN).when(explain(two, slip))
    assert [(place.at, place.code) for place in asked.value.places] == [("/0/figures/value", "percent-over-hundred")]
    confirmed = UNIT_SHEET.given(*OPEN).after(explain(two, replace(slip, confirmed=("percent-over-hundred",))))
    assert confirmed.when(explain(two, slip)) == ()
    with pytest.raises(ConfirmationNeededError):
        confirmed.when(explain(two, replace(slip, figures=figures({"value": "8326"}))))
    with pytest.raises(ConfirmationNeededError) as asked:
        UNIT_SHEET.given(*OPEN).when(explain(two, slip, DeclaredClaim("1.3", explanation="e:1")))
    assert [place.at for place in asked.value.places] == ["/0/figures/value"]


def test_where_the_round_asks_for_a_leader_the_leader_submits(two: Terms) -> None:
    approved = replace(two, approval=True)
    with pytest.raises(LeaderSubmitsExplanationError):
        UNIT_SHEET.given(*OPEN, EXPLAINED).when(submit(approved))
    assert UNIT_SHEET.given(*OPEN, EXPLAINED).when(submit(approved, leader=True)) == (EXPLANATION_SUBMITTED,)


@pytest.mark.parametrize("facts", [SUBMITTED[:-1], SUBMITTED, APPRAISED, AGAIN])
def test_a_unit_explains_only_between_the_announcement_and_its_submission(
    two: Terms, facts: tuple[SheetFact, ...]
) -> None:
    for command in (explain(two, DeclaredClaim("1.3", explanation="e:9")), submit(two)):
        with pytest.raises(ExplanationNotOpenError):
            UNIT_SHEET.given(*facts).when(command)
    ending = submit(replace(two, deadlines=Deadlines(appraisal_until=SOON)))
    with pytest.raises(ExplanationOverError, match="07:00 on 2026-08-01"):
        UNIT_SHEET.given(*OPEN).when(replace(ending, at=LATER))
    assert UNIT_SHEET.given(*OPEN).when(replace(ending, at=SOON))  # the last instant counts


IN_TIME = Deadlines(
    first_appraisal_until="2026-07-10T00:00:00.000000Z",
    explanation_until="2026-07-20T00:00:00.000000Z",
    appraisal_until="2026-07-30T00:00:00.000000Z",
)


def test_each_stage_ends_at_its_own_date_and_the_office_acts_after_it(two: Terms) -> None:
    dated = replace(two, deadlines=IN_TIME)
    finding = replace(find(dated, POINTS), at="2026-07-11T00:00:00.000000Z")
    with pytest.raises(FirstAppraisalOverError):
        SHEET.given(*SUBMITTED).when(finding)
    assert SHEET.given(*SUBMITTED).when(replace(finding, at="2026-07-10T00:00:00.000000Z"))
    assert SHEET.given(*APPRAISED).when(replace(announce(dated), at="2026-07-11T00:00:00.000000Z"))
    explanation = replace(explain(dated, DeclaredClaim("1.3", explanation="e:9")), at="2026-07-21T00:00:00.000000Z")
    with pytest.raises(ExplanationOverError):
        UNIT_SHEET.given(*OPEN).when(explanation)
    assert UNIT_SHEET.given(*OPEN).when(replace(explanation, at="2026-07-20T00:00:00.000000Z"))
    again = replace(find(dated, UPHELD), at="2026-07-31T00:00:00.000000Z")
    with pytest.raises(AppraisalOverError):
        SHEET.given(*AGAIN).when(again)


def test_the_office_extends_a_stage_of_one_unit_up_to_the_next_one(two: Terms) -> None:
    dated = replace(two, deadlines=IN_TIME)
    longer = ExtendAppraisal(
        dated, "2026-07-15T00:00:00.000000Z", "reason:1", "2026-07-11T00:00:00.000000Z", ValueStage.APPRAISAL_1
    )
    [extended] = SHEET.given(*SUBMITTED).when(longer)
    assert extended == AppraisalExtended(
        ROUND, UNIT, 1, "2026-07-15T00:00:00.000000Z", "reason:1", ValueStage.APPRAISAL_1
    )
    assert SHEET.given(*SUBMITTED, extended).when(replace(find(dated, POINTS), at="2026-07-15T00:00:00.000000Z"))
    with pytest.raises(DeadlinesReversedError):
        SHEET.given(*SUBMITTED).when(replace(longer, until="2026-07-20T00:00:00.000000Z"))
    with pytest.raises(ExtensionTooShortError):
        SHEET.given(*SUBMITTED).when(replace(longer, until="2026-07-11T00:00:00.000000Z"))
    with pytest.raises(StagePassedError):
        SHEET.given(*OPEN).when(longer)
    later = replace(longer, stage=ValueStage.EXPLANATION, until="2026-07-25T00:00:00.000000Z")
    [explains] = SHEET.given(*OPEN).when(later)
    in_time = replace(explain(dated, DeclaredClaim("1.3", explanation="e:9")), at="2026-07-25T00:00:00.000000Z")
    assert UNIT_SHEET.given(*OPEN, explains).when(in_time)
    with pytest.raises(ExplanationNotOfferedError):
        SHEET.given(*SUBMITTED).when(replace(longer, terms=replace(dated, two_appraisals=False)))


def test_the_second_appraisal_looks_at_what_was_explained_and_the_rest_of_the_first_stays(two: Terms) -> None:
    again = SHEET.given(*AGAIN)
    with pytest.raises(CriteriaNotExplainedError) as refused:
        again.when(find(two, replace(UPHELD, pointer="/0"), replace(POINTS, pointer="/1")))
    assert [(place.at, place.vi, place.en) for place in refused.value.places] == [
        ("/1/criterion", "Đơn vị không giải trình tiêu chí 1.3.", "The unit did not explain criterion 1.3.")
    ]
    with pytest.raises(AppraisalIncompleteError) as incomplete:
        again.when(complete(two))
    assert [place.at for place in incomplete.value.places] == ["/findings/1.1.4"]
    with pytest.raises(AppraisalIncompleteError):
        again.when(find(two, POINTS, council=True))
    (fact,) = again.after(find(two, UPHELD, by=OTHER)).when(complete(two))
    assert isinstance(fact, AppraisalCompleted)
    found = {finding.criterion: finding for finding in fact.findings}
    assert found["1.3"] == Finding(criterion="1.3", points="1.5", corrected=True)


def test_upholding_at_the_second_appraisal_takes_the_figures_that_the_unit_states_anew(two: Terms) -> None:
    (fact,) = SHEET.given(*AGAIN).when(find(two, UPHELD))
    assert fact == ClaimUpheld(ROUND, UNIT, "1.1.4", by="a", stage=SECOND)
    sheet = folded(*AGAIN, fact)
    assert sheet.finding("1.1.4") == Finding(criterion="1.1.4", figures=list(EXPLAINED.figures), corrected=True)
    assert sheet.changed["1.1.4"] == "a"
    words = (*OPEN, replace(EXPLAINED, figures=()), EXPLANATION_SUBMITTED, fact)
    assert folded(*words).finding("1.1.4") == Finding(criterion="1.1.4", figures=list(figures(CLAIMED["1.1.4"])))
    assert "1.1.4" not in folded(*words).changed


def test_the_result_of_the_stage_before_is_kept_with_a_reason(two: Terms) -> None:
    (fact,) = SHEET.given(*AGAIN).when(find(two, KEPT, by=OTHER))
    assert fact == replace(CUT_FIGURES, comment="c:4", by="b", stage=SECOND)
    mistaken = SHEET.given(*AGAIN).after(find(two, ProposedFinding("1.1.4", points="0", comment="c:9")))
    assert mistaken.when(find(two, KEPT, by=OTHER)) == (fact,)  # and not the mistake of this stage
    with pytest.raises(FindingsInvalidError) as refused:
        SHEET.given(*SUBMITTED).when(find(two, replace(KEPT, pointer="/0")))
    assert [(place.at, place.vi, place.en) for place in refused.value.places] == [
        (
            "/0/kept",
            "Tiêu chí 1.1.4 chưa có kết quả thẩm định để giữ.",
            "Criterion 1.1.4 has no finding yet that could be kept.",
        )
    ]
    with pytest.raises(FindingsInvalidError):
        SHEET.given(*AGAIN).when(find(two, replace(KEPT, comment="")))


def test_the_council_decides_last_and_every_stage_before_it_stays(two: Terms) -> None:
    second = SHEET.given(*AGAIN).after(find(two, KEPT))
    decided = second.after(find(two, UPHELD, POINTS, council=True))
    sheet = folded(*decided.history)
    assert {stage: sorted(found) for stage, found in sheet.found.items()} == {
        FIRST: sorted(CLAIMED),
        SECOND: ["1.1.4"],
        COUNCIL: ["1.1.4", "1.3"],
    }
    assert sheet.found[FIRST]["1.1.4"] == CUT_FIGURES
    assert sheet.finding("1.1.4") == Finding(criterion="1.1.4", figures=list(EXPLAINED.figures), corrected=True)
    with pytest.raises(CouncilDecidesError):
        decided.when(find(two, KEPT))
    assert decided.when(CompleteAppraisal(two, OTHER, NOW))


def test_who_keeps_or_changes_a_result_at_a_later_stage_does_not_complete_where_four_eyes_are_asked_for(
    two: Terms,
) -> None:
    watched = replace(two, four_eyes=True)
    again = SHEET.given(*AGAIN).after(find(watched, KEPT, by=OTHER))
    with pytest.raises(FourEyesError) as refused:
        again.when(CompleteAppraisal(watched, OTHER, NOW))
    assert [place.at for place in refused.value.places] == ["/findings/1.1.4"]


def test_the_office_ends_an_explanation_that_does_not_come_and_the_first_appraisal_stays(two: Terms) -> None:
    ending = EndExplanation(two, OFFICE, "r:1", NOW)
    with pytest.raises(ExplanationNotOpenError):
        SHEET.given(*APPRAISED).when(ending)
    ended = SHEET.given(*OPEN, EXPLAINED).after(ending)
    assert ended.history[-1] == ExplanationEnded(ROUND, UNIT, "r:1")
    with pytest.raises(CriteriaNotExplainedError):
        ended.when(find(two, UPHELD))
    (fact,) = ended.when(complete(two))
    assert isinstance(fact, AppraisalCompleted)
    assert {each.criterion for each in fact.findings if each.corrected} == {"1.1.4", "1.3"}
    decided = folded(*ended.after(find(two, UPHELD, council=True)).history)
    assert decided.finding("1.1.4") == Finding(criterion="1.1.4", figures=list(figures(CLAIMED["1.1.4"])))


def test_a_reopened_round_corrects_at_a_stage_of_its_own_and_has_no_second_explanation(two: Terms) -> None:
    closed = SHEET.given(*AGAIN).after(find(two, KEPT)).given(AppraisalCompleted(ROUND, UNIT, 1, ()))
    with pytest.raises(AppraisalCompletedBeforeError):
        closed.when(find(two, POINTS, council=True))
    again = replace(two, due=2)
    for council in (False, True):
        (fact,) = closed.when(find(again, POINTS, council=council))
        assert fact == ClaimCorrected(ROUND, UNIT, "1.3", "c:3", points="2", by="a", stage=CORRECTION)
    corrected = closed.after(find(again, POINTS))
    sheet = folded(*corrected.history)
    assert (sheet.found[FIRST]["1.3"], sheet.finding("1.3").points) == (CUT_POINTS, "2")
    assert stage_of(again, sheet) is CORRECTION
    with pytest.raises(FirstAppraisalAnnouncedBeforeError):
        corrected.when(announce(again))
    with pytest.raises(ExplanationNotOpenError):
        UNIT_SHEET.given(*corrected.history).when(submit(again))
    (completed,) = corrected.when(complete(again))
    assert isinstance(completed, AppraisalCompleted)
    assert completed.closing == 2


def test_findings_of_older_entries_are_those_of_the_first_appraisal() -> None:
    assert (ClaimUpheld(ROUND, UNIT, "1.3").stage, CUT_POINTS.stage) == (FIRST, FIRST)


@pytest.mark.parametrize("stage", [ValueStage.APPRAISAL_1, ValueStage.EXPLANATION, ValueStage.APPRAISAL_2])
def test_a_stage_without_a_date_of_its_own_is_not_extended(two: Terms, stage: ValueStage) -> None:
    others = {"first_appraisal_until": SOON, "explanation_until": SOON, "appraisal_until": LATER}
    own = dict(zip((ValueStage.APPRAISAL_1, ValueStage.EXPLANATION, ValueStage.APPRAISAL_2), others, strict=True))
    dated = replace(two, deadlines=Deadlines(**others | {own[stage]: ""}))
    with pytest.raises(NothingToExtendError):
        SHEET.given(*SUBMITTED).when(ExtendAppraisal(dated, LATER, "reason:1", NOW, stage))
