"""The rules of reminders: each is queued once, no text is handed over again without an answer, each attempt ends."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, assert_never

from assessment.reminding.commands import (
    EndAttempt,
    EnterMailbox,
    EraseMailbox,
    MailboxCommand,
    QueueReminders,
    ReleaseReminder,
    ReminderCommand,
    WithdrawReminder,
)
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
from assessment.reminding.occasions import Occasion, ReminderKey, WhyFailed
from assessment.reminding.refusals import MailboxOutsideError, MailboxUnknownError, ReminderNotQueuedError
from assessment.reminding.state import Mailboxes, Reminder, Reminders, ReminderState, evolve, evolve_mailboxes
from parindex.auth.principal import covers
from parindex.eventstore.decider import Decider
from parindex.instant import instant, moment
from parindex.mail.letters import DeliveryKind

FIRST_PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(hours=4)
GIVEN_UP_AFTER: Final = timedelta(days=2)
"""A reminder that was deferred for this long is given up, as mail servers do it."""
OPEN: Final = frozenset({ReminderState.QUEUED, ReminderState.RELEASED})


def decide(command: ReminderCommand, reminders: Reminders) -> Sequence[ReminderFact]:
    """Return the events of a command. Raises ReminderNotQueuedError."""
    if isinstance(command, QueueReminders):
        return _queued(command, reminders)
    known = reminders.by_number.get(command.number)
    match command:
        case ReleaseReminder():
            _in_queue(known, command.number)
            return [ReminderReleased(command.round, command.agency, command.number)]
        case WithdrawReminder():
            _in_queue(known, command.number)
            return [ReminderFailed(command.round, command.agency, command.number, command.why)]
        case EndAttempt():
            return _ended(command, known)
        case _:
            assert_never(command)


def decide_mailboxes(command: MailboxCommand, mailboxes: Mailboxes) -> Sequence[MailboxFact]:
    """Return the events of a command. Raises MailboxOutsideError and MailboxUnknownError."""
    former = mailboxes.addresses.get((command.agency, command.role), "")
    match command:
        case EnterMailbox():
            if not covers(command.authority, command.agency):
                raise MailboxOutsideError(command.agency, command.authority)
            if former == command.address:
                return []
            return [MailboxEntered(command.authority, command.agency, command.role, command.address, former)]
        case EraseMailbox():
            if not former:
                raise MailboxUnknownError(command.agency)
            return [MailboxErased(command.authority, command.agency, command.role, former)]
        case _:
            assert_never(command)


def pause_after(attempts: int) -> timedelta:
    """Return how long a reminder waits after so many attempts: twice as long each time, up to LONGEST_PAUSE."""
    return min(FIRST_PAUSE * (1 << (attempts - 1)), LONGEST_PAUSE)


def _queued(command: QueueReminders, reminders: Reminders) -> list[ReminderFact]:
    new = [one for one in dict.fromkeys(command.wanted) if not _is_there(one, reminders)]
    first = len(reminders.by_number) + 1
    return [
        ReminderQueued(
            command.round, command.agency, number, one.stage, one.until, one.occasion, one.role, command.at
        )
        for number, one in enumerate(new, first)
    ]  # fmt: skip


def _is_there(wanted: ReminderKey, reminders: Reminders) -> bool:
    """Return whether a reminder was queued before; one by hand is made again, but not while one waits."""
    if wanted.occasion is not Occasion.BY_HAND:
        return any(one.key == wanted for one in reminders.by_number.values())
    about = (wanted.stage, wanted.until, wanted.role)
    return any(
        (one.key.stage, one.key.until, one.key.role) == about and one.state in OPEN
        for one in reminders.by_number.values()
    )


def _in_queue(known: Reminder | None, number: int) -> None:
    if known is None or known.state is not ReminderState.QUEUED:
        raise ReminderNotQueuedError(number)


def _ended(command: EndAttempt, known: Reminder | None) -> list[ReminderFact]:
    """Return the end of an attempt. An answer that comes after the outcome was given up still counts."""
    named, delivery = (command.round, command.agency, command.number), command.delivery
    late = known is not None and known.state is ReminderState.UNKNOWN and delivery.kind is DeliveryKind.DELIVERED
    if known is None or (known.state not in OPEN and not late):
        raise ReminderNotQueuedError(command.number)
    match delivery.kind:
        case DeliveryKind.DELIVERED:
            return [ReminderDelivered(*named, delivery.code)]
        case DeliveryKind.REFUSED:
            return [ReminderFailed(*named, WhyFailed.BY_SERVER, delivery.code)]
        case DeliveryKind.UNKNOWN:
            return [ReminderUnanswered(*named)]
        case DeliveryKind.AWAY | DeliveryKind.DEFERRED:
            now = moment(command.at)
            if now >= moment(known.queued_at) + GIVEN_UP_AFTER:
                return [ReminderFailed(*named, WhyFailed.DEFERRED_TOO_LONG, delivery.code)]
            return [ReminderDeferred(*named, delivery.code, instant(now + pause_after(known.attempts + 1)))]
        case _:
            assert_never(delivery.kind)


reminding: Decider[ReminderCommand, Reminders, ReminderFact] = Decider(Reminders(), decide, evolve)
keeping_mailboxes: Decider[MailboxCommand, Mailboxes, MailboxFact] = Decider(
    Mailboxes(), decide_mailboxes, evolve_mailboxes
)
