"""Request bodies generated from the OpenAPI documents, with the places of their texts; a new route is included."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from tests.doors.announced_round import REAL

VARIANTS = 7
"""At least as many as any union has members, each of which is sent once."""


@dataclass(frozen=True)
class DescribedRequest:
    """A request that a document describes, with every field filled."""

    method: str
    path: str
    body: Any


def requests_in(document: dict[str, Any]) -> Iterator[DescribedRequest]:
    """Yield every operation that takes JSON, once for each variant of its body."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                schema = content["application/json"]["schema"]
                bodies = [_filled(schema, document, variant) for variant in range(VARIANTS)]
                for number, body in enumerate(bodies):
                    if body not in bodies[:number]:
                        yield DescribedRequest(method.upper(), path.format(**REAL), body)


def texts_in(value: Any, at: str = "") -> Iterator[str]:
    """Yield the pointer of each free text in a body, without enumerations."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from texts_in(item, f"{at}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts_in(item, f"{at}/{index}")
    elif isinstance(value, Text):
        yield at


class Text(str):
    """A free text of a schema. `form`: it has to match a pattern, as an identifier does."""

    __slots__ = ("form",)
    form: bool

    @classmethod
    def of(cls, text: str, *, form: bool) -> Self:
        made = cls(text)
        made.form = form
        return made


def spoilt(value: Any, mark: str, *, forms: bool) -> Any:
    """Return a body with a mark inserted into its texts; into those with a pattern only if `forms`."""
    if isinstance(value, dict):
        return {name: spoilt(item, mark, forms=forms) for name, item in value.items()}
    if isinstance(value, list):
        return [spoilt(item, mark, forms=forms) for item in value]
    if isinstance(value, Text) and (forms or not value.form):
        return f"{value[:1]}{mark}{value[1:]}"
    return value


def _filled(schema: dict[str, Any], document: dict[str, Any], variant: int) -> Any:  # noqa: PLR0911  # a case each
    schema = _resolved(schema, document)
    choices = [each for each in schema.get("anyOf", schema.get("oneOf", ())) if each.get("type") != "null"]
    if choices:
        return _filled(choices[variant % len(choices)], document, variant)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            return _object(schema, document, variant)
        case "array":
            return [_filled(schema["items"], document, variant)] * max(schema.get("minItems", 1), 1)
        case "string":
            return _text(schema)
        case "integer":
            return max(1, int(schema.get("minimum", 1)))
        case "boolean":
            return True
        case _:
            raise AssertionError(schema)


def _object(schema: dict[str, Any], document: dict[str, Any], variant: int) -> dict[str, Any]:
    if "properties" not in schema and "examples" not in schema:
        return {"1.1": _filled(schema["additionalProperties"], document, variant)}
    if "properties" not in schema:
        [example] = schema["examples"]  # a dictionary: only an example has its content
        return {name: _exemplified(each) for name, each in example.items()}
    return {name: _filled(each, document, variant) for name, each in schema["properties"].items()}


def _exemplified(value: Any) -> Any:
    """Return a part of an example with all its texts as free texts."""
    if isinstance(value, dict):
        return {name: _exemplified(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_exemplified(each) for each in value]
    return Text.of(value, form=False) if isinstance(value, str) else value


def _text(schema: dict[str, Any]) -> Text:
    dated = {"date": "2026-06-30", "date-time": "2026-06-30T17:00:00Z"}.get(schema.get("format", ""))
    text = dated or next(iter(schema.get("examples", ())), "abc")
    return Text.of(text, form=dated is not None or "pattern" in schema)


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][name]
    return schema
