"""Working days in Việt Nam: no weekends and no public holidays, of which Tết and the Hùng Kings' day are lunar. Pure.

The calendar is that of the `holidays` library. It knows the days off of the years that the government has announced,
and the Saturdays that are worked for them. For a later year it computes the days of the law: the government may move
the days around Tết and the second day of the National Day, and it announces them some months before.
"""

from datetime import date, timedelta
from typing import Final

from holidays import country_holidays

_CALENDAR: Final = country_holidays("VN")


def is_working_day(day: date) -> bool:
    """Return whether offices work on a day."""
    return bool(_CALENDAR.is_working_day(day))


def add_working_days(day: date, n: int) -> date:
    """Return the n-th working day after a day; with n = 0, the day itself. Raises ValueError for a negative n."""
    if n < 0:
        raise ValueError(f"a number of working days is not negative: {n}")
    while n:
        day += timedelta(days=1)
        n -= is_working_day(day)
    return day
