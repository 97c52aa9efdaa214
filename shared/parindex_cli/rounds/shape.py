"""Whether a tree has the shape that a schema describes: yes or no, without a reason.

A right file needs no explanation, and importing jsonschema takes longer than checking a round of a hundred units. So
`explaining.py` with jsonschema looks only at the files that do not fit. A keyword that is unknown here fits nothing.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from parindex.values.wholes import WHOLE_FORM

INTEGER = re.compile(WHOLE_FORM)
TYPES: Mapping[str, type] = {"object": dict, "array": list, "string": str}
"""The types of a tree: every scalar of a file is text."""
NOTES = {"$schema", "$defs", "title", "description", "default"}
"""Keywords that require nothing."""


def fits(value: Any, schema: Mapping[str, Any], named: Mapping[str, Any]) -> bool:
    """Return whether a value has the shape of a schema; `named` are the schemas that it refers to."""
    return all(
        key in NOTES or (key in KEYWORDS and KEYWORDS[key](value, argument, schema, named))
        for key, argument in schema.items()
    )


def matches(pattern: str, text: str) -> bool:
    """Match as JSON Schema defines it; in Python `$` allows a final line feed, and digits of any script."""
    return re.search(f"(?:{pattern})\\Z", text, re.ASCII) is not None


def is_below(text: str, least: int) -> bool:
    """Return whether a text is a whole number below a bound; whole numbers are text here."""
    return INTEGER.fullmatch(text) is not None and int(text) < least


def is_above(text: str, most: int) -> bool:
    """Return whether a text is a whole number above a bound."""
    return INTEGER.fullmatch(text) is not None and int(text) > most


def _has_type(value: Any, names: str | list[str], *_: Any) -> bool:
    return any(
        isinstance(value, TYPES[name]) for name in ([names] if isinstance(names, str) else names) if name in TYPES
    )


def _has_fields(value: Any, fields: Mapping[str, Any], _: Any, named: Mapping[str, Any]) -> bool:
    return not isinstance(value, dict) or all(
        fits(inner, fields[name], named) for name, inner in value.items() if name in fields
    )


def _has_no_other(value: Any, other: Any, schema: Mapping[str, Any], named: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    others = [inner for name, inner in value.items() if name not in schema.get("properties", {})]
    return not others if other is False else all(fits(inner, other, named) for inner in others)


KEYWORDS: Mapping[str, Callable[[Any, Any, Mapping[str, Any], Mapping[str, Any]], bool]] = {
    "$ref": lambda value, name, _, named: fits(value, named[name.removeprefix("#/$defs/")], named),
    "anyOf": lambda value, choices, _, named: any(fits(value, choice, named) for choice in choices),
    "type": _has_type,
    "enum": lambda value, words, *_: isinstance(value, str) and value in words,
    "required": lambda value, names, *_: not isinstance(value, dict) or all(name in value for name in names),
    "properties": _has_fields,
    "additionalProperties": _has_no_other,
    "items": lambda value, each, _, named: not isinstance(value, list) or all(fits(one, each, named) for one in value),
    "pattern": lambda value, pattern, *_: not isinstance(value, str) or matches(pattern, value),
    "minLength": lambda value, least, *_: not isinstance(value, str) or len(value) >= least,
    "maxLength": lambda value, most, *_: not isinstance(value, str) or len(value) <= most,
    "minimum": lambda value, least, *_: not isinstance(value, str) or not is_below(value, least),
    "maximum": lambda value, most, *_: not isinstance(value, str) or not is_above(value, most),
}
