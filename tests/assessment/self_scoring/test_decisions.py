from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from assessment.opening.events import RoundOpened
from assessment.opening.terms import Terms, terms_for
from assessment.self_scoring.checks import mistakes_in_claims
from assessment.self_scoring.claims import DeclaredClaim, Evidence
from assessment.self_scoring.commands import EnterClaims, ExtendSelfScoring, SubmitSelfScore, WithdrawSelfScore
from assessment.self_scoring.decisions import self_scoring
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ClaimEntered,
    ClaimUpheld,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
    SelfScoringExtended,
)
from assessment.self_scoring.refusals import (
    AppraisalBegunError,
    ClaimsInvalidError,
    DeadlinesReversedError,
    ExtensionTooShortError,
    SelfScoreIncompleteError,
    SelfScoreNotSubmittedError,
    SelfScoreSubmittedBeforeError,
    SelfScoringOverError,
    SurveyCriterionClaimedError,
)
from assessment.self_scoring.state import deadline_of
from parindex.contracts.assessment import Block, Claim, Figure, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.refusal import ConfirmationNeededError, Place
from parindex.testing.rules import Rules

SHEET = Rules(self_scoring)
NOW, SOON, LATER = "2026-07-01T12:00:00.000000Z", "2026-08-01T00:00:00.000000Z", "2026-09-01T00:00:00.000000Z"
ROUND, UNIT = "r-2026", "H16.01"
DOCUMENT = Evidence("01/KH", "2026-01-05", "evidence-title:1")


@pytest.fixture
def terms(ca_mau: CriteriaSet) -> Terms:
    block = Block(code="so", name="Sở", criteria_set="ca-mau-2013", units=[RoundUnit(code=UNIT, name="Sở Nội vụ")])
    opened = RoundOpened("H16", ROUND, 2026, "Đợt", "", (block,), (), SOON, "")
    return terms_for(opened, block, ca_mau, UNIT, due=1)


def figures(named: Mapping[str, str]) -> tuple[Figure, ...]:
    return tuple(Figure(name=name, value=value) for name, value in named.items())


def entered(criterion: str, named: Mapping[str, str] | None = None, **more: Any) -> ClaimEntered:
    return ClaimEntered(ROUND, UNIT, criterion, figures(named or {}), **more)


CLAIMS = (
    entered("1.1.1", {"outcome": "late"}, evidence=(DOCUMENT,)),
    entered("1.1.2", {"answer": "yes"}),
    entered("1.1.3", {"answer": "yes"}),
    entered("1.1.4", {"done": "9", "planned": "10"}),
    entered("1.2.1", {"answer": "no"}),
    entered("1.2.2", applicable=False),
    entered("1.3", {"points": "2.5"}),
)
SUBMITTED = SelfScoreSubmitted(
    ROUND,
    UNIT,
    tuple(Claim(criterion=c.criterion, figures=list(c.figures), applicable=c.applicable) for c in CLAIMS),
)


def enter(terms: Terms, *claims: DeclaredClaim, at: str = NOW) -> EnterClaims:
    return EnterClaims(terms, claims, at)


def test_a_claim_is_entered_with_its_figures_in_plain_form(terms: Terms) -> None:
    claim = DeclaredClaim("1.3", figures({"points": "2.50"}), evidence=(DOCUMENT,), explanation="explanation:1")
    assert SHEET.when(enter(terms, claim)) == (
        entered("1.3", {"points": "2.5"}, evidence=(DOCUMENT,), explanation="explanation:1"),
    )


def test_a_claim_may_be_replaced_until_submission_and_the_last_one_counts(terms: Terms) -> None:
    after = SHEET.given(*CLAIMS).after(enter(terms, DeclaredClaim("1.3", figures({"points": "3"}))))
    (submitted,) = after.when(SubmitSelfScore(terms, NOW))
    assert submitted == replace(
        SUBMITTED, claims=(*SUBMITTED.claims[:-1], Claim(criterion="1.3", figures=[Figure(name="points", value="3")]))
    )


def test_the_same_claim_again_is_no_new_fact(terms: Terms) -> None:
    assert SHEET.given(*CLAIMS).when(enter(terms, DeclaredClaim("1.3", figures({"points": "2.50"})))) == ()


OVER_PLAN = figures({"done": "11", "planned": "10"})


def test_what_looks_like_a_slip_is_asked_about_and_taken_once_it_is_confirmed(terms: Terms) -> None:
    claim = DeclaredClaim("1.1.4", OVER_PLAN, pointer="/3")
    with pytest.raises(ConfirmationNeededError) as asked:
        SHEET.when(enter(terms, claim))
    assert [(place.at, place.code) for place in asked.value.places] == [("/3/figures/done", "done-over-planned")]
    with pytest.raises(ConfirmationNeededError):
        SHEET.when(enter(terms, replace(claim, confirmed=("thousands-mark",))))
    confirmed = replace(claim, confirmed=("done-over-planned", "thousands-mark"))
    (fact,) = SHEET.when(enter(terms, confirmed))
    assert fact == ClaimEntered(ROUND, UNIT, "1.1.4", OVER_PLAN, confirmed=("done-over-planned",))


def test_what_was_confirmed_is_not_asked_again_until_the_figures_change(terms: Terms) -> None:
    before = SHEET.given(ClaimEntered(ROUND, UNIT, "1.1.4", OVER_PLAN, confirmed=("done-over-planned",)))
    assert before.when(enter(terms, DeclaredClaim("1.1.4", OVER_PLAN))) == ()
    assert len(before.when(enter(terms, DeclaredClaim("1.1.4", OVER_PLAN, explanation="explanation:1")))) == 1
    with pytest.raises(ConfirmationNeededError):
        before.when(enter(terms, DeclaredClaim("1.1.4", figures({"done": "12", "planned": "10"}))))


def test_a_slip_is_asked_about_although_the_next_claim_has_none(terms: Terms) -> None:
    slip, fine = DeclaredClaim("1.1.4", OVER_PLAN, pointer="/0"), DeclaredClaim("1.3", figures({"points": "1"}))
    with pytest.raises(ConfirmationNeededError) as asked:
        SHEET.when(enter(terms, slip, fine))
    assert [place.at for place in asked.value.places] == ["/0/figures/done"]


def test_mistakes_are_reported_before_anything_is_asked(terms: Terms) -> None:
    with pytest.raises(ClaimsInvalidError):
        SHEET.when(enter(terms, DeclaredClaim("1.1.4", OVER_PLAN), DeclaredClaim("9")))


def test_every_mistake_of_every_claim_is_reported_at_once(terms: Terms) -> None:
    command = enter(
        terms,
        DeclaredClaim("1.1.2", figures({"answer": "yes"}), pointer="/0"),
        DeclaredClaim("1.1.4", figures({"done": "x"}), pointer="/1"),
        DeclaredClaim("9", pointer="/2"),
        DeclaredClaim("2.1", figures({"points": "1"}), pointer="/3"),
        DeclaredClaim("1.1.2", figures({"answer": "no"}), applicable=False, pointer="/4"),
        DeclaredClaim("1.1", pointer="/5"),
    )
    with pytest.raises(ClaimsInvalidError) as refused:
        SHEET.when(command)
    assert [place.at for place in refused.value.places] == [
        "/1/figures/planned",
        "/1/figures/done",
        "/2/criterion",
        "/4/figures",
        "/4/criterion",
        "/5/criterion",
        "/3/criterion",
    ]


def test_a_survey_criterion_is_not_self_scored(terms: Terms) -> None:
    with pytest.raises(SurveyCriterionClaimedError) as refused:
        SHEET.when(enter(terms, DeclaredClaim("2.1", figures({"points": "10"}))))
    assert "2.1" in refused.value.places[0].vi


def test_a_whole_self_score_is_submitted(terms: Terms) -> None:
    assert SHEET.given(*CLAIMS).when(SubmitSelfScore(terms, NOW)) == (SUBMITTED,)


def test_an_incomplete_self_score_is_refused_with_all_that_is_missing(terms: Terms) -> None:
    without_proof = replace(CLAIMS[0], evidence=())
    with pytest.raises(SelfScoreIncompleteError) as refused:
        SHEET.given(without_proof, *CLAIMS[1:-2]).when(SubmitSelfScore(terms, NOW))
    assert [place.at for place in refused.value.places] == [
        "/claims/1.1.1/evidence",
        "/claims/1.2.2",
        "/claims/1.3",
    ]


def test_an_explanation_will_do_for_evidence(terms: Terms) -> None:
    explained = replace(CLAIMS[0], evidence=(), explanation="explanation:1")
    assert SHEET.given(explained, *CLAIMS[1:]).when(SubmitSelfScore(terms, NOW)) == (SUBMITTED,)


def test_a_submitted_self_score_takes_no_claims_and_no_second_submission(terms: Terms) -> None:
    submitted = SHEET.given(*CLAIMS, SUBMITTED)
    for command in (enter(terms, DeclaredClaim("1.3", figures({"points": "1"}))), SubmitSelfScore(terms, NOW)):
        with pytest.raises(SelfScoreSubmittedBeforeError):
            submitted.when(command)


def test_a_withdrawn_self_score_may_be_changed_and_submitted_again(terms: Terms) -> None:
    withdrawn = SHEET.given(*CLAIMS, SUBMITTED).after(WithdrawSelfScore(terms, NOW))
    assert withdrawn.history[-1] == SelfScoreWithdrawn(ROUND, UNIT)
    assert withdrawn.when(enter(terms, DeclaredClaim("1.3", figures({"points": "1"}))))
    assert withdrawn.when(SubmitSelfScore(terms, NOW)) == (SUBMITTED,)


def test_what_was_not_submitted_can_not_be_withdrawn(terms: Terms) -> None:
    with pytest.raises(SelfScoreNotSubmittedError):
        SHEET.given(*CLAIMS).when(WithdrawSelfScore(terms, NOW))


def test_the_first_finding_ends_withdrawal(terms: Terms) -> None:
    with pytest.raises(AppraisalBegunError):
        SHEET.given(*CLAIMS, SUBMITTED, ClaimUpheld(ROUND, UNIT, "1.3")).when(WithdrawSelfScore(terms, NOW))


def test_a_completed_appraisal_ends_withdrawal_even_where_there_was_nothing_to_appraise(terms: Terms) -> None:
    nothing = replace(terms, appraisers={})
    history = (SelfScoreSubmitted(ROUND, UNIT, ()), AppraisalCompleted(ROUND, UNIT, 1, ()))
    with pytest.raises(AppraisalBegunError):
        SHEET.given(*history).when(WithdrawSelfScore(nothing, NOW))


def test_after_the_deadline_nothing_is_claimed_submitted_or_withdrawn(terms: Terms) -> None:
    after = SOON.replace("000000Z", "000001Z")
    with pytest.raises(SelfScoringOverError, match=SOON):
        SHEET.when(enter(terms, DeclaredClaim("1.3", figures({"points": "1"})), at=after))
    with pytest.raises(SelfScoringOverError):
        SHEET.given(*CLAIMS).when(SubmitSelfScore(terms, after))
    with pytest.raises(SelfScoringOverError):
        SHEET.given(*CLAIMS, SUBMITTED).when(WithdrawSelfScore(terms, after))


def test_the_deadline_itself_is_in_time(terms: Terms) -> None:
    assert SHEET.given(*CLAIMS).when(SubmitSelfScore(terms, SOON)) == (SUBMITTED,)


def test_a_round_without_deadline_waits(terms: Terms) -> None:
    assert SHEET.given(*CLAIMS).when(SubmitSelfScore(replace(terms, self_scoring_until=""), "2099-01-01")) == (
        SUBMITTED,
    )


def test_an_extension_sets_no_deadline_where_the_round_has_none(terms: Terms) -> None:
    endless = replace(terms, self_scoring_until="")
    extended = SHEET.given(*CLAIMS, SelfScoringExtended(ROUND, UNIT, SOON, "reason:1"))
    assert extended.when(SubmitSelfScore(endless, LATER)) == (SUBMITTED,)
    assert deadline_of(endless, extended.state) == ""


def test_the_office_gives_one_unit_more_time(terms: Terms) -> None:
    extended = SHEET.given(*CLAIMS).after(ExtendSelfScoring(terms, LATER, "reason:1", at=SOON + "+"))
    assert extended.history[-1] == SelfScoringExtended(ROUND, UNIT, LATER, "reason:1")
    assert extended.when(SubmitSelfScore(terms, LATER)) == (SUBMITTED,)


@pytest.mark.parametrize("until", [NOW, SOON])
def test_an_extension_lengthens(terms: Terms, until: str) -> None:
    with pytest.raises(ExtensionTooShortError, match=SOON):
        SHEET.when(ExtendSelfScoring(terms, until, "reason:1", at=NOW))


def test_an_appraised_unit_gets_no_more_time(terms: Terms) -> None:
    with pytest.raises(AppraisalBegunError):
        SHEET.given(*CLAIMS, SUBMITTED, ClaimUpheld(ROUND, UNIT, "1.3")).when(
            ExtendSelfScoring(terms, LATER, "reason:1", at=NOW)
        )


@pytest.mark.parametrize(
    ("days", "place"),
    [
        ({"issued_on": "2026-07-02"}, "issued_on"),
        ({"effective_from": "2026-02-01", "effective_to": "2026-01-31"}, "effective_to"),
    ],
)
def test_days_of_a_document_that_can_not_be_are_named(terms: Terms, days: dict[str, str], place: str) -> None:
    claim = DeclaredClaim("1.1.2", figures({"answer": "yes"}), evidence=(DOCUMENT, Evidence("2", **days)), pointer="/4")
    with pytest.raises(ClaimsInvalidError) as refused:
        SHEET.when(enter(terms, claim))
    assert [each.at for each in refused.value.places] == [f"/4/evidence/1/{place}"]


def test_a_document_may_be_of_today_in_vietnam_and_take_effect_later(terms: Terms) -> None:
    today = Evidence("2", "2026-07-02", effective_from="2026-08-01", effective_to="2026-08-01")
    claim = DeclaredClaim("1.1.2", figures({"answer": "yes"}), evidence=(today,))
    assert SHEET.when(enter(terms, claim, at="2026-07-01T17:00:00.000000Z"))  # midnight there


def test_self_scoring_is_not_extended_beyond_the_appraisal(terms: Terms) -> None:
    ending = replace(terms, appraisal_until=LATER)
    with pytest.raises(DeadlinesReversedError, match=LATER):
        SHEET.when(ExtendSelfScoring(ending, LATER, "reason:1", NOW))
    longer = SHEET.given(AppraisalExtended(ROUND, UNIT, 1, "2026-10-01T00:00:00.000000Z", "reason:1"))
    assert longer.when(ExtendSelfScoring(ending, LATER, "reason:1", NOW))


def test_a_criterion_that_occurs_twice_is_named_as_in_a_round_file(terms: Terms) -> None:
    claims = [DeclaredClaim("1.3", applicable=False, pointer=f"/{number}") for number in range(2)]
    twice = Place("/1/criterion", "Tiêu chí “1.3” bị trùng.", "Criterion “1.3” occurs twice.")
    assert mistakes_in_claims(terms, claims, "2026-07-01").others == [twice]
