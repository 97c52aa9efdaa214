"""Correlation ids: one per request, from the client or made here; log lines, answers and events carry it.

An id made here names the request's span, `<trace>-<span>` in hex, also where tracing is off: the metadata of an event
then links to the request that caused it (`parindex.tracing`).

The middleware is pure ASGI, because Starlette's BaseHTTPMiddleware runs the handler in another task, and a cancelled
task there leaks database connections.
"""

import re
import secrets
from collections.abc import Callable

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Correlation-Id"
_HEADER = HEADER.lower().encode()

_GOOD = re.compile(rb"[A-Za-z0-9._-]{1,64}")  # safe in a log line and in a header without escapes
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")  # W3C Trace Context


def correlation_of(scope: Scope, new_id: Callable[[], str] | None = None) -> str:
    """Return the request's id (`correlation_of(request.scope)`): the client's, if well-formed, else a new one.

    A second call in the same request returns the same id. A new id continues the client's trace, if there is one.
    """
    state = scope.setdefault("state", {})
    if "correlation_id" not in state:
        asked, traceparent = _headers_of(scope)
        own = _GOOD.fullmatch(asked)
        state["correlation_id"] = asked.decode() if own else new_id() if new_id else _new_id(traceparent)
    found: str = state["correlation_id"]
    return found


def _headers_of(scope: Scope) -> tuple[bytes, bytes]:
    """Return the client's id and its traceparent, in one pass over the headers."""
    asked = traceparent = b""
    for name, value in scope["headers"]:
        if name == _HEADER:
            asked = value
        elif name == b"traceparent":
            traceparent = value
    return asked, traceparent


def _new_id(traceparent: bytes) -> str:
    drawn = secrets.token_hex(24)
    given = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    return f"{given[1].decode() if given else drawn[16:]}-{drawn[:16]}"


class Correlate:
    """ASGI middleware: binds the id to every log line of the request and returns it in `X-Correlation-Id`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation_id = correlation_of(scope)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = correlation_id
            await send(message)

        bound = structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            structlog.contextvars.reset_contextvars(**bound)
