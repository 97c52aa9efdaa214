"""The form in which a person asks for a moment: an hour and a day, as people in Việt Nam write them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from parindex.instant import instant
from parindex.values.days import VIETNAM
from parindex.web import vietnamese
from parindex.web.vietnamese import NotReadError, read_day

DAY, TIME = "day", "time"
END_OF_DAY: Final = "23:59"
_TIME = re.compile(r"([0-9]{1,2})(?:[:hg.]([0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class AskedMoment:
    """A moment as it was typed, the instant that it is ("" for none), and the mistakes by field."""

    texts: dict[str, str]
    at: str
    errors: dict[str, str]


def moment_in(day: str, time: str) -> AskedMoment:
    """Read a typed day and hour; an empty day is now, and an empty hour the end of the day.

    A minute is meant with all its seconds, so that what happened at 09:30:20 is there at 09:30.
    """
    texts, errors = {DAY: day, TIME: time}, dict[str, str]()
    if not day.strip():
        if time.strip():
            errors[DAY] = "Hãy ghi cả ngày, ví dụ 30/06/2026."
        return AskedMoment(texts, "", errors)
    try:
        read = read_day(day)
    except NotReadError as error:
        errors[DAY] = error.fault.vi
        read = ""
    hour = _hour(time.strip() or END_OF_DAY)
    if hour is None:
        errors[TIME] = "Phải là giờ dạng giờ:phút, ví dụ 09:30."
    if hour is None or not read:
        return AskedMoment(texts, "", errors)
    of_day = datetime.fromisoformat(read).replace(hour=hour[0], minute=hour[1], tzinfo=VIETNAM)
    return AskedMoment(texts, instant(of_day + timedelta(minutes=1, microseconds=-1)), errors)


def typed(at: str) -> dict[str, str]:
    """Return the texts of the form for an instant; empty ones for none."""
    return {DAY: vietnamese.day(at), TIME: f"{vietnamese.local(at):%H:%M}"} if at else {DAY: "", TIME: ""}


def _hour(text: str) -> tuple[int, int] | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return (hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004  # hours and minutes
