"""Whole numbers as text, in addresses and files: one spelling for each.

Python also accepts `1_0`, `+1`, `01`, ` 1` and digits of any script, which other programs read differently.
"""

import re

from parindex.values.fault import Fault

WHOLE_FORM = r"^(0|-?[1-9][0-9]{0,18})$"
SECONDS_FORM = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$"

_WHOLE = re.compile(WHOLE_FORM)
_SECONDS = re.compile(SECONDS_FORM)


class NotWholeError(ValueError):
    """A text is no whole number, or no number of seconds, in the one permitted spelling."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.en)
        self.fault = fault


def whole(text: str) -> int:
    """Read a whole number of at most 19 digits. Raises NotWholeError."""
    if not _WHOLE.fullmatch(text):
        vi = "Phải là số nguyên viết bằng chữ số 0-9, không có 0 ở đầu, dấu cộng hay dấu cách, ví dụ 20."
        en = "It has to be a whole number in digits 0-9, without leading zeros, plus sign or blanks, such as 20."
        raise NotWholeError(Fault(vi, en))
    return int(text)


def seconds(text: str) -> float:
    """Read a number of seconds, which may have decimals. Raises NotWholeError."""
    if not _SECONDS.fullmatch(text):
        vi = "Phải là số giây viết bằng chữ số 0-9, ví dụ 20 hoặc 0.5."
        raise NotWholeError(Fault(vi, "It has to be a number of seconds in digits 0-9, such as 20 or 0.5."))
    return float(text)
