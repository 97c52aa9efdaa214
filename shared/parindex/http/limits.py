"""Nothing bigger than agreed gets in, whether it says its size or not, and nobody stops in the middle for ever.

Starlette's own limiter answers in plain text and waits until the handler reads; this one answers with a problem
document, and an announced size is refused before anything runs.
"""

import asyncio
from contextlib import suppress

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.http.problems import refused_response
from parindex.refusal import Kind, Refused

LINGER = 30.0
"""Seconds for which what a refused sender still sends is read and thrown away, so that it comes to the answer."""
LINGER_SILENCE = 5.0
"""Seconds for which such a sender may be silent, and is left waiting where it has sent too much even for that."""
MOST_DRAINED = 32 * 2**20
"""Bytes that are read of what a refused sender still sends."""
SILENCE = 20.0
"""Seconds for which a sender may be silent in the middle of a body."""
SLOWEST = 500
"""Bytes in a second, on average, below which a sender that is never silent is as good as one that is."""


class BodyTooLargeError(Refused):
    """The body of a request has more than `max_bytes` bytes."""

    code = "body-too-large"
    kind = Kind.TOO_LARGE

    def __init__(self, max_bytes: int) -> None:
        super().__init__(
            f"Nội dung gửi lên vượt quá giới hạn {max_bytes} byte. Hãy chia thành nhiều lần gửi.",
            f"The body exceeds the limit of {max_bytes} bytes. Send it in several parts.",
        )


class BodyStalledError(Refused):
    """The body of a request stopped coming before its end, or came too slowly to wait for it (SLOWEST)."""

    code = "body-stalled"
    kind = Kind.TOO_SLOW

    def __init__(self) -> None:
        super().__init__(
            "Nội dung gửi lên đến quá chậm hoặc bị ngắt giữa chừng; chưa ghi gì. Hãy gửi lại.",
            "The body came too slowly, or stopped before its end; nothing was written. Send it again.",
        )


def limit_body(app: ASGIApp, max_bytes: int, silence: float = SILENCE) -> ASGIApp:
    """ASGI middleware: `app.add_middleware(limit_body, max_bytes=8 * 2**20)`.

    `max_bytes` is of one body; `silence` in seconds, for one pause, and for all of them beyond what SLOWEST allows. The
    answer is BodyTooLargeError or BodyStalledError; the handler that reads the body meets the same.
    """

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        if _announced(scope) > max_bytes:
            await refuse_body(scope, receive, send, BodyTooLargeError(max_bytes))
            return
        watched = _Watched(receive, send, max_bytes, silence)
        try:
            await app(scope, watched.receive, watched.send)
        except Refused as refused:
            if refused is not watched.refused or watched.answering:
                raise
        if watched.refused is not None and not watched.answering:
            await refuse_body(scope, receive, send, watched.refused)

    return limited


class _Watched:
    """Watches what comes in; once it is too much or too slow, whatever the handler makes of that is not sent."""

    def __init__(self, receive: Receive, send: Send, max_bytes: int, silence: float) -> None:
        self._receive = receive
        self._send = send
        self._max_bytes = max_bytes
        self._silence = silence
        self._seen = 0
        self._waited = 0.0
        self._whole = False
        self.refused: Refused | None = None
        self.answering = False

    async def receive(self) -> Message:
        if self.answering:  # refused further in: what still comes is thrown away, within bounds of its own
            return await self._receive()
        message = await self._next()
        self._seen += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._seen > self._max_bytes:
            self.refused = BodyTooLargeError(self._max_bytes)
            raise self.refused
        return message

    async def _next(self) -> Message:
        if self._whole:  # what comes now is that the client goes, one day
            return await self._receive()
        clock = asyncio.get_running_loop().time
        began, left = clock(), self._silence + self._seen / SLOWEST - self._waited
        try:
            async with asyncio.timeout(min(self._silence, left)):
                return await self._receive()
        except TimeoutError:
            self.refused = BodyStalledError()
            raise self.refused from None
        finally:
            self._waited += clock() - began  # for the sender, not for ourselves

    async def send(self, message: Message) -> None:
        if self.refused is not None and not self.answering:
            return
        self.answering = True
        await self._send(message)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])  # longer than any size that a disk has
    return 0


async def refuse_body(scope: Scope, receive: Receive, send: Send, refused: Refused) -> None:
    """Answer a body that is refused before its end; read and throw away what is still coming, and only then close.

    A connection that is closed upon unread bytes is reset, and the answer may be lost with it (RFC 9112, 9.6). Most
    clients read the answer only after they have sent everything. One that stalled sends nothing that has to be read.
    """
    response = refused_response(Request(scope), refused)
    response.headers["Connection"] = "close"  # there may be more on its way than anybody will read
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    if not isinstance(refused, BodyStalledError) and not any(name == b"expect" for name, _ in scope["headers"]):
        await _drain(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drain(receive: Receive) -> None:
    left = MOST_DRAINED
    with suppress(TimeoutError, Refused):
        async with asyncio.timeout(LINGER):
            while left > 0:
                async with asyncio.timeout(LINGER_SILENCE):
                    message = await receive()
                left -= len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
            await asyncio.sleep(
                LINGER_SILENCE
            )  # so much may be under way that closing at once would overtake the answer
