"""Refusals and errors as HTTP answers: problem documents (RFC 9457), Vietnamese first.

An app calls `install(app)`. Routes document their refusals with `responses=problems(401, 403)`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from asyncpg import CharacterNotInRepertoireError, InterfaceError, InternalClientError, PostgresError
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.eventstore.transient import is_transient
from parindex.http.correlation import HEADER, Correlate, correlation_of
from parindex.http.hardening import HardenAnswers
from parindex.http.malformed import places_of
from parindex.http.problem_openapi import MEDIA_TYPE, describe_problems
from parindex.refusal import MOST_PLACES, Kind, Place, Refused

MAY_BE_LOST = (PostgresError, InterfaceError, InternalClientError, OSError, SQLAlchemyError, ExceptionGroup)
"""Errors that may mean that the database or a connection to it was lost."""

STATUS = {
    Kind.BAD_REQUEST: (400, "Yêu cầu không hợp lệ"),
    Kind.INVALID: (422, "Yêu cầu không hợp lệ"),
    Kind.UNKNOWN: (404, "Không tìm thấy"),
    Kind.CONFLICT: (409, "Không phù hợp với tình trạng hiện tại"),
    Kind.STALE: (412, "Dữ liệu đã thay đổi"),
    Kind.FORBIDDEN: (403, "Không có quyền"),
    Kind.UNAUTHENTICATED: (401, "Chưa đăng nhập"),
    Kind.TOO_LARGE: (413, "Quá lớn"),
    Kind.NOT_TAKEN: (415, "Không nhận dạng nội dung này"),
    Kind.TOO_SLOW: (408, "Quá chậm"),
    Kind.TOO_MANY: (429, "Quá nhiều yêu cầu"),
    Kind.DAMAGED: (500, "Dữ liệu đã lưu không còn nguyên vẹn"),
    Kind.UNAVAILABLE: (503, "Tạm thời không phục vụ được"),
}
_RETRY_AFTER = {Kind.TOO_MANY: 1, Kind.UNAVAILABLE: 5}  # seconds, unless the refusal sets its own

HTTP_REFUSALS = {
    400: ("bad-request", "Không đọc được yêu cầu."),
    401: ("unauthenticated", "Cần đăng nhập."),
    403: ("forbidden", "Không có quyền."),
    404: ("no-such-address", "Không có gì ở địa chỉ này."),
    405: ("method-not-allowed", "Địa chỉ này không nhận phương thức đã dùng."),
    406: ("not-acceptable", "Không có định dạng trả lời mà bên gọi yêu cầu."),
    413: ("body-too-large", "Nội dung gửi lên quá lớn."),
    415: ("media-type-not-supported", "Không nhận loại nội dung này."),
}

logger = structlog.stdlib.get_logger(__name__)


PLACE = (
    "JSON pointer into the body (`/figures/done`), or to what the request is about (`/claims/1.1/evidence`); "
    "`query/limit`, `path/round`, `header/If-Match`; `line 1, column 2` of what is not JSON; row and column of a sheet"
)


class ProblemPlace(BaseModel):
    """Where something is wrong."""

    at: str = Field(description=PLACE)
    vi: str
    en: str
    code: str = Field(default="", exclude_if=lambda code: not code, description="of a warning; a mistake has none")


class Problem(BaseModel):
    """A problem document (RFC 9457). Programs look at `code`; people read `detail`.

    Some codes have members besides, such as `expected_seq` of `sequence-gap`; their examples show them.
    """

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`/problems/` and the code: the same for ever")
    title: str
    status: int
    code: str
    detail: str = Field(description="in Vietnamese")
    detail_en: str
    places: list[ProblemPlace]
    correlation_id: str = Field(description="quote it when you ask for help")


ProblemPage = Callable[[Request, Problem], Response | None]
"""Renders a problem as a page for a person; returns None where the client is a program."""


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return a route's `responses=`: these statuses are answered with a problem document."""
    return {status: {"model": Problem, "description": HTTPStatus(status).phrase} for status in statuses}


def install(app: FastAPI) -> None:
    """Make the app answer every refusal and error with a problem document, and describe them in OpenAPI."""
    app.exception_handler(Refused)(_on_refused)
    app.exception_handler(RequestValidationError)(_on_malformed)
    app.exception_handler(HTTPException)(_on_http)
    app.exception_handler(CharacterNotInRepertoireError)(_on_unstorable)
    for lost in MAY_BE_LOST:
        app.exception_handler(lost)(_on_lost)
    app.add_middleware(_AnswerUnexpected)
    app.add_middleware(HardenAnswers)
    app.add_middleware(Correlate)
    describe_problems(app, Problem)


def refused_response(request: Request, refused: Refused) -> Response:
    """Return the answer to a refusal, for code outside the app's exception handlers."""
    status, title = STATUS[refused.kind]
    headers: dict[str, str] = dict(getattr(refused, "headers", {}))
    if refused.kind is Kind.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = getattr(refused, "challenge", "Bearer")
    if refused.kind in _RETRY_AFTER:
        wait = getattr(refused, "retry_after", _RETRY_AFTER[refused.kind])
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
    if not getattr(refused, "quiet", False):
        logger.info("refused", code=refused.code, status=status, method=request.method)
    members = getattr(refused, "members", {})  # extension members (RFC 9457 3.2) that another standard requires
    parts = _Parts(status, title, refused.code, refused.vi, refused.en, refused.places, members)
    return _answer(request, parts, headers)


@dataclass(frozen=True, slots=True)
class _Parts:
    status: int
    title: str
    code: str
    vi: str
    en: str
    places: Sequence[Place] = ()
    members: Mapping[str, str | int] = field(default_factory=dict)


def _answer(request: Request, parts: _Parts, headers: Mapping[str, str] | None = None) -> Response:
    correlation_id = correlation_of(request.scope)
    problem = Problem(
        type=f"/problems/{parts.code}",
        title=parts.title,
        status=parts.status,
        code=parts.code,
        detail=parts.vi,
        detail_en=parts.en,
        places=[
            ProblemPlace(at=place.at, vi=place.vi, en=place.en, code=place.code) for place in parts.places[:MOST_PLACES]
        ],
        correlation_id=correlation_id,
    )
    if page := _page(request, problem, {**(headers or {}), HEADER: correlation_id}):
        return page
    body = {**parts.members, **problem.model_dump()}
    return JSONResponse(body, parts.status, {**(headers or {}), HEADER: correlation_id}, MEDIA_TYPE)


class MalformedError(Refused):
    """The request itself is wrong, at these places."""

    code = "malformed-request"
    vi, en = "Yêu cầu có {count} lỗi cần sửa.", "The request has {count} mistakes to fix."
    en_one = "The request has 1 mistake to fix."

    places: Sequence[Place]
    among: int = 0
    """How many mistakes there are, where not all of them are places."""

    @property
    def count(self) -> int:
        """The number of mistakes."""
        return self.among or len(self.places)


def _page(request: Request, problem: Problem, headers: Mapping[str, str]) -> Response | None:
    """Return the problem as a page for a browser, where the app has pages (`app.state.problem_page`)."""
    app = request.scope.get("app")
    show: ProblemPage | None = getattr(app.state, "problem_page", None) if app is not None else None
    page = show(request, problem) if show else None
    if page is not None:
        page.headers.update(headers)
    return page


class TextUnstorableError(Refused):
    """An address or a text holds U+0000, which no database text can; so nothing has such a name."""

    code = "text-unstorable"
    vi, en = "Địa chỉ hoặc nội dung có ký tự U+0000.", "The address or a text holds the character U+0000."


class DatabaseAwayError(Refused):
    """The database went away; whether a write was done, its sender learns by sending it again with the same key."""

    code = "database-away"
    kind = Kind.UNAVAILABLE
    vi = "Cơ sở dữ liệu tạm thời không trả lời. Hãy gửi lại cùng yêu cầu sau ít giây."
    en = "The database does not answer at the moment. Send the same request again in a few seconds."


async def _on_lost(request: Request, error: Exception) -> Response:
    a_file = isinstance(error, OSError) and error.filename is not None
    if a_file or not (is_transient(error) or isinstance(error, InterfaceError)):
        raise error
    logger.warning("database_away", method=request.method, error=type(error).__name__)
    return refused_response(request, DatabaseAwayError())


async def _on_unstorable(request: Request, _: Exception) -> Response:
    return refused_response(request, TextUnstorableError())


async def _on_refused(request: Request, error: Refused) -> Response:
    return refused_response(request, error)


async def _on_malformed(request: Request, error: RequestValidationError) -> Response:
    found = error.errors()
    return refused_response(request, MalformedError(places_of(found[:MOST_PLACES], error.body), len(found)))


async def _on_http(request: Request, error: HTTPException) -> Response:
    """Answer what the framework itself refuses: an unknown route, a wrong method, an unreadable body."""
    if error.status_code < HTTPStatus.BAD_REQUEST:
        return Response(status_code=error.status_code, headers=error.headers)
    code, vi = HTTP_REFUSALS.get(error.status_code, (f"http-{error.status_code}", "Yêu cầu không thực hiện được."))
    en = f"{HTTPStatus(error.status_code).phrase}."
    return _answer(request, _Parts(error.status_code, vi.rstrip("."), code, vi, en), error.headers)


class _AnswerUnexpected:
    """ASGI middleware: logs an unexpected error in full and answers 500 without details.

    It is no exception handler for `Exception`, because that one runs outside of all middleware, without the correlation
    id, and raises the error again into the server's own log.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answering = False

        async def watched_send(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except ClientDisconnect:
            logger.info("caller_left", method=scope["method"])
        except Exception as error:
            if answering:  # the status is sent; only a broken connection can still show the client that it failed
                raise
            logger.exception("unexpected_error", method=scope["method"], exc_info=error)
            await _unexpected(Request(scope))(scope, receive, send)


def _unexpected(request: Request) -> Response:
    vi = "Hệ thống gặp lỗi. Hãy thử lại; nếu vẫn lỗi, báo cho quản trị viên kèm mã correlation_id."
    en = "The system failed. Try again; if it fails again, tell the administrator the correlation_id."
    return _answer(request, _Parts(500, "Lỗi hệ thống", "internal-error", vi, en))
