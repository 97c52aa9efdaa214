"""The OpenAPI document of a service, and its Swagger UI page. The page loads nothing from another host.

The tags are the steps, in the order of the round. The button "Authorize" signs people in at the local issuer.
"""

import base64
import hashlib
import importlib
import inspect
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.responses import FileResponse, Response

from parindex.auth.fastapi import public
from parindex.http.openapi_examples import add_examples
from parindex.http.openapi_rights import describe_rights
from parindex.http.openapi_shape import shape

ASSETS = Path(fastapi_offline.__file__).parent / "static"
FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon.png": "image/png"}
INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
ABOUT = """{title}: một trong bốn dịch vụ xác định Chỉ số cải cách hành chính (PAR INDEX).

Mọi số là chuỗi thập phân chính xác (điểm, chỉ số chưa làm tròn có thể là phân số, như `1/3`); thời điểm theo RFC 3339
(UTC), chuỗi rỗng là chưa có. Lỗi trả về dạng `application/problem+json`
(RFC 9457) có mã ổn định, tiếng Việt và tiếng Anh. Yêu cầu ghi (trừ `parked/retries`) nhận `Idempotency-Key`: gửi lại
không ghi hai lần.

*One of the four services of the Public Administration Reform Index. Numbers are exact decimal strings (points and
indices that are not rounded may be fractions, such as `1/3`); an instant is empty where there is none yet; errors are
problem documents; every write (but `parked/retries`) takes an `Idempotency-Key`, and a retry never
writes twice.*
"""


def step_of(router: APIRouter) -> tuple[str, str]:
    """Return a router's step: the folder of its handlers, and its caption; ("", "") for the kernel's routers."""
    for route in router.routes:
        endpoint = getattr(route, "endpoint", None)
        package = inspect.unwrap(endpoint).__module__.rpartition(".")[0] if endpoint else ""
        if package.count(".") == 1 and not package.startswith("parindex"):
            caption = (importlib.import_module(package).__doc__ or "").strip().splitlines()
            return package.rpartition(".")[2], caption[0] if caption else ""
    return "", ""


def docs_routes(title: str) -> APIRouter:
    """Serve `/docs`, with the scripts and styles of the page."""
    router = APIRouter(include_in_schema=False, dependencies=[public])

    @router.get("/docs")
    async def docs(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "")
        page = get_swagger_ui_html(
            openapi_url=f"{root}/openapi.json",
            title=title,
            swagger_js_url=f"{root}/docs/swagger-ui-bundle.js",
            swagger_css_url=f"{root}/docs/swagger-ui.css",
            swagger_favicon_url=f"{root}/docs/favicon.png",
            swagger_ui_parameters={
                "persistAuthorization": False,  # no browser stores a password
                "docExpansion": "list",
            },
        )
        page.headers["Content-Security-Policy"] = _policy_of(bytes(page.body))
        return page

    for name, kind in FILES.items():
        router.add_api_route(f"/docs/{name}", _file(name, kind), methods=["GET"])
    return router


def describe_to_programs(app: FastAPI, token_url: str) -> None:
    """Extend the OpenAPI document with rights, sign-in and examples, in a shape that client generators compile."""
    plain = app.openapi
    described: list[dict[str, Any]] = []

    def openapi() -> dict[str, Any]:
        document = plain()
        if not any(document is known for known in described):
            describe_rights(app, document, token_url)
            shape(document)
            add_examples(app, document)
            described[:] = [document]
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def servers(name: str) -> list[dict[str, str]]:
    """Return the addresses of a service: below its name at the gateway, and its own port."""
    return [
        {"url": f"/{name}", "description": "Sau cổng chung. Behind the gateway"},
        {"url": "/", "description": "Chỉ dịch vụ này. The service alone, at its own port"},
    ]


def tags(steps: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Return the tags: the steps with their captions, then the kernel's own."""
    named = {name: caption for name, caption in steps if name}
    return [{"name": name, "description": caption} for name, caption in {**named, **KERNEL_TAGS}.items()]


KERNEL_TAGS: Mapping[str, str] = {
    "desk": "Bàn làm việc: việc đang chờ người hỏi ở dịch vụ này. What waits for the asker at this service.",
    "feeds": "Sổ của dịch vụ, cho kiểm toán và cho các dịch vụ khác. The log, for auditors and for other services.",
    "parked": "Thông điệp và bản ghi đang tạm giữ. Contracts and entries that could not be applied, to be retried.",
    "health": "Tình trạng hoạt động. Health and measures.",
}


def _policy_of(page: bytes) -> str:
    """Return the page's Content-Security-Policy: own scripts (inline ones by hash), requests to this host only.

    Swagger UI sets styles on its elements and has images in its style sheet, so the policy allows both.
    """
    hashes = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in INLINE.findall(page)]
    scripts = " ".join(["'self'", *(f"'sha256-{one}'" for one in hashes)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _file(name: str, kind: str) -> Any:
    async def file() -> Response:
        return FileResponse(ASSETS / name, media_type=kind, headers={"Cache-Control": "public, max-age=86400"})

    return file
