"""The requests of an audit: it signs in again when a token has expired, and waits when a service is busy.

An answer that says that data is missing or damaged is a result for the checks. Every other refusal ends the audit: it
could not check, so it concludes nothing.
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
"""Signs in as the auditor and returns a new token."""

BUSY = frozenset((HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE))
TIMES = 5
"""Attempts of one request at a busy service that names the time of the next one."""
LONGEST_WAIT_S = 60.0
"""A service that asks for a longer pause ends the audit."""
GONE = frozenset(("unknown-round", "unknown-edition"))
"""Codes of 404 with which publication reports that something named in its lists or its log is missing."""
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


class AuditorAuth(httpx.Auth):
    """The authentication and retries of one audit. Without `token`, the client's own headers are used.

    Raises AuditEndedError.
    """

    def __init__(self, token: NewToken | None = None) -> None:
        self._token = token
        self._bearer = ""
        self._turn = asyncio.Lock()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request until its answer is a result for the audit."""
        bearer, times, renewed = await self._sign(request), 1, False
        while True:
            answer = yield request
            if answer.status_code == HTTPStatus.UNAUTHORIZED and self._token and not renewed:
                bearer, renewed = await self._sign(request, instead_of=bearer), True
            elif _is_busy(answer) and times < TIMES:
                await asyncio.sleep(retry_after(answer))
                times, renewed = times + 1, False  # the token may expire during the wait
            else:
                break
        if not answer.is_success:
            await answer.aread()
            if not says_gone(answer):
                raise ended_by(answer)

    async def _sign(self, request: httpx.Request, instead_of: str = "") -> str:
        if self._token is None:
            return ""
        async with self._turn:  # one new token for all concurrent requests
            if self._bearer == instead_of:
                try:
                    self._bearer = await self._token()
                except Refused as refused:
                    raise AuditEndedError(str(request.url), Wording(refused.vi, refused.en)) from refused
        request.headers["Authorization"] = f"Bearer {self._bearer}"
        return self._bearer


def read(answer: httpx.Response, kind: type[Answer]) -> Answer:
    """Return the decoded answer of a service. Raises AuditEndedError if it refused, AnswerUnreadableError."""
    if not answer.is_success:
        raise ended_by(answer)
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except UNREADABLE as error:
        raise AnswerUnreadableError(str(answer.url), reason(error)) from error


def ended_by(answer: httpx.Response) -> AuditEndedError:
    """Return the error that ends an audit after this answer, whose body has been read."""
    said = f"HTTP {answer.status_code} {code_of(answer)}".rstrip()
    return AuditEndedError(str(answer.url), said, answer.status_code)


def lost_with(error: httpx.RequestError) -> AuditEndedError:
    """Return the error that ends an audit after a lost connection."""
    address = ""
    with suppress(RuntimeError):  # an error without its request
        address = str(error.request.url)
    return AuditEndedError(address, lost(error))


async def keeps_log(client: httpx.AsyncClient) -> bool:
    """Return whether there is a log: a request without a token gets 404 without a log, and a refusal with one.

    Any other answer is no reason to leave the log out: then the audit's own requests end the audit.
    """
    return (await client.get("/v1/log", auth=None)).status_code != HTTPStatus.NOT_FOUND


def says_gone(answer: httpx.Response) -> bool:
    """Return whether publication reports that something it should have is missing or damaged."""
    code = code_of(answer)
    missing = answer.status_code == HTTPStatus.NOT_FOUND and code in GONE
    return missing or (answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR and code == DAMAGED)


def code_of(answer: httpx.Response) -> str:
    """Return the code of a problem document; "" for any other answer."""
    try:
        return msgspec.json.decode(answer.content, type=_Problem).code
    except UNREADABLE:
        return ""


def ask_as(clients: Iterable[httpx.AsyncClient], token: NewToken | None) -> None:
    """Make these clients send requests as an audit does."""
    asking = AuditorAuth(token)
    for client in clients:
        client.auth = asking


def _is_busy(answer: httpx.Response) -> bool:
    asks = answer.status_code in BUSY and "Retry-After" in answer.headers
    return asks and retry_after(answer) <= LONGEST_WAIT_S
