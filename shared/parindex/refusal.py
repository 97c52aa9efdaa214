"""A rule said no: pure, and known by name.

A refusal speaks to the person who asked, in Vietnamese first and in English, and carries a stable code for programs and
the places (JSON pointers, or `row 4, column C`) that have to be mended. It knows nothing of HTTP; `problems.py` does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import ClassVar

MOST_PLACES = 500
"""A request can hold a million mistakes; an answer tells the first of them, and no more of them are looked for."""


class Kind(StrEnum):
    """Why a wish was refused, in terms that every door (HTTP, command line) can translate."""

    BAD_REQUEST = "bad_request"  # as INVALID, at a door whose standard answers 400 (OAuth 2)
    INVALID = "invalid"  # the wish itself is wrong; sending it again is no use
    UNKNOWN = "unknown"  # it names something that does not exist, or that the asker may not see
    CONFLICT = "conflict"  # right in itself, but not in the state that things are in now
    STALE = "stale"  # decided upon an older version than the present one
    FORBIDDEN = "forbidden"  # the asker has no right to it
    UNAUTHENTICATED = "unauthenticated"  # the asker did not say who they are
    TOO_LARGE = "too_large"
    NOT_TAKEN = "not_taken"  # written in a form that is not read here
    TOO_SLOW = "too_slow"  # it did not come to its end
    TOO_MANY = "too_many"  # try later
    DAMAGED = "damaged"  # what is stored contradicts itself; trying again is no use, the operator has to look
    UNAVAILABLE = "unavailable"  # nothing wrong with the wish; the service can't now


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is wrong (a JSON pointer, or row and column of a sheet), and what, in both languages.

    A warning has a stable `code` of its own, by which its sender confirms it; a mistake has none.
    """

    at: str
    vi: str
    en: str
    code: str = ""


def first_places(places: Iterable[Place]) -> list[Place]:
    """Take as many places as an answer tells; what finds them lazily looks for no more."""
    return list(islice(places, MOST_PLACES))


class Refused(Exception):  # noqa: N818  # the family name; each member ends in Error
    """A wish was not carried out, and its asker is told why; nothing was written.

    But for three: after OutcomeUnknownError, DatabaseAwayError and AnswerLateError it is not known whether
    something was written. Sending it again with the same Idempotency-Key settles that.

    Subclasses set `code` (stable, kebab-case, unique in the system) and `kind`, and build both texts.
    """

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.INVALID
    advice: ClassVar[tuple[str, str] | None] = None
    """What to do, in Vietnamese and English, where what helps against its kind is no help."""

    def __init__(self, vi: str, en: str, places: Sequence[Place] = ()) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en
        self.places = tuple(places)


class ConfirmationNeededError(Refused):
    """Nothing is wrong for certain, but something looks like a slip; the places are warnings, each with its code.

    The sender who means it sends the same again and confirms each code at its place. Nothing was written.
    """

    code = "confirmation-needed"
    advice = (
        "Sửa số liệu; nếu đúng như vậy, gửi lại nguyên văn kèm `confirmed` có mã của từng cảnh báo tại chỗ đó.",
        "Correct the figures; if they are meant, send the same with the code of each warning in `confirmed` there.",
    )

    def __init__(self, warnings: Sequence[Place]) -> None:
        super().__init__(
            f"Có {len(warnings)} chỗ trông như nhầm; chưa ghi nhận nội dung nào. "
            "Nếu đúng như vậy, hãy gửi lại và nêu mã của từng cảnh báo trong trường `confirmed`.",
            f"{len(warnings)} things look like slips; nothing was taken. "
            "If they are meant, send it again with the code of each warning in the field `confirmed`.",
            warnings,
        )
