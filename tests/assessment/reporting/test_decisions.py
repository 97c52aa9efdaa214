from dataclasses import replace

import pytest
from tests.assessment.sheets import (
    CLAIMS,
    NOW,
    ROUND,
    SHEET,
    SOON,
    SUBMITTED,
    UNIT,
    figures,
    terms_in,
)

from assessment.opening.deadlines import Deadlines
from assessment.opening.terms import Terms
from assessment.reporting.commands import SubmitSelfScore, WithdrawSelfScore
from assessment.reporting.refusals import SelfScoreIncompleteError, SelfScoreNotSubmittedError
from assessment.self_scoring.claims import DeclaredClaim
from assessment.self_scoring.commands import EnterClaims
from assessment.self_scoring.events import AppraisalCompleted, ClaimUpheld, SelfScoreSubmitted, SelfScoreWithdrawn
from assessment.self_scoring.refusals import AppraisalBegunError, SelfScoreSubmittedBeforeError, SelfScoringOverError
from parindex.contracts.criteria import CriteriaSet


@pytest.fixture
def terms(ca_mau: CriteriaSet) -> Terms:
    return terms_in(ca_mau)


def enter(terms: Terms, *claims: DeclaredClaim, at: str = NOW) -> EnterClaims:
    return EnterClaims(terms, claims, at)


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
    with pytest.raises(SelfScoringOverError, match="07:00 on 2026-08-01"):
        SHEET.when(enter(terms, DeclaredClaim("1.3", figures({"points": "1"})), at=after))
    with pytest.raises(SelfScoringOverError):
        SHEET.given(*CLAIMS).when(SubmitSelfScore(terms, after))
    with pytest.raises(SelfScoringOverError):
        SHEET.given(*CLAIMS, SUBMITTED).when(WithdrawSelfScore(terms, after))


def test_the_deadline_itself_is_in_time(terms: Terms) -> None:
    assert SHEET.given(*CLAIMS).when(SubmitSelfScore(terms, SOON)) == (SUBMITTED,)


def test_a_round_without_deadline_waits(terms: Terms) -> None:
    assert SHEET.given(*CLAIMS).when(SubmitSelfScore(replace(terms, deadlines=Deadlines()), "2099-01-01")) == (
        SUBMITTED,
    )
