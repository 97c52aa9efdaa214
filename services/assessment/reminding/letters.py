"""The letter of a reminder: the deadline, the page for the work, and whom to ask. Pure.

It holds no points and no names of people: a letter passes through servers that are not ours.
"""

from dataclasses import dataclass
from datetime import date

from assessment.opening.events import RoundOpened
from assessment.opening.stages import ValueStage
from assessment.reminding.occasions import Awaited
from assessment.reminding.state import Reminder
from parindex.mail.letters import Letter
from parindex.values.days import day_in_vietnam
from parindex.web.vietnamese import deadline

SUBJECTS = {ValueStage.SELF: "tự chấm", ValueStage.EXPLANATION: "giải trình"}
OWED = {
    ValueStage.SELF: "Đơn vị chưa nộp bản tự chấm.",
    ValueStage.EXPLANATION: "Đơn vị chưa nộp bản giải trình về các tiêu chí được điều chỉnh ở thẩm định lần 1.",
}
PATHS = {ValueStage.SELF: "", ValueStage.EXPLANATION: "/explanation"}


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What the letters of a round have in common. `ask` is the address for questions; "" for none."""

    opened: RoundOpened
    sender: str
    site: str
    ask: str = ""


def letter_of(of: Correspondence, reminder: Reminder, awaited: Awaited, agency: str, to: str, at: str) -> Letter:
    """Return the letter to an address, at an instant. `agency` is the name of the agency that owes."""
    opened, ask = of.opened, of.ask
    stage, until = awaited.stage, awaited.until
    what = SUBJECTS.get(stage, "thẩm định")
    lines = [
        f"Kính gửi: {agency}",
        "",
        f"Đợt đánh giá: {opened.shown_title}",
        OWED.get(stage, f"Cơ quan còn tiêu chí chưa có kết quả thẩm định, của {len(awaited.units)} đơn vị."),
        f"Hạn {what}: {deadline(until)} (giờ Việt Nam). {days_left(until, at)}",
        "",
        f"Thực hiện tại: {of.site}/{path_of(awaited, opened.round)}",
        f"Cần hỏi hoặc cần gia hạn, hãy liên hệ cơ quan chủ trì đợt đánh giá{f': {ask}' if ask else ''}.",
        "",
        "Thư do hệ thống tự gửi.",
    ]
    domain = of.sender.rpartition("@")[2]
    message_id = f"<{opened.round}.{awaited.agency}.{reminder.number}@{domain}>"
    subject = f"{'Quá hạn' if until <= at else 'Nhắc hạn'} {what}: {opened.shown_title}"
    return Letter(to, subject, "\n".join(lines) + "\n", message_id, at, ask)


def days_left(until: str, at: str) -> str:
    """Return how far away a deadline is in days of the calendar, in words."""
    days = (date.fromisoformat(day_in_vietnam(until)) - date.fromisoformat(day_in_vietnam(at))).days
    if until <= at:
        return f"Đã quá hạn {-days} ngày." if days < 0 else "Đã quá hạn."
    return f"Còn {days} ngày." if days else "Hạn là hôm nay."


def path_of(awaited: Awaited, round_id: str) -> str:
    """Return the page on which it is done, below the address of assessment."""
    path = PATHS.get(awaited.stage)
    return f"rounds/{round_id}/appraisal" if path is None else f"rounds/{round_id}/units/{awaited.agency}{path}"
