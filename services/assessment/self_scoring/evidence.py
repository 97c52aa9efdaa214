"""What proves a claim (tài liệu kiểm chứng): a document is named and pinned by its digest, not stored here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document: its number and symbol (số, ký hiệu), the date of issue, where in it, what bytes, when in force.

    Dates are as in 2026-06-30. `title` is a commitment; "" stands for what was not given.
    """

    number: str
    issued_on: str = ""
    title: str = ""
    page: str = ""
    sha256: str = ""
    effective_from: str = ""
    effective_to: str = ""
