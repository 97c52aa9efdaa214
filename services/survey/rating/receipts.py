"""What a kiosk is told of its presses: which round counts them, and which presses no round counts, and why."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from pydantic import BaseModel, Field

from survey.rating.events import RatingRecorded
from survey.rating.routing import NO_ROUND, NOT_ASKED, OPTION_UNKNOWN, OUTSIDE_WINDOW
from survey.tallying.survey import LATE, OUTSIDE_SURVEY, UNFIT

REASONS = {
    LATE: ("Đợt đã đóng phần khảo sát.", "The round's tallies are closed already."),
    OUTSIDE_WINDOW: (
        "Thời điểm bấm nằm ngoài thời gian của đợt; hãy kiểm tra đồng hồ kiosk.",
        "It was pressed outside the time of the round; check the kiosk's clock.",
    ),
    OPTION_UNKNOWN: ("Bộ chỉ số không tính nút này.", "The criteria set does not score this option."),
    OUTSIDE_SURVEY: (
        "Câu hỏi này lấy kết quả khảo sát bên ngoài.",
        "An outside survey has answered this question.",
    ),
    NOT_ASKED: (
        "Đợt không hỏi câu này (hoặc nhóm này) ở đơn vị này.",
        "The round does not ask this question (of this group) at this unit.",
    ),
    NO_ROUND: ("Chưa có đợt nào cho đơn vị này.", "There is no round for this unit."),
}
"""Every reason for which a press is set aside, in both languages."""

REASONS_OF_OLDER = {
    UNFIT: (
        "Lượt bấm được ghi trước khi hệ thống giữ lý do; đợt không tính nó.",
        "It was recorded before reasons were kept, and the round does not count it.",
    ),
}
"""Besides these, what a press of before rounds had windows may be set aside for."""


class CountedOut(BaseModel):
    """Số lượt bấm được tính vào một đợt."""

    round: str
    presses: int


class SetAsideOut(BaseModel):
    """Lượt bấm không được tính, và vì sao. Presses from `first_seq` to `last_seq` that no round counts."""

    reason: str = Field(description=", ".join(REASONS), examples=[LATE])
    vi: str
    en: str
    round: str = Field(description="beside whose tallies they are shown; empty where no round asks")
    first_seq: int
    last_seq: int
    presses: int


class RatingsOut(BaseModel):
    """Đã ghi các lượt bấm. Every press up to `last_seq` is on record for good: the kiosk may forget it."""

    accepted: int = Field(description="presses that were new")
    repeated: int = Field(description="presses that had been sent before, the same")
    last_seq: int
    position: int = Field(description="of the log; everything sent is at or before it")
    counted: list[CountedOut] = Field(description="of all presses sent, repeated ones too")
    set_aside: list[SetAsideOut] = Field(description="of all presses sent, repeated ones too; empty where all count")
    clock_ahead: int = Field(
        description="presses from the future: the kiosk's clock is ahead, and the time of receipt counts instead"
    )


def told(facts: Sequence[RatingRecorded]) -> dict[str, Any]:
    """Say of presses, in their order, what became of them; what was recorded before rounds had windows is not told."""
    counted: dict[str, int] = {}
    aside = []
    for (round_id, reason), same in groupby(facts, key=lambda fact: (fact.round, fact.set_aside)):
        run = list(same)
        if reason:
            aside.append(_set_aside(round_id, reason, run))
        elif round_id:
            counted[round_id] = counted.get(round_id, 0) + len(run)
    return {
        "counted": [{"round": round_id, "presses": presses} for round_id, presses in counted.items()],
        "set_aside": aside,
        "clock_ahead": sum([fact.received_at != "" for fact in facts]),
    }


def _set_aside(round_id: str, reason: str, run: Sequence[RatingRecorded]) -> dict[str, Any]:
    vi, en = REASONS[reason]
    first, last = run[0].seq, run[-1].seq
    return {
        "reason": reason, "vi": vi, "en": en, "round": round_id, "first_seq": first, "last_seq": last,
        "presses": len(run),
    }  # fmt: skip
