"""A fast path for the busiest routes, past FastAPI's nested routers, exit stacks, dependencies and handlers.

A fast route is declared as every other: FastAPI describes it, and its access rule is on its signature. A plain request
skips the routers and is checked by the same rule. A request with anything more (a header that the endpoint declares, a
query, a path that does not match, no token) goes through FastAPI, so that every refusal has the same text.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from parindex.auth.access import AccessRule
from parindex.auth.fastapi import access_rule_of, admit_request, bearer_of, finish_request
from parindex.http.heads import is_plain
from parindex.http.way_in import path_in

UNUSUAL = frozenset({b"content-encoding", b"transfer-encoding", b"expect"})
"""Headers that a plain request does not have."""

Read = Callable[[Mapping[str, Any]], dict[str, Any] | None]


class FastRoute(APIRoute):
    """A route on the fast path: `router.add_api_route(path, endpoint, route_class_override=FastRoute)`.

    The endpoint takes its path parameters, `request`, `asker: Annotated[Asker, allow(…)]` and optional headers; it
    returns a Response. Another dependency, or a parameter in the query or the body, raises ValueError.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        rule = access_rule_of(self)
        if rule is None:
            raise ValueError(f"{self.path} declares no access rule")
        _require_simple(self.dependant)
        self.rule: AccessRule = rule


def take_short_ways(app: FastAPI) -> None:
    """Put the fast path before the app's routers. Call it before other middleware is added, so that it is innermost."""
    contexts = [context for context in iter_route_contexts(app.routes) if isinstance(context.original_route, FastRoute)]
    ways = [_short_way(context.original_route, context.path or "") for context in contexts]  # type: ignore[arg-type]
    if ways:
        app.add_middleware(_TakeShortWays, ways=ways, app_of=app)


@dataclass(frozen=True, slots=True)
class _ShortWay:
    route: FastRoute
    methods: frozenset[str]
    path: re.Pattern[str]
    headers: frozenset[bytes]  # a request with one of these goes through FastAPI
    read: Read

    async def answer(self, request: Request, bearer: str, values: Mapping[str, Any]) -> Response:
        """Check access and call the endpoint as FastAPI does, by the same rule."""
        asker = await admit_request(request, bearer, self.route.rule)
        entered: Awaitable[Response] = self.route.endpoint(request=request, asker=asker, **values)
        response = await entered
        finish_request(request, asker)
        return response


class _TakeShortWays:
    """ASGI middleware: the innermost one, directly before the routers."""

    def __init__(self, app: ASGIApp, ways: Sequence[_ShortWay], app_of: FastAPI) -> None:
        self._app = app
        self._ways = ways
        self._handlers = app_of.exception_handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = path_in(scope)
            for way in self._ways:
                if (found := way.path.match(path)) and scope["method"] in way.methods and not scope["query_string"]:
                    await self._take(way, found.groupdict(), scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _take(self, way: _ShortWay, given: dict[str, str], scope: Scope, receive: Receive, send: Send) -> None:
        request, values = Request(scope, receive, send), way.read(given)
        bearer = None if values is None else bearer_of(request)
        if values is None or bearer is None or not _is_usual(scope, way):
            await self._app(scope, receive, send)
            return
        scope["route"], scope["path_params"] = way.route, given
        try:
            response = await way.answer(request, bearer, values)
        except Exception as error:  # noqa: BLE001  # answered as the app would, or raised again
            response = await self._refused(request, error)
        await response(scope, receive, send)

    async def _refused(self, request: Request, error: Exception) -> Response:
        """Answer an error as the app does; raise it if the app has no handler for it."""
        handler = next((self._handlers[kind] for kind in type(error).__mro__ if kind in self._handlers), None)
        if handler is None:
            raise error
        answered: Awaitable[Response] = handler(request, error)  # type: ignore[assignment]  # handlers are async
        return await answered


def _is_usual(scope: Scope, way: _ShortWay) -> bool:
    return not any(name in way.headers for name, _ in scope["headers"]) and is_plain(scope)


def _short_way(route: FastRoute, path: str) -> _ShortWay:
    headers = frozenset(field.alias.lower().encode() for field in route.dependant.header_params) | UNUSUAL
    pattern, _, convertors = compile_path(path)
    if any(convertor.regex != "[^/]+" for convertor in convertors.values()):
        raise ValueError(f"{path}: a busy route's parameters are plain")
    return _ShortWay(route, frozenset(route.methods or ()), pattern, headers, _path_reader(route.dependant))


def _path_reader(dependant: Dependant) -> Read:
    """Return a function that validates path parameters as FastAPI does; it returns None where one is invalid."""
    params = [(field.name, field.alias, field.validate) for field in dependant.path_params]

    def read(given: Mapping[str, Any]) -> dict[str, Any] | None:
        values = {}
        for name, alias, validate in params:
            values[name], errors = validate(given[alias], {}, loc=("path", alias))
            if errors:
                return None
        return values

    return read


def _require_simple(dependant: Dependant) -> None:
    others = [*dependant.query_params, *dependant.body_params, *dependant.cookie_params]
    gates = [inner for inner in dependant.dependencies if inner.name == "asker"]
    required = [field for field in dependant.header_params if field.field_info.is_required()]
    if others or required or len(gates) != 1 or len(dependant.dependencies) != 1:
        raise ValueError(f"{dependant.path} asks for more than a busy route gives")
    if dependant.request_param_name != "request":
        raise ValueError(f"{dependant.path} has to take `request`")
