"""The names of the states of a sheet, the values of all its stages, and what an event may say about them."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from assessment.opening.stages import ValueStage
from assessment.self_scoring.events import ClaimCorrected, ClaimEntered, ClaimUpheld, CutExplained
from assessment.self_scoring.state import Sheet, SheetState, said_by
from parindex.contracts.assessment import Figure

Value = tuple[tuple[Figure, ...], bool, str]
"""Figures, whether the criterion applies, and points that were set instead of figures."""
Cell = tuple[ValueStage, str]


class Name(StrEnum):
    """A state of a sheet: who may do something with it."""

    DRAFT = "draft"
    SENT = "sent"
    APPROVED = "approved"
    RETURNED = "returned"
    FIRST = "the first appraisal is under way"
    EXPLAINING = "the first appraisal is announced, and the unit explains"
    SECOND = "the explanation is submitted or ended, and the second appraisal is under way"
    COUNCIL = "the council has begun to decide"
    COMPLETED = "the appraisal is complete"
    CORRECTING = "the round is reopened for the unit"


def names_of(sheet: Sheet, due: int) -> list[Name]:
    """Return every name that fits the whole of a sheet: one, or the rules reach a state that has no name."""
    first, second, council, correction = (
        sheet.found.get(stage, {})
        for stage in (ValueStage.APPRAISAL_1, ValueStage.APPRAISAL_2, ValueStage.COUNCIL, ValueStage.CORRECTION)
    )
    cut = {code for code, found in first.items() if isinstance(found, ClaimCorrected)}
    announced, ended, done = bool(sheet.cut), sheet.explained is not None, sheet.completed_for
    untouched = not (sheet.found or announced or ended or sheet.explanations or done)
    in_order = (
        set(sheet.explanations) <= set(sheet.cut)
        and (not announced or set(sheet.cut) == cut)
        and set(sheet.explained or ()) <= set(sheet.cut)
        and set(second) <= set(sheet.explained or ())
        and (announced or not ended)
    )
    appraised = sheet.submitted and in_order and set(first) == set(sheet.claims)
    decided = appraised and announced == ended and set(second) == set(sheet.explained or ())
    fits: Mapping[Name, bool] = {
        Name.DRAFT: untouched and sheet.state is SheetState.DRAFT,
        Name.SENT: untouched and sheet.state is SheetState.SENT,
        Name.APPROVED: untouched and sheet.state is SheetState.APPROVED,
        Name.RETURNED: untouched and sheet.state is SheetState.RETURNED,
        Name.FIRST: sheet.submitted and in_order and not (announced or council or correction or done) and due == 1,
        Name.EXPLAINING: appraised and announced and not (ended or council or correction or done) and due == 1,
        Name.SECOND: appraised and announced and ended and not (council or correction or done) and due == 1,
        Name.COUNCIL: decided and bool(council) and not (correction or done) and due == 1,
        Name.COMPLETED: decided and done == due,
        Name.CORRECTING: decided and done == due - 1 > 0,
    }
    return [name for name, fit in fits.items() if fit]


def values_of(sheet: Sheet) -> dict[Cell, Value]:
    """Return the value of each stage of each criterion."""
    explained = {code: each for code, each in sheet.explanations.items() if each.explanation}
    found = {(stage, code): fact for stage, facts in sheet.found.items() for code, fact in facts.items()}
    return {
        **{(ValueStage.SELF, code): said_by(claim, sheet) for code, claim in sheet.claims.items()},
        **{(ValueStage.EXPLANATION, code): said_by(each, sheet) for code, each in explained.items()},
        **{cell: said_by(fact, sheet) for cell, fact in found.items()},
    }


def points_of(sheet: Sheet) -> dict[str, Value]:
    """Return what counts for the points of each criterion: the last finding, or else the claim."""
    return {code: said_by(sheet.findings.get(code, claim), sheet) for code, claim in sheet.claims.items()}


def cells_said_by(facts: Sequence[Any]) -> set[Cell]:
    """Return the cells to which some events give a value."""
    stage_of: Mapping[type, Callable[[Any], ValueStage]] = {
        ClaimEntered: lambda _: ValueStage.SELF,
        CutExplained: lambda _: ValueStage.EXPLANATION,
        ClaimUpheld: lambda fact: fact.stage,
        ClaimCorrected: lambda fact: fact.stage,
    }
    return {(stage_of[type(fact)](fact), fact.criterion) for fact in facts if type(fact) in stage_of}


def moved(before: Mapping[Any, Value], after: Mapping[Any, Value]) -> set[Any]:
    """Return the keys whose value came, went or changed."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
