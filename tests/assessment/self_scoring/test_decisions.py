from dataclasses import replace

import pytest
from tests.assessment.sheets import (
    CLAIMS,
    DOCUMENT,
    LATER,
    NOW,
    ROUND,
    SHEET,
    SOON,
    SUBMITTED,
    UNIT,
    entered,
    figures,
    terms_in,
)

from assessment.opening.deadlines import Deadlines
from assessment.opening.terms import Terms
from assessment.reporting.commands import SubmitSelfScore
from assessment.self_scoring.checks import mistakes_in_claims
from assessment.self_scoring.claims import DeclaredClaim, Evidence
from assessment.self_scoring.commands import EnterClaims, ExtendSelfScoring
from assessment.self_scoring.events import (
    AppraisalExtended,
    ClaimEntered,
    ClaimUpheld,
    SelfScoringExtended,
)
from assessment.self_scoring.refusals import (
    AppraisalBegunError,
    ClaimsInvalidError,
    DeadlinesReversedError,
    ExtensionTooShortError,
    NothingToExtendError,
    SelfScoringNotBegunError,
    SurveyCriterionClaimedError,
)
from assessment.self_scoring.state import deadline_of
from parindex.contracts.assessment import Claim, Figure
from parindex.contracts.criteria import CriteriaSet
from parindex.refusal import ConfirmationNeededError, Place


@pytest.fixture
def terms(ca_mau: CriteriaSet) -> Terms:
    return terms_in(ca_mau)


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


def test_an_extension_sets_no_deadline_where_the_round_has_none(terms: Terms) -> None:
    endless = replace(terms, deadlines=Deadlines())
    extended = SHEET.given(*CLAIMS, SelfScoringExtended(ROUND, UNIT, SOON, "reason:1"))
    assert extended.when(SubmitSelfScore(endless, LATER)) == (SUBMITTED,)
    assert deadline_of(endless, extended.state) == ""


def test_the_office_gives_one_unit_more_time(terms: Terms) -> None:
    extended = SHEET.given(*CLAIMS).after(ExtendSelfScoring(terms, LATER, "reason:1", at=SOON + "+"))
    assert extended.history[-1] == SelfScoringExtended(ROUND, UNIT, LATER, "reason:1")
    assert extended.when(SubmitSelfScore(terms, LATER)) == (SUBMITTED,)


@pytest.mark.parametrize("until", [NOW, SOON])
def test_an_extension_lengthens(terms: Terms, until: str) -> None:
    with pytest.raises(ExtensionTooShortError, match="07:00 on 2026-08-01"):
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
    ending = replace(terms, deadlines=replace(terms.deadlines, appraisal_until=LATER))
    with pytest.raises(DeadlinesReversedError, match="07:00 on 2026-09-01"):
        SHEET.when(ExtendSelfScoring(ending, LATER, "reason:1", NOW))
    longer = SHEET.given(AppraisalExtended(ROUND, UNIT, 1, "2026-10-01T00:00:00.000000Z", "reason:1"))
    assert longer.when(ExtendSelfScoring(ending, LATER, "reason:1", NOW))


def test_a_criterion_that_occurs_twice_is_named_as_in_a_round_file(terms: Terms) -> None:
    claims = [DeclaredClaim("1.3", applicable=False, pointer=f"/{number}") for number in range(2)]
    twice = Place("/1/criterion", "Tiêu chí “1.3” bị trùng.", "Criterion “1.3” occurs twice.")
    assert mistakes_in_claims(terms, claims, "2026-07-01").others == [twice]


def test_nothing_is_claimed_before_self_scoring_begins(terms: Terms) -> None:
    later = replace(terms, deadlines=replace(terms.deadlines, self_scoring_from="2026-07-05T00:00:00.000000Z"))
    early = replace(enter(later, DeclaredClaim("1.2", applicable=False)), at="2026-07-04T00:00:00.000000Z")
    with pytest.raises(SelfScoringNotBegunError) as refused:
        SHEET.when(early)
    assert refused.value.vi == "Chưa đến lúc tự chấm điểm: bắt đầu từ 07:00 ngày 05/07/2026."
    with pytest.raises(ClaimsInvalidError):  # on the day itself the claims are looked at
        SHEET.when(replace(early, at="2026-07-05T00:00:00.000000Z", claims=(DeclaredClaim("9"),)))


def test_self_scoring_without_a_deadline_is_not_extended(terms: Terms) -> None:
    endless = replace(terms, deadlines=replace(terms.deadlines, self_scoring_until=""))
    with pytest.raises(NothingToExtendError):
        SHEET.when(ExtendSelfScoring(endless, LATER, "reason:1", NOW))
