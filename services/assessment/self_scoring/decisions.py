"""Rules of self-scoring: when a unit may claim, submit and withdraw its self-score. Pure."""

from collections.abc import Sequence
from typing import assert_never

from assessment.enacting.figures import plain_figures
from assessment.enacting.slips import codes_of
from assessment.opening.terms import Terms
from assessment.self_scoring.checks import missing_in, mistakes_in_claims, warnings_in_claim
from assessment.self_scoring.claims import DeclaredClaim
from assessment.self_scoring.commands import (
    EnterClaims,
    ExtendSelfScoring,
    SelfScoring,
    SubmitSelfScore,
    WithdrawSelfScore,
)
from assessment.self_scoring.events import ClaimEntered, SelfScoreSubmitted, SelfScoreWithdrawn, SelfScoringExtended
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
from assessment.self_scoring.state import Sheet, SheetFact, appraisal_deadline, evolve
from parindex.contracts.assessment import Claim
from parindex.eventstore.decider import Decider
from parindex.refusal import ConfirmationNeededError, Place, first_places
from parindex.values.days import day_in_vietnam


def decide(command: SelfScoring, sheet: Sheet) -> Sequence[SheetFact]:
    """Return the events of a command, by the rule for its kind; raise its refusals."""
    match command:
        case EnterClaims():
            return _enter(command, sheet)
        case SubmitSelfScore():
            return _submit(command, sheet)
        case WithdrawSelfScore():
            return _withdraw(command, sheet)
        case ExtendSelfScoring():
            return _extend(command, sheet)
        case _:
            assert_never(command)


def deadline_of(terms: Terms, sheet: Sheet) -> str:
    """Return until when the unit may self-score; "" is for ever. An extension only ever lengthens."""
    return max(terms.self_scoring_until, sheet.extended_until) if terms.self_scoring_until else ""


def _enter(command: EnterClaims, sheet: Sheet) -> Sequence[ClaimEntered]:
    if sheet.submitted:
        raise SelfScoreSubmittedBeforeError
    _check_in_time(command.terms, sheet, command.at)
    _check_claims(command)
    facts = [_entered(command.terms, claim) for claim in command.claims]
    _check_confirmed(command, facts, sheet)
    return [fact for fact in facts if sheet.claims.get(fact.criterion) != fact]


def _submit(command: SubmitSelfScore, sheet: Sheet) -> Sequence[SelfScoreSubmitted]:
    terms = command.terms
    if sheet.submitted:
        raise SelfScoreSubmittedBeforeError
    _check_in_time(terms, sheet, command.at)
    if places := first_places(missing_in((terms.leaves[code] for code in terms.appraisers), sheet.claims)):
        raise SelfScoreIncompleteError(places)
    claims = tuple(_submitted(sheet.claims[code]) for code in terms.appraisers)
    return [SelfScoreSubmitted(terms.round, terms.unit, claims)]


def _withdraw(command: WithdrawSelfScore, sheet: Sheet) -> Sequence[SelfScoreWithdrawn]:
    if not sheet.submitted:
        raise SelfScoreNotSubmittedError
    if sheet.findings or sheet.completed_for:
        raise AppraisalBegunError
    _check_in_time(command.terms, sheet, command.at)  # later it could not be submitted again
    return [SelfScoreWithdrawn(command.terms.round, command.terms.unit)]


def _extend(command: ExtendSelfScoring, sheet: Sheet) -> Sequence[SelfScoringExtended]:
    if sheet.findings or sheet.completed_for:
        raise AppraisalBegunError
    latest = max(command.at, deadline_of(command.terms, sheet))
    if command.until <= latest:
        raise ExtensionTooShortError(latest)
    last = appraisal_deadline(command.terms, sheet)
    if last and command.until >= last:
        raise DeadlinesReversedError(last)
    return [SelfScoringExtended(command.terms.round, command.terms.unit, command.until, command.reason)]


def _check_in_time(terms: Terms, sheet: Sheet, at: str) -> None:
    deadline = deadline_of(terms, sheet)
    if deadline and at > deadline:
        raise SelfScoringOverError(deadline)


def _check_claims(command: EnterClaims) -> None:
    mistakes = mistakes_in_claims(command.terms, command.claims, day_in_vietnam(command.at))
    if mistakes.others:
        raise ClaimsInvalidError([*mistakes.others, *mistakes.surveyed])
    if mistakes.surveyed:
        raise SurveyCriterionClaimedError(mistakes.surveyed)


def _check_confirmed(command: EnterClaims, facts: Sequence[ClaimEntered], sheet: Sheet) -> None:
    """Refuse figures that look like a slip, unless this command or a claim before with equal figures confirms them."""
    places: list[Place] = []
    for claim, fact in zip(command.claims, facts, strict=True):
        before = sheet.claims.get(fact.criterion)
        known = before.confirmed if before is not None and before.figures == fact.figures else ()
        confirmed = {*claim.confirmed, *known}
        places += [warning for warning in warnings_in_claim(command.terms, claim) if warning.code not in confirmed]
    if places:
        raise ConfirmationNeededError(places)


def _entered(terms: Terms, claim: DeclaredClaim) -> ClaimEntered:
    return ClaimEntered(
        terms.round,
        terms.unit,
        claim.criterion,
        tuple(plain_figures(terms.leaves[claim.criterion], claim.figures)),
        claim.applicable,
        claim.evidence,
        claim.explanation,
        codes_of(warnings_in_claim(terms, claim)),
    )


def _submitted(claim: ClaimEntered) -> Claim:
    return Claim(criterion=claim.criterion, figures=list(claim.figures), applicable=claim.applicable)


self_scoring = Decider(Sheet(), decide, evolve)
