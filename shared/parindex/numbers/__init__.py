"""Exact numbers: rationals inside, decimal strings on the wire, rounding only for display."""

from parindex.numbers.declared import DECLARED, LONGEST_DECLARED, NumberTooWideError, declared
from parindex.numbers.exact import (
    LONGEST_WIRE,
    NotANumberError,
    NumberTooLongError,
    exact,
    from_wire,
    parse_decimal,
    to_wire,
)
from parindex.numbers.rounding import (
    DecimalsOutOfRangeError,
    Mode,
    Parts,
    Rounding,
    round_exact,
    round_total,
    show,
    show_total,
)

__all__ = [
    "DECLARED",
    "LONGEST_DECLARED",
    "LONGEST_WIRE",
    "DecimalsOutOfRangeError",
    "Mode",
    "NotANumberError",
    "NumberTooLongError",
    "NumberTooWideError",
    "Parts",
    "Rounding",
    "declared",
    "exact",
    "from_wire",
    "parse_decimal",
    "round_exact",
    "round_total",
    "show",
    "show_total",
    "to_wire",
]
