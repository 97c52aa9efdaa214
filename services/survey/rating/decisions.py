"""The rules of a kiosk: who may be one, and that each press counts once.

A kiosk numbers its presses from 1. It is decided upon the stream's small state, so that a press costs neither a fold
nor a read: the state knows the last number, and at the ends of the last batches a hash over every press up to there.
A batch that is sent again begins and ends at such marks, and is proven by them to be the same. Where it does not, the
door compares it with the log itself (`ComparisonNeeded`) and sends the command again; so the answer is true for any
number, however old.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from msgspec.structs import replace

from parindex.contracts.survey import MOST_GROUPS
from parindex.contracts.taken import IdOfAnotherError
from parindex.eventstore.appending import StreamHead, Undecided
from parindex.eventstore.decider import Decider, StatefulDecider
from parindex.refusal import Place
from parindex.values.owned_ids import is_of_another
from survey.rating.commands import (
    Command,
    EnrolKiosk,
    IssueEnrolmentCode,
    Press,
    RecordRatings,
    RegisterKiosk,
    RevokeKiosk,
    Route,
)
from survey.rating.events import (
    EnrolmentCodeIssued,
    Fact,
    KioskEnrolled,
    KioskRegistered,
    KioskRevoked,
    RatingRecorded,
    authority_of,
)
from survey.rating.kiosk import Kiosk, after_presses, chained, marked, place
from survey.rating.refusals import (
    KioskRetiredError,
    KioskRevokedError,
    KioskTakenError,
    KioskUnknownError,
    PressesInvalidError,
    SequenceGapError,
    TooManyGroupsError,
)


@dataclass(frozen=True, slots=True)
class ComparisonNeeded(Undecided):
    """The stored state can't prove that the presses up to number `until` are those that were recorded."""

    until: int


def decide(command: Command, kiosk: Kiosk) -> Sequence[Fact]:
    match command:
        case RegisterKiosk():
            return _register(command, kiosk)
        case IssueEnrolmentCode():
            _require_usable(command.kiosk, kiosk)
            return [EnrolmentCodeIssued(command.kiosk, command.expires_at, command.code)]
        case EnrolKiosk():
            _require_usable(command.kiosk, kiosk)
            return [KioskEnrolled(command.kiosk, command.code)]
        case RevokeKiosk():
            _require_registered(command.kiosk, kiosk)
            return [] if kiosk.revoked else [KioskRevoked(command.kiosk)]
        case _:
            assert_never(command)


def evolve(kiosk: Kiosk, fact: Fact) -> Kiosk:
    match fact:
        case RatingRecorded():
            return after_presses(kiosk, [fact])
        case KioskRegistered():
            return Kiosk(unit=fact.unit, question=fact.question, group=fact.group, options=fact.options)
        case EnrolmentCodeIssued():
            return kiosk
        case KioskEnrolled():
            return replace(kiosk, enrolments=kiosk.enrolments + 1)
        case KioskRevoked():
            return replace(kiosk, revoked=True)
        case _:
            assert_never(fact)


enrolling: Decider[Command, Kiosk, Fact] = Decider(Kiosk(), decide, evolve)


def require_few_groups(command: RegisterKiosk, kiosks: Iterable[Kiosk]) -> None:
    """Raise TooManyGroupsError where a kiosk would be one group too many for its question, beside these others."""
    asking = {each.group for each in kiosks if (each.unit, each.question) == (command.unit, command.question)}
    if len(asking | {command.group}) > MOST_GROUPS:
        raise TooManyGroupsError(MOST_GROUPS)


def _register(command: RegisterKiosk, kiosk: Kiosk) -> Sequence[Fact]:
    authority, holder = authority_of(command.unit), authority_of(kiosk.unit) if kiosk.registered else ""
    if is_of_another(command.kiosk, authority) or holder not in ("", authority):
        raise IdOfAnotherError(command.kiosk, authority, "/kiosk", holder)
    if kiosk.registered:
        raise KioskTakenError(command.kiosk)
    return [
        KioskRegistered(command.kiosk, command.unit, command.question, command.group, command.options, command.code)
    ]


def _require_registered(name: str, kiosk: Kiosk) -> None:
    if not kiosk.registered:
        raise KioskUnknownError(name)


def _require_usable(name: str, kiosk: Kiosk) -> None:
    _require_registered(name, kiosk)
    if kiosk.revoked:
        raise KioskRetiredError(name)


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


rating: StatefulDecider[RecordRatings, Kiosk] = StatefulDecider(Kiosk(), record)
"""The state is stateful in its marks alone: they say where batches ended, which no fact does."""


def _new_presses(command: RecordRatings, kiosk: Kiosk) -> Sequence[Press] | ComparisonNeeded:
    _require_registered(command.kiosk, kiosk)
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
