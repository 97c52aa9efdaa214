from dataclasses import replace

import pytest
from tests.assessment.appraising.submitted import CLAIMED, SUBMITTED
from tests.assessment.sheets import LATER, NOW, ROUND, SOON, UNIT, figures

from assessment.appraising.checks import mistakes_in_findings
from assessment.appraising.commands import CompleteAppraisal, ExtendAppraisal, MakeFindings
from assessment.appraising.decisions import appraising
from assessment.appraising.refusals import (
    AppraisalCompletedBeforeError,
    AppraisalIncompleteError,
    AppraisalOverError,
    FindingsInvalidError,
    FourEyesError,
    NothingToAppraiseError,
    NotTheAppraiserError,
    SelfAppraisalError,
)
from assessment.appraising.state import ActingAppraiser, ProposedFinding
from assessment.opening.deadlines import Deadlines
from assessment.opening.events import RoundOpened
from assessment.opening.responsibility import CriterionAppraiser
from assessment.opening.terms import Terms, terms_for
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ClaimCorrected,
    ClaimUpheld,
)
from assessment.self_scoring.refusals import ExtensionTooShortError
from assessment.self_scoring.state import SheetFact
from parindex.auth.refusals import ForbiddenError
from parindex.contracts.assessment import Block, Finding, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.refusal import ConfirmationNeededError, Place
from parindex.testing.rules import Rules

SHEET = Rules(appraising)
MUCH_LATER = "2026-10-01T00:00:00.000000Z"
OFFICE = ActingAppraiser(frozenset(("H16", "H16.02")), frozenset(("H16",)))
FIELD = ActingAppraiser(frozenset(("H16.02",)), frozenset(("H16.02",)))


@pytest.fixture
def terms(ca_mau: CriteriaSet) -> Terms:
    block = Block(code="so", name="Sở", criteria_set="ca-mau-2013", units=[RoundUnit(code=UNIT, name="Sở Nội vụ")])
    opened = RoundOpened("H16", ROUND, 2026, "Đợt", "", (block,), (CriterionAppraiser("1.2", "H16.02"),))
    return terms_for(opened, block, ca_mau, UNIT, due=1)


UPHELD: tuple[SheetFact, ...] = tuple(ClaimUpheld(ROUND, UNIT, criterion) for criterion in CLAIMED)


def find(terms: Terms, *findings: ProposedFinding, by: ActingAppraiser = OFFICE) -> MakeFindings:
    return MakeFindings(terms, findings, by, NOW)


def test_a_claim_is_upheld(terms: Terms) -> None:
    command = find(terms, ProposedFinding("1.3", upheld=True, comment="comment:1"))
    assert SHEET.given(*SUBMITTED).when(command) == (ClaimUpheld(ROUND, UNIT, "1.3", "comment:1"),)


def test_a_correction_that_looks_like_a_slip_is_asked_about_and_taken_once_it_is_confirmed(terms: Terms) -> None:
    slip = ProposedFinding("1.1.4", figures=figures({"value": "8325"}), comment="comment:1", pointer="/0")
    with pytest.raises(ConfirmationNeededError) as asked:
        SHEET.given(*SUBMITTED).when(find(terms, slip))
    assert [(place.at, place.code) for place in asked.value.places] == [("/0/figures/value", "percent-over-hundred")]
    confirmed = find(terms, replace(slip, confirmed=("percent-over-hundred",)))
    after = SHEET.given(*SUBMITTED).after(confirmed)
    assert after.history[-1] == ClaimCorrected(
        ROUND, UNIT, "1.1.4", "comment:1", figures({"value": "8325"}), confirmed=("percent-over-hundred",)
    )
    assert after.when(find(terms, slip)) == ()


def test_a_correction_with_other_figures_is_asked_about_again(terms: Terms) -> None:
    slip = ProposedFinding("1.1.4", figures=figures({"value": "8325"}), comment="comment:1")
    confirmed = find(terms, replace(slip, confirmed=("percent-over-hundred",)))
    with pytest.raises(ConfirmationNeededError):
        SHEET.given(*SUBMITTED).after(confirmed).when(find(terms, replace(slip, figures=figures({"value": "8326"}))))


def test_a_slip_is_asked_about_although_the_next_finding_has_none(terms: Terms) -> None:
    slip = ProposedFinding("1.1.4", figures=figures({"value": "8325"}), comment="comment:1", pointer="/0")
    with pytest.raises(ConfirmationNeededError) as asked:
        SHEET.given(*SUBMITTED).when(find(terms, slip, ProposedFinding("1.3", upheld=True)))
    assert [place.at for place in asked.value.places] == ["/0/figures/value"]


def test_the_same_finding_again_is_no_new_fact_unless_another_makes_it(terms: Terms) -> None:
    command = find(terms, ProposedFinding("1.3", upheld=True), by=replace(OFFICE, id="a"))
    after = SHEET.given(*SUBMITTED).after(command)
    assert after.when(command) == ()
    assert after.when(replace(command, by=replace(OFFICE, id="b"))) == (ClaimUpheld(ROUND, UNIT, "1.3", by="b"),)


def test_a_claim_is_corrected_by_figures_by_points_or_as_not_applicable(terms: Terms) -> None:
    command = find(
        terms,
        ProposedFinding("1.1.4", figures=figures({"planned": "10.0", "done": "8"}), comment="comment:1"),
        ProposedFinding("1.3", points="1.50", comment="comment:2"),
        ProposedFinding("1.2.2", applicable=False, comment="comment:3"),
    )
    assert SHEET.given(*SUBMITTED).when(command) == (
        ClaimCorrected(ROUND, UNIT, "1.1.4", "comment:1", figures({"done": "8", "planned": "10"})),
        ClaimCorrected(ROUND, UNIT, "1.3", "comment:2", points="1.5"),
        ClaimCorrected(ROUND, UNIT, "1.2.2", "comment:3", applicable=False),
    )


def test_every_mistake_of_every_finding_is_reported_at_once(terms: Terms) -> None:
    command = find(
        terms,
        ProposedFinding("1.3", points="3.5", comment="c", pointer="/0"),
        ProposedFinding("1.1.4", figures=figures({"value": "x"}), pointer="/1"),
        ProposedFinding("1.1.1", pointer="/2"),
        ProposedFinding("1.1.2", upheld=True, points="1", pointer="/3"),
        ProposedFinding("2.1", upheld=True, pointer="/4"),
        ProposedFinding("7", upheld=True, pointer="/5"),
        ProposedFinding("1.3", upheld=True, pointer="/6"),
    )
    with pytest.raises(FindingsInvalidError) as refused:
        SHEET.given(*SUBMITTED).when(command)
    assert [place.at for place in refused.value.places] == [
        "/0/points",
        "/1/comment",
        "/1/figures/value",
        "/2",
        "/3",
        "/4/criterion",
        "/5/criterion",
        "/6/criterion",
    ]


def test_a_criterion_that_occurs_twice_is_named_as_in_a_round_file(terms: Terms) -> None:
    findings = [ProposedFinding("1.3", upheld=True, pointer=f"/{number}") for number in range(2)]
    twice = Place("/1/criterion", "Tiêu chí “1.3” bị trùng.", "Criterion “1.3” occurs twice.")
    assert mistakes_in_findings(terms, findings) == [twice]


def test_each_criterion_is_found_upon_by_its_own_appraiser(terms: Terms) -> None:
    given = SHEET.given(*SUBMITTED)
    assert given.when(find(terms, ProposedFinding("1.2.1", upheld=True), by=FIELD))
    with pytest.raises(NotTheAppraiserError) as refused:
        given.when(
            find(
                terms,
                ProposedFinding("1.2.1", upheld=True, pointer="/0"),
                ProposedFinding("1.3", upheld=True, pointer="/1"),
                by=FIELD,
            )
        )
    (wrong,) = refused.value.places
    assert wrong == Place("/1/criterion", "Tiêu chí 1.3 do H16 thẩm định.", "Criterion 1.3 is appraised by H16.")


@pytest.mark.parametrize("node", ["H16.01", "H16.01.03"])
def test_a_member_of_the_unit_does_not_appraise_it_whatever_other_rights_they_have(terms: Terms, node: str) -> None:
    insider = replace(OFFICE, nodes=frozenset(("H16", node)))
    for command in (
        find(terms, ProposedFinding("1.3", upheld=True), by=insider),
        CompleteAppraisal(terms, insider, NOW),
    ):
        with pytest.raises(SelfAppraisalError, match=UNIT):
            SHEET.given(*SUBMITTED, *UPHELD).when(command)


def test_an_appraiser_of_nothing_here_learns_nothing(terms: Terms) -> None:
    outsider = ActingAppraiser(frozenset(), frozenset(("H17",)))
    with pytest.raises(ForbiddenError):
        SHEET.when(find(terms, ProposedFinding("nothing", upheld=True), by=outsider))


def test_only_a_submitted_self_score_is_appraised(terms: Terms) -> None:
    for command in (find(terms, ProposedFinding("1.3", upheld=True)), CompleteAppraisal(terms, OFFICE, NOW)):
        with pytest.raises(NothingToAppraiseError):
            SHEET.given(*SUBMITTED[:-1]).when(command)


def test_a_complete_appraisal_tells_what_counts_for_each_criterion(terms: Terms) -> None:
    corrected = ClaimCorrected(ROUND, UNIT, "1.1.4", "c", figures({"done": "8", "planned": "10"}))
    points = ClaimCorrected(ROUND, UNIT, "1.3", "c", points="1.5")
    (fact,) = SHEET.given(*SUBMITTED, *UPHELD, corrected, points).when(CompleteAppraisal(terms, OFFICE, NOW))
    upheld = [
        Finding(criterion=code, figures=list(figures(CLAIMED[code])))
        for code in ("1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.2.2")
    ]
    assert fact == AppraisalCompleted(
        ROUND,
        UNIT,
        1,
        (
            *upheld[:3],
            Finding(criterion="1.1.4", figures=list(figures({"done": "8", "planned": "10"})), corrected=True),
            *upheld[3:],
            Finding(criterion="1.3", points="1.5", corrected=True),
        ),
    )


def test_an_incomplete_appraisal_is_refused_with_the_list(terms: Terms) -> None:
    with pytest.raises(AppraisalIncompleteError) as refused:
        SHEET.given(*SUBMITTED, *UPHELD[2:]).when(CompleteAppraisal(terms, OFFICE, NOW))
    assert [place.at for place in refused.value.places] == ["/findings/1.1.1", "/findings/1.1.2"]


def test_a_completed_appraisal_changes_only_when_it_is_due_again(terms: Terms) -> None:
    completed = SHEET.given(*SUBMITTED, *UPHELD, AppraisalCompleted(ROUND, UNIT, 1, ()))
    proposed = ProposedFinding("1.3", points="1", comment="c")
    for refused in (find(terms, proposed), CompleteAppraisal(terms, OFFICE, NOW)):
        with pytest.raises(AppraisalCompletedBeforeError):
            completed.when(refused)
    again = replace(terms, due=2)
    (fact,) = completed.after(find(again, proposed)).when(CompleteAppraisal(again, OFFICE, NOW))
    assert isinstance(fact, AppraisalCompleted)
    assert (fact.closing, fact.findings[-1].points) == (2, "1")


def test_nothing_is_found_or_completed_after_the_deadline_until_the_office_extends_it(terms: Terms) -> None:
    ending = replace(terms, deadlines=Deadlines(appraisal_until=SOON))
    command = replace(find(ending, ProposedFinding("1.3", upheld=True, comment="comment:1")), at=LATER)
    completion = CompleteAppraisal(ending, OFFICE, LATER)
    sheet = SHEET.given(*SUBMITTED, *UPHELD)
    for late in (command, completion):
        with pytest.raises(AppraisalOverError, match="07:00 on 2026-08-01"):
            sheet.when(late)
        assert sheet.when(replace(late, at=SOON))  # the last instant counts
    extension = ExtendAppraisal(ending, MUCH_LATER, "reason:1", LATER)
    extended = sheet.after(extension)
    assert extended.history[-1] == AppraisalExtended(ROUND, UNIT, 1, MUCH_LATER, "reason:1")
    assert extended.when(command)
    assert extended.when(completion)
    with pytest.raises(ExtensionTooShortError, match="07:00 on 2026-10-01"):
        extended.when(extension)


def test_an_extension_counts_for_its_own_closing_and_needs_an_open_appraisal(terms: Terms) -> None:
    ending = replace(terms, deadlines=Deadlines(appraisal_until=SOON))
    extended = SHEET.given(*SUBMITTED, *UPHELD).after(ExtendAppraisal(ending, MUCH_LATER, "reason:1", NOW))
    completed = extended.given(AppraisalCompleted(ROUND, UNIT, 1, ()))
    with pytest.raises(AppraisalCompletedBeforeError):
        completed.when(ExtendAppraisal(ending, "2026-12-01T00:00:00.000000Z", "reason:1", NOW))
    again = replace(ending, due=2)
    with pytest.raises(AppraisalOverError):
        completed.when(CompleteAppraisal(again, OFFICE, LATER))
    assert completed.when(CompleteAppraisal(replace(again, deadlines=Deadlines()), OFFICE, LATER))


A, B = replace(OFFICE, id="a"), replace(OFFICE, id="b")
CORRECTION = ProposedFinding("1.3", points="1", comment="comment:1")
REVERSAL = ProposedFinding("1.3", upheld=True)


def test_where_four_eyes_are_asked_for_who_corrected_does_not_complete(terms: Terms) -> None:
    watched, sheet = replace(terms, four_eyes=True), SHEET.given(*SUBMITTED, *UPHELD)
    corrected = sheet.after(find(watched, CORRECTION, by=A))
    with pytest.raises(FourEyesError, match=UNIT) as refused:
        corrected.when(CompleteAppraisal(watched, A, NOW))
    assert [place.at for place in refused.value.places] == ["/findings/1.3"]
    assert corrected.when(CompleteAppraisal(watched, B, NOW))
    assert corrected.when(CompleteAppraisal(terms, A, NOW))  # a small office asks for none


def test_whose_correction_was_replaced_or_undone_may_complete(terms: Terms) -> None:
    watched = replace(terms, four_eyes=True)
    corrected = SHEET.given(*SUBMITTED, *UPHELD).after(find(watched, CORRECTION, by=A))
    assert corrected.after(find(watched, replace(CORRECTION, points="2"), by=B)).when(
        CompleteAppraisal(watched, A, NOW)
    )
    assert corrected.after(find(watched, REVERSAL, by=A)).when(CompleteAppraisal(watched, A, NOW))


def test_after_a_reopening_only_what_was_changed_since_counts_and_undoing_is_a_change(terms: Terms) -> None:
    watched, again = replace(terms, four_eyes=True), replace(terms, four_eyes=True, due=2)
    corrected = SHEET.given(*SUBMITTED, *UPHELD).after(find(watched, CORRECTION, by=A))
    completed = corrected.after(CompleteAppraisal(watched, B, NOW))
    assert completed.when(CompleteAppraisal(again, A, NOW))
    undone = completed.after(find(again, REVERSAL, by=B))
    with pytest.raises(FourEyesError):
        undone.when(CompleteAppraisal(again, B, NOW))
    assert undone.when(CompleteAppraisal(again, A, NOW))
