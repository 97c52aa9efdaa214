"""Refusals as HTTP answers: problem documents (RFC 9457), Vietnamese first.

An app answers with them after `problem_handlers.install`. Routes document theirs with `responses=problems(401, 403)`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from parindex.http.correlation import HEADER, correlation_of
from parindex.http.problem_openapi import MEDIA_TYPE
from parindex.refusal import MOST_PLACES, Kind, Place, Refused

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
    parts = ProblemParts(status, title, refused.code, refused.vi, refused.en, refused.places, members)
    return answer(request, parts, headers)


@dataclass(frozen=True, slots=True)
class ProblemParts:
    """The parts of a problem that its kind determines; the rest are the request's."""

    status: int
    title: str
    code: str
    vi: str
    en: str
    places: Sequence[Place] = ()
    members: Mapping[str, str | int] = field(default_factory=dict)


def answer(request: Request, parts: ProblemParts, headers: Mapping[str, str] | None = None) -> Response:
    """Return the problem as a document, or as a page for a browser."""
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


def _page(request: Request, problem: Problem, headers: Mapping[str, str]) -> Response | None:
    """Return the problem as a page for a browser, where the app has pages (`app.state.problem_page`)."""
    app = request.scope.get("app")
    show: ProblemPage | None = getattr(app.state, "problem_page", None) if app is not None else None
    page = show(request, problem) if show else None
    if page is not None:
        page.headers.update(headers)
    return page


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
