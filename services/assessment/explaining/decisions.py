"""Rules of explaining: when a unit may explain what the first appraisal corrected, and submit that. Pure."""

from collections.abc import Sequence
from typing import assert_never

from assessment.appraising.refusals import (
    ExplanationNotOfferedError,
    ExplanationNotOpenError,
    ExplanationOverError,
)
from assessment.enacting.figures import plain_figures
from assessment.enacting.slips import codes_of
from assessment.explaining.checks import mistakes_in_explanations, warnings_in_explanation
from assessment.explaining.commands import ExplainCuts, Explaining, SubmitExplanation
from assessment.explaining.refusals import ExplanationsInvalidError, LeaderSubmitsExplanationError
from assessment.opening.stages import ValueStage
from assessment.opening.terms import Terms
from assessment.self_scoring.checks import check_claimants, mistakes_in_files
from assessment.self_scoring.claims import DeclaredClaim
from assessment.self_scoring.events import CutExplained, ExplanationSubmitted
from assessment.self_scoring.state import Sheet, SheetFact, evolve, stage_deadline, stage_of
from parindex.eventstore.decider import Decider
from parindex.refusal import ConfirmationNeededError, Place, first_places
from parindex.values.days import day_in_vietnam, moment_said


def decide(command: Explaining, sheet: Sheet) -> Sequence[SheetFact]:
    """Return the events of a command, by the rule for its kind; raise its refusals."""
    _check_explains(command.terms, sheet, command.at)
    match command:
        case ExplainCuts():
            return _explain(command, sheet)
        case SubmitExplanation():
            return _submit(command, sheet)
        case _:
            assert_never(command)


def _explain(command: ExplainCuts, sheet: Sheet) -> Sequence[CutExplained]:
    terms, day = command.terms, day_in_vietnam(command.at)
    check_claimants(terms, command.explanations, command.agencies)
    places = mistakes_in_explanations(terms, sheet.cut, command.explanations, day)
    places += mistakes_in_files(terms, sheet, command.explanations, command.agencies, command.sent)
    if places:
        raise ExplanationsInvalidError(first_places(places))
    facts = [_explained(terms, explanation) for explanation in command.explanations]
    _check_confirmed(command, facts, sheet)
    return [fact for fact in facts if _before(terms, fact.criterion, sheet) != fact]


def _submit(command: SubmitExplanation, sheet: Sheet) -> Sequence[ExplanationSubmitted]:
    terms = command.terms
    if terms.approval and not command.leader:
        raise LeaderSubmitsExplanationError
    explained = [code for code in sheet.cut if _before(terms, code, sheet).explanation]
    return [ExplanationSubmitted(terms.round, terms.unit, tuple(explained))]


def _check_explains(terms: Terms, sheet: Sheet, at: str) -> None:
    if not terms.two_appraisals:
        raise ExplanationNotOfferedError
    if stage_of(terms, sheet) is not ValueStage.EXPLANATION:
        raise ExplanationNotOpenError
    deadline = stage_deadline(terms, sheet, ValueStage.EXPLANATION)
    if deadline and at > deadline:
        raise ExplanationOverError(moment_said(deadline))


def _before(terms: Terms, criterion: str, sheet: Sheet) -> CutExplained:
    """Return what the unit explains so far; an explanation without a text where it explains nothing."""
    return sheet.explanations.get(criterion) or CutExplained(terms.round, terms.unit, criterion, "")


def _check_confirmed(command: ExplainCuts, facts: Sequence[CutExplained], sheet: Sheet) -> None:
    """Refuse figures that look like a slip, unless this command, or equal figures before, confirm them."""
    places: list[Place] = []
    for explanation, fact in zip(command.explanations, facts, strict=True):
        before = _before(command.terms, fact.criterion, sheet)
        known = before.confirmed if before.figures == fact.figures else ()
        warnings = warnings_in_explanation(command.terms, explanation)
        places += [warning for warning in warnings if warning.code not in {*explanation.confirmed, *known}]
    if places:
        raise ConfirmationNeededError(places)


def _explained(terms: Terms, explanation: DeclaredClaim) -> CutExplained:
    leaf = terms.leaves[explanation.criterion]
    return CutExplained(
        terms.round,
        terms.unit,
        explanation.criterion,
        explanation.explanation,
        tuple(plain_figures(leaf, explanation.figures)),
        explanation.applicable,
        explanation.evidence,
        codes_of(warnings_in_explanation(terms, explanation)),
    )


explaining = Decider(Sheet(), decide, evolve)
