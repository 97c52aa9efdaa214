"""Rate limits of an app's requests; `auth/rate_limits.py` has the rates."""

from contextlib import suppress

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from parindex.auth.rate_limits import RateLimits
from parindex.http.problems import refused_response
from parindex.refusal import Refused


def limit_rates(app: FastAPI, rate_limits: RateLimits) -> None:
    """Limit the request rates of this app. A request with a token is counted where the token is checked."""
    app.state.rate_limits = rate_limits
    app.add_middleware(_CountAnonymous, rate_limits=rate_limits)


class _CountAnonymous:
    """ASGI middleware: counts requests without `Authorization` by their address, before any other work is done.

    No app serves WebSockets: a client that opens one is counted, and the connection is closed.
    """

    def __init__(self, app: ASGIApp, rate_limits: RateLimits) -> None:
        self._app = app
        self._rate_limits = rate_limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            with suppress(Refused):
                self._rate_limits.anonymous(scope)
            await send({"type": "websocket.close"})
            return
        if scope["type"] == "http" and b"authorization" not in [name for name, _ in scope["headers"]]:
            try:
                self._rate_limits.anonymous(scope)
            except Refused as refused:
                await refused_response(Request(scope), refused)(scope, receive, send)
                return
        await self._app(scope, receive, send)
