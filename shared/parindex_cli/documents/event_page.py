"""Generates `docs/formats/events.md`: every event type, with its stream and its fields."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from parindex.eventstore.registry import EventTypes
from parindex.service import Service
from parindex.sign_in.service import SIGN_IN
from parindex_cli.documents.event_fields import FIELDS, STREAMS
from parindex_cli.documents.event_versions import fields_at, lifted

ABOUT = """# Events

`data` of an entry (docs/formats/entry.md), for each `type` of each source.
This page is made from the code by `parindex docs`; do not edit it.

## How to read it

- A log holds no other types; the source is the last part of `origin`.
- `v` of the entry is the version of `data`; an entry keeps the version that it was written with.
- The first table of a type has its newest version.
- A further table for each older version has the fields that this version lacks, and the values that they are read as.
- No other versions were ever written.
- A field has the same meaning and form in every version.
- A reader ignores fields that it does not know.
- An event is written with all the fields of its version.
- Where a field with a default is absent nevertheless, the default holds.
- A part has no version; it is written without the fields that have their default, unless its section says otherwise.
- `rounding` is always there.
- In the name of a stream, the value of the field is in place of `<field>`; `<code>` is the code of the criteria set.
- `published as` names the contract (docs/asyncapi.json) that other services receive.

| form | what |
|---|---|
| code | an identifier; compared by code points |
| text | any text in Unicode normal form C |
| count, position | an integer from 0 |
| instant | `YYYY-MM-DDThh:mm:ss.ffffffZ`, UTC |
| day | `YYYY-MM-DD`, Vietnamese time |
| declared number | decimal digits, perhaps a minus, perhaps a point and more digits; at most 18 characters |
| exact number | the only wire form of a rational: see docs/formats/digests.md, Exact numbers |
| SHA-256 | lower-case hex, 64 digits |
| commitment `d` | docs/formats/entry.md, Commitments, under the domain `d` |
| account id | a random id; in older entries the name of the account's right, such as `office-H09` |

The window of a round is `pressed_from`, `pressed_until`.
In RoundOpened the value "" means the beginning of `year` and the beginning of `year` + 2, at 00:00 of UTC+7.
A bound that is given alone lies within the other's default: a round is not opened with a window that holds no instant.
In survey's own events the value "" means no bound.
"""


def document(services: Mapping[str, Service]) -> str:
    """Return the page on the events of these services and of sign-in. Raises KeyError if a description is missing."""
    sources = {each.name: each.types for each in (*services.values(), SIGN_IN)}
    parts: dict[str, type] = {}
    lines = [ABOUT]
    for source, types in sources.items():
        lines.append(f"## {source}\n")
        for name in types.classes:
            lines += _event(source, name, types, parts)
    return "\n".join([*lines, *_parts(parts)])


def stream_pattern(source: str, name: str) -> str:
    """Return the stream of an event type. Raises KeyError if it is in none or in two."""
    found = [pattern for pattern, types in STREAMS[source].items() if name in types]
    if len(found) != 1:
        raise KeyError(f"{source}: {name}")
    return found[0]


def _event(source: str, name: str, types: EventTypes, parts: dict[str, type]) -> Iterator[str]:
    cls = types.classes[name]
    yield f"### {name}\n"
    yield _text_of(cls) + "\n"
    yield f"- stream: `{stream_pattern(source, name)}`"
    yield f"- newest version: {types.schema(cls)}"
    if translation := types.translations.get(cls):
        yield f"- published as `{get_type_hints(translation.contract)['return'].TYPE}`"
    yield ""
    yield from _table(cls, parts)
    for version in range(types.schema(cls) - 1, 0, -1):
        yield from _older(name, types, version)


def _older(name: str, types: EventTypes, version: int) -> Iterator[str]:
    """Describe an older version, and how it is upcast to the newest."""
    own = fields_at(types, name, version)
    has = [field for field, _, _ in _fields(types.classes[name]) if field in own]
    yield f"Version {version} has {', '.join(f'`{field}`' for field in has)}.\n"
    yield f"| not in version {version} | is read as | and then means |"
    yield "|---|---|---|"
    for each in lifted(types, name, version):
        yield f"| `{each.field}` | `{msgspec.json.encode(each.value).decode()}` | {each.meaning} |"
    yield ""


def _parts(parts: dict[str, type]) -> Iterator[str]:
    yield "## Parts\n"
    done: set[str] = set()
    while waiting := sorted(set(parts) - done):
        for name in waiting:
            done.add(name)
            yield f"### {name}\n"
            yield _text_of(parts[name]) + "\n"
            yield from _written(parts[name])
            yield from _table(parts[name], parts)


def _written(cls: type) -> Iterator[str]:
    """Describe the members that are written even with their default."""
    if not issubclass(cls, msgspec.Struct):
        yield "It is written with all its fields.\n"
    elif tag := cls.__struct_config__.tag:
        yield f"`kind` is always there: `{tag}`.\n"


def _table(cls: type, parts: dict[str, type]) -> Iterator[str]:
    fields = list(_fields(cls))
    if not fields:
        return
    yield "| field | type | default | form | meaning |"
    yield "|---|---|---|---|---|"
    for name, kind, default in fields:
        form, meaning = FIELDS.get(f"{cls.__name__}.{name}") or FIELDS[name]
        yield f"| `{name}` | {_kind(kind, parts)} | {default} | {form} | {meaning} |"
    yield ""


def _fields(cls: type) -> Iterator[tuple[str, Any, str]]:
    hints = get_type_hints(cls)
    if dataclasses.is_dataclass(cls):
        for each in dataclasses.fields(cls):
            yield each.name, hints[each.name], _default(each.default, dataclasses.MISSING)
        return
    for field in msgspec.structs.fields(cls):
        made = field.default_factory
        default = made() if callable(made) else field.default
        yield field.name, hints[field.name], _default(default, msgspec.NODEFAULT)


def _default(value: object, none: object) -> str:
    if value is none:
        return ""
    plain = msgspec.to_builtins(value)
    return "absent" if plain is None else f"`{msgspec.json.encode(plain).decode()}`"


def _kind(kind: Any, parts: dict[str, type]) -> str:
    origin, args = get_origin(kind), [one for one in get_args(kind) if one not in (Ellipsis, type(None))]
    if origin in (list, tuple):
        return f"list of {_kind(args[0], parts)}"
    if origin in (Union, UnionType):
        return " or ".join(_kind(one, parts) for one in args)
    if issubclass(kind, StrEnum):
        return ", ".join(f"`{one.value}`" for one in kind)
    if kind in (str, int, bool):
        return {str: "text", int: "integer", bool: "boolean"}[kind]
    parts[kind.__name__] = kind
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _text_of(cls: type) -> str:
    """Return the docstring, one sentence per line."""
    text = (cls.__doc__ or "").strip()
    if text.startswith(f"{cls.__name__}("):
        return ""
    return "\n\n".join(re.sub(r"(?<=[.!?]) (?=[A-Z`])", "\n", " ".join(part.split())) for part in text.split("\n\n"))
