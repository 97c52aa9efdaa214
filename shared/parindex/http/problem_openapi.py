"""Problem documents in an app's OpenAPI document.

FastAPI documents its own schema for 422, and every further response as `application/json`; this module corrects both.
"""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

MEDIA_TYPE = "application/problem+json"

_REF = "#/components/schemas/{model}"
_FASTAPI_OWN = ("HTTPValidationError", "ValidationError")


def describe_problems(app: FastAPI, model: type[BaseModel]) -> None:
    """Wrap `app.openapi`: every problem is a `model` of its own media type, and any operation may answer one."""
    plain = app.openapi
    rewritten: list[dict[str, Any]] = []

    def openapi() -> dict[str, Any]:
        document = plain()
        if not any(document is known for known in rewritten):  # FastAPI makes a new one when routes were added
            _rewrite(document, model)
            rewritten[:] = [document]
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _rewrite(document: dict[str, Any], model: type[BaseModel]) -> None:
    problem = {"$ref": _REF.format(model=model.__name__)}
    ours = [problem, *({"$ref": _REF.format(model=name)} for name in _FASTAPI_OWN)]
    for path in document.get("paths", {}).values():
        for operation in path.values():
            responses = operation.setdefault("responses", {})
            for response in responses.values():
                if response.get("content", {}).get("application/json", {}).get("schema") in ours:
                    response["content"] = {MEDIA_TYPE: {"schema": problem}}
            for status, why in _always(operation).items():
                responses.setdefault(status, {"description": why, "content": {MEDIA_TYPE: {"schema": problem}}})
    _rewrite_components(document, model)


def _always(operation: dict[str, Any]) -> dict[str, str]:
    """Return the problems of any operation, with those of sign-in where the operation needs it."""
    guarded = {"401": "Unauthorized", "403": "Forbidden"} if operation.get("security") else {}
    return {**guarded, "default": "Problem"}


def _rewrite_components(document: dict[str, Any], model: type[BaseModel]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FASTAPI_OWN:
        schemas.pop(name, None)
    schema = model.model_json_schema(ref_template=_REF, mode="serialization")
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema
