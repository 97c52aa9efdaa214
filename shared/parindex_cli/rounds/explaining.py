"""Explains in Vietnamese and English what of a file does not fit the schema, at the smallest wrong place."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

import jsonschema
from jsonschema import ValidationError

from parindex_cli.rounds.file_rows import Fault
from parindex_cli.rounds.shape import is_above, is_below, matches
from parindex_cli.rounds.wording import did_you_mean, shown

MOST_UNKNOWN = 100
"""Unknown fields of one record that are named."""
TYPES = {
    "object": ("một nhóm trường", "an object"),
    "array": ("một danh sách", "a list"),
    "string": ("chữ", "text"),
    "number": ("số", "a number"),
    "integer": ("số nguyên", "an integer"),
    "boolean": ("true hoặc false", "true or false"),
}


def _pattern(_: Any, pattern: str, text: object, __: Any) -> Iterator[ValidationError]:
    if isinstance(text, str) and not matches(pattern, text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


def _bounded(_: Any, least: int, text: object, __: Any) -> Iterator[ValidationError]:
    if isinstance(text, str) and is_below(text, least):
        yield ValidationError(f"{text} is less than {least}")


def _limited(_: Any, most: int, text: object, __: Any) -> Iterator[ValidationError]:
    if isinstance(text, str) and is_above(text, most):
        yield ValidationError(f"{text} is more than {most}")


_KEYWORDS = {"pattern": _pattern, "minimum": _bounded, "maximum": _limited}
_Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, _KEYWORDS)  # type: ignore[no-untyped-call]


def shape_faults(content: Any, schema: dict[str, Any]) -> Iterator[Fault]:
    """Yield pointer, Vietnamese and English text of everything that does not fit the schema."""
    yield from explained(_Validator(schema).iter_errors(content))


def explained(errors: Iterable[ValidationError]) -> Iterator[Fault]:
    """Yield pointer, Vietnamese and English text of each error; of alternatives, only those of the intended one."""
    for error in errors:
        yield from _explain(error)


def _explain(error: ValidationError) -> Iterator[Fault]:
    if error.validator == "anyOf" and error.context:
        meant = _meant(error)
        if meant:
            yield from explained(meant)
            return
    yield from _worded(error)


def _meant(error: ValidationError) -> list[ValidationError]:
    """Choose the alternative whose `kind` matches, so that a ladder's errors are about ladders."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    for inners in branches.values():
        if not any(_about_kind(inner) for inner in inners):
            return inners
    return []


def _about_kind(error: ValidationError) -> bool:
    missing_kind = error.validator == "required" and "'kind' is a required" in error.message
    return missing_kind or error.validator == "type" or list(error.path)[-1:] == ["kind"]


def _worded(error: ValidationError) -> Iterator[Fault]:
    at, schema = _pointer(error.absolute_path), _schema(error)
    match error.validator:
        case "required":
            name = error.message.split("'")[1]
            yield f"{at}/{name}", f"Thiếu trường “{name}”.", f"The field “{name}” is missing."
        case "additionalProperties":
            yield from _unknown_fields(error, at)
        case "type":
            yield at, *_wrong_type(error)
        case "enum" | "const":
            values = schema.get("enum", [schema.get("const")])
            listed = "true, false" if True in values else ", ".join(map(str, values))
            yield at, f"Chỉ được là một trong: {listed}.", f"It has to be one of: {listed}."
        case "minimum":
            yield at, f"Phải từ {schema['minimum']} trở lên.", f"It has to be {schema['minimum']} or more."
        case "maximum":
            yield at, f"Phải từ {schema['maximum']} trở xuống.", f"It has to be {schema['maximum']} or less."
        case "anyOf":
            kinds = _kinds(error)
            yield f"{at}/kind", f"Chỉ được là một trong: {kinds}.", f"It has to be one of: {kinds}."
        case _:
            hint, given = schema.get("description") or schema.get("pattern", "?"), shown(str(error.instance))
            vi, _, en = hint.partition(" / ")
            yield at, f"Giá trị {given} không đúng ({vi}).", f"{given} does not fit ({en or vi})."


def _unknown_fields(error: ValidationError, at: str) -> Iterator[Fault]:
    known = list(_schema(error)["properties"])
    given: dict[str, Any] = dict(cast("dict[str, Any]", error.instance))
    unknown = [str(name) for name in given if name not in known]
    for name in unknown[:MOST_UNKNOWN]:
        said, (vi, en) = shown(name), did_you_mean(name, known)
        yield f"{at}/{name}", f"Không có trường {said}.{vi}", f"There is no field {said}.{en}"


def _wrong_type(error: ValidationError) -> tuple[str, str]:
    wanted = _schema(error)["type"]
    vi, en = TYPES[wanted if isinstance(wanted, str) else wanted[0]]
    return f"Phải là {vi}.", f"It has to be {en}."


def _kinds(error: ValidationError) -> str:
    wanted = [_schema(inner) for inner in error.context or () if _about_kind(inner)]
    return ", ".join(sorted({name for schema in wanted for name in schema.get("enum", ())}))


def _schema(error: ValidationError) -> dict[str, Any]:
    return cast("dict[str, Any]", error.schema)


def _pointer(path: Iterable[Any]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
