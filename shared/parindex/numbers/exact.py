"""Reading and writing exact numbers.

People and files give decimals ("32.83"); rules divide, so inside there are rationals; the wire form is a decimal where
one exists and else a fraction in lowest terms ("1/3"). One value has one wire form, so equal values are equal bytes.
"""

import re
from decimal import Decimal
from fractions import Fraction

from parindex.refusal import Kind, Refused

LONGEST_INPUT = 40  # characters; the widest figure in a budget annex has 15 digits
LONGEST_WIRE = 4_200  # characters; below CPython's own limit of 4,300 digits for reading an int

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_WIRE = re.compile(r"(?P<top>-?[0-9]+)(?:\.(?P<decimals>[0-9]+)|/(?P<bottom>[0-9]+))?")
_SHOWN = 40  # how much of a wrong input a refusal repeats


class NotANumberError(Refused):
    """The input is not a plain decimal number (or, on the wire, not the canonical form of one).

    `at` is the place of the number in the input: a JSON pointer, or row and column.
    """

    code = "not-a-number"
    vi = "{shown} không phải là số thập phân hợp lệ (ví dụ đúng: 32.83)."
    en = "{shown} is not a plain decimal number (right, for example: 32.83)."

    given: object
    at: str = ""

    @property
    def shown(self) -> str:
        """The beginning of the input."""
        return _shorten(self.given)


class NumberTooLongError(Refused):
    """An exact result is too long for the wire form."""

    code = "number-too-long"
    kind = Kind.TOO_LARGE
    vi = f"Số chính xác dài quá {LONGEST_WIRE} ký tự."
    en = f"The exact number is longer than {LONGEST_WIRE} characters."


def parse_decimal(text: str, *, at: str = "") -> Decimal:
    """Return the decimal in a text of a user or a file: digits, perhaps a minus, perhaps a point; nothing else.

    Raises NotANumberError for anything else: an exponent, NaN, a leading plus, a comma, blanks, a float, other digits.
    """
    if not _match(_DECIMAL, text, LONGEST_INPUT):
        raise NotANumberError(text, at)
    return Decimal(text)


def exact(number: str | Decimal | int, *, at: str = "") -> Fraction:
    """Return the same number as an exact rational. Raises NotANumberError, also for any float."""
    if isinstance(number, str):
        return Fraction(parse_decimal(number, at=at))
    if isinstance(number, bool) or not isinstance(number, Decimal | int):
        raise NotANumberError(number, at)
    if isinstance(number, Decimal) and not _is_modest(number):
        raise NotANumberError(number, at)
    return Fraction(number)


def to_wire(value: Fraction) -> str:
    """Return the one wire form of a value: "32.83", "65", "-0.5" where the decimal ends, else "p/q" in lowest terms.

    Raises NumberTooLongError past LONGEST_WIRE characters.
    """
    decimals = _decimals_of(value.denominator)
    if decimals is None:
        return _bounded(f"{_digits(value.numerator)}/{_digits(value.denominator)}")
    if decimals > LONGEST_WIRE:
        raise NumberTooLongError
    scaled = value.numerator * (10**decimals // value.denominator)
    digits = _digits(abs(scaled)).rjust(decimals + 1, "0")
    sign = "-" if scaled < 0 else ""
    return _bounded(f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}")


def from_wire(text: str, *, at: str = "") -> Fraction:
    """Return the value of a wire form.

    Raises NotANumberError for each text that `to_wire` does not write: "65.0", "2/4", "1/2", "-0", "1/0", a float.
    """
    match = _match(_WIRE, text, LONGEST_WIRE)
    if match is None:
        raise NotANumberError(text, at)
    bottom = match["bottom"]
    if bottom is not None and int(bottom) == 0:
        raise NotANumberError(text, at)
    value = Fraction(int(match["top"]), int(bottom)) if bottom is not None else Fraction(text)
    if to_wire(value) != text:
        raise NotANumberError(text, at)
    return value


def _match(pattern: re.Pattern[str], given: object, longest: int) -> re.Match[str] | None:
    # types are promises of the caller; a float from a JSON document breaks them
    return pattern.fullmatch(given) if isinstance(given, str) and len(given) <= longest else None


def _is_modest(number: Decimal) -> bool:
    # Decimal("1E+999999") is three bytes of input and a million digits of rational
    exponent = number.as_tuple().exponent
    return (
        isinstance(exponent, int) and abs(exponent) <= LONGEST_INPUT and len(number.as_tuple().digits) <= LONGEST_WIRE
    )


def _decimals_of(denominator: int) -> int | None:
    """Return how many decimals 1/denominator has, or None where they never end."""
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def _digits(whole: int) -> str:
    # checked before printing: CPython refuses to print an int past 4,300 digits with an error that names nothing
    if abs(whole).bit_length() > LONGEST_WIRE * 4:
        raise NumberTooLongError
    try:
        return str(whole)
    except ValueError as error:
        raise NumberTooLongError from error


def _bounded(text: str) -> str:
    if len(text) > LONGEST_WIRE:
        raise NumberTooLongError
    return text


def _shorten(given: object) -> str:
    shown = given if isinstance(given, str) else f"({type(given).__name__}) {given}"
    return f"“{shown[:_SHOWN]}…”" if len(shown) > _SHOWN else f"“{shown}”"
