"""Removes refused parts from the opening of a round, so that the rest of the file can be rehearsed."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

STAND_IN = "x"
"""Replaces a refused text that can't be left out."""
LISTS_SHORTENED = 3
"""Repetitions of a mistake after which its parent is removed, which may be a row of a list."""


def is_shortened(tried: Mapping[str, int]) -> bool:
    """Return whether rows of lists were removed, so that later indices are of other rows."""
    rows = any(place.rpartition("/")[2].isdigit() for place in tried)
    return rows or max(tried.values(), default=0) >= LISTS_SHORTENED


def repaired(body: Any, tried: Mapping[str, int]) -> Any:
    """Return a body without these places: first a place is removed, then replaced, then its parent is removed."""
    whole = copy.deepcopy(body)
    for place in sorted(tried, key=_descending, reverse=True):  # from the end, so that no index changes
        parts = [part.replace("~1", "/").replace("~0", "~") for part in place.split("/")[1:]]
        above = max(0, tried[place] - 2)
        _repair(whole, parts[: len(parts) - above], stand_in=tried[place] == 2)  # noqa: PLR2004  # the second time
    return whole


def _repair(body: Any, parts: Sequence[str], *, stand_in: bool) -> None:
    if not parts:
        return
    for part in parts[:-1]:
        body = _child(body, part)
    if isinstance(body, dict) and stand_in:
        body[parts[-1]] = STAND_IN
    elif isinstance(body, dict):
        body.pop(parts[-1], None)
    elif isinstance(body, list) and parts[-1].isdigit() and int(parts[-1]) < len(body):
        del body[int(parts[-1])]


def _child(body: Any, part: str) -> Any:
    if isinstance(body, list):
        return body[int(part)] if part.isdigit() and int(part) < len(body) else None
    return body.get(part) if isinstance(body, dict) else None


def _descending(place: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in place.split("/")]
