"""What every answer tells a browser, unless the handler says otherwise: keep nothing, run nothing, frame nothing.

Pages and public data set their own (publication's `answers.py`, the API's page); what is forgotten is private. That a
site is only to be had over TLS is for whatever ends TLS to say.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNLESS_SAID = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


class HardenAnswers:
    """Adds the headers that an answer lacks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                said = {name for name, _ in headers}  # in small letters, as ASGI wants them
                message["headers"] = [*headers, *[pair for pair in UNLESS_SAID if pair[0] not in said]]
            await send(message)

        await self._app(scope, receive, send_hardened)
