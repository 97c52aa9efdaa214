"""The text that Excel shows for a number in a cell, where the number and the format of the cell decide it. Pure.

A point or a comma in that text depends on the language of the program, which no file names.
"""

import re
from decimal import Decimal
from typing import Final

from parindex.files.cell_formats import GENERAL

MOST_DIGITS: Final = 15
"""Digits that Excel keeps of a number; it writes 0 for all further ones."""
MOST_GENERAL: Final = 11
"""Digits that the general format shows; a longer number is shown with a power of ten."""
_PLAIN: Final = frozenset({"", GENERAL.casefold(), "@"})
_ZEROS: Final = re.compile("0+")
_LITERAL: Final = re.compile(r'"[^"]*"|\\.')
"""The parts of a format that are shown as they are written."""
_DECIMALS: Final = re.compile(r"(?:#,#*)?[#0]*0(?:\.(0+))?")
_PERCENT: Final = re.compile(r"[#0]*0(?:\.(0+))?%")


def shown_text(number: str, format_code: str) -> str | None:
    """Return the text that Excel shows for a number in a cell of this format; None where that is not certain."""
    if is_percent(format_code):
        shown = f"{Decimal(number) * 100:f}"
        whole = shown.rstrip("0").removesuffix(".") if "." in shown else shown
        return f"{whole}%" if format_code == "0%" and _is_whole(whole, MOST_DIGITS) else None
    if format_code.casefold() in _PLAIN:
        return number if _is_whole(number, MOST_GENERAL) else None
    if _ZEROS.fullmatch(format_code):
        return _padded(number, len(format_code)) if _is_whole(number, MOST_DIGITS) else None
    if format_code == "#,##0":
        return number if _is_whole(number, 3) else None
    return None


def is_percent(format_code: str) -> bool:
    """Return whether a cell of this format shows a hundred times the number that it holds."""
    return "%" in _LITERAL.sub("", format_code)


def is_shown_exactly(number: str, format_code: str) -> bool:
    """Return whether a cell of this format certainly shows the number that it holds, with each of its digits."""
    if format_code.casefold() in _PLAIN:
        return len(number.strip("-0.").replace(".", "")) <= MOST_DIGITS
    decimals = len(number.partition(".")[2])
    if found := _PERCENT.fullmatch(format_code):
        return decimals - 2 <= len(found[1] or "")
    found = _DECIMALS.fullmatch(format_code)
    return found is not None and decimals <= len(found[1] or "")


def _is_whole(number: str, digits: int) -> bool:
    plain = number.removeprefix("-")
    return plain.isdecimal() and len(plain) <= digits


def _padded(number: str, digits: int) -> str:
    sign = "-" if number.startswith("-") else ""
    return sign + number.removeprefix("-").zfill(digits)
