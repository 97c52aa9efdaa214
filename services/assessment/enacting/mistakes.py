"""The collector of mistakes, each with its place, so that a person fixes everything in one go. Pure."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Self

import msgspec

from parindex.contracts.criteria import NUMBERS, CriteriaSet
from parindex.numbers import NotANumberError, declared, exact, to_wire
from parindex.refusal import MOST_PLACES, Place
from parindex.values.identifiers import ID, Form


class _EnoughError(Exception):
    """The collector has as many mistakes as an answer shows."""


class Mistakes:
    """The mistakes found so far beneath one place.

    `with mistakes:` ends the search at the number of mistakes that an answer shows. So the cost of a refusal is bounded
    by its answer, however many mistakes the request has.
    """

    def __init__(self, root: str = "") -> None:
        self.places: list[Place] = []
        self._root = root

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: object) -> bool:
        return kind is _EnoughError

    def add(self, pointer: str, vi: str, en: str) -> None:
        """Note a mistake at a JSON pointer beneath the root."""
        self.take([Place(self._root + pointer, vi, en)])

    def take(self, places: Iterable[Place]) -> None:
        """Note mistakes that were found elsewhere, with the places that they have."""
        for place in places:
            self.places.append(place)
            if len(self.places) >= MOST_PLACES:
                raise _EnoughError

    def unless(self, right: bool, pointer: str, vi: str, en: str) -> None:  # noqa: FBT001  # reads: unless 0 <= share <= 1
        """Note a mistake where something does not hold."""
        if not right:
            self.add(pointer, vi, en)

    def check_code(self, code: str, pointer: str) -> None:
        """Note a code of a set, a round or a block that does not fit into an address."""
        self.check_form(ID, code, pointer)

    def check_form(self, form: Form, text: str, pointer: str) -> None:
        """Note an identifier that has not its form."""
        if fault := form.fault(text):
            self.add(pointer, fault.vi, fault.en)

    def repeated(self, keys: list[Any], pointer: str, field: str) -> None:
        """Note every key that an earlier row has; `pointer` is the list, `field` the key's name in a row."""
        seen: set[Any] = set()
        for number, key in enumerate(keys):
            if key in seen:
                shown = " ".join(filter(None, key)) if isinstance(key, tuple) else key
                self.add(f"{pointer}/{number}/{field}", f"“{shown}” bị trùng.", f"“{shown}” occurs twice.")
            seen.add(key)


def number(text: str) -> Fraction | None:
    """Return a number, or None for another text, which `note_numbers` has noted."""
    try:
        return declared(text)
    except NotANumberError:
        return None


def note_numbers(criteria_set: CriteriaSet, mistakes: Mistakes) -> None:
    """Note every field that should hold a number and does not."""
    for pointer, text in _numbers(msgspec.to_builtins(criteria_set), ""):
        try:
            declared(text)
        except NotANumberError as refused:
            mistakes.add(pointer, refused.vi, refused.en)


def with_plain_numbers(criteria_set: CriteriaSet) -> CriteriaSet:
    """Return the set with each number in its one wire form ("2.0" is "2"), so that equal sets are equal bytes."""
    return msgspec.convert(_plain(msgspec.to_builtins(criteria_set)), CriteriaSet)


def _numbers(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _numbers(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in NUMBERS and isinstance(item, str):
                yield f"{pointer}/{key}", item
            else:
                yield from _numbers(item, f"{pointer}/{key}")


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {
            key: to_wire(exact(item)) if key in NUMBERS and isinstance(item, str) else _plain(item)
            for key, item in value.items()
        }
    return value
