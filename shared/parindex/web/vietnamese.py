"""Numbers, days and instants as people in Việt Nam write and read them: exact, never through a float. Pure.

A text that a person typed is read into the form that the API takes; `NotReadError` describes what is wrong with it, and
the reader of the form adds the field.
"""

import re
from datetime import date, datetime, time
from fractions import Fraction

from parindex.instant import instant, moment
from parindex.numbers import Mode, NotANumberError, declared, round_exact
from parindex.values import Fault
from parindex.values.days import VIETNAM, NotADayError
from parindex.values.days import day as read_iso_day

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")

_NUMBER = re.compile(r"-?[0-9]+(?P<rest>[.,][0-9]+)?")
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(\.[0-9]{3})+")
_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_MOMENT = re.compile(
    r"(?P<day>[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})\s+(?P<hours>[0-9]{1,2}):(?P<minutes>[0-9]{2})"
    r"(:(?P<seconds>[0-9]{2})(\.(?P<decimals>[0-9]{1,6}))?)?"
)
_DIGITS = re.compile(r"[0-9.,\s-]+")


class NotReadError(ValueError):
    """A text that a person typed is no number or no day, or may be two."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.fault = Fault(vi, en)


class NoNumberError(NotReadError):
    """A text that a person typed is no number at all."""


def read_number(text: str, most_decimals: int | None = None) -> str:
    """Return a typed number as the API takes it: "83,25" and "83.25" as "83.25". Raises NotReadError.

    A point before three digits may separate thousands, so "1.234" is refused and "1,234" and "1.2340" are not.
    `most_decimals` limits the decimals.
    """
    given = text.strip()
    found = _NUMBER.fullmatch(given)
    if _GROUPED.fullmatch(given) or (found is None and _DIGITS.fullmatch(given) and re.search("[0-9]", given)):
        raise _ambiguous(given)
    if found is None:
        raise NoNumberError("Phải là số, ví dụ 83,25.", "It has to be a number, such as 83,25.")
    decimals = len(found["rest"] or ".") - 1
    if most_decimals is not None and decimals > most_decimals:
        raise _too_fine(most_decimals)
    return _declared(given.replace(",", "."))


def read_day(text: str) -> str:
    """Return a typed day as the API takes it: "30/06/2026" and "30/6/2026" as "2026-06-30". Raises NotReadError."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise NotReadError(
            "Phải là ngày dạng ngày/tháng/năm, ví dụ 30/06/2026.",
            "It has to be a day as day/month/year, such as 30/06/2026.",
        )
    day_, month, year = (int(part) for part in found.groups())
    try:
        return read_iso_day(date(year, month, day_).isoformat()).isoformat()
    except NotADayError as error:
        raise NotReadError(error.fault.vi, error.fault.en) from error
    except ValueError as error:
        raise NotReadError("Không có ngày này.", "There is no such day.") from error


def read_moment(text: str) -> str:
    """Return a typed moment of Vietnamese time as an instant of the log: "31/01/2027 17:00". Raises NotReadError.

    Seconds, and their decimals, may follow: "31/01/2027 17:00:30".
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise NotReadError(
            "Phải là ngày và giờ dạng ngày/tháng/năm giờ:phút, ví dụ 31/01/2027 17:00.",
            "It has to be a day and a time as day/month/year hour:minute, such as 31/01/2027 17:00.",
        )
    on, seconds, decimals = read_day(found["day"]), found["seconds"] or "0", (found["decimals"] or "").ljust(6, "0")
    try:
        at = time(int(found["hours"]), int(found["minutes"]), int(seconds), int(decimals))
    except ValueError as error:
        raise NotReadError("Không có giờ này.", "There is no such time.") from error
    return instant(datetime.combine(date.fromisoformat(on), at, VIETNAM))


def typed_moment(instant: str) -> str:
    """Write an instant as `read_moment` reads it: 31/01/2027 17:00, and its seconds where it has any."""
    at = local(instant)
    rest = f":{at:%S}.{at:%f}" if at.microsecond else f":{at:%S}" if at.second else ""
    return f"{written_day(at)} {at:%H:%M}{rest}"


def comma(number: str) -> str:
    """Write a printed number with a decimal comma: "84.58" as "84,58"."""
    return number.replace(".", ",")


def shown(value: Fraction, decimals: int) -> str:
    """Write an exact number with so many decimals and a comma, a half upwards."""
    return comma(f"{round_exact(value, decimals, Mode.HALF_UP):f}")


def count(number: int) -> str:
    """Write a whole number with points between thousands: 1.200."""
    return f"{number:,}".replace(",", ".")


def written_day(of: date) -> str:
    """Write a day: 24/04/2020."""
    return f"{of.day:02}/{of.month:02}/{of.year:04}"


def calendar_day(plain: str) -> str:
    """Write a day of the API, such as 2020-04-24: 24/04/2020; "" stays so."""
    return "/".join(reversed(plain.split("-")))


def day(instant: str) -> str:
    """Write the day of an instant as Việt Nam's calendars have it: 24/04/2020."""
    return written_day(local(instant))


def minute(instant: str) -> str:
    """Write an instant to the minute: 09:30 ngày 24/04/2020."""
    return f"{local(instant):%H:%M} ngày {day(instant)}"


def deadline(instant: str) -> str:
    """Write an instant with its weekday, so that a deadline is not missed: 17:00 thứ Sáu, ngày 24/04/2020."""
    at = local(instant)
    return f"{at:%H:%M} {WEEKDAYS[at.weekday()]}, ngày {written_day(at)}"


def local(instant: str) -> datetime:
    """Return an instant of the log in the time of Việt Nam."""
    return moment(instant).astimezone(VIETNAM)


def _declared(plain: str) -> str:
    try:
        declared(plain)
    except NotANumberError as error:
        raise NotReadError(error.vi, error.en) from error
    return plain


def _ambiguous(given: str) -> NotReadError:
    return NotReadError(
        f"“{given[:40]}” có thể hiểu theo nhiều cách. Hãy viết liền, không có dấu phân cách hàng nghìn, và chỉ một dấu "
        "phẩy trước phần thập phân, ví dụ 1234,5.",
        f"“{given[:40]}” can be read in several ways. Write it without thousands separators, with one decimal comma.",
    )


def _too_fine(most: int) -> NotReadError:
    if most == 0:
        return NotReadError("Phải là số nguyên.", "It has to be a whole number.")
    return NotReadError(f"Nhiều nhất {most} chữ số sau dấu phẩy.", f"At most {most} digits after the comma.")
