"""Rounding: a policy of the criteria set. It applies to printed numbers and never to a computation."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from parindex.refusal import Refused

MOST_DECIMALS = 6


class Mode(StrEnum):
    """The direction of rounding for a number between two printable ones."""

    HALF_UP = "half_up"  # the nearest; a half away from zero, as schools and Excel do
    HALF_EVEN = "half_even"  # the nearest; a half to the even neighbour
    DOWN = "down"  # towards zero: the further decimals are cut off


class Parts(StrEnum):
    """The computation of a printed total from its parts. Published tables have both ways."""

    ROUNDED_SUM = "rounded_sum"  # add exactly, then round: the printed parts may not sum to it
    SUM_OF_ROUNDED = "sum_of_rounded"  # round each part, then add the printed parts


class DecimalsOutOfRangeError(Refused):
    """A rounding policy asks for fewer than 0 or more than MOST_DECIMALS decimals."""

    code = "decimals-out-of-range"
    vi = f"Số chữ số thập phân phải là số nguyên từ 0 đến {MOST_DECIMALS}."
    en = f"The number of decimals has to be a whole number from 0 to {MOST_DECIMALS}."


@dataclass(frozen=True, slots=True)
class Rounding:
    """The rounding policy of a criteria set. Raises DecimalsOutOfRangeError."""

    decimals: int = 2
    mode: Mode = Mode.HALF_UP
    parts: Parts = Parts.ROUNDED_SUM

    def __post_init__(self) -> None:
        _check(self.decimals)


def round_exact(value: Fraction, decimals: int, mode: Mode) -> Decimal:
    """The value with exactly `decimals` decimals, rounded once, on the rational itself."""
    _check(decimals)
    whole = _round_whole(value * 10**decimals, mode)
    digits = tuple(int(digit) for digit in str(abs(whole)))
    return Decimal((1 if whole < 0 else 0, digits, -decimals))


def round_total(parts: Sequence[Fraction], rounding: Rounding) -> Decimal:
    """The total of the parts as the set prints it: see `Parts`."""
    match rounding.parts:
        case Parts.ROUNDED_SUM:
            terms = list(parts)
        case Parts.SUM_OF_ROUNDED:
            terms = [Fraction(round_exact(part, rounding.decimals, rounding.mode)) for part in parts]
        case _:
            assert_never(rounding.parts)
    return round_exact(sum(terms, Fraction(0)), rounding.decimals, rounding.mode)


def show(value: Fraction, rounding: Rounding) -> str:
    """The value as printed: "83.50"."""
    return f"{round_exact(value, rounding.decimals, rounding.mode):f}"


def show_total(parts: Sequence[Fraction], rounding: Rounding) -> str:
    """The total of the parts as printed."""
    return f"{round_total(parts, rounding):f}"


def _round_whole(value: Fraction, mode: Mode) -> int:
    size = abs(value)
    match mode:
        case Mode.HALF_UP:
            whole = (size + Fraction(1, 2)).__floor__()
        case Mode.HALF_EVEN:
            whole = round(size)
        case Mode.DOWN:
            whole = size.__floor__()
        case _:
            assert_never(mode)
    return -whole if value < 0 else whole


def _check(decimals: object) -> None:
    if isinstance(decimals, bool) or not isinstance(decimals, int) or not 0 <= decimals <= MOST_DECIMALS:
        raise DecimalsOutOfRangeError
