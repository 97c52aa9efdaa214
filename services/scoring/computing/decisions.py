"""The rules of computing: a unit's index, a criteria set, a round. Pure.

The index is computed incrementally: changes update the unit's state, the affected lines are computed, and the sums
move by the differences. Sums are rational, so the result equals a full computation. Bonus and penalty are summed from
their lines each time, because a cap is no sum of differences; a block that is compared is computed whole, in
`comparing.py`. A change that arrives before its round or set waits in the unit's state; the later change (by
LogPosition) holds, in any order.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import assert_never

import msgspec
from msgspec.structs import replace

from parindex.contracts.criteria import AreaKind
from parindex.contracts.extras import Extras
from parindex.contracts.formula import NONE, index_of
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.survey import TallyUpdated
from parindex.eventstore.decider import Decider, StatefulDecider
from parindex.numbers import from_wire, to_wire
from scoring.computing.commands import ComputeIndex, NeedSet, PrepareRound, PrepareSet
from scoring.computing.events import IndexComputed, Input, RoundPrepared, SetNeeded, SetPrepared
from scoring.computing.prepared_sets import Leaf, prepare, slim
from scoring.computing.score_lines import (
    SCALE,
    Grounds,
    blank,
    cause,
    excluded_line,
    line_of,
    number_or_zero,
    unknown_criterion,
)
from scoring.computing.state import (
    Assignment,
    Change,
    ClaimsChange,
    FindingsChange,
    RoundState,
    SetState,
    TallyChange,
    UnitState,
    inputs_of,
)

SetFact = SetPrepared | SetNeeded


def inputs_received(command: ComputeIndex, state: UnitState) -> Sequence[Input]:
    """Return the changes that are newer than the state, as events before the index that is computed from them.

    A tally of a question that the set does not ask is no input; while the set is not known, each may be one.
    """
    facts: list[Input] = []
    for change in command.changes:
        after = _changed(state, change)
        if after is not state and _may_count(command.assignment, change):
            facts += inputs_of(command.round, command.unit, change)
        state = after
    return facts


def record_and_compute(command: ComputeIndex, state: UnitState) -> tuple[Sequence[Input | IndexComputed], UnitState]:
    """Return the inputs and the new index, if anything of it has changed, and the unit's state after it."""
    indices, after = compute(command, state)
    return (*inputs_received(command, state), *indices), after


def compute(command: ComputeIndex, state: UnitState) -> tuple[Sequence[IndexComputed], UnitState]:
    """Return the new index, if anything of it has changed, and the unit's state after it.

    Of a set that compares the units of a block, new findings are computed by `compute_block` (`comparing.py`): here a
    line that is compared gets its value, and no points.
    """
    updated = reduce(_changed, command.changes, state)
    if command.assignment is None or (updated is state and state.score is not None):
        return (), updated
    updated = _with_findings_beside_survey(command.assignment, updated)
    score = _compute(command, command.assignment, state, updated)
    after = replace(updated, claims=None, findings=None, score=score)
    return ((score,) if score != state.score else ()), after


def prepare_round(command: PrepareRound, state: RoundState) -> Sequence[RoundPrepared]:
    """Return the round, if it is new. The contract arrives in every partition; the first one makes the fact."""
    plan = RoundPrepared(command.round, command.year, command.authority, command.blocks, command.training)
    return () if state.plan else (plan,)


def prepare_set(command: PrepareSet | NeedSet, state: SetState) -> Sequence[SetFact]:
    """Return the fact, if it is new. Raises FigureUnreadableError for a set whose maxima are not numbers."""
    match command:
        case PrepareSet():
            prepare(command.criteria_set)  # a set that can't be computed with must not be known
            return () if state.raw else (SetPrepared(slim(command.criteria_set), command.digest),)
        case NeedSet():
            return () if command.round in state.rounds else (SetNeeded(command.criteria_set, command.round),)
        case _:
            assert_never(command)


def set_after(state: SetState, fact: SetFact) -> SetState:
    """Return the set after a fact."""
    match fact:
        case SetPrepared():
            return replace(state, raw=msgspec.json.encode(fact.criteria_set))
        case SetNeeded():
            return replace(state, rounds=(*state.rounds, fact.round))
        case _:
            assert_never(fact)


computing: StatefulDecider[ComputeIndex, UnitState] = StatefulDecider(record_and_compute)
preparing_rounds: Decider[PrepareRound, RoundState, RoundPrepared] = Decider(
    RoundState(), prepare_round, lambda state, fact: replace(state, plan=fact)
)
preparing_sets: Decider[PrepareSet | NeedSet, SetState, SetFact] = Decider(SetState(), prepare_set, set_after)


def _may_count(assignment: Assignment | None, change: Change) -> bool:
    """Return whether a change is about a question that the set asks, or no tally."""
    if assignment is None or not isinstance(change, TallyChange):
        return True
    return change.tally.question in assignment.criteria_set.asked


def _changed(state: UnitState, change: Change) -> UnitState:
    match change:
        case ClaimsChange():
            return (
                state if change.at <= state.claimed_at else replace(state, claimed_at=change.at, claims=change.claims)
            )
        case FindingsChange():
            late = change.at <= state.found_at
            return state if late else replace(state, found_at=change.at, findings=change.findings)
        case TallyChange():
            return _with_tally(state, change)
        case _:
            assert_never(change)


def _with_tally(state: UnitState, change: TallyChange) -> UnitState:
    before = next((held for held in state.tallies if _same(held.tally, change.tally)), None)
    if before is not None and change.at <= before.at:
        return state
    others = [held for held in state.tallies if held is not before]
    ordered = sorted([*others, change], key=lambda held: (held.tally.question, held.tally.group, held.tally.origin))
    return replace(state, tallies=tuple(ordered))


def _same(one: TallyUpdated, other: TallyUpdated) -> bool:
    return (one.question, one.group, one.origin) == (other.question, other.group, other.origin)


def _with_findings_beside_survey(assignment: Assignment, updated: UnitState) -> UnitState:
    """Keep the findings that apply to every later tally."""
    if updated.findings is None:
        return updated
    surveyed_codes = {leaf.code for leaf in assignment.criteria_set.leaves if leaf.part == "survey"}
    beside = tuple(finding for finding in updated.findings if finding.criterion in surveyed_codes)
    return replace(updated, beside_survey=beside)


def _compute(command: ComputeIndex, assignment: Assignment, before: UnitState, updated: UnitState) -> IndexComputed:
    score = before.score or _empty(command, assignment)
    lines = list(score.lines[: len(assignment.criteria_set.leaves)])
    grounds = _grounds(updated)
    for leaf in _touched(assignment, before, updated):
        if assignment.excludes(leaf):
            continue
        lines[leaf.at] = line_of(leaf, lines[leaf.at], grounds, full_marks=assignment.criteria_set.full_marks)
    unknown_criteria = _unknown_criteria(assignment, score, updated)
    return summed(score, lines, unknown_criteria, updated, assignment.criteria_set.extras)


def _grounds(updated: UnitState) -> Grounds:
    findings = updated.beside_survey if updated.findings is None else updated.findings
    return Grounds(
        None if updated.claims is None else {claim.criterion: claim for claim in updated.claims},
        {finding.criterion: finding for finding in findings},
        updated.findings is not None,
        cause("assessment", updated.found_at[1]),
        [(cause("survey", taken.at[1]), taken.tally) for taken in updated.tallies],
    )


def _touched(assignment: Assignment, before: UnitState, updated: UnitState) -> Sequence[Leaf]:
    """Return the leaves whose line may have changed."""
    if before.score is None or updated.claims is not None or updated.findings is not None:
        return assignment.criteria_set.leaves
    questions = {taken.tally.question for taken in updated.tallies if taken not in before.tallies}
    return [leaf for question in questions for leaf in assignment.criteria_set.asked.get(question, ())]


def _unknown_criteria(assignment: Assignment, score: IndexComputed, updated: UnitState) -> Sequence[ScoreLine]:
    """Return lines of findings about criteria that the set does not score: they are shown, and prevent settling."""
    if updated.findings is None:
        return score.lines[len(assignment.criteria_set.leaves) :]
    codes = sorted({finding.criterion for finding in updated.findings} - assignment.criteria_set.by_code.keys())
    return [unknown_criterion(code, cause("assessment", updated.found_at[1])) for code in codes]


def summed(
    score: IndexComputed,
    lines: Sequence[ScoreLine],
    unknown_criteria: Sequence[ScoreLine],
    updated: UnitState,
    extras: Extras,
) -> IndexComputed:
    """Return the index with other lines; the sums move by the differences."""
    moved = [(old, new) for old, new in zip(score.lines, lines, strict=False) if old is not new and old != new]
    appraisal = from_wire(score.appraisal) + _difference(moved, "appraisal")
    survey = from_wire(score.survey) + _difference(moved, "survey")
    maximum = from_wire(score.maximum) + sum(
        (number_or_zero(new.maximum) - number_or_zero(old.maximum) for old, new in moved if new.part in SCALE), NONE
    )
    bonus, penalty = (extras.sum_of(kind, lines) for kind in (AreaKind.BONUS, AreaKind.PENALTY))
    points = extras.bounded(appraisal + survey + number_or_zero(bonus) - number_or_zero(penalty), maximum)
    return IndexComputed(
        score.round, score.unit, score.block, score.criteria_set, (*lines, *unknown_criteria),
        to_wire(appraisal), to_wire(survey), to_wire(points), to_wire(maximum), _index(points, maximum),
        _claimed_from(score, updated), bonus, penalty,
    )  # fmt: skip


def _index(points: Fraction, maximum: Fraction) -> str:
    index = index_of(points, maximum)
    return "" if index is None else to_wire(index)


def _difference(moved: Sequence[tuple[ScoreLine, ScoreLine]], part: str) -> Fraction:
    return sum(
        (number_or_zero(new.points) - number_or_zero(old.points) for old, new in moved if new.part == part), NONE
    )


def _claimed_from(score: IndexComputed, updated: UnitState) -> str:
    if updated.claims is None:
        return score.claimed_from
    return cause("assessment", updated.claimed_at[1]) if updated.claims else ""


def _empty(command: ComputeIndex, assignment: Assignment) -> IndexComputed:
    full_marks, leaves = assignment.criteria_set.full_marks, assignment.criteria_set.leaves
    lines = tuple(
        excluded_line(leaf, full_marks=full_marks) if assignment.excludes(leaf) else blank(leaf) for leaf in leaves
    )
    appraisal, survey = (
        sum((number_or_zero(line.points) for line in lines if line.part == part), NONE)
        for part in ("appraisal", "survey")
    )
    maximum = sum((from_wire(line.maximum) for line in lines if line.part in SCALE), NONE)
    points = appraisal + survey
    return IndexComputed(
        command.round, command.unit, assignment.block, assignment.criteria_set.code, lines,
        to_wire(appraisal), to_wire(survey), to_wire(points), to_wire(maximum), _index(points, maximum), "",
    )  # fmt: skip
