"""A strict JSON reader that names the place of each mistake. It runs before validation.

It refuses a key that an object has twice, NaN, and other encodings than UTF-8. The presses of a kiosk are read by a
faster decoder; where that one fails, this one finds the place.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from parindex.refusal import Place

MOST_VALUES: Final = 200_000
"""Values in one body: as many are parsed in well under a second, and no meaningful body has more."""
MOST_TEXTS: Final = 2 * MOST_VALUES
"""Strings in one body: a value is at most one string, and has at most one key."""
MOST_TWICE: Final = 100
"""Places of repeated keys that are collected."""
WHOLE: Final = 2**53
"""Integers below it are exact in a double, so 1.0 and 1 are the same number."""

_BOM = "\ufeff"
_STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)
"""A string, or the start of one that is not closed: it always matches, so no byte is scanned twice."""
_LONG_NUMBER = re.compile(r"(?<!\d)\d{4301}")
_VALUE_ENDS = (b",", b"[", b"{")


class NotReadableError(Exception):
    """The body is not acceptable JSON; `places` says where and why."""

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(places[0].en)
        self.places = places


def read_json(raw: bytes) -> Any:
    """Read one JSON value. Raises NotReadableError."""
    _require_bounded(raw)
    return read_text(decoded(raw))


def decoded(raw: bytes) -> str:
    """Decode UTF-8, with or without a byte order mark. Raises NotReadableError."""
    try:
        return raw.decode().removeprefix(_BOM)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        vi, en = "Ở đây có byte không phải UTF-8.", "There are bytes here that are not UTF-8."
        raise NotReadableError([_at_line(before, len(before), vi, en)]) from None


def read_text(text: str) -> Any:
    """Read one JSON value from text. Raises NotReadableError."""
    twice = False

    def whole(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        members = dict(pairs)
        if len(members) == len(pairs):
            return members
        twice = True
        return _Twice(pairs)

    try:
        value = json.loads(text, object_pairs_hook=whole, parse_float=_number, parse_constant=_no_number)
    except RecursionError:
        raise NotReadableError([Place("", "Lồng nhau quá sâu.", "It is nested too deep.")]) from None
    except json.JSONDecodeError as error:
        raise NotReadableError([_syntax(text, error)]) from None
    except ValueError as error:
        raise NotReadableError([_number_place(text, error)]) from None
    if twice:
        raise NotReadableError(list(islice(_repeated(value, ""), MOST_TWICE)))
    return value


def faults_in(raw: bytes) -> Sequence[Place]:
    """Return the mistakes of bytes that should be one JSON value; none if they are."""
    try:
        read_json(raw)
    except NotReadableError as error:
        return error.places
    return ()


def faults_in_lines(raw: bytes) -> Sequence[Place]:
    """Return the mistakes of the first bad line of bytes that should be one JSON value per line (NDJSON).

    Lines are numbered from 1. A field's pointer begins with the index of its line, from 0, without blank lines.
    """
    values = 0
    for number, line in enumerate(raw.split(b"\n"), start=1):
        if line.strip():
            if faults := faults_in(line):
                return [_in_line(place, number, values) for place in faults]
            values += 1
    return ()


def _in_line(place: Place, number: int, value: int) -> Place:
    if place.at and not place.at.startswith("line "):
        return Place(f"/{value}{place.at}", place.vi, place.en)
    column = place.at.partition(", ")[2]
    vi, en = place.vi.partition(": ")[2] or place.vi, place.en.partition(": ")[2] or place.en
    at = f"line {number}, {column}" if column else f"line {number}"
    return Place(at, f"Dòng {number}: {vi}", f"Line {number}: {en}")


def canonical_bytes(value: Any) -> bytes:
    """Return the canonical form of a value, for comparison: keys sorted, no blanks, Unicode normal form C."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return unicodedata.normalize("NFC", text).encode(errors="surrogatepass")


def pointer(parts: Sequence[str | int]) -> str:
    """Return a JSON pointer (RFC 6901); the empty one is the whole document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class _Twice(dict[str, Any]):
    """An object that names a key more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def names(self) -> Iterator[str]:
        """Return the keys that are given more than once. They are counted only for objects that an answer lists."""
        return (name for name, times in Counter(name for name, _ in self._pairs).items() if times > 1)


def _repeated(value: Any, at: str) -> Iterator[Place]:
    """Find repeated keys, without recursion: the value may be nested as deep as Python's parser allows."""
    found = [(value, at)]
    while found:
        here, path = found.pop()
        if isinstance(here, _Twice):
            for name in here.names():
                vi, en = "Trường này được ghi hai lần.", "This field is given twice."
                yield Place(path + pointer([name]), vi, en)
        members = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        inside = [(inner, path + pointer([name])) for name, inner in members if isinstance(inner, dict | list)]
        found += reversed(inside)


def _require_bounded(raw: bytes) -> None:
    if sum(raw.count(end) for end in _VALUE_ENDS) <= MOST_VALUES:
        return
    bare, texts = _STRING.subn(b"", raw, MOST_TEXTS + 1)  # a comma in a string separates no values
    if texts > MOST_TEXTS or sum(bare.count(end) for end in _VALUE_ENDS) > MOST_VALUES:
        vi = f"Nội dung có hơn {MOST_VALUES} giá trị. Hãy chia thành nhiều lần gửi."
        raise NotReadableError([Place("", vi, f"There are more than {MOST_VALUES} values. Send them in parts.")])


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if abs(number) < WHOLE and number.is_integer() else number


def _no_number(text: str) -> Any:
    raise _NoNumberError(text)


class _NoNumberError(ValueError):
    """NaN or an infinity."""


def _syntax(text: str, error: json.JSONDecodeError) -> Place:
    return _at_line(text, error.pos, "Không phải JSON hợp lệ từ đây.", f"This is not JSON: {error.msg}.")


def _number_place(text: str, error: ValueError) -> Place:
    if isinstance(error, _NoNumberError):
        at = re.search(rf"(?<![\w\"-]){re.escape(str(error))}(?!\w)", text)
        return _at_line(text, at.start() if at else 0, "Đây không phải là số.", f"{error} is no JSON number.")
    found = _LONG_NUMBER.search(text)
    vi, en = "Số có quá nhiều chữ số.", "The number has too many digits."
    return _at_line(text, found.start() if found else 0, vi, en)


def _at_line(text: str, position: int, vi: str, en: str) -> Place:
    """Name a position by line and column, both from 1."""
    line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
    return Place(
        f"line {line}, column {column}", f"Dòng {line}, cột {column}: {vi}", f"Line {line}, column {column}: {en}"
    )
