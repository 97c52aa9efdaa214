"""Rewrites an OpenAPI document for client generators: each record is one named schema.

FastAPI and pydantic inline records, give everything a title, and write defaults that are lists and objects, which
generators don't compile.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

Schema = dict[str, Any]

REF = "#/components/schemas/{name}"
NULL = {"type": "null"}
LARGEST_INT32, WIDEST = 2**31 - 1, 2**63 - 1
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
"""pydantic's names for the bounds of a number that our own validators read, and JSON Schema's names."""
_EXAMPLES = {"example", "examples", "default", "const", "enum", "mapping"}
"""Keywords that hold values and no schemas."""


def shape(document: Schema) -> None:
    """Rewrite a document in place; a second call changes nothing."""
    named = document.setdefault("components", {}).setdefault("schemas", {})
    _shape_bodies(document)
    for name in list(named):
        named[name] = _component(name, named[name], named)
    document["paths"] = {path: _shaped(item, named) for path, item in document.get("paths", {}).items()}
    document["components"]["schemas"] = dict(sorted(named.items()))


def typed(record: type) -> Schema:
    """Describe a msgspec record for a route's `responses=`; `shape` gives each of its parts a name."""
    (schema,), parts = msgspec.json.schema_components([record], ref_template=REF)
    return {**schema, "$defs": parts}


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each operation with its path and its method."""
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            yield path, method, operation


def _shape_bodies(document: Schema) -> None:
    for _, _, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            content["schema"] = _one_body(content.get("schema", {}))


def _one_body(schema: Schema) -> Schema:
    """Return the schema of a body without its null: the body may be absent instead."""
    options = [each for each in (schema.get("anyOf") or schema.get("oneOf") or []) if each != NULL]
    return dict(options[0]) if len(options) == 1 else schema


def _shaped(part: Any, named: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_shaped(each, named) for each in part]
    if not isinstance(part, dict):
        return part
    for name, schema in part.get("$defs", {}).items():
        if name not in named:
            named[name] = _component(name, schema, named)
    shaped = {
        key: value if key in _EXAMPLES else _shaped(value, named) for key, value in part.items() if key != "$defs"
    }
    if not isinstance(shaped.get("type", ""), str | list):  # a property whose name is `type`, not a schema
        return shaped
    if all(isinstance(each, str) for each in shaped.get("enum", [0])):
        shaped |= {"type": "string", "enum": sorted(shaped["enum"])}  # as pydantic and as msgspec write it
    if shaped.get("type") in ("integer", "number"):
        shaped = _shaped_number(shaped)
    if "discriminator" in shaped and "anyOf" in shaped:  # as msgspec writes it; generators read it as all in one
        shaped["oneOf"] = shaped.pop("anyOf")
    title = shaped.pop("title", "") if isinstance(shaped.get("title"), str) else ""
    _shape_object(shaped)
    if title and "properties" in shaped:
        named[title] = {**shaped, "title": title}
        return {"$ref": REF.format(name=title)}
    return shaped


def _shaped_number(schema: Schema) -> Schema:
    bounded = {_BOUNDS.get(key, key): value for key, value in schema.items()}
    if bounded["type"] == "integer" and "format" not in bounded and bounded.get("maximum", WIDEST) > LARGEST_INT32:
        bounded["format"] = "int64"  # without it generated clients cut positions and counts to 32 bits
    return bounded


def _component(name: str, schema: Schema, named: dict[str, Any]) -> Schema:
    """Shape a record that already has a name."""
    plain = {key: value for key, value in schema.items() if key != "title"}
    return {**_shaped(plain, named), "title": name}


def _shape_object(schema: Schema) -> None:
    """Describe a map by the type of its values, and write in words what an absent property means.

    A `default` makes generators treat a property as always present, or they can't write it as a value.
    """
    patterns = schema.get("patternProperties", {})
    if len(patterns) == 1 and "additionalProperties" not in schema:
        ((pattern, held),) = schema.pop("patternProperties").items()
        names = {**schema.get("propertyNames", {}), "pattern": pattern}
        schema |= {"propertyNames": names, "additionalProperties": held}
    properties = schema.get("properties", {})
    properties.update({name: _without_default(held) for name, held in properties.items() if "default" in held})


def _without_default(schema: Schema) -> Schema:
    default, rest = schema["default"], {key: value for key, value in schema.items() if key != "default"}
    if default is None:
        return rest
    words = f"Absent: {json.dumps(default, ensure_ascii=False)}."
    return {**rest, "description": f"{rest['description']} {words}" if rest.get("description") else words}
