"""Checks a round file. Each mistake has its line, column and JSON pointer.

The schema checks the shape (`shape.py`; `explaining.py` words its mistakes). `fitting.py` checks how the parts fit
together, with `claimed.py` for the claims and corrections and `surveyed.py` for the tallies and kiosks; it checks what
is valid, so the claims of a unit are not checked against a broken or missing set. `rehearsing.py` rehearses the
commands of a file whose shape is right.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from parindex.inputs.trees import Tree
from parindex.instant import utc_now
from parindex.refusal import Place
from parindex_cli.rounds.file import RoundFile, convert
from parindex_cli.rounds.file_rows import Fault
from parindex_cli.rounds.fitting import FileChecker
from parindex_cli.rounds.reading import RoundFileError, read
from parindex_cli.rounds.rehearsing import rehearsed
from parindex_cli.rounds.schema import schema
from parindex_cli.rounds.shape import fits


def load_round(path: Path, now: datetime | None = None, *, confirm: bool = False) -> RoundFile:
    """Read and check a file. Raises RoundFileError with its mistakes, RoundFileUnreadableError."""
    return check(read(path), now, confirm=confirm)


def check(tree: Tree, now: datetime | None = None, *, confirm: bool = False) -> RoundFile:
    """Check a tree; return the file, and raise as `check_and_note`."""
    return check_and_note(tree, now, confirm=confirm)[0]


def check_and_note(
    tree: Tree, now: datetime | None = None, *, confirm: bool = False
) -> tuple[RoundFile, Sequence[Place]]:
    """Check a tree as of an instant, by default now. Raises RoundFileError with its mistakes, in file order.

    The mistakes are those of its shape, those of its parts together, and the refusals of the services. The warnings of
    the services are mistakes too, unless the file confirms them; `confirm` confirms them for the whole file.

    Returns the file, and in file order the parts of it that are never counted: no mistakes, but probably not meant.
    """
    shape = _shape_faults(tree.content)
    broken = {pointer for pointer, _, _ in shape}
    whole = FileChecker(tree.content if isinstance(tree.content, dict) else {}, broken)
    found = shape + [fault for fault in whole.faults() if fault[0] not in broken]
    done = None if shape else rehearsed(convert(tree.content), now or utc_now(), confirm=confirm)
    if done is not None:
        known = [pointer for pointer, _, _ in found]
        found += [(place.at, place.vi, place.en) for place in done.mistakes if not _is_known(place.at, known)]
    if found or done is None:
        raise RoundFileError(_places(tree, found))
    return done.file, _places(tree, [*whole.notes(), *((place.at, place.vi, place.en) for place in done.notes)])


def _shape_faults(content: Any) -> list[Fault]:
    made = schema()
    if fits(content, made, made["$defs"]):
        return []

    from parindex_cli.rounds.explaining import shape_faults  # imports jsonschema

    return list(shape_faults(content, made))


def _places(tree: Tree, found: Iterable[Fault]) -> list[Place]:
    return sorted({tree.place(*fault) for fault in found}, key=_in_file_order)


def _is_known(pointer: str, known: Sequence[str]) -> bool:
    """Return whether a mistake is already known at this place, within it, or around it."""
    return any(f"{pointer}/".startswith(f"{each}/") or f"{each}/".startswith(f"{pointer}/") for each in known)


def _in_file_order(place: Place) -> tuple[int, int, str, str, str]:
    """Return what sorts a place; its texts do where a node has several mistakes, so that each run prints the same."""
    line, column = place.at.split(" ")[0].split(":")
    return int(line), int(column), place.at, place.vi, place.en
