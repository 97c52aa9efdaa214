"""A table of an app's routes, built once: methods, access rule, query parameters and body form of each.

Checks that hold for every route use it, so a route that is added later is checked too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from fastapi import FastAPI, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import BaseModel
from starlette.routing import BaseRoute, Mount, compile_path

from parindex.auth.access import AccessRule
from parindex.auth.fastapi import access_rule_of


class BodyForm(StrEnum):
    """The form of a route's body."""

    NOTHING = "nothing"
    JSON = "application/json"
    FORM = "application/x-www-form-urlencoded"
    PAGE = "page"  # a form of a page; the route reads it itself, within the bounds of its fields
    RAW = "raw"  # the route reads the bytes and checks the media type itself
    STREAM = "stream"  # the route reads the bytes as they come, up to the size of a file (`STREAMED`)
    FILES = "multipart/form-data"  # the route reads several files as they come (`multipart.FILES_FORM`)


STREAMED: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    "x-streamed": True,
}
"""For the decorator of a route whose body is one file: `openapi_extra=STREAMED`.

Such a route reads `request.stream()` itself, in bounded memory, and takes a body of the size of a file. Every other
route has its body read before it runs, and the limit of a request.
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A route with the inputs that it takes. `query` maps each parameter to whether it may be given more than once.

    `ignores`: it ignores other parameters, as a standard asks for; its query is a model that says `extra="ignore"`.
    """

    route: BaseRoute
    path: re.Pattern[str]
    methods: frozenset[str]
    rule: AccessRule | None
    query: Mapping[str, bool]
    form: BodyForm
    ignores: bool = False


@dataclass(frozen=True, slots=True)
class RouteTable:
    """The routes of an app, in matching order, and the paths of its mounted apps."""

    routes: Sequence[Taken]
    mounts: Sequence[re.Pattern[str]]

    def find(self, path: str, method: str) -> tuple[Taken, dict[str, str]] | None:
        """Return the matching route, with the path's parameters; None if no route matches."""
        for taken in self.routes:
            if method in taken.methods and (found := taken.path.match(path)):
                return taken, found.groupdict()
        return None

    def allowed(self, path: str) -> frozenset[str]:
        """Return all methods that routes take at a path, with HEAD where GET is taken."""
        methods = frozenset[str]().union(*(taken.methods for taken in self.routes if taken.path.match(path)))
        return methods | {"HEAD"} if "GET" in methods else methods

    def mounted(self, path: str) -> bool:
        """Return whether an app that is mounted in this one answers at a path."""
        return any(mount.match(path) for mount in self.mounts)


def table_of(app: FastAPI) -> RouteTable:
    """Build the table of an app's routes."""
    contexts = list(iter_route_contexts(app.routes))
    mounts = [compile_path(f"{context.path}/{{path:path}}")[0] for context in contexts if _is_mount(context)]
    return RouteTable([_taken(context) for context in contexts if not _is_mount(context)], mounts)


def _is_mount(context: RouteContext) -> bool:
    return isinstance(context.original_route, Mount)


def _taken(context: RouteContext) -> Taken:
    dependant = getattr(context, "dependant", None)
    return Taken(
        context.original_route,
        compile_path(context.path or "")[0],
        frozenset(context.methods or ()),
        access_rule_of(context),
        dict(_query_names(dependant)),
        _form_of(context),
        _ignores(dependant),
    )


def _ignores(dependant: Dependant | None) -> bool:
    kinds = (each.field_info.annotation for each in dependant.query_params) if dependant else ()
    models = (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
    return any(model.model_config.get("extra") == "ignore" for model in models)


def _query_names(dependant: Dependant | None) -> Iterator[tuple[str, bool]]:
    if dependant is None:
        return
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from ((one.alias or name, _many(one.annotation)) for name, one in kind.model_fields.items())
        else:
            yield field.alias, _many(kind)
    for inner in dependant.dependencies:
        yield from _query_names(inner)


def _many(annotation: Any) -> bool:
    """Return whether a parameter is a list; only a list may be given more than once."""
    origin = get_origin(annotation) or annotation
    if origin in (Union, UnionType):
        return any(map(_many, get_args(annotation)))
    return isinstance(origin, type) and issubclass(origin, list | tuple | set | frozenset)


def _form_of(context: RouteContext) -> BodyForm:
    body = getattr(context, "body_field", None)
    if body is not None:
        return BodyForm.FORM if isinstance(body.field_info, params.Form) else BodyForm.JSON
    extra = getattr(context, "openapi_extra", None) or {}
    if extra.get("x-streamed"):
        return BodyForm.STREAM
    if extra.get("x-page-form"):
        return BodyForm.PAGE
    if BodyForm.FILES in extra.get("requestBody", {}).get("content", ()):
        return BodyForm.FILES
    return (
        BodyForm.RAW
        if extra.get("requestBody") or not isinstance(context.original_route, APIRoute)
        else BodyForm.NOTHING
    )
