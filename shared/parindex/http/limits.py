"""Nothing bigger than agreed gets in, whether it says its size or not.

Starlette's own limiter answers in plain text and waits until the handler reads; this one answers with a problem
document, and an announced size is refused before anything runs.
"""

import asyncio
from typing import ClassVar

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.http.problems import refused_response
from parindex.refusal import Kind, Refused

LINGER = 2.0  # seconds that a refused sender may still take to finish


class BodyTooLargeError(Refused):
    """The body of a request has more than `max_bytes` bytes."""

    code: ClassVar[str] = "body-too-large"
    kind: ClassVar[Kind] = Kind.TOO_LARGE

    def __init__(self, max_bytes: int) -> None:
        super().__init__(
            f"Nội dung gửi lên vượt quá giới hạn {max_bytes} byte. Hãy chia thành nhiều lần gửi.",
            f"The body exceeds the limit of {max_bytes} bytes. Send it in several parts.",
        )


def limit_body(app: ASGIApp, max_bytes: int) -> ASGIApp:
    """ASGI middleware: `app.add_middleware(limit_body, max_bytes=8 * 2**20)`."""

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        if _announced(scope) > max_bytes:
            await _refuse(scope, receive, send, max_bytes)
            return
        counted = _Counted(receive, send, max_bytes)
        try:
            await app(scope, counted.receive, counted.send)
        except BodyTooLargeError:
            if not counted.exceeded or counted.answering:
                raise
        if counted.exceeded and not counted.answering:
            await _refuse(scope, receive, send, max_bytes)

    return limited


class _Counted:
    """Counts what comes in; once it is too much, whatever the handler makes of that is not sent."""

    def __init__(self, receive: Receive, send: Send, max_bytes: int) -> None:
        self._receive = receive
        self._send = send
        self._max_bytes = max_bytes
        self._seen = 0
        self.exceeded = False
        self.answering = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._max_bytes:
            self.exceeded = True
            raise BodyTooLargeError(self._max_bytes)
        return message

    async def send(self, message: Message) -> None:
        if self.exceeded and not self.answering:
            return
        self.answering = True
        await self._send(message)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])  # longer than any size that a disk has
    return 0


async def _refuse(scope: Scope, receive: Receive, send: Send, max_bytes: int) -> None:
    await _drain(scope, receive, max_bytes)
    response = refused_response(Request(scope), BodyTooLargeError(max_bytes))
    response.headers["Connection"] = "close"  # there may be more on its way, and nobody will read it
    await response(scope, receive, send)


async def _drain(scope: Scope, receive: Receive, at_most: int) -> None:
    """Reads a little of what is still coming, and throws it away.

    Most clients read the answer only after they have sent everything; one that is cut off while sending never sees it.
    """
    if any(name == b"expect" for name, _ in scope["headers"]):
        return  # this one asked before sending
    try:
        async with asyncio.timeout(LINGER):
            while at_most > 0:
                message = await receive()
                at_most -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return
