"""Rules of reporting: when a unit sends, submits and withdraws its self-score, and its leader approves it. Pure."""

from collections.abc import Sequence
from typing import assert_never

from assessment.opening.terms import part_of
from assessment.reporting.checks import check_complete, check_lacks_nothing, check_sent
from assessment.reporting.commands import (
    ApproveSelfScore,
    RecallFromLeader,
    Reporting,
    ReportPart,
    ReturnPart,
    ReturnSelfScore,
    SendToLeader,
    StateDifficulties,
    SubmitSelfScore,
    WithdrawSelfScore,
)
from assessment.reporting.refusals import (
    ApprovalNotRequiredError,
    PartNotReportedError,
    PartUnknownError,
    SelfScoreNotApprovedError,
    SelfScoreNotSubmittedError,
)
from assessment.self_scoring.checks import check_in_time, check_with_unit
from assessment.self_scoring.events import (
    ClaimEntered,
    DifficultiesStated,
    PartReported,
    PartReturned,
    SelfScoreApproved,
    SelfScoreRecalled,
    SelfScoreReturned,
    SelfScoreSent,
    SelfScoreSubmitted,
    SelfScoreWithdrawn,
)
from assessment.self_scoring.refusals import AppraisalBegunError, SelfScoreSubmittedBeforeError
from assessment.self_scoring.state import Sheet, SheetFact, SheetState, evolve
from parindex.contracts.assessment import Claim
from parindex.eventstore.decider import Decider


def decide(command: Reporting, sheet: Sheet) -> Sequence[SheetFact]:  # noqa: PLR0911  # one rule for each command
    """Return the events of a command, by the rule for its kind; raise its refusals."""
    match command:
        case StateDifficulties():
            return _state(command, sheet)
        case ReportPart():
            return _report(command, sheet)
        case ReturnPart():
            return _return_part(command, sheet)
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
        case _:
            assert_never(command)


def _state(command: StateDifficulties, sheet: Sheet) -> Sequence[DifficultiesStated]:
    check_with_unit(sheet)
    check_in_time(command.terms, sheet, command.at)
    if command.text == sheet.difficulties:
        return []
    return [DifficultiesStated(command.terms.round, command.terms.unit, command.text)]


def _report(command: ReportPart, sheet: Sheet) -> Sequence[PartReported]:
    check_with_unit(sheet)
    check_in_time(command.terms, sheet, command.at)
    part = part_of(command.terms, command.agencies - {command.terms.unit})
    check_lacks_nothing(part, sheet)
    ready = sorted({*part.claimants.values()} - sheet.reported)
    return [PartReported(part.round, part.unit, claimant) for claimant in ready]


def _return_part(command: ReturnPart, sheet: Sheet) -> Sequence[PartReturned]:
    terms, claimant = command.terms, command.claimant
    check_with_unit(sheet)
    check_in_time(terms, sheet, command.at)
    if claimant not in terms.claimants.values():
        raise PartUnknownError(claimant)
    if claimant not in sheet.reported:
        raise PartNotReportedError(claimant)
    return [PartReturned(terms.round, terms.unit, claimant, command.note)]


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
    if sheet.state is not SheetState.APPROVED:  # a leader may take an approval back until the unit submits
        check_sent(sheet)
    check_in_time(command.terms, sheet, command.at)
    return [SelfScoreReturned(command.terms.round, command.terms.unit, command.note)]


def _submit(command: SubmitSelfScore, sheet: Sheet) -> Sequence[SelfScoreSubmitted]:
    terms = command.terms
    if sheet.submitted:
        raise SelfScoreSubmittedBeforeError
    check_in_time(terms, sheet, command.at)
    if terms.approval and sheet.state is not SheetState.APPROVED:
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


def _submitted(claim: ClaimEntered) -> Claim:
    return Claim(criterion=claim.criterion, figures=list(claim.figures), applicable=claim.applicable)


reporting = Decider(Sheet(), decide, evolve)
