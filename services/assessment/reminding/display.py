"""What the pages of reminders and mailboxes show, computed beforehand: templates place it and compute nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from assessment.reminding.bodies import NextReminderOut, ReminderOut, RemindersOut
from assessment.reminding.occasions import MailboxRole, Occasion, WhyFailed
from assessment.reminding.queries import RoundReminders
from assessment.reminding.state import ReminderState
from assessment.self_scoring.display import STAGE_NAMES
from parindex.web import vietnamese
from parindex.web.parts import Column, Words

FAILED_COLUMNS: Final = (Column("Cơ quan"), Column("Nhắc"), Column("Tình trạng"), Column("Lúc"))
SENT_COLUMNS: Final = FAILED_COLUMNS
NEXT_COLUMNS: Final = (Column("Cơ quan"), Column("Nhắc"), Column("Gửi từ"))
MAILBOX_COLUMNS: Final = (Column("Cơ quan"), Column("Hộp thư của"), Column("Địa chỉ"))
OCCASIONS: Final = {
    Occasion.WEEK_BEFORE: "trước hạn một tuần",
    Occasion.ON_THE_DAY: "ngày đến hạn",
    Occasion.OVERDUE: "quá hạn",
    Occasion.BY_HAND: "gửi theo yêu cầu",
}
ROLES: Final = {
    MailboxRole.UNIT: "Đầu mối của đơn vị",
    MailboxRole.LEADER: "Lãnh đạo đơn vị (khi quá hạn)",
    MailboxRole.APPRAISER: "Cơ quan thẩm định",
    MailboxRole.OFFICE: "Nơi giải đáp (ghi trong thư)",
}
STATES: Final = {
    ReminderState.QUEUED: "Đang chờ gửi",
    ReminderState.RELEASED: "Đang gửi",
    ReminderState.DELIVERED: "Máy chủ thư đã nhận",
    ReminderState.FAILED: "Không gửi được",
    ReminderState.UNKNOWN: "Chưa rõ máy chủ thư đã nhận hay chưa; không tự gửi lại",
}
WHY: Final = {
    WhyFailed.BY_SERVER: "Máy chủ thư từ chối",
    WhyFailed.DEFERRED_TOO_LONG: "Máy chủ thư không nhận suốt hai ngày",
    WhyFailed.NO_MAILBOX: "Chưa có hộp thư",
    WhyFailed.NOT_NEEDED: "Không còn cần gửi",
}
TROUBLED: Final = frozenset({ReminderState.FAILED, ReminderState.UNKNOWN})

Rows = list[Sequence[Words]]


def failed_rows(shown: RemindersOut) -> Rows:
    """Return the reminders that the office has to look at: those that failed, and those without an answer."""
    return [_row(one) for one in shown.reminders if one.state in TROUBLED and one.why is not WhyFailed.NOT_NEEDED]


def sent_rows(shown: RemindersOut) -> Rows:
    """Return the other reminders, the newest change first."""
    return [_row(one) for one in shown.reminders if one.state not in TROUBLED or one.why is WhyFailed.NOT_NEEDED]


def next_rows(shown: RemindersOut) -> Rows:
    """Return the next reminders, the earliest first."""
    return [(one.name, _about(one), vietnamese.minute(one.due_at)) for one in shown.next]


def owing(found: RoundReminders) -> list[tuple[str, str]]:
    """Return the agencies that may be reminded by hand, each with its name and code in words."""
    agencies = [one for one in found.agencies if any(each.until for each in one.awaited)]
    return [(one.agency, f"{one.name} ({one.agency})") for one in agencies]


def digest_of(shown: RemindersOut) -> str:
    """Return the digest of the agencies that are late, as a page shows them."""
    return hashlib.sha256("\n".join(shown.late).encode()).hexdigest()


def mailbox_rows(addresses: Mapping[tuple[str, MailboxRole], str]) -> Rows:
    """Return the mailboxes of an authority."""
    return [(agency, ROLES[role], address) for (agency, role), address in addresses.items()]


def _row(one: ReminderOut) -> Sequence[Words]:
    return one.name, f"{_about(one)} → {ROLES[one.role]}", _state(one), vietnamese.minute(one.changed_at)


def _about(one: ReminderOut | NextReminderOut) -> str:
    return f"{STAGE_NAMES[one.stage]}, hạn {vietnamese.minute(one.until)}: {OCCASIONS[one.occasion]}"


def _state(one: ReminderOut) -> str:
    said = WHY[one.why] if one.why else STATES[one.state]
    again = f"; thử lại từ {vietnamese.minute(one.again_at)}" if one.again_at else ""
    return f"{said}{f' (mã {one.code})' if one.code else ''}{again}"
