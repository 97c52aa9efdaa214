"""The commands about reminders, and about mailboxes."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.reminding.events import WhyFailed
from assessment.reminding.occasions import MailboxRole, Wanted
from parindex.mail.letters import Delivery


@dataclass(frozen=True, slots=True)
class QueueReminders:
    """Queue the reminders of an agency that were not queued before, at an instant."""

    round: str
    agency: str
    wanted: Sequence[Wanted]
    at: str


@dataclass(frozen=True, slots=True)
class HandReminderOver:
    """Record that the text of a queued reminder is about to be handed over."""

    round: str
    agency: str
    number: int


@dataclass(frozen=True, slots=True)
class EndAttempt:
    """Record what became of an attempt, at an instant."""

    round: str
    agency: str
    number: int
    delivery: Delivery
    at: str


@dataclass(frozen=True, slots=True)
class DropReminder:
    """Record that a queued reminder is not sent."""

    round: str
    agency: str
    number: int
    why: WhyFailed


@dataclass(frozen=True, slots=True)
class SetMailbox:
    """Set the address of an agency's mailbox; `address` is the commitment to it."""

    authority: str
    agency: str
    role: MailboxRole
    address: str


@dataclass(frozen=True, slots=True)
class EraseMailbox:
    """Remove an agency's mailbox."""

    authority: str
    agency: str
    role: MailboxRole


ReminderCommand = QueueReminders | HandReminderOver | EndAttempt | DropReminder
MailboxCommand = SetMailbox | EraseMailbox
