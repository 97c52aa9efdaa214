"""The refusals of reminders and mailboxes."""

from parindex.refusal import Kind, Refused


class NoMailServerError(Refused):
    """The installation has no mail server, so reminders are on the desk alone."""

    code = "no-mail-server"
    kind = Kind.CONFLICT
    vi = "Hệ thống chưa được cài máy chủ thư; đơn vị chỉ thấy nhắc hạn trên bàn làm việc. Hãy báo người quản trị."
    en = "No mail server is configured; reminders are on the desk alone. Tell the administrator."


class NothingToRemindError(Refused):
    """The agency owes nothing with a deadline in the round, or a reminder of it waits to be sent already."""

    code = "nothing-to-remind"
    kind = Kind.CONFLICT
    vi = "{agency} không còn việc nào có hạn trong đợt này, hoặc thư nhắc đang chờ gửi."
    en = "{agency} owes nothing with a deadline in this round, or a reminder is waiting to be sent already."

    agency: str


class ReminderNotQueuedError(Refused):
    """The reminder does not wait to be sent: another process has handed it over, or it has ended."""

    code = "reminder-not-queued"
    kind = Kind.CONFLICT
    vi = "Thư nhắc số {number} không ở trong hàng chờ."
    en = "Reminder {number} is not in the queue."

    number: int


class MailboxUnknownError(Refused):
    """The agency has no mailbox for this role."""

    code = "unknown-mailbox"
    kind = Kind.UNKNOWN
    vi = "{agency} không có hộp thư này."
    en = "{agency} has no such mailbox."

    agency: str


class MailboxOutsideError(Refused):
    """The agency is not the authority or below it."""

    code = "mailbox-outside"
    vi = "{agency} không thuộc {authority}."
    en = "{agency} is not within {authority}."
    at = "/agency"

    agency: str
    authority: str
