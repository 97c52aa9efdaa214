"""How an audit asks: it signs in again where a token has expired, and waits where a service asks for it.

What a service itself calls missing or damaged is an answer, which the checks judge. Every other refusal ends the audit:
nothing was looked at, so nothing is said of it.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import TypeVar

import httpx
import msgspec

from parindex.eventstore.importing import UNREADABLE
from parindex.reasons import lost, reason
from parindex.refusal import Kind, Refused
from parindex.wording import Wording
from parindex_cli.rounds.replaying import WHY_REFUSED
from parindex_cli.rounds.sending import retry_after

Answer = TypeVar("Answer")
NewToken = Callable[[], Awaitable[str]]
"""How to sign in as the auditor, again if need be."""

BUSY = frozenset((HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE))
TIMES = 5
"""How often one question is asked of a service that is busy and says when to ask again."""
LONGEST_WAIT_S = 60.0
"""A service that asks for a longer pause ends the audit."""
GONE = frozenset(("unknown-round", "unknown-edition"))
"""Codes of 404 by which publication says that it does not have what its lists or its log name."""
DAMAGED = "snapshot-damaged"


class AuditEndedError(Refused):
    """An audit did not come to its end: a service did not answer what it was asked. Nothing is concluded from that."""

    code = "audit-ended"
    kind = Kind.UNAVAILABLE
    vi = "Chưa kiểm tra xong nên chưa kết luận gì. {address}: {said}.{why}"
    en = "The audit did not come to its end and concludes nothing. {address}: {said}.{why}"

    address: str
    said: str | Wording
    status: int = 0

    @property
    def why(self) -> Wording:
        """What may have led to the status."""
        return WHY_REFUSED.get(self.status, Wording("", ""))


class AnswerUnreadableError(AuditEndedError):
    """A service answered something that an audit cannot read."""

    code = "audit-answer-unreadable"
    kind = Kind.CONFLICT
    vi, en = "Không đọc được {address}: {said}.", "{address} cannot be read: {said}."


class _Problem(msgspec.Struct, frozen=True):
    code: str = ""


class Asking(httpx.Auth):
    """The way of asking of one audit; without a `token` the client's own headers are used. Raises AuditEndedError."""

    def __init__(self, token: NewToken | None = None) -> None:
        self._token = token
        self._bearer = ""
        self._turn = asyncio.Lock()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Ask until there is an answer that an audit can use."""
        bearer, times, renewed = await self._sign(request), 1, False
        while True:
            answer = yield request
            if answer.status_code == HTTPStatus.UNAUTHORIZED and self._token and not renewed:
                bearer, renewed = await self._sign(request, instead_of=bearer), True
            elif _is_busy(answer) and times < TIMES:
                await asyncio.sleep(retry_after(answer))
                times, renewed = times + 1, False  # a token may expire while one waits
            else:
                break
        if not answer.is_success:
            await answer.aread()
            if not says_gone(answer):
                raise ended_by(answer)

    async def _sign(self, request: httpx.Request, instead_of: str = "") -> str:
        if self._token is None:
            return ""
        async with self._turn:  # one new token for all who ask at the same time
            if self._bearer == instead_of:
                try:
                    self._bearer = await self._token()
                except Refused as refused:
                    raise AuditEndedError(str(request.url), Wording(refused.vi, refused.en)) from refused
        request.headers["Authorization"] = f"Bearer {self._bearer}"
        return self._bearer


def read(answer: httpx.Response, kind: type[Answer]) -> Answer:
    """Return what a service answered; raise AuditEndedError where it refused, AnswerUnreadableError."""
    if not answer.is_success:
        raise ended_by(answer)
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except UNREADABLE as error:
        raise AnswerUnreadableError(str(answer.url), reason(error)) from error


def ended_by(answer: httpx.Response) -> AuditEndedError:
    """Return the end of an audit that got this answer, whose body was read."""
    said = f"HTTP {answer.status_code} {code_of(answer)}".rstrip()
    return AuditEndedError(str(answer.url), said, answer.status_code)


def lost_with(error: httpx.RequestError) -> AuditEndedError:
    """Return the end of an audit whose connection was lost."""
    address = ""
    with suppress(RuntimeError):  # an error without its request
        address = str(error.request.url)
    return AuditEndedError(address, lost(error))


async def keeps_log(client: httpx.AsyncClient) -> bool:
    """Whether there is a log at all: an unsigned question finds no such address (404), or a door that is closed.

    Whatever else is answered is no reason to leave the log out: the audit's own questions end it then.
    """
    return (await client.get("/v1/log", auth=None)).status_code != HTTPStatus.NOT_FOUND


def says_gone(answer: httpx.Response) -> bool:
    """Whether publication itself calls missing or damaged what it should have."""
    code = code_of(answer)
    missing = answer.status_code == HTTPStatus.NOT_FOUND and code in GONE
    return missing or (answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR and code == DAMAGED)


def code_of(answer: httpx.Response) -> str:
    """Return the code of a problem document; nothing where the answer is none."""
    try:
        return msgspec.json.decode(answer.content, type=_Problem).code
    except UNREADABLE:
        return ""


def ask_as(clients: Iterable[httpx.AsyncClient], token: NewToken | None) -> None:
    """Let these clients ask as an audit does."""
    asking = Asking(token)
    for client in clients:
        client.auth = asking


def _is_busy(answer: httpx.Response) -> bool:
    asks = answer.status_code in BUSY and "Retry-After" in answer.headers
    return asks and retry_after(answer) <= LONGEST_WAIT_S
