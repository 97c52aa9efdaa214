"""One id per request: taken from the caller or made here, in every log line, in every answer.

Pure ASGI on purpose: Starlette's BaseHTTPMiddleware runs the handler in another task, and a cancelled task there leaves
database connections behind.
"""

import re
from collections.abc import Callable
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Correlation-Id"

_GOOD = re.compile(r"[A-Za-z0-9._-]{1,64}")  # what may stand in a log line and a header unescaped


def new_correlation_id() -> str:
    return uuid4().hex


def correlation_of(scope: Scope, new_id: Callable[[], str] = new_correlation_id) -> str:
    """The request's id (`correlation_of(request.scope)`): the caller's, if well-formed, else a new one.

    Asked twice in one request it answers the same.
    """
    state = scope.setdefault("state", {})
    if "correlation_id" not in state:
        asked = Headers(scope=scope).get(HEADER, "")
        state["correlation_id"] = asked if _GOOD.fullmatch(asked) else new_id()
    found: str = state["correlation_id"]
    return found


class Correlate:
    """Binds the id to every log line of the request and echoes it in `X-Correlation-Id`."""

    def __init__(self, app: ASGIApp, new_id: Callable[[], str] = new_correlation_id) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation_id = correlation_of(scope, self._new_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = correlation_id
            await send(message)

        bound = structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            structlog.contextvars.reset_contextvars(**bound)
