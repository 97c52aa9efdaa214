"""The response bodies of presses: the receipt of a batch, and presses that no round counts."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from pydantic import BaseModel, Field

from survey.admitting.routing import OPTION_UNKNOWN, REASONS, REASONS_OF_OLDER
from survey.admitting.state import LATE
from survey.rating.events import RatingRecorded
from survey.rating.set_aside import NotCounted


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


def outcome_of(facts: Sequence[RatingRecorded]) -> dict[str, Any]:
    """Return the outcome of presses, in their order; without those that were recorded before rounds had windows."""
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


class PressAsideOut(BaseModel):
    """Một lượt bấm mà đợt không tính, và vì sao. A press that a round does not count, and why."""

    kiosk: str
    seq: int = Field(description="the number that the kiosk gave it")
    unit: str
    question: str
    group: str
    pressed_at: str = Field(description="its own time, by the kiosk's clock")
    accuracy_s: int = Field(description="seconds within which the kiosk knows its time")
    received_at: str = Field(description="the time of receipt")
    clock_ahead: bool = Field(description="the kiosk's clock was ahead, and the time of receipt decided")
    round: str = Field(description="beside whose tallies it is shown; empty where no round asks")
    reason: str = Field(description=", ".join(REASONS | REASONS_OF_OLDER), examples=[LATE])
    vi: str
    en: str
    option: str = Field(description="the button; only where the reason is option-unknown, else empty")
    counted_in: list[str] = Field(
        description="rounds that count it all the same; none but for presses that were recorded before windows were"
    )
    position: int = Field(description="of the log, where its entry is")


class PressesAsideOut(BaseModel):
    """Lượt bấm không được tính. In the order of kiosks and numbers; ask again with `after` = `next` until it is empty.

    A page may have none, and still not be the last.
    """

    presses: list[PressAsideOut]
    next: str


def aside(found: NotCounted) -> PressAsideOut:
    """Show a press that is not counted. The option is not shown, unless it is the reason."""
    press, entry = found.recorded.fact, found.recorded.entry
    vi, en = (REASONS | REASONS_OF_OLDER)[found.reason]
    return PressAsideOut(
        kiosk=press.kiosk,
        seq=press.seq,
        unit=press.unit,
        question=press.question,
        group=press.group,
        pressed_at=press.pressed_at,
        accuracy_s=press.accuracy_s,
        received_at=entry.occurred_at,
        clock_ahead=press.received_at != "",
        round=found.round,
        reason=found.reason,
        vi=vi,
        en=en,
        option=press.option if found.reason == OPTION_UNKNOWN else "",
        counted_in=list(found.counted_in),
        position=found.recorded.position,
    )
