"""Refusals: named exceptions by which a rule refuses a command or a query. They are pure.

A refusal has a text for the user in Vietnamese and English, a stable code for programs, and the places to correct (JSON
pointers, or `row 4, column C`). It is independent of HTTP; `parindex.http.problems` translates it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import Any, ClassVar, dataclass_transform

from parindex.wording import Wording

MOST_PLACES = 500
"""Mistakes in one response. A request can hold a million; the search stops after this number."""


class Kind(StrEnum):
    """The kind of a refusal, which HTTP and the command line translate into a status."""

    BAD_REQUEST = "bad_request"  # as INVALID, where the route's standard requires 400 (OAuth 2)
    INVALID = "invalid"  # the request itself is wrong; a retry is no use
    UNKNOWN = "unknown"  # it names something that does not exist, or that the client may not see
    CONFLICT = "conflict"  # correct, but not permitted in the present state
    STALE = "stale"  # based on an older version than the present one
    FORBIDDEN = "forbidden"  # the client has no right to it
    UNAUTHENTICATED = "unauthenticated"  # the client did not authenticate
    TOO_LARGE = "too_large"
    NOT_TAKEN = "not_taken"  # a media type that is not accepted
    TOO_SLOW = "too_slow"  # the request did not arrive completely
    TOO_MANY = "too_many"  # try later
    DAMAGED = "damaged"  # stored data is inconsistent; a retry is no use, and the operator must act
    UNAVAILABLE = "unavailable"  # the request is correct; the service cannot execute it now


@dataclass(frozen=True, slots=True)
class Place:
    """A place with a mistake or a warning (a JSON pointer, or row and column of a spreadsheet), and its description.

    A warning has a stable `code` of its own, by which the client confirms it; a mistake has none.
    """

    at: str
    vi: str
    en: str
    code: str = ""


def first_places(places: Iterable[Place]) -> list[Place]:
    """Take as many places as a response may hold; a lazy search stops there."""
    return list(islice(places, MOST_PLACES))


@dataclass_transform(eq_default=False, field_specifiers=(field,))
class Refused(Exception):  # noqa: N818  # the family name; each member ends in Error
    """A command or a query was refused; the refusal says why, and nothing was written.

    But for three: after OutcomeUnknownError, DatabaseAwayError and AnswerLateError it is not known whether
    something was written. Sending it again with the same Idempotency-Key settles that.

    A subclass is data: `code` (stable, kebab-case, unique in the system), `kind`, and a template in each language, `vi`
    and `en`. Its annotations are the values that its constructor takes; the templates name them. They may name
    properties of the class too, such as `count`. An instance has the finished texts as `vi` and `en`.

        class RoundNotClosedError(Refused):
            code, kind = "round-not-closed", Kind.CONFLICT
            vi, en = "Đợt “{round_id}” chưa đóng.", "The round “{round_id}” is not closed."

            round_id: str

    A value `places` holds the mistakes in detail; a value or constant `at` is the one place that the text is about.
    """

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.INVALID
    advice: ClassVar[tuple[str, str] | None] = None
    """What to do, in Vietnamese and English, where the advice of its kind does not apply."""
    en_one: ClassVar[str] = ""
    """The English template where the count is one, if that differs."""
    each: ClassVar[tuple[str, Place] | None] = None
    """Which value is a list with a place for each item, and that place as a template: `/units/{each}`."""

    vi: str
    en: str
    places: Sequence[Place]

    def __init__(self) -> None:
        self.__post_init__()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        doc = cls.__doc__
        dataclass(eq=False, repr=False, match_args=False)(cls)
        cls.__doc__ = doc  # where a class has none, `dataclass` writes one of its own

    def __post_init__(self) -> None:
        """Fill in the templates."""
        self.places = tuple(getattr(self, "places", ())) or self._places_of_each()
        self.vi, self.en = self.template().filled(partial(getattr, self))
        if at := getattr(self, "at", ""):
            self.places = (Place(at, self.vi, self.en),)
        Exception.__init__(self, self.en)

    def template(self) -> Wording:
        """Return the templates of both texts; a class whose texts have variants overrides this."""
        cls = type(self)
        return Wording(cls.vi, cls.en_one if cls.en_one and self.count == 1 else cls.en)

    @property
    def count(self) -> int:
        """The number of places."""
        return len(self.places)

    def _places_of_each(self) -> tuple[Place, ...]:
        if self.each is None:
            return ()
        name, place = self.each
        found = [(item, Wording(place.vi, place.en).of(each=item)) for item in getattr(self, name)]
        return tuple(Place(place.at.format(each=item), said.vi, said.en) for item, said in found)


class ConfirmationNeededError(Refused):
    """The request may contain slips; the places are warnings, each with its code. Nothing was written.

    A client that means it sends the same request again and confirms each code at its place.
    """

    code = "confirmation-needed"
    advice = (
        "Sửa số liệu; nếu đúng như vậy, gửi lại nguyên văn kèm `confirmed` có mã của từng cảnh báo tại chỗ đó.",
        "Correct the figures; if they are meant, send the same with the code of each warning in `confirmed` there.",
    )

    vi = (
        "Có {count} chỗ trông như nhầm; chưa ghi nhận nội dung nào. "
        "Nếu đúng như vậy, hãy gửi lại và nêu mã của từng cảnh báo trong trường `confirmed`."
    )
    en = (
        "{count} things look like slips; nothing was taken. "
        "If they are meant, send it again with the code of each warning in the field `confirmed`."
    )

    places: Sequence[Place]
