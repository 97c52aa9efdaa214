"""A criterion as a unit declares it, with the documents that prove it (tài liệu kiểm chứng). Pure.

A document is named and pinned by its digest; it is not stored here.
"""

from dataclasses import dataclass

from parindex.contracts.assessment import Figure


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document: its number and symbol (số, ký hiệu), the date of issue, where in it, what bytes, when in force.

    Dates are as in 2026-06-30. `title` is a commitment; "" stands for an absent value.
    """

    number: str
    issued_on: str = ""
    title: str = ""
    page: str = ""
    sha256: str = ""
    effective_from: str = ""
    effective_to: str = ""


@dataclass(frozen=True, slots=True)
class DeclaredClaim:
    """One criterion of a command: a claim, or what the unit says when it explains a finding.

    `pointer` is its place in the body; texts are commitments already.
    """

    criterion: str
    figures: tuple[Figure, ...] = ()
    applicable: bool = True
    evidence: tuple[Evidence, ...] = ()
    explanation: str = ""
    confirmed: tuple[str, ...] = ()
    pointer: str = ""
