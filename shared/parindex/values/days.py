"""Days and instants of requests and files: text in one form each, in the years of this domain.

A number is never a date: an empty cell of a spreadsheet is the number 0, which other programs take for 1970.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from parindex import instant as instants
from parindex.values.fault import Fault
from parindex.wording import Wording

FIRST_YEAR = 1945
"""The earliest year: no document that proves a claim is older than the state that issued it."""
LAST_YEAR = 2075
"""The latest year: no plan in force reaches further, so a later year is a typing error."""

FIRST_ROUND = 2000
LAST_ROUND = LAST_YEAR
"""The permitted years of a round and of its deadlines."""

DAY_FORM = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
INSTANT_FORM = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
"""RFC 3339, which requires a zone; decimals of a second after the sixth are cut off."""

LONGEST = 40

VIETNAM = timezone(timedelta(hours=7), "ICT")
"""The time of every deadline and day that people read. Việt Nam has had no other since 1975."""

_DAY = re.compile(DAY_FORM)
_INSTANT = re.compile(INSTANT_FORM)
_DECIMALS = re.compile(r"\.([0-9]{1,6})[0-9]*")


def day_in_vietnam(instant: str) -> str:
    """Return the day in Việt Nam of an instant (`parindex.instant`), as YYYY-MM-DD.

    Raises OverflowError for the last hours of the year 9999, which are in the year 10000 there.
    """
    return _day_of_hour(instant[:13])


@lru_cache(maxsize=1_000)
def _day_of_hour(hour: str) -> str:
    """The zone differs from UTC by whole hours, so an hour has one day; presses of one batch share few hours."""
    return datetime.strptime(hour, "%Y-%m-%dT%H").replace(tzinfo=UTC).astimezone(VIETNAM).date().isoformat()


def moment_said(instant: str) -> Wording:
    """Return an instant of the log as people in Việt Nam read it, to the minute, in both languages."""
    at = instants.moment(instant).astimezone(VIETNAM)
    return Wording(f"{at:%H:%M} ngày {at:%d/%m/%Y}", f"{at:%H:%M} on {at:%Y-%m-%d} (UTC+7)")


class NotADayError(ValueError):
    """A text is no day, or a day outside of the permitted years."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.en)
        self.fault = fault


class NotAnInstantError(NotADayError):
    """A text is no instant with a zone, or an instant outside of the permitted years."""


def day(text: str) -> date:
    """Read a day such as 2026-06-30. Raises NotADayError."""
    read = _read_day(text)
    if read is None:
        raise NotADayError(
            Fault("Phải là ngày có thật, dạng 2026-06-30.", "It has to be a day that exists, such as 2026-06-30.")
        )
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise NotADayError(_years(FIRST_YEAR, LAST_YEAR))
    return read


def day_text(read: date | None) -> str:
    """Return a day as `day` reads it; "" for none."""
    return read.isoformat() if read else ""


def ends_before_it_begins(since: str, until: str) -> bool:
    """Return whether a period of two days, as in 2026-06-30, is reversed; "" is an open end."""
    return bool(since and until and until < since)


def moment(text: str) -> datetime:
    """Read an RFC 3339 instant, in UTC. Raises NotAnInstantError."""
    read = _read_moment(text)
    if read is None:
        example = "2026-06-30T17:00:00+07:00"
        raise NotAnInstantError(
            Fault(
                f"Phải là thời điểm có múi giờ, dạng {example}.",
                f"It has to be an instant with its time zone, such as {example}.",
            )
        )
    if not FIRST_ROUND <= read.year <= LAST_ROUND:
        raise NotAnInstantError(_years(FIRST_ROUND, LAST_ROUND))
    return read.astimezone(UTC)


def _read_day(text: str) -> date | None:
    if len(text) > LONGEST or not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read_moment(text: str) -> datetime | None:
    if len(text) > LONGEST or not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(_DECIMALS.sub(r".\1", text.upper()))
    except ValueError:
        return None


def _years(first: int, last: int) -> Fault:
    return Fault(f"Năm phải từ {first} đến {last}.", f"The year has to be from {first} to {last}.")
