"""Rules of self-scoring: when a unit may claim, submit and withdraw its self-score, and its leader approve it. Pure."""

from collections.abc import Sequence
from typing import assert_never

from assessment.enacting.figures import plain_figures
from assessment.enacting.slips import codes_of
from assessment.opening.terms import Terms
from assessment.self_scoring.checks import (
    check_complete,
    check_in_time,
    check_sent,
    check_with_unit,
    mistakes_in_claims,
    warnings_in_claim,
)
from assessment.self_scoring.claims import DeclaredClaim
from assessment.self_scoring.commands import (
    ApproveSelfScore,
    EnterClaims,
    ExtendSelfScoring,
    RecallFromLeader,
    ReturnSelfScore,
    SelfScoring,
    SendToLeader,
    StateDifficulties,
    SubmitSelfScore,
    WithdrawSelfScore,
)
from assessment.self_scoring.events import (
    ClaimEntered,
    DifficultiesStated,
    SelfScoreApproved,
    SelfScoreRecalled,
    SelfScoreReturned,
    SelfScoreSent,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
    SelfScoringExtended,
)
from assessment.self_scoring.refusals import (
    AppraisalBegunError,
    ApprovalNotRequiredError,
    ClaimsInvalidError,
    DeadlinesReversedError,
    ExtensionTooShortError,
    SelfScoreNotApprovedError,
    SelfScoreNotSubmittedError,
    SelfScoreSubmittedBeforeError,
    SurveyCriterionClaimedError,
)
from assessment.self_scoring.state import Sheet, SheetFact, Stage, appraisal_deadline, deadline_of, evolve
from parindex.contracts.assessment import Claim
from parindex.eventstore.decider import Decider
from parindex.refusal import ConfirmationNeededError, Place
from parindex.values.days import day_in_vietnam


def decide(command: SelfScoring, sheet: Sheet) -> Sequence[SheetFact]:  # noqa: PLR0911  # one rule for each command
    """Return the events of a command, by the rule for its kind; raise its refusals."""
    match command:
        case EnterClaims():
            return _enter(command, sheet)
        case StateDifficulties():
            return _state(command, sheet)
        case SendToLeader():
            return _send(command, sheet)
        case RecallFromLeader():
            return _recall(command, sheet)
        case ApproveSelfScore():
            return _approve(command, sheet)
        case ReturnSelfScore():
            return _return(command, sheet)
        case SubmitSelfScore():
            return _submit(command, sheet)
        case WithdrawSelfScore():
            return _withdraw(command, sheet)
        case ExtendSelfScoring():
            return _extend(command, sheet)
        case _:
            assert_never(command)


def _enter(command: EnterClaims, sheet: Sheet) -> Sequence[ClaimEntered]:
    check_with_unit(sheet)
    check_in_time(command.terms, sheet, command.at)
    _check_claims(command)
    facts = [_entered(command.terms, claim) for claim in command.claims]
    _check_confirmed(command, facts, sheet)
    return [fact for fact in facts if sheet.claims.get(fact.criterion) != fact]


def _state(command: StateDifficulties, sheet: Sheet) -> Sequence[DifficultiesStated]:
    check_with_unit(sheet)
    check_in_time(command.terms, sheet, command.at)
    if command.text == sheet.difficulties:
        return []
    return [DifficultiesStated(command.terms.round, command.terms.unit, command.text)]


def _send(command: SendToLeader, sheet: Sheet) -> Sequence[SelfScoreSent]:
    if not command.terms.approval:
        raise ApprovalNotRequiredError
    check_with_unit(sheet)
    check_in_time(command.terms, sheet, command.at)
    check_complete(command.terms, sheet)
    return [SelfScoreSent(command.terms.round, command.terms.unit)]


def _recall(command: RecallFromLeader, sheet: Sheet) -> Sequence[SelfScoreRecalled]:
    check_sent(sheet)
    check_in_time(command.terms, sheet, command.at)  # later it could not be sent again
    return [SelfScoreRecalled(command.terms.round, command.terms.unit)]


def _approve(command: ApproveSelfScore, sheet: Sheet) -> Sequence[SelfScoreApproved]:
    check_sent(sheet)
    check_in_time(command.terms, sheet, command.at)  # later it could not be submitted
    return [SelfScoreApproved(command.terms.round, command.terms.unit, command.seen)]


def _return(command: ReturnSelfScore, sheet: Sheet) -> Sequence[SelfScoreReturned]:
    if sheet.stage is not Stage.APPROVED:  # a leader may take an approval back until the unit submits
        check_sent(sheet)
    check_in_time(command.terms, sheet, command.at)
    return [SelfScoreReturned(command.terms.round, command.terms.unit, command.note)]


def _submit(command: SubmitSelfScore, sheet: Sheet) -> Sequence[SelfScoreSubmitted]:
    terms = command.terms
    if sheet.submitted:
        raise SelfScoreSubmittedBeforeError
    check_in_time(terms, sheet, command.at)
    if terms.approval and sheet.stage is not Stage.APPROVED:
        raise SelfScoreNotApprovedError
    check_complete(terms, sheet)
    claims = tuple(_submitted(sheet.claims[code]) for code in terms.appraisers)
    return [SelfScoreSubmitted(terms.round, terms.unit, claims)]


def _withdraw(command: WithdrawSelfScore, sheet: Sheet) -> Sequence[SelfScoreWithdrawn]:
    if not sheet.submitted:
        raise SelfScoreNotSubmittedError
    if sheet.findings or sheet.completed_for:
        raise AppraisalBegunError
    check_in_time(command.terms, sheet, command.at)  # later it could not be submitted again
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
