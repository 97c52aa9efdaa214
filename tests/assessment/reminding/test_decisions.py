"""The rules of reminders: queued once, handed over once, each attempt with its end; and of mailboxes."""

import pytest

from assessment.opening.stages import ValueStage
from assessment.reminding.commands import (
    DropReminder,
    EndAttempt,
    EraseMailbox,
    HandReminderOver,
    QueueReminders,
    SetMailbox,
)
from assessment.reminding.decisions import keeping_mailboxes, pause_after, reminding
from assessment.reminding.events import (
    MailboxErased,
    MailboxSet,
    ReminderDeferred,
    ReminderDelivered,
    ReminderFact,
    ReminderFailed,
    ReminderHandedOver,
    ReminderOutcomeLost,
    ReminderQueued,
    WhyFailed,
)
from assessment.reminding.occasions import MailboxRole, Occasion, Wanted
from assessment.reminding.refusals import MailboxOutsideError, MailboxUnknownError, ReminderNotQueuedError
from parindex.mail.letters import Delivery, DeliveryKind
from parindex.testing.rules import Rules

RULES, MAILBOXES = Rules(reminding), Rules(keeping_mailboxes)
OF = ("r-2026", "H16.01")
UNTIL, NOW, LATER = "2026-07-10T10:00:00.000000Z", "2026-07-03T00:00:00.000000Z", "2026-07-03T00:05:00.000000Z"
TWO_DAYS = "2026-07-05T00:00:00.000000Z"
WEEK = Wanted(ValueStage.SELF, UNTIL, Occasion.WEEK_BEFORE, MailboxRole.UNIT)
DAY = Wanted(ValueStage.SELF, UNTIL, Occasion.ON_THE_DAY, MailboxRole.UNIT)
HAND = Wanted(ValueStage.SELF, UNTIL, Occasion.BY_HAND, MailboxRole.UNIT)


def queued(key: Wanted, number: int = 1) -> ReminderQueued:
    return ReminderQueued(*OF, number, key.stage, key.until, key.occasion, key.role, NOW)


HANDED = ReminderHandedOver(*OF, 1)


def ended(kind: DeliveryKind, code: str = "", at: str = NOW) -> EndAttempt:
    return EndAttempt(*OF, 1, Delivery(kind, code), at)


def test_a_reminder_is_queued_once_and_numbered() -> None:
    given = RULES.given(queued(WEEK))
    assert given.when(QueueReminders(*OF, [WEEK, DAY, DAY], NOW)) == (queued(DAY, 2),)
    assert given.when(QueueReminders(*OF, [WEEK], NOW)) == ()


def test_an_extension_has_reminders_of_its_own() -> None:
    moved = Wanted(WEEK.stage, LATER, WEEK.occasion, WEEK.role)
    assert RULES.given(queued(WEEK)).when(QueueReminders(*OF, [moved], NOW)) == (queued(moved, 2),)


def test_one_by_hand_is_made_again_but_not_while_a_reminder_of_the_same_waits() -> None:
    assert RULES.given(queued(WEEK)).when(QueueReminders(*OF, [HAND], NOW)) == ()
    assert RULES.given(queued(WEEK), HANDED).when(QueueReminders(*OF, [HAND], NOW)) == ()
    sent = RULES.given(queued(HAND), HANDED, ReminderDelivered(*OF, 1, "250"))
    assert sent.when(QueueReminders(*OF, [HAND], NOW)) == (queued(HAND, 2),)


def test_a_text_is_handed_over_once() -> None:
    assert RULES.given(queued(WEEK)).when(HandReminderOver(*OF, 1)) == (HANDED,)
    for facts in ([queued(WEEK), HANDED], [queued(WEEK), ReminderFailed(*OF, 1, WhyFailed.NO_MAILBOX)], []):
        with pytest.raises(ReminderNotQueuedError):
            RULES.given(*facts).when(HandReminderOver(*OF, 1))
        with pytest.raises(ReminderNotQueuedError):
            RULES.given(*facts).when(DropReminder(*OF, 1, WhyFailed.NOT_NEEDED))


@pytest.mark.parametrize(
    ("command", "fact"),
    [
        (ended(DeliveryKind.DELIVERED, "250"), ReminderDelivered(*OF, 1, "250")),
        (ended(DeliveryKind.REFUSED, "550 5.1.1"), ReminderFailed(*OF, 1, WhyFailed.REFUSED, "550 5.1.1")),
        (ended(DeliveryKind.DEFERRED, "451"), ReminderDeferred(*OF, 1, "451", LATER)),
        (ended(DeliveryKind.AWAY), ReminderDeferred(*OF, 1, "", LATER)),
        (ended(DeliveryKind.AWAY, at=TWO_DAYS), ReminderFailed(*OF, 1, WhyFailed.DEFERRED_TOO_LONG)),
        (ended(DeliveryKind.UNKNOWN), ReminderOutcomeLost(*OF, 1)),
    ],
)
def test_an_attempt_has_its_end(command: EndAttempt, fact: ReminderFact) -> None:
    assert RULES.given(queued(WEEK), HANDED).when(command) == (fact,)


def test_what_was_deferred_waits_longer_each_time_and_may_be_handed_over_again() -> None:
    given = RULES.given(queued(WEEK), HANDED, ReminderDeferred(*OF, 1, "451", LATER))
    assert given.when(HandReminderOver(*OF, 1)) == (HANDED,)
    assert [pause_after(attempts).total_seconds() / 60 for attempts in (1, 2, 3, 6, 7, 40)] == [
        5, 10, 20, 160, 240, 240
    ]  # fmt: skip


def test_a_lost_outcome_is_corrected_by_an_answer_that_comes_late_and_by_nothing_else() -> None:
    lost = RULES.given(queued(WEEK), HANDED, ReminderOutcomeLost(*OF, 1))
    assert lost.when(ended(DeliveryKind.DELIVERED, "250")) == (ReminderDelivered(*OF, 1, "250"),)
    for command in (ended(DeliveryKind.REFUSED), ended(DeliveryKind.AWAY), HandReminderOver(*OF, 1)):
        with pytest.raises(ReminderNotQueuedError):
            lost.when(command)


SET = MailboxSet("H16", "H16.01", MailboxRole.UNIT, "mailbox:1")


def test_a_mailbox_is_set_changed_and_erased_and_names_the_address_before() -> None:
    command = SetMailbox("H16", "H16.01", MailboxRole.UNIT, "mailbox:2")
    assert MAILBOXES.given(SET).when(command) == (
        MailboxSet("H16", "H16.01", MailboxRole.UNIT, "mailbox:2", "mailbox:1"),
    )
    assert MAILBOXES.given(SET).when(SetMailbox("H16", "H16.01", MailboxRole.UNIT, "mailbox:1")) == ()
    erased = MailboxErased("H16", "H16.01", MailboxRole.UNIT, "mailbox:1")
    assert MAILBOXES.given(SET).when(EraseMailbox("H16", "H16.01", MailboxRole.UNIT)) == (erased,)
    with pytest.raises(MailboxUnknownError):
        MAILBOXES.given(SET, erased).when(EraseMailbox("H16", "H16.01", MailboxRole.UNIT))
    with pytest.raises(MailboxUnknownError):
        MAILBOXES.given(SET).when(EraseMailbox("H16", "H16.01", MailboxRole.LEADER))


def test_an_agency_outside_of_the_authority_has_no_mailbox_there() -> None:
    with pytest.raises(MailboxOutsideError):
        MAILBOXES.given().when(SetMailbox("H16", "H17.01", MailboxRole.UNIT, "mailbox:1"))
