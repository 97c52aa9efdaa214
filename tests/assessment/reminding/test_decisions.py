"""The rules of reminders: queued once, no text again without an answer, each attempt ends; and of mailboxes."""

import pytest

from assessment.opening.stages import ValueStage
from assessment.reminding.commands import (
    EndAttempt,
    EnterMailbox,
    EraseMailbox,
    QueueReminders,
    ReleaseReminder,
    WithdrawReminder,
)
from assessment.reminding.decisions import keeping_mailboxes, pause_after, reminding
from assessment.reminding.events import (
    MailboxEntered,
    MailboxErased,
    ReminderDeferred,
    ReminderDelivered,
    ReminderFact,
    ReminderFailed,
    ReminderQueued,
    ReminderReleased,
    ReminderUnanswered,
)
from assessment.reminding.occasions import MailboxRole, Occasion, ReminderKey, WhyFailed
from assessment.reminding.refusals import MailboxOutsideError, MailboxUnknownError, ReminderNotQueuedError
from parindex.mail.letters import DeliveryKind, MailDelivery
from parindex.testing.rules import Rules

RULES, MAILBOXES = Rules(reminding), Rules(keeping_mailboxes)
OF = ("r-2026", "H16.01")
UNTIL, NOW, LATER = "2026-07-10T10:00:00.000000Z", "2026-07-03T00:00:00.000000Z", "2026-07-03T00:05:00.000000Z"
TWO_DAYS = "2026-07-05T00:00:00.000000Z"
WEEK = ReminderKey(ValueStage.SELF, UNTIL, Occasion.WEEK_BEFORE, MailboxRole.UNIT)
DAY = ReminderKey(ValueStage.SELF, UNTIL, Occasion.ON_THE_DAY, MailboxRole.UNIT)
HAND = ReminderKey(ValueStage.SELF, UNTIL, Occasion.BY_HAND, MailboxRole.UNIT)


def queued(key: ReminderKey, number: int = 1) -> ReminderQueued:
    return ReminderQueued(*OF, number, key.stage, key.until, key.occasion, key.role, NOW)


HANDED, GONE = ReminderReleased(*OF, 1), MailDelivery(DeliveryKind.DELIVERED)


def ended(kind: DeliveryKind, code: str = "", at: str = NOW) -> EndAttempt:
    return EndAttempt(*OF, 1, MailDelivery(kind, code), at)


def test_a_reminder_is_queued_once_and_numbered() -> None:
    given = RULES.given(queued(WEEK))
    assert given.when(QueueReminders(*OF, [WEEK, DAY, DAY], NOW)) == (queued(DAY, 2),)
    assert given.when(QueueReminders(*OF, [WEEK], NOW)) == ()


def test_an_extension_has_reminders_of_its_own() -> None:
    moved = ReminderKey(WEEK.stage, LATER, WEEK.occasion, WEEK.role)
    assert RULES.given(queued(WEEK)).when(QueueReminders(*OF, [moved], NOW)) == (queued(moved, 2),)


def test_one_by_hand_is_made_again_but_not_while_a_reminder_of_the_same_waits() -> None:
    assert RULES.given(queued(WEEK)).when(QueueReminders(*OF, [HAND], NOW)) == ()
    assert RULES.given(queued(WEEK), HANDED).when(QueueReminders(*OF, [HAND], NOW)) == ()
    sent = RULES.given(queued(HAND), HANDED, ReminderDelivered(*OF, 1, "250"))
    assert sent.when(QueueReminders(*OF, [HAND], NOW)) == (queued(HAND, 2),)


def test_a_text_is_handed_over_once() -> None:
    assert RULES.given(queued(WEEK)).when(ReleaseReminder(*OF, 1)) == (HANDED,)
    gone: list[list[ReminderFact]] = [
        [queued(WEEK), HANDED],
        [queued(WEEK), ReminderFailed(*OF, 1, WhyFailed.NO_MAILBOX)],
        [],
    ]
    for facts in gone:
        with pytest.raises(ReminderNotQueuedError):
            RULES.given(*facts).when(ReleaseReminder(*OF, 1))
        with pytest.raises(ReminderNotQueuedError):
            RULES.given(*facts).when(WithdrawReminder(*OF, 1, WhyFailed.NOT_NEEDED))


@pytest.mark.parametrize(
    ("command", "fact"),
    [
        (ended(DeliveryKind.DELIVERED, "250"), ReminderDelivered(*OF, 1, "250")),
        (ended(DeliveryKind.REFUSED, "550 5.1.1"), ReminderFailed(*OF, 1, WhyFailed.BY_SERVER, "550 5.1.1")),
        (ended(DeliveryKind.DEFERRED, "451"), ReminderDeferred(*OF, 1, "451", LATER)),
        (ended(DeliveryKind.AWAY), ReminderDeferred(*OF, 1, "", LATER)),
        (ended(DeliveryKind.AWAY, "421", at=TWO_DAYS), ReminderFailed(*OF, 1, WhyFailed.DEFERRED_TOO_LONG, "421")),
        (ended(DeliveryKind.UNKNOWN), ReminderUnanswered(*OF, 1)),
    ],
)
def test_an_attempt_has_its_end(command: EndAttempt, fact: ReminderFact) -> None:
    assert RULES.given(queued(WEEK), HANDED).when(command) == (fact,)


def test_what_was_deferred_waits_longer_each_time_and_may_be_handed_over_again() -> None:
    given = RULES.given(queued(WEEK), HANDED, ReminderDeferred(*OF, 1, "451", LATER))
    assert given.when(ReleaseReminder(*OF, 1)) == (HANDED,)
    assert [pause_after(attempts).total_seconds() / 60 for attempts in (1, 2, 3, 6, 7, 20)] == [
        5, 10, 20, 160, 240, 240
    ]  # fmt: skip


def test_a_lost_outcome_is_corrected_by_an_answer_that_comes_late_and_by_nothing_else() -> None:
    lost = RULES.given(queued(WEEK), HANDED, ReminderUnanswered(*OF, 1))
    assert lost.when(ended(DeliveryKind.DELIVERED, "250")) == (ReminderDelivered(*OF, 1, "250"),)
    for command in (ended(DeliveryKind.REFUSED), ended(DeliveryKind.AWAY), ReleaseReminder(*OF, 1)):
        with pytest.raises(ReminderNotQueuedError):
            lost.when(command)


SET = MailboxEntered("H16", "H16.01", MailboxRole.UNIT, "mailbox:1")


def test_a_mailbox_is_set_changed_and_erased_and_names_the_address_before() -> None:
    command = EnterMailbox("H16", "H16.01", MailboxRole.UNIT, "mailbox:2")
    assert MAILBOXES.given(SET).when(command) == (
        MailboxEntered("H16", "H16.01", MailboxRole.UNIT, "mailbox:2", "mailbox:1"),
    )
    assert MAILBOXES.given(SET).when(EnterMailbox("H16", "H16.01", MailboxRole.UNIT, "mailbox:1")) == ()
    erased = MailboxErased("H16", "H16.01", MailboxRole.UNIT, "mailbox:1")
    assert MAILBOXES.given(SET).when(EraseMailbox("H16", "H16.01", MailboxRole.UNIT)) == (erased,)
    with pytest.raises(MailboxUnknownError):
        MAILBOXES.given(SET, erased).when(EraseMailbox("H16", "H16.01", MailboxRole.UNIT))
    with pytest.raises(MailboxUnknownError):
        MAILBOXES.given(SET).when(EraseMailbox("H16", "H16.01", MailboxRole.LEADER))


def test_an_agency_outside_of_the_authority_has_no_mailbox_there() -> None:
    with pytest.raises(MailboxOutsideError):
        MAILBOXES.given().when(EnterMailbox("H16", "H17.01", MailboxRole.UNIT, "mailbox:1"))


def test_a_mailbox_that_is_new_names_no_former_address() -> None:
    command = EnterMailbox("H16", "H16.01", MailboxRole.UNIT, "mailbox:1")
    assert MAILBOXES.given().when(command) == (SET,)


def test_a_reminder_that_is_not_sent_says_why() -> None:
    withdrawn = RULES.given(queued(WEEK)).when(WithdrawReminder(*OF, 1, WhyFailed.NOT_NEEDED))
    assert withdrawn == (ReminderFailed(*OF, 1, WhyFailed.NOT_NEEDED),)


def test_a_refusal_names_the_reminder_the_agency_and_the_authority() -> None:
    for command in (
        ReleaseReminder(*OF, 7),
        WithdrawReminder(*OF, 7, WhyFailed.NOT_NEEDED),
        EndAttempt(*OF, 7, GONE, NOW),
    ):
        with pytest.raises(ReminderNotQueuedError, match="Reminder 7 "):
            RULES.given().when(command)
    with pytest.raises(MailboxUnknownError, match=r"H16\.01 has"):
        MAILBOXES.given().when(EraseMailbox("H16", "H16.01", MailboxRole.UNIT))
    with pytest.raises(MailboxOutsideError, match=r"H17\.01 is not within H16\."):
        MAILBOXES.given().when(EnterMailbox("H16", "H17.01", MailboxRole.UNIT, "mailbox:1"))
