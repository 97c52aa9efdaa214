"""The rules of enrolling: registration, enrolment and revocation of a kiosk. Pure."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from msgspec.structs import replace

from parindex.contracts.survey import MOST_GROUPS
from parindex.contracts.taken import IdOfAnotherError
from parindex.eventstore.decider import Decider
from parindex.values.owned_ids import is_of_another
from survey.admitting.events import authority_of
from survey.enrolling.commands import EnrolKiosk, IssueEnrolmentCode, KioskCommand, RegisterKiosk, RevokeKiosk
from survey.enrolling.events import EnrolmentCodeIssued, KioskEnrolled, KioskFact, KioskRegistered, KioskRevoked
from survey.enrolling.refusals import KioskRetiredError, KioskTakenError, KioskUnknownError, TooManyGroupsError
from survey.enrolling.state import Kiosk


def decide(command: KioskCommand, kiosk: Kiosk) -> Sequence[KioskFact]:
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


def evolve(kiosk: Kiosk, fact: KioskFact) -> Kiosk:
    match fact:
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


enrolling: Decider[KioskCommand, Kiosk, KioskFact] = Decider(Kiosk(), decide, evolve)


def require_few_groups(command: RegisterKiosk, kiosks: Iterable[Kiosk]) -> None:
    """Raise TooManyGroupsError where a kiosk would be one group too many for its question, beside these others."""
    asking = {each.group for each in kiosks if (each.unit, each.question) == (command.unit, command.question)}
    if len(asking | {command.group}) > MOST_GROUPS:
        raise TooManyGroupsError(MOST_GROUPS)


def _register(command: RegisterKiosk, kiosk: Kiosk) -> Sequence[KioskFact]:
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
