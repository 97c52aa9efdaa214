"""Declared numbers of users, files and systems: short enough that exact sums of their quotients always fit."""

import re
from fractions import Fraction

from parindex.numbers.exact import NotANumberError, exact

LONGEST_DECLARED = 18
"""Characters, with sign and point: a budget of 15 digits with two decimals. A sum of quotients has a denominator of as
many digits for each of them, so a criteria set has a limit of those too."""

DECLARED = r"^-?[0-9]+(\.[0-9]+)?$"
_DECLARED = re.compile(DECLARED)


class NumberTooWideError(NotANumberError):
    """A declared number has more than LONGEST_DECLARED characters."""

    code = "number-too-wide"
    vi = f"Số có nhiều nhất {LONGEST_DECLARED} ký tự, kể cả dấu."
    en = f"A number has at most {LONGEST_DECLARED} characters, with sign and point."


def declared(text: str) -> Fraction:
    """Read a declared number exactly. Raises NotANumberError; of one that is too wide, NumberTooWideError."""
    if len(text) > LONGEST_DECLARED and _DECLARED.fullmatch(text):
        raise NumberTooWideError(text)
    return exact(text)
