"""Translates pydantic's validation errors into places of a problem: a JSON pointer, and a sentence in each language."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from parindex.http.fields import FAULT
from parindex.http.json_text import pointer
from parindex.http.malformed_texts import VIETNAMESE
from parindex.refusal import Place

LONGEST_POINTER = 500
"""Characters of a pointer in an answer: the client chose the names in it, which may be of any length."""

_OR = re.compile(r"(?<=['\d]) or (?=['\d])")
_LISTS = ("expected", "expected_tags", "expected_schemes", "discriminator")
_QUOTED = re.compile("'([^']*)'")
_OTHERWISE = "Giá trị không hợp lệ."


def places_of(errors: Sequence[Mapping[str, Any]], body: object) -> list[Place]:
    """Return one place per error. `body` is the body as sent, so that a pointer names what it really has."""
    return [Place(_where(error, body), _vietnamese(error), _english(error)) for error in errors]


def places_in_body(error: ValidationError, body: object) -> list[Place]:
    """Return one place per error of a body that its model refused."""
    return places_of([{**each, "loc": ("body", *each["loc"])} for each in error.errors()], body)


def _where(error: Mapping[str, Any], body: object) -> str:
    """Return a pointer into the body, or `query/limit`, `path/unit`, `header/if-match` for another part."""
    door, *parts = error["loc"] or ("body",)
    if door != "body":
        return "/".join(str(part) for part in (door, *parts))
    if error["type"] == "json_invalid":
        return ""
    at = pointer(_real(parts, body, missing=error["type"] == "missing"))
    return at if len(at) <= LONGEST_POINTER else at[:LONGEST_POINTER] + "…"


def _real(parts: Sequence[str | int], body: object, *, missing: bool) -> list[str | int]:
    """Drop the parts that pydantic adds to its locations (names of union members, a mark at keys)."""
    if not isinstance(body, dict | list):
        return list(parts)
    for end in range(len(parts), 0, -1):
        found = _way(parts[:end], body, missing=missing and end == len(parts))
        if found is not None:
            return found
    return []


def _way(parts: Sequence[str | int], body: object, *, missing: bool) -> list[str | int] | None:
    """Return the path to the last part, or None.

    A part that pydantic adds may have the name of a real member: the kind of rule `steps` has a field `steps`. So both
    readings are tried.
    """
    part, rest = parts[0], parts[1:]
    if not rest:
        return [part] if _has(body, part) or (missing and isinstance(body, dict)) else None
    if _has(body, part):
        found = _way(rest, body[part], missing=missing)  # type: ignore[index]
        if found is not None:
            return [part, *found]
    return _way(rest, body, missing=missing)


def _has(here: object, part: str | int) -> bool:
    if isinstance(here, list):
        return isinstance(part, int) and part < len(here)
    return isinstance(here, dict) and part in here


def _vietnamese(error: Mapping[str, Any]) -> str:
    if error["type"] == FAULT:
        return str(error["ctx"]["vi"])
    try:
        return VIETNAMESE.get(error["type"], _OTHERWISE).format_map(_read(error.get("ctx") or {}))
    except KeyError:  # pydantic's context lacks a value of the sentence
        return _OTHERWISE


def _read(context: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write pydantic's lists of allowed values (`'a', 'b' or 'c'`) in Vietnamese."""
    lists = {name: str(context[name]) for name in _LISTS if name in context}
    quoted = {name: _QUOTED.sub(r"“\1”", _OR.sub(" hoặc ", text)) for name, text in lists.items()}
    return {**context, **quoted}


def _english(error: Mapping[str, Any]) -> str:
    if error["type"] == FAULT:
        return str(error["ctx"]["en"])
    if error["type"] == "json_invalid":
        return f"This is not JSON: {(error.get('ctx') or {}).get('error', 'it could not be read')}."
    return f"{str(error['msg']).rstrip('.')}."
