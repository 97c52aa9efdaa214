"""A fast path for the busiest routes, past FastAPI's routers, exit stacks, dependencies and handlers.

A fast route (`FastRoute`) is declared like every other: FastAPI describes it, and its access rule is on its signature.
A plain request skips the routers and is checked by the same rule. A request with anything more (a header that the
endpoint declares, a query, a path that does not match, no token), a repeated header or an invalid host goes through
FastAPI, so that every refusal has the same text.

What a fast route takes is read from the signature of its endpoint and checked by pydantic, so that nothing here depends
on the objects that FastAPI makes of a signature.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from fastapi import FastAPI, Request, Response, params
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from parindex.auth.access import AccessRule
from parindex.auth.fastapi import admit_request, bearer_of, finish_request
from parindex.http.heads import is_plain
from parindex.http.way_in import path_in

UNUSUAL = frozenset({b"content-encoding", b"transfer-encoding", b"expect"})
"""Headers that a plain request does not have."""


class FastRoute(APIRoute):
    """A route on the fast path: `router.add_api_route(path, endpoint, route_class_override=FastRoute)`.

    The endpoint takes its path parameters, `request`, `asker: Annotated[Asker, allow(…)]` and optional headers; it
    returns a Response. Another dependency, or a parameter in the query or the body, raises ValueError.
    """

    def __init__(self, path: str, endpoint: Callable[..., Awaitable[Response]], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if self.dependencies:
            raise ValueError(f"{path} asks for more than a fast route gives: dependencies")
        self.fast_endpoint = _fast_endpoint(path, frozenset(self.methods or ()), endpoint)


def add_fast_path(app: FastAPI) -> None:
    """Add the fast path before the app's routers. Call it directly after `check_requests`."""
    routes = [route for route in app.routes if isinstance(route, FastRoute)]
    if routes:
        app.add_middleware(_FastPath, routes=routes, app_of=app)


@dataclass(frozen=True, slots=True)
class _FastEndpoint:
    """The endpoint of a fast route, and what its signature declares."""

    endpoint: Callable[..., Awaitable[Response]]
    rule: AccessRule
    methods: frozenset[str]
    path: re.Pattern[str]
    headers: frozenset[bytes]  # a request with one of these goes through FastAPI
    params: Mapping[str, TypeAdapter[Any]]

    def read(self, given: Mapping[str, str]) -> dict[str, Any] | None:
        """Validate the parameters of a path as FastAPI does; return None where one is invalid."""
        try:
            return {name: adapter.validate_python(given[name]) for name, adapter in self.params.items()}
        except ValidationError:
            return None

    async def answer(self, request: Request, bearer: str, values: Mapping[str, Any]) -> Response:
        """Check access and call the endpoint as FastAPI does, by the same rule."""
        asker = await admit_request(request, bearer, self.rule)
        response = await self.endpoint(request=request, asker=asker, **values)
        finish_request(request, asker)
        return response


class _FastPath:
    """ASGI middleware: directly before the request checks, which a request that it takes does not meet.

    So what the request checks (`way_in.py`) ask of every request, `is_plain` must ask here too.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[FastRoute], app_of: FastAPI) -> None:
        self._app = app
        self._routes = routes
        self._handlers = app_of.exception_handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = path_in(scope)
            for route in self._routes:
                fast = route.fast_endpoint
                if (found := fast.path.match(path)) and scope["method"] in fast.methods and not scope["query_string"]:
                    await self._take(route, found.groupdict(), scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _take(self, route: FastRoute, given: dict[str, str], scope: Scope, receive: Receive, send: Send) -> None:
        fast, request = route.fast_endpoint, Request(scope, receive, send)
        values = fast.read(given)
        bearer = None if values is None else bearer_of(request)
        if values is None or bearer is None or not _is_usual(scope, fast):
            await self._app(scope, receive, send)
            return
        scope["route"], scope["path_params"] = route, given
        try:
            response = await fast.answer(request, bearer, values)
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


def _is_usual(scope: Scope, fast: _FastEndpoint) -> bool:
    return not any(name in fast.headers for name, _ in scope["headers"]) and is_plain(scope)


def _fast_endpoint(path: str, methods: frozenset[str], endpoint: Callable[..., Awaitable[Response]]) -> _FastEndpoint:
    pattern, _, convertors = compile_path(path)
    if any(convertor.regex != "[^/]+" for convertor in convertors.values()):
        raise ValueError(f"{path}: a fast route's parameters are plain")
    taken = dict(inspect.signature(endpoint, eval_str=True).parameters)
    rule, asked = _rule_of(taken.pop("asker", None)), taken.pop("request", None)
    if rule is None:
        raise ValueError(f"{path} declares no access rule")
    if rule.page:
        raise ValueError(f"{path} is a page, and a fast route reads no cookie")
    if asked is None or asked.annotation is not Request:
        raise ValueError(f"{path} has to take `request`")
    adapters = {name: TypeAdapter[Any](taken.pop(name).annotation) for name in convertors if name in taken}
    headers = {parameter.name: _optional_header(parameter) for parameter in taken.values()}
    if others := [name for name, header in headers.items() if not header]:
        raise ValueError(f"{path} asks for more than a fast route gives: {', '.join(others)}")
    return _FastEndpoint(
        endpoint, rule, methods, pattern, UNUSUAL | {each.encode() for each in headers.values()}, adapters
    )


def _rule_of(asker: inspect.Parameter | None) -> AccessRule | None:
    """Return the rule of the gate that `asker` declares."""
    for each in _declared(asker):
        rule = getattr(each.dependency, "rule", None) if isinstance(each, params.Depends) else None
        if isinstance(rule, AccessRule):
            return rule
    return None


def _optional_header(parameter: inspect.Parameter) -> str:
    """Return the name of the header that a parameter declares, if it has a default; else ""."""
    for each in _declared(parameter):
        if isinstance(each, params.Header) and parameter.default is not parameter.empty:
            return (each.alias or parameter.name.replace("_", "-")).lower()
    return ""


def _declared(parameter: inspect.Parameter | None) -> Sequence[object]:
    """Return the metadata of a parameter's `Annotated[…]`."""
    annotation = parameter.annotation if parameter else None
    return get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
