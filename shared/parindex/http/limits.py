"""Limits of request bodies: a maximum size (declared or streamed) and a minimum upload rate.

Starlette's own limiter answers in plain text and only once the handler reads; this one answers with a problem document,
and refuses a declared size before any handler runs.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.files.refusals import FileTooLargeError
from parindex.http.problems import refused_response
from parindex.refusal import Kind, Refused

LINGER = 30.0
"""Seconds for which the rest of a refused body is read and discarded, so that the client gets to read the answer."""
LINGER_SILENCE = 5.0
"""Seconds for which such a client may be silent, and for which it waits once it has sent more than MOST_DRAINED."""
MOST_DRAINED = 32 * 2**20
"""Bytes of a refused body that are read and discarded at most."""
SILENCE = 20.0
"""Seconds for which a client may be silent within a body."""
SLOWEST = 500
"""Minimum upload rate in bytes per second, on average; a client below it is treated as stalled."""


class BodyTooLargeError(Refused):
    """The body of a request has more than `max_bytes` bytes."""

    code = "body-too-large"
    kind = Kind.TOO_LARGE
    vi = "Nội dung gửi lên vượt quá giới hạn {max_bytes} byte. Hãy chia thành nhiều lần gửi."
    en = "The body exceeds the limit of {max_bytes} bytes. Send it in several parts."

    max_bytes: int


class BodyStalledError(Refused):
    """The body of a request stopped coming before its end, or came too slowly to wait for it (SLOWEST)."""

    code = "body-stalled"
    kind = Kind.TOO_SLOW
    vi = "Nội dung gửi lên đến quá chậm hoặc bị ngắt giữa chừng; chưa ghi gì. Hãy gửi lại."
    en = "The body came too slowly, or stopped before its end; nothing was written. Send it again."


@dataclass(frozen=True, slots=True)
class FileLimit:
    """The limit of the bodies of routes that take files as they come, instead of that of all others.

    `max_bytes` is that of one file, `takes` returns how many files a body may hold.
    """

    max_bytes: int
    takes: Callable[[Scope], int]


def limit_body(app: ASGIApp, max_bytes: int, silence: float = SILENCE, files: FileLimit | None = None) -> ASGIApp:
    """ASGI middleware: `app.add_middleware(limit_body, max_bytes=8 * 2**20)`.

    `max_bytes` limits one body. `silence`, in seconds, limits one pause, and the sum of all pauses beyond what SLOWEST
    allows. The answer is BodyTooLargeError (FileTooLargeError by the limit of `files`) or BodyStalledError, and a
    handler that reads the body gets it raised. The rest of a file that its route refuses is discarded.
    """

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        limit = _Limit(scope, max_bytes, files)
        if (too_large := limit.exceeded_by(_announced(scope))) is not None:
            await refuse_body(scope, receive, send, too_large)
            return
        watched = _Watched(receive, send, limit, silence)
        try:
            await app(scope, watched.receive, watched.send)
        except Refused as refused:
            if refused is not watched.refused or watched.answering:
                raise
        if watched.refused is not None and not watched.answering:
            await refuse_body(scope, receive, send, watched.refused)

    return limited


class _Limit:
    """The limit of one request's body. Which route it is for is looked up for a large one only."""

    def __init__(self, scope: Scope, max_bytes: int, files: FileLimit | None) -> None:
        self._scope, self._max_bytes, self._files = scope, max_bytes, files

    def exceeded_by(self, size: int) -> Refused | None:
        if size <= self._max_bytes:
            return None
        if self._files is None or not self.files:
            return BodyTooLargeError(self._max_bytes)
        most = self.files * self._files.max_bytes
        if size <= most:
            return None
        return FileTooLargeError(most) if self.files == 1 else BodyTooLargeError(most)

    @cached_property
    def files(self) -> int:
        """How many files the request may hold; 0 where its route takes none, or where it has no body."""
        names = {name for name, _ in self._scope["headers"]}
        has_body = _announced(self._scope) > 0 or b"transfer-encoding" in names
        return self._files.takes(self._scope) if self._files is not None and has_body else 0


class _Watched:
    """Measures a body as it arrives. Once it is too large or too slow, the handler's own answer is dropped."""

    def __init__(self, receive: Receive, send: Send, limit: _Limit, silence: float) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._silence = silence
        self._seen = 0
        self._waited = 0.0
        self._whole = self._early = False
        self.refused: Refused | None = None
        self.answering = False

    async def receive(self) -> Message:
        if self.answering:  # refused further in: the rest is discarded by `_drain`, which has its own bounds
            return await self._receive()
        message = await self._next()
        self._seen += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if (too_large := self._limit.exceeded_by(self._seen)) is not None:
            self.refused = too_large
            raise too_large
        return message

    async def _next(self) -> Message:
        if self._whole:  # body complete; only `http.disconnect` can follow
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
            self._waited += clock() - began  # time spent on the client, not in the app

    async def send(self, message: Message) -> None:
        if self.refused is not None and not self.answering:
            return
        if not self.answering:
            self._early = not self._whole and self._limit.files > 0
            if self._early:
                MutableHeaders(scope=message)["Connection"] = "close"
        self.answering = True
        if self._early and not message.get("more_body", message["type"] == "http.response.start"):
            await self._send({**message, "more_body": True})
            await _drain(self._receive)
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])  # longer than any size that a disk has
    return 0


async def refuse_body(scope: Scope, receive: Receive, send: Send, refused: Refused) -> None:
    """Answer a body that is refused before its end; then read and discard the rest before closing the connection.

    Closing a connection with unread bytes resets it, and the answer may be lost (RFC 9112, 9.6). Most clients read the
    answer only after they have sent everything. A client that stalled sends no more, so nothing is drained.
    """
    response = refused_response(Request(scope), refused)
    response.headers["Connection"] = "close"  # more may be under way than is ever read
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
            await asyncio.sleep(LINGER_SILENCE)  # closing at once could reset the connection before the answer is read
