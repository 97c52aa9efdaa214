"""How public answers are sent: with an entity tag, for as long as they hold, and with nothing in them that runs."""

import base64
import hashlib

from fastapi import Request, Response

PASSING = "public, max-age=60, stale-while-revalidate=600"
"""What the next announcement changes: it is seen a minute later at most."""
FOREVER = "public, max-age=31536000, immutable"
"""What never changes: an edition by its number."""

HARDENED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OPEN = {"X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}
"""For data: anybody's page may read what is public."""


def page(request: Request, html: str, status: int = 200) -> Response:
    """Answer with a page."""
    return _tagged(request, html.encode(), "text/html; charset=utf-8", {**HARDENED, "Cache-Control": PASSING}, status)


def asset(request: Request, body: bytes, media_type: str) -> Response:
    """Answer with a file that pages name together with its version."""
    return _tagged(request, body, media_type, {**HARDENED, "Cache-Control": FOREVER})


def data(request: Request, body: bytes, media_type: str, *, fixed: bool, filename: str = "") -> Response:
    """Answer with public data; `fixed` where the address names an edition. `filename` makes a browser save it."""
    headers = {**OPEN, "Cache-Control": FOREVER if fixed else PASSING}
    if filename:
        headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return _tagged(request, body, media_type, headers)


def _tagged(request: Request, body: bytes, media_type: str, headers: dict[str, str], status: int = 200) -> Response:
    """The tag is the SHA-256 of the body in hex: for a snapshot, the checksum of its edition."""
    digest = hashlib.sha256(body)
    tag = f'"{digest.hexdigest()}"'
    headers = {**headers, "ETag": tag}
    if status == 200 and _has(request, tag):  # noqa: PLR2004
        return Response(status_code=304, headers=headers)
    headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"  # RFC 9530
    return Response(body, status, headers, media_type)


def _has(request: Request, tag: str) -> bool:
    given = request.headers.get("If-None-Match", "")
    return given.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in given.split(","))
