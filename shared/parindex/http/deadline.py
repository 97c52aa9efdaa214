"""Every request is answered within a stated time, also where the database is frozen and never answers.

The time runs while the app works on an answer: not while its sender still sends, nor while its receiver still reads. An
answer that had begun is broken off, so that nobody takes it for whole.
"""

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.http.problems import refused_response
from parindex.refusal import Kind, Refused

ANSWER_WITHIN = 30.0
"""Seconds; `PARINDEX_ANSWER_WITHIN` says otherwise. Nothing usual takes as long: the log's lock is waited for 10 s."""
LONGEST_HELD = 60.0
"""Seconds that a question may ask to be held for (`wait`), on top."""
READS = frozenset({"GET", "HEAD", "OPTIONS"})

logger = structlog.stdlib.get_logger(__name__)


class AnswerLateError(Refused):
    """Nothing was there to answer with in time; whether a write was done is not known."""

    code = "no-answer-in-time"
    kind = Kind.UNAVAILABLE

    def __init__(self, within: float, *, writing: bool) -> None:
        vi = f"Hệ thống không trả lời được trong {within:g} giây. "
        en = f"There was no answer within {within:g} seconds. "
        if writing:
            vi += "Chưa rõ yêu cầu đã được ghi hay chưa; hãy gửi lại với cùng Idempotency-Key."
            en += "It is not known whether this was written; send it again with the same Idempotency-Key."
        else:
            vi, en = vi + "Hãy thử lại sau ít giây.", en + "Try again in a few seconds."
        super().__init__(vi, en)


class AnswerInTime:
    """ASGI middleware: answers AnswerLateError where the app takes longer than `within` seconds."""

    def __init__(self, app: ASGIApp, within: float = ANSWER_WITHIN) -> None:
        self._app = app
        self._within = within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        clock = _Clock(scope, receive, send, self._within)
        clock.start()
        try:
            await self._app(scope, clock.receive, clock.send)
            await clock.has_answered()  # where its time came while the app was ending
        except asyncio.CancelledError:
            if not await clock.has_answered():
                raise
        finally:
            clock.end()


class _Clock:
    """The time of one request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, within: float) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._within = within
        self._seconds = within + _held(scope)
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._timer: asyncio.TimerHandle | None = None
        self._whole = self._begun = self._over = False
        self._answering: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._timer = self._loop.call_later(self._seconds, self._expire)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def end(self) -> None:
        """Stop for good: nothing is left that could be broken off."""
        self._over = True
        self.stop()

    async def receive(self) -> Message:
        if self._whole:  # what comes now is that the client goes, one day
            return await self._receive()
        self.stop()
        message = await self._receive()
        self._whole = not message.get("more_body", False)
        self.start()
        return message

    async def send(self, message: Message) -> None:
        if self._answering is not None:
            return
        self._begun = True
        self.stop()
        await self._send(message)
        if message["type"] == "http.response.start" or message.get("more_body", False):
            self.start()

    async def has_answered(self) -> bool:
        """Wait until the late answer is sent; False where there was none: it is somebody else who cancels."""
        if self._answering is None or self._task is None:
            return False
        self._over = True
        if self._task.cancelling():
            self._task.uncancel()
        await self._answering
        if self._begun:
            raise _BrokenOffError(self._scope["path"])
        return True

    def _expire(self) -> None:
        logger.warning("no_answer_in_time", method=self._scope["method"], within=self._within)
        self._answering = self._loop.create_task(self._answer())

    async def _answer(self) -> None:
        if not self._begun:
            refused = AnswerLateError(self._within, writing=self._scope["method"] not in READS)
            with suppress(Exception):  # its sender may have gone
                await refused_response(Request(self._scope), refused)(self._scope, self._receive, self._send)
        if self._task is not None and not self._over:
            self._task.cancel()


class _BrokenOffError(RuntimeError):
    """An answer was begun, and its rest did not come."""


def _held(scope: Scope) -> float:
    """Return for how long a question asks to be held."""
    if b"wait=" not in scope.get("query_string", b""):
        return 0.0
    asked = parse_qs(scope["query_string"].decode(errors="replace")).get("wait", ["0"])[0]
    try:
        return min(max(float(asked), 0.0), LONGEST_HELD)
    except ValueError:
        return 0.0
