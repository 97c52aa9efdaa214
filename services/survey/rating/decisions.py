"""The rules of a press: each one counts once. Pure.

A kiosk numbers its presses from 1. A batch is decided on the stored state, so that a press costs neither a fold nor a
read: the state has the last number, and marks at the ends of the last batches, each with a hash over every press up to
there. A batch that is sent again begins and ends at such marks, which prove that it is the same. Where they do not, the
API compares it with the log (`ComparisonNeeded`) and sends the command again; so the answer is true for any number,
however old.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parindex.eventstore.appending import StreamHead, Undecided
from parindex.eventstore.decider import StatefulDecider
from parindex.refusal import Place
from survey.admitting.routing import Route
from survey.enrolling.refusals import KioskRevokedError, KioskUnknownError
from survey.enrolling.state import Kiosk
from survey.rating.commands import RecordRatings
from survey.rating.events import RatingRecorded
from survey.rating.refusals import PressesInvalidError, SequenceGapError
from survey.rating.state import Press, after_presses, chained, marked, place


@dataclass(frozen=True, slots=True)
class ComparisonNeeded(Undecided):
    """The stored state can't prove that the presses up to number `until` are those that were recorded."""

    until: int


def record(
    command: RecordRatings, kiosk: Kiosk, *read: StreamHead
) -> tuple[Sequence[RatingRecorded], Kiosk] | Undecided:
    """Return the facts of the presses that are new, each with the round that counts it, and the kiosk after them.

    `read` are the heads of the streams that the append reads. Undecided: ComparisonNeeded, or that of `find_route`.
    """
    fresh = _new_presses(command, kiosk)
    if isinstance(fresh, Undecided):
        return fresh
    if not fresh:
        return (), kiosk
    route = command.find_route((kiosk.unit, kiosk.question, kiosk.group), read)
    if isinstance(route, Undecided):
        return route
    facts = _recorded(command, kiosk, fresh, route)
    return facts, marked(after_presses(kiosk, facts))


rating: StatefulDecider[RecordRatings, Kiosk] = StatefulDecider(record)
"""The decider returns the state itself because of its marks: they say where batches ended, which no fact does."""


def _new_presses(command: RecordRatings, kiosk: Kiosk) -> Sequence[Press] | ComparisonNeeded:
    if not kiosk.registered:
        raise KioskUnknownError(command.kiosk)
    if kiosk.revoked:
        raise KioskRevokedError
    if places := list(_mistakes(command, kiosk)):
        raise PressesInvalidError(places)
    first = command.presses[0].seq
    if first > kiosk.last_seq + 1:
        raise SequenceGapError(kiosk.last_seq + 1, first)
    known = kiosk.last_seq + 1 - first
    if _is_unproven(command.presses[:known], kiosk, command.compared):
        return ComparisonNeeded(command.presses[:known][-1].seq)
    return command.presses[known:]


def _recorded(command: RecordRatings, kiosk: Kiosk, fresh: Sequence[Press], route: Route) -> Sequence[RatingRecorded]:
    name, unit, question, group = command.kiosk, kiosk.unit, kiosk.question, kiosk.group
    facts = []
    for press in fresh:
        received_at = command.received_at if press.pressed_at > command.latest else ""
        round_id, reason = route(received_at or press.pressed_at, press.accuracy_s, press.option)
        facts.append(
            RatingRecorded(
                name, unit, question, group, press.seq, press.option, press.pressed_at, press.accuracy_s,
                round_id, reason, received_at,
            )
        )  # fmt: skip
    return facts


def _mistakes(command: RecordRatings, kiosk: Kiosk) -> Iterable[Place]:
    first, options = command.presses[0].seq, kiosk.options
    for index, press in enumerate(command.presses):
        if press.seq != first + index:
            yield place(index, "seq", f"Phải là số {first + index}.", f"It has to be {first + index}.")
        if press.option not in options:
            choice = ", ".join(options)
            yield place(index, "option", f"Kiosk chỉ có các nút: {choice}.", f"The kiosk's options are: {choice}.")


def _is_unproven(resent: Sequence[Press], kiosk: Kiosk, compared: int) -> bool:
    if not resent or resent[-1].seq <= compared:
        return False
    marks = dict(kiosk.marks)
    chain = marks.get(resent[0].seq - 1)
    return chain is None or chained(chain, resent) != marks.get(resent[-1].seq)
