"""When a round may close, and when it may be opened again."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from assessment.appraising.commands import CloseRound, Closing, ReopenRound
from assessment.appraising.refusals import (
    DeadlinePassedError,
    RoundClosedBeforeError,
    RoundNotClosedError,
    UnitsNotAppraisedError,
    UnitsNotInRoundError,
)
from assessment.appraising.state import Standing
from assessment.opening.events import RoundClosed, RoundReopened
from assessment.opening.state import Round, RoundFact, evolve
from parindex.eventstore.decider import Decider
from parindex.refusal import Place, first_places


def decide(command: Closing, state: Round) -> Sequence[RoundFact]:
    """Let the rule of each wish decide."""
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
    if places := first_places(_unfinished(command.standings, state)):
        raise UnitsNotAppraisedError(places)
    return [RoundClosed(command.round, state.closing + 1)]


def _reopen(command: ReopenRound, state: Round) -> Sequence[RoundReopened]:
    if not state.closed:
        raise RoundNotClosedError(command.round)
    if command.appraisal_until and command.appraisal_until <= command.at:
        raise DeadlinePassedError("/appraisal_until")
    strangers = [
        Place(f"/units/{index}", f"Đợt không có đơn vị {unit}.", f"The round has no unit {unit}.")
        for index, unit in enumerate(command.units)
        if unit not in state.due
    ]
    if strangers:
        raise UnitsNotInRoundError(strangers)
    units = tuple(dict.fromkeys(command.units)) or tuple(state.due)
    return [RoundReopened(command.round, state.closing, units, command.reason, command.appraisal_until)]


def _unfinished(standings: Sequence[Standing], state: Round) -> Iterator[Place]:
    known = {standing.unit: standing for standing in standings}
    for unit, due in state.due.items():
        standing = known[unit]
        if standing.completed_for < due:
            yield Place(f"/units/{unit}", _progress_vi(standing), _progress_en(standing))


def _progress_vi(standing: Standing) -> str:
    submitted = "đã nộp" if standing.submitted else "chưa nộp"
    return (
        f"{standing.name}: tự chấm {standing.claims}/{standing.criteria}, {submitted}, "
        f"thẩm định {standing.findings}/{standing.criteria}, chưa hoàn thành."
    )


def _progress_en(standing: Standing) -> str:
    submitted = "submitted" if standing.submitted else "not submitted"
    return (
        f"{standing.name}: {standing.claims} of {standing.criteria} claimed, {submitted}, "
        f"{standing.findings} of {standing.criteria} appraised, not completed."
    )


closing = Decider(Round(), decide, evolve)
