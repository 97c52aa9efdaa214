"""A deadline for every request: it is answered in time, also where the database never answers.

The clock runs while the app works on an answer, not while the client still sends its body or reads the answer. An
answer that has begun is broken off, so that the client does not take a part for the whole.
"""

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.http.problems import refused_response
from parindex.refusal import Kind, Refused
from parindex.wording import Wording

ANSWER_WITHIN = 30.0
"""Seconds, unless `PARINDEX_ANSWER_WITHIN` is set. No usual request takes as long: a writer waits 10 s for the log."""
LONGEST_HELD = 60.0
"""Seconds that a long poll may add to its deadline (`wait`)."""
READS = frozenset({"GET", "HEAD", "OPTIONS"})

logger = structlog.stdlib.get_logger(__name__)


class AnswerLateError(Refused):
    """Nothing was there to answer with in time; whether a write was done is not known."""

    code = "no-answer-in-time"
    kind = Kind.UNAVAILABLE
    vi, en = (
        "Hệ thống không trả lời được trong {within:g} giây. {then}",
        "There was no answer within {within:g} seconds. {then}",
    )
    written = Wording(
        "Chưa rõ yêu cầu đã được ghi hay chưa; hãy gửi lại với cùng Idempotency-Key.",
        "It is not known whether this was written; send it again with the same Idempotency-Key.",
    )
    read = Wording("Hãy thử lại sau ít giây.", "Try again in a few seconds.")

    within: float
    writing: bool

    @property
    def then(self) -> Wording:
        """What to do now."""
        return self.written if self.writing else self.read


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
            await clock.has_answered()  # the deadline may have passed while the app ended
        except asyncio.CancelledError:
            if not await clock.has_answered():
                raise
        finally:
            clock.end()


class _Clock:
    """The deadline of one request."""

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
        """Stop for good: the answer is complete, so the deadline can't break it off."""
        self._over = True
        self.stop()

    async def receive(self) -> Message:
        if self._whole:  # body complete; only `http.disconnect` can follow
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
        """Wait until the late answer is sent; False without one: then the cancellation is not the deadline's."""
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
            with suppress(Exception):  # the client may have disconnected
                await refused_response(Request(self._scope), refused)(self._scope, self._receive, self._send)
        if self._task is not None and not self._over:
            self._task.cancel()


class _BrokenOffError(RuntimeError):
    """An answer was begun, and the app did not complete it in time."""


def _held(scope: Scope) -> float:
    """Return the seconds for which a long poll asks to wait."""
    if b"wait=" not in scope.get("query_string", b""):
        return 0.0
    asked = parse_qs(scope["query_string"].decode(errors="replace")).get("wait", ["0"])[0]
    try:
        return min(max(float(asked), 0.0), LONGEST_HELD)
    except ValueError:
        return 0.0
