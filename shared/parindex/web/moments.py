"""A moment as a person asks for it, and as a page says it: an hour and a day, as people in Việt Nam write them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import Query

from parindex.eventstore.moments import Until
from parindex.http.fields import Moment
from parindex.instant import instant
from parindex.values.days import VIETNAM
from parindex.web import vietnamese
from parindex.web.vietnamese import NotReadError, read_day

DAY, TIME = "day", "time"
END_OF_DAY: Final = "23:59"
Typed = Annotated[str, Query(max_length=20)]
_TIME = re.compile(r"([0-9]{1,2})(?:[:hg.]([0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class AskedMoment:
    """A moment as it was typed, the instant that it is ("" for none), and the mistakes by field."""

    texts: dict[str, str]
    at: str
    errors: dict[str, str]


def moment_in(day: str, time: str, at: str = "") -> AskedMoment:
    """Read a typed day and hour; an empty day is now, and an empty hour the end of the day.

    A minute is meant with all its seconds, so that what happened at 09:30:20 is there at 09:30. `at` is the
    instant of a link: where no day is typed, it is the moment.
    """
    texts, errors = {DAY: day, TIME: time}, dict[str, str]()
    if not day.strip():
        if time.strip():
            errors[DAY] = "Hãy ghi cả ngày, ví dụ 30/06/2026."
            return AskedMoment(texts, "", errors)
        return AskedMoment(typed(at), at, errors)
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
    meant = instant(of_day + timedelta(minutes=1, microseconds=-1))
    return AskedMoment(typed(meant), meant, errors)


def asked_moment(day: Typed = "", time: Typed = "", at: Moment | None = None) -> AskedMoment:
    """Return the moment that the address of a page asks for. A dependency of routes."""
    return moment_in(day, time, instant(at) if at else "")


def typed(at: str) -> dict[str, str]:
    """Return the texts of the form for an instant; empty ones for none."""
    return {DAY: vietnamese.day(at), TIME: f"{vietnamese.local(at):%H:%M}"} if at else {DAY: "", TIME: ""}


def moment_said(until: Until, log: str) -> str:
    """Return a moment in words; `log` is the name of the service whose positions it counts."""
    asked = f"Lúc {vietnamese.minute(until.at)}" if until.at else ""
    if until.position:
        asked = ", ".join(filter(None, (asked, f"đến bản ghi {log}/{until.position}")))
    return asked or "Hiện nay"


def _hour(text: str) -> tuple[int, int] | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return (hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004  # hours and minutes
