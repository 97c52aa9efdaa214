"""What is wrong with a round file, each mistake with its line, column and JSON pointer.

The shape is judged by the schema (`explaining.py` puts it into words), the rest by `fitting.py`, as far as what it
leans on is whole: the claims of a unit are not judged by a set that is broken or not there.
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
from parindex_cli.rounds.fitting import Whole
from parindex_cli.rounds.reading import RoundFileError, read
from parindex_cli.rounds.rehearsing import counted_nowhere, rehearsed
from parindex_cli.rounds.schema import schema

INTEGER = re.compile(WHOLE_FORM)


def _pattern(_: Any, pattern: str, text: object, __: Any) -> Iterator[jsonschema.ValidationError]:
    """Read patterns as JSON Schema means them; for Python, a line end may follow `$`, and digits be of any script."""
    if isinstance(text, str) and not re.search(f"(?:{pattern})\\Z", text, re.ASCII):
        yield jsonschema.ValidationError(f"{text!r} does not match {pattern!r}")


def _bounded(_: Any, least: int, text: object, __: Any) -> Iterator[jsonschema.ValidationError]:
    """Whole numbers stay text here, and have their bounds all the same."""
    if isinstance(text, str) and INTEGER.fullmatch(text) and int(text) < least:
        yield jsonschema.ValidationError(f"{text} is less than {least}")


def _limited(_: Any, most: int, text: object, __: Any) -> Iterator[jsonschema.ValidationError]:
    if isinstance(text, str) and INTEGER.fullmatch(text) and int(text) > most:
        yield jsonschema.ValidationError(f"{text} is more than {most}")


_KEYWORDS = {"pattern": _pattern, "minimum": _bounded, "maximum": _limited}
_Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, _KEYWORDS)  # type: ignore[no-untyped-call]


def load_round(path: Path, now: datetime | None = None, *, confirm: bool = False) -> RoundFile:
    """Read and check a file as `check` does; raise RoundFileError with its mistakes, RoundFileUnreadableError."""
    return check(read(path), now, confirm=confirm)


def check(tree: Tree, now: datetime | None = None, *, confirm: bool = False) -> RoundFile:
    """Check a tree as of an instant, this one if none is named; raise RoundFileError with its mistakes in their order.

    They are those of its shape, of how its parts fit together, and what the services would refuse. What they would ask
    about is told too, unless the file confirms it; `confirm` confirms it for the whole file.
    """
    shape = list(explained(_Validator(schema()).iter_errors(tree.content)))
    broken = {pointer for pointer, _, _ in shape}
    whole = Whole(tree.content if isinstance(tree.content, dict) else {}, broken)
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
    """Return what of a right file counts nowhere, in the order of the file: no mistakes, and hardly meant."""
    found = list(Whole(tree.content if isinstance(tree.content, dict) else {}, set()).notes())
    aside = counted_nowhere(convert(tree.content), now or utc_now())
    found += [(place.at, place.vi, place.en) for place in aside]
    return sorted({tree.place(*note) for note in found}, key=_in_file_order)


def _is_known(pointer: str, known: Sequence[str]) -> bool:
    """Tell whether something was found at this place before, or within it, or around it."""
    return any(f"{pointer}/".startswith(f"{each}/") or f"{each}/".startswith(f"{pointer}/") for each in known)


def _in_file_order(place: Place) -> tuple[int, int, str]:
    line, column = place.at.split(" ")[0].split(":")
    return int(line), int(column), place.at
