"""The bodies of reminders and mailboxes, and how the API shows them."""

from typing import Annotated

from pydantic import BaseModel, Field

from assessment.opening.stages import ValueStage
from assessment.reminding.occasions import MailboxRole, Occasion, WhyFailed
from assessment.reminding.queries import AgencyReminders, RoundReminders, next_reminders
from assessment.reminding.state import Reminder, ReminderState
from parindex.http.body import AsText, Body, example
from parindex.http.fields import Formed, Node
from parindex.mail.addresses import ADDRESS

Address = Annotated[str, Formed(ADDRESS)]


class ReminderIn(Body):
    """Gửi thư nhắc cho một cơ quan, về mọi việc có hạn mà cơ quan còn nợ. Remind an agency of all that it owes."""

    model_config = example(agency="H10.01")

    agency: Node


class MailboxIn(Body):
    """Địa chỉ thư của một cơ quan cho một vai. The address of an agency's mailbox."""

    model_config = example(agency="H10.01", role="unit", address="cchc@sonoivu.example.vn")

    agency: Node
    role: Annotated[MailboxRole, AsText]
    address: Address


class MailboxErasureIn(Body):
    """Hộp thư cần xóa. The mailbox whose address is erased."""

    model_config = example(agency="H10.01", role="unit")

    agency: Node
    role: Annotated[MailboxRole, AsText]


class ReminderOut(BaseModel):
    """Một thư nhắc. A reminder."""

    agency: str
    name: str
    number: int = Field(description="counts the reminders of the agency in the round")
    stage: ValueStage
    until: str = Field(description="the deadline, an instant")
    occasion: Occasion
    role: MailboxRole = Field(description="whose mailbox it goes to")
    state: ReminderState
    why: WhyFailed | None = Field(description="why it is not sent; null where it is or will be")
    code: str = Field(description="the mail server's codes, such as 550 5.1.1; empty: none")
    attempts: int = Field(description="how often the mail server deferred it")
    again_at: str = Field(description="when the next attempt may begin, an instant; empty: at once, or never")
    changed_at: str = Field(description="when it came to this state, an instant")


class NextReminderOut(BaseModel):
    """Thư nhắc kế tiếp của một cơ quan. The next reminder of an agency."""

    agency: str
    name: str
    stage: ValueStage
    until: str
    occasion: Occasion
    due_at: str


class RemindersOut(BaseModel):
    """Thư nhắc của một đợt: đã gửi, chưa gửi được, và sắp tới. The reminders of a round."""

    training: bool = Field(description="a training round: units practise, and nothing of it is published")
    by_mail: bool = Field(description="whether the installation sends e-mail; else reminders are on the desk alone")
    reminders: list[ReminderOut] = Field(description="the newest change first")
    next: list[NextReminderOut] = Field(description="the earliest first")
    late: list[str] = Field(description="the agencies that owe something whose deadline has passed")


class MailboxOut(BaseModel):
    """Một hộp thư. A mailbox; a note replaces an address that can't be shown."""

    agency: str
    role: MailboxRole
    address: str


def reminders_out(found: RoundReminders, now: str, *, by_mail: bool) -> RemindersOut:
    """Return the reminders of a round as the API shows them."""
    shown = [(agency, one) for agency in found.agencies for one in agency.reminders.by_number.values()]
    shown.sort(key=lambda each: (each[0].changed[each[1].number], each[1].number), reverse=True)
    return RemindersOut(
        training=found.found.opened.training,
        by_mail=by_mail,
        reminders=[_reminder_out(found, agency, one) for agency, one in shown],
        next=[
            NextReminderOut(
                agency=agency.agency, name=agency.name, stage=one.stage, until=one.until, occasion=occasion, due_at=at
            )
            for agency, one, occasion, at in next_reminders(found, now)
        ],
        late=[agency.agency for agency in found.agencies if agency.late(now)],
    )


def _reminder_out(found: RoundReminders, agency: AgencyReminders, one: Reminder) -> ReminderOut:
    state = found.state_of(one)
    why = WhyFailed.NOT_NEEDED if state is ReminderState.FAILED and one.why is None else one.why
    return ReminderOut(
        agency=agency.agency,
        name=agency.name,
        number=one.number,
        stage=one.key.stage,
        until=one.key.until,
        occasion=one.key.occasion,
        role=one.key.role,
        state=state,
        why=why,
        code=one.code,
        attempts=one.attempts,
        again_at=one.again_at if state is ReminderState.QUEUED else "",
        changed_at=agency.changed[one.number],
    )
