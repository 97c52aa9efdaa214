"""Forms of the pages of reminders and mailboxes."""

from typing import Final

from assessment.reminding.bodies import MailboxErasureIn, MailboxIn, ReminderIn
from parindex.web.forms import FormShape, SentForm, body_of

DO, AGENCY, DIGEST, ROLE, ADDRESS = "do", "agency", "digest", "role", "address"
LATE, ERASE = "late", "erase"
REMINDING: Final = FormShape({DO: 20, AGENCY: 100, DIGEST: 64}, versioned=False)
MAILBOX: Final = FormShape({DO: 20, AGENCY: 100, ROLE: 20, ADDRESS: 300})
"""The version is that of the mailboxes of the authority."""


def reminded_in(sent: SentForm) -> ReminderIn:
    """Return the agency as the API takes it. Raises MalformedError."""
    return body_of(ReminderIn, {AGENCY: sent.text(AGENCY).strip()})


def mailbox_in(sent: SentForm) -> MailboxIn:
    """Return a mailbox as the API takes it. Raises MalformedError with the place of each field."""
    return body_of(MailboxIn, {name: sent.text(name).strip() for name in (AGENCY, ROLE, ADDRESS)})


def erasure_in(sent: SentForm) -> MailboxErasureIn:
    """Return the mailbox to erase as the API takes it. Raises MalformedError."""
    return body_of(MailboxErasureIn, {name: sent.text(name).strip() for name in (AGENCY, ROLE)})
