"""Identifiers: one form for each kind, in requests, addresses, events and files.

All are plain ASCII, because users type them, print them and read them in addresses, and no two may look alike. The
patterns mean the same in JSON Schema, in Rust and, matched as a whole (`fits`), in Python.
"""

import re
from dataclasses import dataclass, field

from parindex.values.fault import Fault


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one kind of identifiers, and the fault of a text without that form."""

    pattern: str
    longest: int
    vi: str
    en: str
    example: str
    _compiled: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_compiled", re.compile(self.pattern))

    def fits(self, text: str) -> bool:
        """Return whether a text has the form; `$` alone would accept a line end."""
        return len(text) <= self.longest and self._compiled.fullmatch(text) is not None

    def fault(self, text: str) -> Fault | None:
        """Return the fault of a text, or None."""
        return None if self.fits(text) else Fault(self.vi, self.en)


ID = Form(
    r"^[a-z0-9][a-z0-9-]{0,62}$", 63,
    "Mã gồm chữ thường không dấu, chữ số và dấu gạch nối, tối đa 63 ký tự.",
    "A code has small letters a-z, digits and dashes, at most 63 characters.",
    "tinh-2026",
)  # fmt: skip
"""The id of a round, a block, a criteria set or a kiosk: users choose it, and it is part of addresses."""

CODE = Form(
    r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,62}$", 63,
    "Mã gồm chữ không dấu, chữ số, dấu chấm, gạch nối, gạch dưới; tối đa 63 ký tự, không bắt đầu bằng dấu chấm.",
    "A code has letters a-z, digits, dots, dashes and underscores; at most 63, and no dot at the beginning.",
    "1.1.2",
)  # fmt: skip
"""A code in a criteria set: of a criterion, a survey question, a respondent group or an option."""

NODE = Form(
    r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$", 100,
    "Phải là mã cơ quan, ví dụ H09.05; tối đa 100 ký tự.",
    "It has to be an agency code such as H09.05, at most 100 characters.",
    "H09.05",
)  # fmt: skip
"""An agency code, from the authority down: H09 is a province, H09.05 one of its units."""

FIGURE = Form(
    r"^[a-z0-9_]{1,40}$", 40,
    "Tên số liệu gồm chữ thường không dấu, chữ số, gạch dưới.",
    "The name of a figure has small letters a-z, digits and underscores.",
    "planned",
)  # fmt: skip
"""The name of a declared figure. It is a key in entries, so it has the form of one."""

SHA256 = Form(
    r"^[0-9a-f]{64}$", 64,
    "Phải là SHA-256 viết bằng 64 chữ số hệ 16.",
    "It has to be a SHA-256 in 64 hexadecimal digits.",
    "0" * 64,
)  # fmt: skip

ACCOUNT = Form(
    r"^[a-z0-9]{8,64}$", 64,
    "Mã tài khoản gồm 8 đến 64 chữ thường không dấu và chữ số.",
    "The id of an account has 8 to 64 small letters a-z and digits.",
    "a0b1c2d3e4f5a6b7c8d9e",
)  # fmt: skip
"""The id of an account of the local issuer, which is the actor of entries; names are with sign-in alone."""
