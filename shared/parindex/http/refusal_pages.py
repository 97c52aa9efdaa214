"""`/problems/{code}`: the meaning of a refusal and its remedy. The `type` of a problem document points here.

`parindex docs` writes `refusals.json`, beside this file, from all refusal classes.
"""

import base64
import functools
import hashlib
import html
import json
from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from parindex.auth.fastapi import public
from parindex.http.heads import listed
from parindex.http.problems import ProblemPlace, problems
from parindex.refusal import Kind

PACKED = "refusals.json"
_DO = {
    Kind.UNKNOWN: (
        "Kiểm tra mã trong địa chỉ và quyền của tài khoản.",
        "Check the ids in the address, and your rights.",
    ),
    Kind.CONFLICT: (
        "Đọc tình trạng hiện tại rồi quyết định lại; gửi lại nguyên văn không giúp ích.",
        "Read the present state and decide again; sending the same again does not help before the state changes.",
    ),
    Kind.STALE: ("Đọc lại rồi gửi với ETag mới.", "Read again, and send it with the new ETag in If-Match."),
    Kind.FORBIDDEN: ("Dùng tài khoản có quyền.", "Use an account that has the right."),
    Kind.UNAUTHENTICATED: ("Đăng nhập lại rồi gửi lại.", "Sign in (again), and send it with the new token."),
    Kind.TOO_LARGE: ("Chia nhỏ nội dung rồi gửi lại.", "Send less at a time."),
    Kind.NOT_TAKEN: (
        "Gửi đúng loại nội dung mà tài liệu nêu.",
        "Send the content type that the OpenAPI document names.",
    ),
    Kind.TOO_SLOW: ("Gửi lại qua đường truyền tốt hơn.", "Send it again over a better connection."),
    Kind.TOO_MANY: ("Chờ theo `Retry-After` rồi gửi lại.", "Wait as `Retry-After` says, then send it again."),
    Kind.DAMAGED: ("Báo quản trị viên; gửi lại không giúp ích.", "Tell the operator; sending it again does not help."),
    Kind.UNAVAILABLE: (
        "Gửi lại sau ít giây, với cùng Idempotency-Key.",
        "Send it again in a few seconds, with the same Idempotency-Key.",
    ),
}
_CORRECT = (
    "Sửa yêu cầu ở những chỗ mà `places` nêu rồi gửi lại.",
    "Correct the request, at the `places` where there are some, and send it again.",
)
_STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.6 system-ui,sans-serif;overflow-wrap:break-word}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{_STYLE_HASH}'"  # no other style, no script
)
_PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>{code}</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><style>{style}</style>
<h1>{title} <small>({status} <code>{code}</code>)</small></h1>
<p>{vi}</p><p><b>Cần làm:</b> {do_vi}</p>
<div lang="en"><p>{when}</p><p>{en}</p><p><b>What to do:</b> {do_en}</p></div>
{doors}</html>
"""


class RefusalOut(BaseModel):
    """Một lời từ chối. A refusal of the catalogue, with an example in both languages."""

    code: str
    status: int
    title: str
    when: str
    vi: str = Field(description="an example, in Vietnamese")
    en: str = Field(description="the same example, in English")
    do_vi: str = Field(description="what to do, in Vietnamese")
    do_en: str = Field(description="what to do, in English")
    places: list[ProblemPlace] = Field(default=[], description="of the example")
    members: dict[str, str | int] = Field(
        default={}, description="members that the problem document has besides, with values of the example"
    )
    doors: list[str] = Field(
        default=[],
        description="operations whose own rules answer it, as service/operationId; `parindex`: of every service. "
        "Empty: no door's own, such as what any door may answer",
    )


def _operations(doors: list[str]) -> str:
    """Return the part of the page that lists the operations of a code; "" if it has none."""
    listed = " ".join(doors)
    return f"<p><b>Thao tác · Operations:</b> <code>{html.escape(listed)}</code></p>" if doors else ""


def what_to_do(kind: Kind) -> tuple[str, str]:
    """Return the remedy for refusals of a kind, in both languages."""
    return _DO.get(kind, _CORRECT)


@functools.cache
def catalogue() -> dict[str, RefusalOut]:
    """Return every refusal of the system, by its code."""
    text = files("parindex.http").joinpath(PACKED).read_text("utf-8")
    return {each["code"]: RefusalOut(**each) for each in json.loads(text)}


def refusal_routes() -> APIRouter:
    """Serve the catalogue: a page to browsers, JSON to programs."""
    router = APIRouter(tags=["health"], dependencies=[public])
    both: dict[int | str, dict[str, Any]] = {
        200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "What the code means"}
    }

    @router.get("/problems/{code}", response_model=RefusalOut, responses={**both, **problems(404)})
    async def read_refusal(code: Annotated[str, Path(max_length=80)], request: Request) -> Response:
        """Ý nghĩa của một mã từ chối, và cần làm gì. What a refusal means, and what to do; HTML where `Accept` asks."""
        entry = catalogue().get(code)
        if entry is None:
            raise HTTPException(404)
        headers = {"Vary": "Accept", "Cache-Control": "public, max-age=3600"}
        if "text/html" in listed(request.headers, "accept"):
            words = {name: html.escape(str(value)) for name, value in entry.model_dump().items()}
            page = _PAGE.format(**{**words, "style": _STYLE, "doors": _operations(entry.doors)})
            return HTMLResponse(page, headers={**headers, "Content-Security-Policy": _POLICY})
        return Response(entry.model_dump_json(), media_type="application/json", headers=headers)

    return router
