"""Every app counts who asks, and turns away who asks too much; see `auth/floods.py` for how much that is."""

from contextlib import suppress

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from parindex.auth.rate_limits import RateLimits
from parindex.http.problems import refused_response
from parindex.refusal import Refused


def limit_rates(app: FastAPI, rate_limits: RateLimits) -> None:
    """Count the requests of this app. Those that bring a token are counted where it is looked at: at the door."""
    app.state.rate_limits = rate_limits
    app.add_middleware(_CountStrangers, rate_limits=rate_limits)


class _CountStrangers:
    """Counts requests without any `Authorization` by their address, before anything else is done for them.

    There are no WebSockets here. Whoever opens one is counted, and turned away.
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
