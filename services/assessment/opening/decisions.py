"""Rules of opening: a round opens once per id, with blocks, units, dates, appraisers, claimants that fit. Pure."""

from collections.abc import Sequence

from assessment.opening.checks import mistakes_in_round
from assessment.opening.commands import OpenRound
from assessment.opening.events import RoundOpened
from assessment.opening.state import Round, RoundFact, evolve
from parindex.contracts.taken import IdOfAnotherError
from parindex.eventstore.decider import Decider
from parindex.refusal import Kind, Place, Refused
from parindex.values.owned_ids import is_of_another


class RoundOpenedBeforeError(Refused):
    """The id is taken."""

    code = "round-opened-before"
    kind = Kind.CONFLICT
    vi, en = "Đợt “{round_id}” đã mở từ trước.", "The round “{round_id}” was opened before."

    round_id: str


class RoundInvalidError(Refused):
    """The round has mistakes; the places name every one of them."""

    code = "round-invalid"
    vi, en = "Đợt có {count} lỗi cần sửa.", "The round has {count} mistakes to fix."

    places: Sequence[Place]


def decide(command: OpenRound, state: Round) -> Sequence[RoundFact]:
    """Return the event that opens a round without mistakes; raise its refusals."""
    if is_of_another(command.round, command.authority):
        raise IdOfAnotherError(command.round, command.authority, "/round")
    if state.opened is not None and state.opened.authority != command.authority:
        raise IdOfAnotherError(command.round, command.authority, "/round", state.opened.authority)
    if state.opened is not None:
        raise RoundOpenedBeforeError(command.round)
    if places := mistakes_in_round(command):
        raise RoundInvalidError(places)
    return [
        RoundOpened(
            command.authority,
            command.round,
            command.year,
            command.title,
            command.reference,
            command.blocks,
            command.appraisers,
            command.deadlines.self_scoring_until,
            command.deadlines.appraisal_until,
            command.pressed_from,
            command.pressed_until,
            command.four_eyes,
            command.approval,
            command.two_appraisals,
            command.deadlines.self_scoring_from,
            command.deadlines.first_appraisal_until,
            command.deadlines.explanation_until,
            command.own_deadlines,
            command.training,
            command.claimants,
            command.council,
        )
    ]


opening = Decider(Round(), decide, evolve)
