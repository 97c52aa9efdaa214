"""State of an agency's reminders in a round, and of an authority's mailboxes, folded from their events. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from assessment.reminding.events import (
    MailboxEntered,
    MailboxErased,
    MailboxFact,
    ReminderDeferred,
    ReminderDelivered,
    ReminderFact,
    ReminderFailed,
    ReminderQueued,
    ReminderReleased,
    ReminderUnanswered,
)
from assessment.reminding.occasions import MailboxRole, ReminderKey, WhyFailed


class ReminderState(StrEnum):
    """How far a reminder is. `UNKNOWN`: it was handed over, and whether the server has it is not known."""

    QUEUED = "queued"
    RELEASED = "released"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder. `attempts` counts those that were deferred, and `again_at` is when the next one may begin."""

    number: int
    key: ReminderKey
    queued_at: str
    state: ReminderState = ReminderState.QUEUED
    attempts: int = 0
    code: str = ""
    again_at: str = ""
    why: WhyFailed | None = None


@dataclass(frozen=True, slots=True)
class Reminders:
    """The reminders of an agency in a round, by number."""

    by_number: Mapping[int, Reminder] = field(default_factory=dict)

    def queued(self, now: str) -> list[Reminder]:
        """Return the reminders that are to be sent now."""
        return [one for one in self.by_number.values() if one.state is ReminderState.QUEUED and one.again_at <= now]


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The commitments to the addresses of agencies, by agency and role."""

    addresses: Mapping[tuple[str, MailboxRole], str] = field(default_factory=dict)

    def roles(self, agency: str) -> frozenset[MailboxRole]:
        """Return the roles for which an agency has an address."""
        return frozenset(role for of, role in self.addresses if of == agency)


def evolve(reminders: Reminders, fact: ReminderFact) -> Reminders:
    """Return the reminders after an event."""
    if isinstance(fact, ReminderQueued):
        key = ReminderKey(fact.stage, fact.until, fact.occasion, fact.role)
        return Reminders({**reminders.by_number, fact.number: Reminder(fact.number, key, fact.at)})
    known = reminders.by_number[fact.number]
    return Reminders({**reminders.by_number, fact.number: _after(known, fact)})


def evolve_mailboxes(mailboxes: Mailboxes, fact: MailboxFact) -> Mailboxes:
    """Return the mailboxes after an event."""
    others = {key: address for key, address in mailboxes.addresses.items() if key != (fact.agency, fact.role)}
    match fact:
        case MailboxEntered():
            return Mailboxes({**others, (fact.agency, fact.role): fact.address})
        case MailboxErased():
            return Mailboxes(others)
        case _:
            assert_never(fact)


def _after(
    known: Reminder,
    fact: ReminderReleased | ReminderDelivered | ReminderDeferred | ReminderFailed | ReminderUnanswered,
) -> Reminder:
    match fact:
        case ReminderReleased():
            return replace(known, state=ReminderState.RELEASED)
        case ReminderDelivered():
            return replace(known, state=ReminderState.DELIVERED, code=fact.code)
        case ReminderDeferred():
            attempts, again = known.attempts + 1, fact.again_at
            return replace(known, state=ReminderState.QUEUED, code=fact.code, attempts=attempts, again_at=again)
        case ReminderFailed():
            return replace(known, state=ReminderState.FAILED, code=fact.code, why=fact.why)
        case ReminderUnanswered():
            return replace(known, state=ReminderState.UNKNOWN)
        case _:
            assert_never(fact)
