"""The commands about reminders, and about mailboxes."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.reminding.occasions import MailboxRole, ReminderKey, WhyFailed
from parindex.mail.letters import MailDelivery


@dataclass(frozen=True, slots=True)
class QueueReminders:
    """Queue the reminders of an agency that were not queued before, at an instant."""

    round: str
    agency: str
    wanted: Sequence[ReminderKey]
    at: str


@dataclass(frozen=True, slots=True)
class ReleaseReminder:
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
    delivery: MailDelivery
    at: str


@dataclass(frozen=True, slots=True)
class WithdrawReminder:
    """Record that a queued reminder is not sent."""

    round: str
    agency: str
    number: int
    why: WhyFailed


@dataclass(frozen=True, slots=True)
class EnterMailbox:
    """Enter the address of an agency's mailbox; `address` is the commitment to it."""

    authority: str
    agency: str
    role: MailboxRole
    address: str


@dataclass(frozen=True, slots=True)
class EraseMailbox:
    """Erase an agency's mailbox."""

    authority: str
    agency: str
    role: MailboxRole


ReminderCommand = QueueReminders | ReleaseReminder | EndAttempt | WithdrawReminder
MailboxCommand = EnterMailbox | EraseMailbox
