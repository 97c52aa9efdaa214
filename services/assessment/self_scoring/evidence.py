"""What proves a claim (tài liệu kiểm chứng): a document is named and pinned by its digest, not stored here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from parindex.instant import moment
from parindex.refusal import Place

VIETNAM = timedelta(hours=7)
"""Local time, all year round: days on documents are local days."""


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


class Dated(Protocol):
    """The days of a document, as in 2026-06-30; "" stands for what was not given."""

    @property
    def issued_on(self) -> str: ...
    @property
    def effective_from(self) -> str: ...
    @property
    def effective_to(self) -> str: ...


def mistakes_in_evidence(documents: Sequence[Dated], at: str, today: str) -> list[Place]:
    """Return every mistake in the days of documents; `at` points to their list, `today` is a day."""
    places: list[Place] = []
    for index, document in enumerate(documents):
        if document.issued_on > today:
            vi, en = "Ngày ban hành chưa đến.", "The date of issue lies in the future."
            places.append(Place(f"{at}/{index}/issued_on", vi, en))
        if document.effective_to and document.effective_to < document.effective_from:
            vi, en = "Ngày hết hiệu lực trước ngày có hiệu lực.", "It ends before it comes into force."
            places.append(Place(f"{at}/{index}/effective_to", vi, en))
    return places


def day_of(instant: str) -> str:
    """Return the Vietnamese day of an instant."""
    return (moment(instant) + VIETNAM).date().isoformat()
