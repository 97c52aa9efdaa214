"""Rules of appraising: when a claim may be upheld or corrected, and when a unit's appraisal is complete. Pure."""

from collections.abc import Sequence
from typing import assert_never

from assessment.appraising.checks import mistakes_in_findings, warnings_in_finding
from assessment.appraising.commands import Appraising, CompleteAppraisal, ExtendAppraisal, MakeFindings
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
from assessment.enacting.figures import plain_figures
from assessment.enacting.slips import codes_of
from assessment.opening.terms import Terms
from assessment.self_scoring.events import AppraisalCompleted, AppraisalExtended, ClaimCorrected, ClaimUpheld
from assessment.self_scoring.refusals import ExtensionTooShortError
from assessment.self_scoring.state import FindingFact, Sheet, SheetFact, appraisal_deadline, evolve
from parindex.auth.principal import covers
from parindex.auth.refusals import ForbiddenError
from parindex.eventstore.decider import Decider
from parindex.numbers import exact, to_wire
from parindex.refusal import ConfirmationNeededError, Place


def decide(command: Appraising, sheet: Sheet) -> Sequence[SheetFact]:
    """Return the events of a command, by the rule for its kind; raise its refusals."""
    match command:
        case MakeFindings():
            _check_may_appraise(command, sheet)
            return _find(command, sheet)
        case CompleteAppraisal():
            _check_may_appraise(command, sheet)
            return _complete(command, sheet)
        case ExtendAppraisal():
            return _extend(command, sheet)
        case _:
            assert_never(command)


def _find(command: MakeFindings, sheet: Sheet) -> Sequence[FindingFact]:
    if places := mistakes_in_findings(command.terms, command.findings):
        raise FindingsInvalidError(places)
    _check_responsible(command)
    facts = [_found(command, finding) for finding in command.findings]
    _check_confirmed(command, facts, sheet)
    return [fact for fact in facts if sheet.findings.get(fact.criterion) != fact]


def _complete(command: CompleteAppraisal, sheet: Sheet) -> Sequence[AppraisalCompleted]:
    terms = command.terms
    own = sorted(code for code, by in sheet.changed.items() if by == command.by.id)
    if terms.four_eyes and own:
        raise FourEyesError(terms.unit, own)
    if missing := [code for code in terms.appraisers if code not in sheet.findings]:
        raise AppraisalIncompleteError(missing)
    findings = tuple(sheet.finding(code) for code in terms.appraisers)
    return [AppraisalCompleted(terms.round, terms.unit, terms.due, findings)]


def _extend(command: ExtendAppraisal, sheet: Sheet) -> Sequence[AppraisalExtended]:
    terms = command.terms
    if sheet.completed_for >= terms.due:
        raise AppraisalCompletedBeforeError
    latest = max(command.at, appraisal_deadline(terms, sheet))
    if command.until <= latest:
        raise ExtensionTooShortError(latest)
    return [AppraisalExtended(terms.round, terms.unit, terms.due, command.until, command.reason)]


def _check_may_appraise(command: MakeFindings | CompleteAppraisal, sheet: Sheet) -> None:
    _check_impartial(command.terms.unit, command.by)
    _check_open(command.terms, sheet)
    deadline = appraisal_deadline(command.terms, sheet)
    if deadline and command.at > deadline:
        raise AppraisalOverError(deadline)


def _check_impartial(unit: str, by: ActingAppraiser) -> None:
    # a right anywhere in the unit is enough: an appraiser who also speaks for the office still belongs to the unit
    if any(covers(unit, node) for node in by.nodes):
        raise SelfAppraisalError(unit)
    if not by.agencies:
        raise ForbiddenError


def _check_open(terms: Terms, sheet: Sheet) -> None:
    if not sheet.submitted:
        raise NothingToAppraiseError
    if sheet.completed_for >= terms.due:
        raise AppraisalCompletedBeforeError


def _check_responsible(command: MakeFindings) -> None:
    places = []
    for finding in command.findings:
        appraiser = command.terms.appraisers[finding.criterion]
        if appraiser not in command.by.agencies:
            vi = f"Tiêu chí {finding.criterion} do {appraiser} thẩm định."
            en = f"Criterion {finding.criterion} is appraised by {appraiser}."
            places.append(Place(f"{finding.pointer}/criterion", vi, en))
    if places:
        raise NotTheAppraiserError(places)


def _check_confirmed(command: MakeFindings, facts: Sequence[FindingFact], sheet: Sheet) -> None:
    """Refuse figures that look like a slip, unless this command or an equal finding before confirms them."""
    places: list[Place] = []
    for finding, fact in zip(command.findings, facts, strict=True):
        known = _confirmed_before(fact, sheet.findings.get(fact.criterion))
        warnings = warnings_in_finding(command.terms.leaves[finding.criterion], finding)
        places += [warning for warning in warnings if warning.code not in {*finding.confirmed, *known}]
    if places:
        raise ConfirmationNeededError(places)


def _confirmed_before(fact: FindingFact, before: FindingFact | None) -> Sequence[str]:
    if not isinstance(fact, ClaimCorrected) or not isinstance(before, ClaimCorrected):
        return ()
    return before.confirmed if (before.figures, before.points) == (fact.figures, fact.points) else ()


def _found(command: MakeFindings, finding: ProposedFinding) -> FindingFact:
    terms, leaf = command.terms, command.terms.leaves[finding.criterion]
    if finding.upheld:
        return ClaimUpheld(terms.round, terms.unit, finding.criterion, finding.comment, command.by.id)
    return ClaimCorrected(
        terms.round,
        terms.unit,
        finding.criterion,
        finding.comment,
        tuple(plain_figures(leaf, finding.figures)),
        finding.applicable,
        to_wire(exact(finding.points)) if finding.points else "",
        command.by.id,
        codes_of(warnings_in_finding(leaf, finding)),
    )


appraising = Decider(Sheet(), decide, evolve)
