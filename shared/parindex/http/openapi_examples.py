"""Examples in the OpenAPI document: of each body, from its model, and of each refusal, from the catalogue.

The catalogue lists the operations of each refusal (`RefusalOut.doors`); `parindex docs` generates it from the code.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from parindex.http.openapi_shape import operations
from parindex.http.problem_openapi import MEDIA_TYPE
from parindex.http.refusal_pages import RefusalOut, catalogue

Schemas = Mapping[str, Any]

ANYWHERE: Mapping[str, Sequence[str]] = {
    "422": ("malformed-request",),
    "429": ("too-many-requests",),
    "503": ("database-away",),
    "default": ("internal-error", "database-away", "too-many-requests", "malformed-request"),
}
"""Refusals of every operation, by status. `default`: those whose status the operation does not name."""
GUARDED: Mapping[str, Sequence[str]] = {
    "401": ("unauthenticated", "token-expired", "token-malformed", "token-signature-invalid", "device-unknown"),
    "403": ("forbidden",),
}
"""Further refusals of an operation that is not public."""
WRITING: Mapping[str, Sequence[str]] = {
    "409": ("idempotency-key-reused",),
    "412": ("stream-moved",),
    "429": ("log-busy",),
    "503": ("outcome-unknown", "not-written", "storage-full", "stream-busy", "no-answer-in-time"),
}
"""Further refusals of an operation that appends to the log."""
SENDING: Mapping[str, Sequence[str]] = {
    "408": ("body-stalled",),
    "413": ("body-too-large",),
    "415": ("media-type-not-supported", "content-encoding-not-supported"),
    "default": ("body-too-large", "media-type-not-supported", "content-encoding-not-supported", "body-stalled"),
}
"""Further refusals of an operation that takes a body."""
SERVER_ERROR = 500
REF = "#/components/examples/{code}"


def door_name(endpoint: Callable[..., Any]) -> str:
    """Return an endpoint's name, package and function; the kernel's are the same in all services."""
    function = inspect.unwrap(endpoint)
    return f"{function.__module__.partition('.')[0]}/{function.__name__}"


def doors_of(app: FastAPI) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Yield path, method and endpoint of each route."""
    for context in iter_route_contexts(app.routes):
        endpoint = getattr(context.original_route, "endpoint", None)
        if endpoint is None:
            continue
        for method in sorted(context.methods or ()):
            yield context.path or "", method.lower(), endpoint


def add_examples(app: FastAPI, document: dict[str, Any]) -> None:
    """Add examples of every body and every refusal to a document; a second call changes nothing."""
    doors = {(path, method): door_name(endpoint) for path, method, endpoint in doors_of(app)}
    parts, named = document.setdefault("components", {}), dict[str, Any]()
    for path, method, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            _add_body(content, parts.get("schemas", {}))
        _add_refusals(operation, doors.get((path, method), ""), named)
    parts["examples"] = dict(sorted(named.items()))


def _add_body(content: dict[str, Any], schemas: Schemas) -> None:
    if not content.keys() & {"example", "examples"} and (found := _example_of(content.get("schema", {}), schemas)):
        content["example"] = found[0]


def _example_of(schema: Schemas, schemas: Schemas) -> list[Any]:
    """Return the example of a schema as a list of one, or an empty list."""
    if reference := schema.get("$ref", ""):
        return _example_of(schemas[reference.rpartition("/")[2]], schemas)
    if schema.get("type") == "array":
        return [items] if (items := _example_of(schema["items"], schemas)) else []
    return list(schema.get("examples", []))[:1]


def _add_refusals(operation: dict[str, Any], door: str, named: dict[str, Any]) -> None:
    responses = operation["responses"]
    for status, codes in _codes_by_status(operation, door).items():
        content = responses.get(status, {}).get("content", {}).get(MEDIA_TYPE)
        if content is not None and codes:
            content["examples"] = {code: {"$ref": REF.format(code=code)} for code in codes}
            named.update({code: _example(catalogue()[code]) for code in codes})


def _codes_by_status(operation: dict[str, Any], door: str) -> dict[str, list[str]]:
    """Return the codes of each status of an operation, its own first. Unnamed server errors are under `default`."""
    found: dict[str, list[str]] = {status: [] for status in operation["responses"]}
    for entry in catalogue().values():
        status = str(entry.status) if str(entry.status) in found else "default" if entry.status >= SERVER_ERROR else ""
        if door in entry.doors and status in found:
            found[status].append(entry.code)
    for group in _groups(operation):
        for status, codes in group.items():
            known = [code for code in codes if status != "default" or str(catalogue()[code].status) not in found]
            if status in found:
                found[status] = list(dict.fromkeys([*found[status], *known]))
    if "404" in found and not found["404"]:
        found["404"] = ["no-such-address"]
    return found


def _groups(operation: Mapping[str, Any]) -> Iterator[Mapping[str, Sequence[str]]]:
    yield ANYWHERE
    if operation.get("security"):
        yield GUARDED
    if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", [])):
        yield WRITING
    if "requestBody" in operation:
        yield SENDING


def _example(entry: RefusalOut) -> dict[str, Any]:
    value = {
        **entry.members,
        "type": f"/problems/{entry.code}",
        "title": entry.title,
        "status": entry.status,
        "code": entry.code,
        "detail": entry.vi,
        "detail_en": entry.en,
        "places": [each.model_dump() for each in entry.places],
        "correlation_id": "0d1f6c1f4a5b4f0e9a7c3b2d1e0f9a8b",
    }
    return {"summary": entry.when, "value": value}
