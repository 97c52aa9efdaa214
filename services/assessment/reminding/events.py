"""The events of reminders and of mailboxes. No event holds an address: it has the commitment, the vault the text.

The stream of an agency in a round is its queue: a reminder without an end is still to be sent.
"""

from dataclasses import dataclass

from assessment.opening.stages import ValueStage
from assessment.reminding.occasions import MailboxRole, Occasion, WhyFailed


@dataclass(frozen=True, slots=True)
class ReminderQueued:
    """A reminder of a deadline is to be sent. `number` counts the reminders of the agency in the round."""

    round: str
    agency: str
    number: int
    stage: ValueStage
    until: str
    occasion: Occasion
    role: MailboxRole
    at: str


@dataclass(frozen=True, slots=True)
class ReminderReleased:
    """The text is about to be handed over to the mail server. It is never handed over again without an answer."""

    round: str
    agency: str
    number: int


@dataclass(frozen=True, slots=True)
class ReminderDelivered:
    """The mail server took the reminder."""

    round: str
    agency: str
    number: int
    code: str


@dataclass(frozen=True, slots=True)
class ReminderDeferred:
    """The mail server is away, or wants the reminder later; it is tried again from `again_at` on."""

    round: str
    agency: str
    number: int
    code: str
    again_at: str


@dataclass(frozen=True, slots=True)
class ReminderFailed:
    """The reminder is not sent. `code` has the mail server's codes; "" where it gave none."""

    round: str
    agency: str
    number: int
    why: WhyFailed
    code: str = ""


@dataclass(frozen=True, slots=True)
class ReminderUnanswered:
    """The text was handed over and no answer came: the mail server may have the reminder, or not."""

    round: str
    agency: str
    number: int


@dataclass(frozen=True, slots=True)
class MailboxEntered:
    """An agency's mailbox got an address. `former` is the commitment to the erased one before; "" for none."""

    authority: str
    agency: str
    role: MailboxRole
    address: str
    former: str = ""


@dataclass(frozen=True, slots=True)
class MailboxErased:
    """An agency's mailbox was removed, and its address erased from the vault."""

    authority: str
    agency: str
    role: MailboxRole
    former: str


ReminderFact = (
    ReminderQueued | ReminderReleased | ReminderDelivered | ReminderDeferred | ReminderFailed | ReminderUnanswered
)
MailboxFact = MailboxEntered | MailboxErased


def reminders_of(round_id: str, agency: str) -> str:
    """Return the stream of an agency's reminders in a round."""
    return f"reminders-{round_id}/{agency}"


def mailboxes_of(authority: str) -> str:
    """Return the stream of the mailboxes that an authority keeps."""
    return f"mailboxes-{authority}"
