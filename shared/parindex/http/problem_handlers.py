"""Makes an app answer every refusal and error with a problem document: `install(app)`."""

from http import HTTPStatus

import structlog
from asyncpg import CharacterNotInRepertoireError, InterfaceError, InternalClientError, PostgresError
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parindex.eventstore.transient import is_transient
from parindex.http.correlation import Correlate
from parindex.http.hardening import HardenAnswers
from parindex.http.malformed import places_of
from parindex.http.problem_openapi import describe_problems
from parindex.http.problems import MalformedError, Problem, ProblemParts, answer, refused_response
from parindex.refusal import MOST_PLACES, Kind, Refused

MAY_BE_LOST = (PostgresError, InterfaceError, InternalClientError, OSError, SQLAlchemyError, ExceptionGroup)
"""Errors that may mean that the database or a connection to it was lost."""

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
    return answer(request, ProblemParts(error.status_code, vi.rstrip("."), code, vi, en), error.headers)


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
    return answer(request, ProblemParts(500, "Lỗi hệ thống", "internal-error", vi, en))
