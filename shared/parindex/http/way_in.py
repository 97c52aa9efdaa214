"""Request checks that hold for every route, made before the app's routers run.

In this order: headers, address (with redirects, and HEAD for GET), origin (of pages), access, query parameters, body
form, body. The route's own checks follow. The presses of kiosks take the fast path (`fast_path.py`) and come here only
if a request is not plain.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import parse_qsl

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.auth.access import Audience
from parindex.auth.fastapi import authenticate_request, rate_limits_of
from parindex.auth.refusals import UnauthenticatedError
from parindex.http.bounded import bound_mistakes
from parindex.http.heads import HeadMalformedError, check_head
from parindex.http.limits import BodyTooLargeError, refuse_body
from parindex.http.problems import MalformedError
from parindex.http.reading import BODILESS, check_headers, read_sent
from parindex.http.return_paths import to_renewal
from parindex.http.route_table import BodyForm, RouteTable, Taken, table_of
from parindex.http.same_origin import NotSameOriginError, check_same_origin
from parindex.refusal import Place, Refused

LARGEST_PUBLIC_BODY = 1024
"""Bytes of a body that a public route takes, unless its app sets another limit."""
UNLIMITED = 2**63
FILES_TAKEN = {BodyForm.STREAM: 1, BodyForm.FILES: 20}
"""Files in one body of a route; several are as many as a person chooses at once."""
MOST_NAMED = 100
"""Query parameters that an answer lists as mistakes."""


def check_requests(app: FastAPI, public_body: int = LARGEST_PUBLIC_BODY, *, strangers_counted: bool = True) -> None:
    """Check every request to the app. Call it before other middleware is added, so that it is inside the others.

    `strangers_counted`: `limit_rates` counts the requests without a token, further out.
    """
    app.router.redirect_slashes = False  # Starlette's redirects copy the host that the request names
    app.add_middleware(_WayIn, app_of=app, public_body=public_body, strangers_counted=strangers_counted)


class _WayIn:
    """ASGI middleware: the innermost one. A plain request on a fast route was answered before it, by the fast path."""

    def __init__(self, app: ASGIApp, app_of: FastAPI, public_body: int, *, strangers_counted: bool) -> None:
        self._app = app
        self._app_of = app_of
        self._public_body = public_body
        self._strangers_counted = strangers_counted
        self._table = table_of(app_of)
        bound_mistakes(app_of)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = path_in(scope) if scope["type"] == "http" else ""
        if not path or self._table.mounted(path):
            await self._app(scope, receive, send)
            return
        found = self._table.find(path, scope["method"])
        if found is None and scope["method"] == "HEAD":
            scope_as_get, send = _as_get(scope, send)
            await self._answer(self._table.find(path, "GET"), path, scope_as_get, receive, send)
            scope.update({name: scope_as_get[name] for name in ("route", "path_params") if name in scope_as_get})
            return
        await self._answer(found, path, scope, receive, send)

    async def _answer(
        self, found: tuple[Taken, dict[str, str]] | None, path: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        request = Request(scope, receive)
        try:
            check_head(scope)
            if found is None:
                self._count(request)
                if (elsewhere := self._elsewhere(path, scope["method"])) is not None:
                    await elsewhere(scope, receive, send)
                    return
                send = _allowing(send, self._table.allowed(path))
            else:
                receive = await self._checked(*found, request)
        except BodyTooLargeError as refused:
            await refuse_body(scope, receive, send, refused)
            return
        except (HeadMalformedError, NotSameOriginError) as refused:
            await (await self._refused(request, self._counted(request, refused)))(scope, receive, send)
            return
        except UnauthenticatedError as refused:
            renews = found is not None and _renews(found[0], request.method)
            await (to_renewal(scope) if renews else await self._refused(request, refused))(scope, receive, send)
            return
        except Refused as refused:
            await (await self._refused(request, refused))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _checked(self, taken: Taken, given: dict[str, str], request: Request) -> Receive:
        """Check a request to a route; return the `receive` from which the route gets its body."""
        request.scope["route"], request.scope["path_params"] = taken.route, given
        if taken.rule is not None:
            check_same_origin(request, taken.rule)
            await authenticate_request(request, taken.rule)
        _check_query(taken, request)
        if request.method in BODILESS:
            return request.receive
        check_headers(taken.form, request.headers)
        is_public = taken.rule is not None and taken.rule.audience is Audience.PUBLIC
        return await read_sent(taken.form, request, self._public_body if is_public else UNLIMITED)

    def _counted(self, request: Request, refused: Refused) -> Refused:
        """Count a request that is refused before its asker is known; return the refusal to answer."""
        try:
            self._count(request)
        except Refused as too_many:
            return too_many
        return refused

    def _count(self, request: Request) -> None:
        """Count a request that no route will count: its address or its method is unknown."""
        if "authorization" in request.headers or not self._strangers_counted:
            rate_limits_of(self._app_of).anonymous(request.scope)

    def _elsewhere(self, path: str, method: str) -> Response | None:
        """Return a redirect to the address with or without its last slash; it is relative, so that it names no host."""
        if method not in BODILESS:
            return None
        last = path.rstrip("/").rpartition("/")[2]
        if path != "/" and path.endswith("/") and self._table.find(path.rstrip("/"), "GET"):
            return RedirectResponse(f"../{last}", 308)
        return RedirectResponse(f"{last}/", 308) if self._table.mounted(path + "/") else None

    async def _refused(self, request: Request, refused: Refused) -> Response:
        """Answer a refusal with the app's own exception handler."""
        handlers = self._app_of.exception_handlers
        handler = next((handlers[kind] for kind in type(refused).__mro__ if kind in handlers), None)
        if handler is None:
            raise refused
        answered: Awaitable[Response] = handler(request, refused)  # type: ignore[assignment]  # handlers are async
        return await answered


def takes_files(app: FastAPI) -> Callable[[Scope], int]:
    """Return how many files a request's route takes as they come: one (`STREAMED`), several (`FILES_FORM`), or 0."""
    tables: list[RouteTable] = []  # made at the first request, when the app has all its routes

    def takes(scope: Scope) -> int:
        if not tables:
            tables.append(table_of(app))
        found = tables[0].find(path_in(scope), scope["method"])
        return FILES_TAKEN.get(found[0].form, 0) if found else 0

    return takes


def path_in(scope: Scope) -> str:
    """Return the path within the app, without the prefix of a gateway."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _renews(taken: Taken, method: str) -> bool:
    """Return whether a browser may ask again after a renewal: a page, or a form, but not files."""
    again = method in BODILESS or taken.form in {BodyForm.PAGE, BodyForm.FORM, BodyForm.NOTHING}
    return taken.rule is not None and taken.rule.page and again


def _as_get(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """Turn a HEAD request into GET, and drop the body of its answer."""

    async def without_body(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return {**scope, "method": "GET"}, without_body


def _allowing(send: Send, methods: frozenset[str]) -> Send:
    """List every method in a 405: the framework lists those of one route only, and leaves out HEAD."""

    async def naming(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.METHOD_NOT_ALLOWED:
            MutableHeaders(scope=message)["Allow"] = ", ".join(sorted(methods))
        await send(message)

    return naming


def _check_query(taken: Taken, request: Request) -> None:
    given = Counter(name for name, _ in parse_qsl(request.url.query, keep_blank_values=True))
    places = [
        _repeated(name) if name in taken.query else _unknown(name, taken)
        for name, times in given.items()
        if (times > 1 and not taken.query[name] if name in taken.query else not taken.ignores)
    ]
    if places:
        raise MalformedError(places[:MOST_NAMED], len(places))


def _unknown(name: str, taken: Taken) -> Place:
    known = ", ".join(sorted(taken.query))
    vi = f"Địa chỉ này chỉ nhận tham số: {known}." if known else "Địa chỉ này không nhận tham số nào."
    en = f"This address takes: {known}." if known else "This address takes no parameters."
    return Place(f"query/{name[:100]}", f"Không có tham số này. {vi}", f"There is no such parameter. {en}")


def _repeated(name: str) -> Place:
    return Place(f"query/{name}", "Tham số này được ghi nhiều lần.", "This parameter is given more than once.")
