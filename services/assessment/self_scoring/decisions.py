"""Rules of self-scoring: what a unit may claim and until when, and when the office may extend that. Pure."""

from collections.abc import Sequence
from typing import assert_never

from assessment.enacting.figures import plain_figures
from assessment.enacting.slips import codes_of
from assessment.opening.stages import ValueStage
from assessment.opening.terms import Terms
from assessment.self_scoring.checks import (
    check_claimants,
    check_in_time,
    check_not_reported,
    check_with_unit,
    mistakes_in_claims,
    mistakes_in_files,
    warnings_in_claim,
)
from assessment.self_scoring.claims import DeclaredClaim
from assessment.self_scoring.commands import EnterClaims, ExtendSelfScoring, SelfScoring
from assessment.self_scoring.events import ClaimEntered, SelfScoringExtended
from assessment.self_scoring.refusals import (
    AppraisalBegunError,
    ClaimsInvalidError,
    DeadlinesReversedError,
    ExtensionTooShortError,
    NothingToExtendError,
    SurveyCriterionClaimedError,
)
from assessment.self_scoring.state import Sheet, SheetFact, deadline_of, evolve, next_deadline, stated_deadline
from parindex.eventstore.decider import Decider
from parindex.refusal import ConfirmationNeededError, Place, first_places
from parindex.values.days import day_in_vietnam, moment_said


def decide(command: SelfScoring, sheet: Sheet) -> Sequence[SheetFact]:
    """Return the events of a command, by the rule for its kind; raise its refusals."""
    match command:
        case EnterClaims():
            return _enter(command, sheet)
        case ExtendSelfScoring():
            return _extend(command, sheet)
        case _:
            assert_never(command)


def _enter(command: EnterClaims, sheet: Sheet) -> Sequence[ClaimEntered]:
    check_claimants(command.terms, command.claims, command.agencies)
    check_with_unit(sheet)
    check_in_time(command.terms, sheet, command.at)
    check_not_reported(command.terms, sheet, command.claims)
    _check_claims(command, sheet)
    facts = [_entered(command.terms, claim) for claim in command.claims]
    _check_confirmed(command, facts, sheet)
    return [fact for fact in facts if sheet.claims.get(fact.criterion) != fact]


def _extend(command: ExtendSelfScoring, sheet: Sheet) -> Sequence[SelfScoringExtended]:
    if sheet.findings or sheet.completed_for:
        raise AppraisalBegunError
    if not stated_deadline(command.terms, ValueStage.SELF):
        raise NothingToExtendError
    latest = max(command.at, deadline_of(command.terms, sheet))
    if command.until <= latest:
        raise ExtensionTooShortError(moment_said(latest))
    following = next_deadline(command.terms, sheet, ValueStage.SELF)
    if following and command.until >= following:
        raise DeadlinesReversedError(moment_said(following))
    return [SelfScoringExtended(command.terms.round, command.terms.unit, command.until, command.reason)]


def _check_claims(command: EnterClaims, sheet: Sheet) -> None:
    mistakes = mistakes_in_claims(command.terms, command.claims, day_in_vietnam(command.at))
    files = mistakes_in_files(command.terms, sheet, command.claims, command.agencies, command.sent)
    if mistakes.others or files:
        raise ClaimsInvalidError(first_places([*mistakes.others, *files, *mistakes.surveyed]))
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


self_scoring = Decider(Sheet(), decide, evolve)
