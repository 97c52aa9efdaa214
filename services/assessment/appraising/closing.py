"""Rules of closing a round and of opening it again. Pure."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from assessment.appraising.commands import CloseRound, ReopenRound, RoundClosing
from assessment.appraising.refusals import (
    DeadlinePassedError,
    RoundClosedBeforeError,
    RoundNotClosedError,
    UnitsNotAppraisedError,
    UnitsNotInRoundError,
)
from assessment.appraising.state import UnitCompletion
from assessment.opening.events import RoundClosed, RoundReopened
from assessment.opening.state import Round, RoundFact, evolve
from parindex.eventstore.decider import Decider
from parindex.refusal import Place, first_places


def decide(command: RoundClosing, state: Round) -> Sequence[RoundFact]:
    """Return the events of a command, by the rule for its kind; raise its refusals."""
    match command:
        case CloseRound():
            return _close(command, state)
        case ReopenRound():
            return _reopen(command, state)
        case _:
            assert_never(command)


def _close(command: CloseRound, state: Round) -> Sequence[RoundClosed]:
    if state.closed:
        raise RoundClosedBeforeError(command.round)
    if places := first_places(_unfinished(command.completions, state)):
        raise UnitsNotAppraisedError(places)
    return [RoundClosed(command.round, state.closings + 1)]


def _reopen(command: ReopenRound, state: Round) -> Sequence[RoundReopened]:
    if not state.closed:
        raise RoundNotClosedError(command.round)
    if command.appraisal_until and command.appraisal_until <= command.at:
        raise DeadlinePassedError("/appraisal_until")
    unknown = [
        Place(f"/units/{index}", f"Đợt không có đơn vị {unit}.", f"The round has no unit {unit}.")
        for index, unit in enumerate(command.units)
        if unit not in state.due
    ]
    if unknown:
        raise UnitsNotInRoundError(unknown)
    units = tuple(dict.fromkeys(command.units)) or tuple(state.due)
    return [RoundReopened(command.round, state.closings, units, command.reason, command.appraisal_until)]


def _unfinished(completions: Sequence[UnitCompletion], state: Round) -> Iterator[Place]:
    known = {completion.unit: completion for completion in completions}
    for unit, due in state.due.items():
        completion = known[unit]
        if completion.completed_for < due:
            yield Place(f"/units/{unit}", _progress_vi(completion), _progress_en(completion))


def _progress_vi(completion: UnitCompletion) -> str:
    submitted = "đã nộp" if completion.submitted else "chưa nộp"
    return (
        f"{completion.name}: tự chấm {completion.claims}/{completion.criteria}, {submitted}, "
        f"thẩm định {completion.findings}/{completion.criteria}, chưa hoàn thành."
    )


def _progress_en(completion: UnitCompletion) -> str:
    submitted = "submitted" if completion.submitted else "not submitted"
    return (
        f"{completion.name}: {completion.claims} of {completion.criteria} claimed, {submitted}, "
        f"{completion.findings} of {completion.criteria} appraised, not completed."
    )


round_closing = Decider(Round(), decide, evolve)
