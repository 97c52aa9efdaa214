"""Default security headers: unless a handler sets its own, browsers store, run and frame nothing of an answer.

Pages and public data set their own headers; an answer whose handler sets none stays private. Strict-Transport-Security
is left to the proxy that terminates TLS.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

DEFAULTS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


class HardenAnswers:
    """ASGI middleware: adds the default headers that an answer lacks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                present = {name for name, _ in headers}  # lower case, as ASGI requires
                message["headers"] = [*headers, *[pair for pair in DEFAULTS if pair[0] not in present]]
            await send(message)

        await self._app(scope, receive, send_hardened)
