"""The rules of a kiosk: who may be one, and that each press counts once.

A kiosk numbers its presses from 1. It is decided upon the stream's small state, so that a press costs neither a fold
nor a read: the state knows the last number, and at the ends of the last batches a hash over every press up to there.
A batch that is sent again begins and ends at such marks, and is proven by them to be the same. Where it does not, the
door compares it with the log itself (`ComparisonNeededError`) and comes back; so the answer is true for any number,
however old.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import assert_never

import msgspec
from msgspec.structs import replace

from parindex.auth.ids import is_of_another
from parindex.contracts.survey import MOST_GROUPS
from parindex.contracts.taken import IdOfAnotherError
from parindex.eventstore.appending import Decided, StreamHead
from parindex.eventstore.decider import Decider
from parindex.refusal import Place
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
from survey.rating.kiosk import Kiosk, after_presses, chained, kiosk_of, marked, place
from survey.rating.refusals import (
    ComparisonNeededError,
    KioskRetiredError,
    KioskRevokedError,
    KioskTakenError,
    KioskUnknownError,
    PressesInvalidError,
    SequenceGapError,
    TooManyGroupsError,
)


def decide(command: Command, kiosk: Kiosk) -> Sequence[Fact]:
    match command:
        case RegisterKiosk():
            return _register(command, kiosk)
        case RecordRatings():
            return record(command, kiosk, command.route)
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


rating: Decider[Command, Kiosk, Fact] = Decider(Kiosk(), decide, evolve)


@dataclass(slots=True)
class AtHead:
    """Decides a command on the stream's small state, inside the append; afterwards `kiosk` is what came of it."""

    command: Command
    kiosk: Kiosk = field(default_factory=Kiosk)

    def __call__(self, head: StreamHead) -> Decided:
        before = kiosk_of(head)
        facts = decide(self.command, before)
        self.kiosk = after(before, facts)
        return Decided(facts, msgspec.json.encode(self.kiosk) if facts else None)


def require_few_groups(command: RegisterKiosk, kiosks: Iterable[Kiosk]) -> None:
    """Raise TooManyGroupsError where a kiosk would be one group too many for its question, beside these others."""
    asking = {each.group for each in kiosks if (each.unit, each.question) == (command.unit, command.question)}
    if len(asking | {command.group}) > MOST_GROUPS:
        raise TooManyGroupsError(MOST_GROUPS)


def after(kiosk: Kiosk, facts: Sequence[Fact]) -> Kiosk:
    """Return the small state after the facts of one append."""
    return marked(_after(kiosk, facts)) if facts else kiosk


def _after(kiosk: Kiosk, facts: Sequence[Fact]) -> Kiosk:
    presses = [fact for fact in facts if isinstance(fact, RatingRecorded)]
    return after_presses(kiosk, presses) if presses else reduce(evolve, facts, kiosk)


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


def record(command: RecordRatings, kiosk: Kiosk, route: Route) -> Sequence[RatingRecorded]:
    """Take presses in, each with the round that counts it."""
    _require_registered(command.kiosk, kiosk)
    if kiosk.revoked:
        raise KioskRevokedError
    if places := list(_mistakes(command, kiosk)):
        raise PressesInvalidError(places)
    first = command.presses[0].seq
    if first > kiosk.last_seq + 1:
        raise SequenceGapError(kiosk.last_seq + 1, first)
    known = kiosk.last_seq + 1 - first
    _require_same(command.presses[:known], kiosk, command.compared)
    name, unit, question, group = command.kiosk, kiosk.unit, kiosk.question, kiosk.group
    facts = []
    for press in command.presses[known:]:
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


def _require_same(resent: Sequence[Press], kiosk: Kiosk, compared: int) -> None:
    if not resent or resent[-1].seq <= compared:
        return
    marks = dict(kiosk.marks)
    chain = marks.get(resent[0].seq - 1)
    if chain is None or chained(chain, resent) != marks.get(resent[-1].seq):
        raise ComparisonNeededError(resent[-1].seq)
