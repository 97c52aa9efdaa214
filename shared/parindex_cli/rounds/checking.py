"""Checks a round file. Each mistake has its line, column and JSON pointer.

The schema checks the shape (`explaining.py` words its errors), and `fitting.py` the rest, if the parts that a check
needs are valid: the claims of a unit are not checked against a broken or missing set.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema

from parindex.inputs.trees import Tree
from parindex.instant import utc_now
from parindex.refusal import Place
from parindex.values.wholes import WHOLE_FORM
from parindex_cli.rounds.explaining import explained
from parindex_cli.rounds.file import RoundFile, convert
from parindex_cli.rounds.fitting import FileChecker
from parindex_cli.rounds.reading import RoundFileError, read
from parindex_cli.rounds.rehearsing import counted_nowhere, rehearsed
from parindex_cli.rounds.schema import schema

INTEGER = re.compile(WHOLE_FORM)


def _pattern(_: Any, pattern: str, text: object, __: Any) -> Iterator[jsonschema.ValidationError]:
    """Match patterns as JSON Schema defines them; in Python `$` allows a final line feed, and digits of any script."""
    if isinstance(text, str) and not re.search(f"(?:{pattern})\\Z", text, re.ASCII):
        yield jsonschema.ValidationError(f"{text!r} does not match {pattern!r}")


def _bounded(_: Any, least: int, text: object, __: Any) -> Iterator[jsonschema.ValidationError]:
    """Check the bounds of whole numbers, which are text here."""
    if isinstance(text, str) and INTEGER.fullmatch(text) and int(text) < least:
        yield jsonschema.ValidationError(f"{text} is less than {least}")


def _limited(_: Any, most: int, text: object, __: Any) -> Iterator[jsonschema.ValidationError]:
    if isinstance(text, str) and INTEGER.fullmatch(text) and int(text) > most:
        yield jsonschema.ValidationError(f"{text} is more than {most}")


_KEYWORDS = {"pattern": _pattern, "minimum": _bounded, "maximum": _limited}
_Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, _KEYWORDS)  # type: ignore[no-untyped-call]


def load_round(path: Path, now: datetime | None = None, *, confirm: bool = False) -> RoundFile:
    """Read and check a file. Raises RoundFileError with its mistakes, RoundFileUnreadableError."""
    return check(read(path), now, confirm=confirm)


def check(tree: Tree, now: datetime | None = None, *, confirm: bool = False) -> RoundFile:
    """Check a tree as of an instant, by default now. Raises RoundFileError with its mistakes, in file order.

    They are mistakes of its shape, of its parts together, and the refusals of the services. The warnings of the
    services are mistakes too, unless the file confirms them; `confirm` confirms them for the whole file.
    """
    shape = list(explained(_Validator(schema()).iter_errors(tree.content)))
    broken = {pointer for pointer, _, _ in shape}
    whole = FileChecker(tree.content if isinstance(tree.content, dict) else {}, broken)
    found = shape + [fault for fault in whole.faults() if fault[0] not in broken]
    file = None if shape else convert(tree.content)
    if file is not None:
        known = [pointer for pointer, _, _ in found]
        file, refused = rehearsed(file, now or utc_now(), confirm=confirm)
        found += [(place.at, place.vi, place.en) for place in refused if not _is_known(place.at, known)]
    if found or file is None:
        raise RoundFileError(sorted({tree.place(*fault) for fault in found}, key=_in_file_order))
    return file


def notes(tree: Tree, now: datetime | None = None) -> list[Place]:
    """Return the parts of a valid file that are never counted, in file order: no mistakes, but probably not meant."""
    found = list(FileChecker(tree.content if isinstance(tree.content, dict) else {}, set()).notes())
    aside = counted_nowhere(convert(tree.content), now or utc_now())
    found += [(place.at, place.vi, place.en) for place in aside]
    return sorted({tree.place(*note) for note in found}, key=_in_file_order)


def _is_known(pointer: str, known: Sequence[str]) -> bool:
    """Return whether a mistake is already known at this place, within it, or around it."""
    return any(f"{pointer}/".startswith(f"{each}/") or f"{each}/".startswith(f"{pointer}/") for each in known)


def _in_file_order(place: Place) -> tuple[int, int, str]:
    line, column = place.at.split(" ")[0].split(":")
    return int(line), int(column), place.at
