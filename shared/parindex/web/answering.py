"""How pages are answered: with headers that allow no inline script or style and no frame, and with an entity tag.

A page that may have a form loads scripts of our own origin, which ask our own origin only; other pages load none.
A page of a signed-in person is stored nowhere: the computers of an office are shared.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Final

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from parindex.http.heads import listed

PASSING: Final = "public, max-age=60, stale-while-revalidate=600"
"""For public content that may change: readers see the change a minute later at most."""
FOREVER: Final = "public, max-age=31536000, immutable"
"""For public content that never changes under its address."""
HTML: Final = "text/html; charset=utf-8"

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
)
_COMMON = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
READ_ONLY: Final[Mapping[str, str]] = {
    **_COMMON,
    "Content-Security-Policy": _POLICY.format(forms="'none'"),
    "Referrer-Policy": "no-referrer",
}
"""The headers of a page without a form, and of its files."""
WORKING: Final[Mapping[str, str]] = {
    **_COMMON,
    "Content-Security-Policy": _POLICY.format(forms="'self'") + "; script-src 'self'; connect-src 'self'",
    # `no-referrer` would make the browser send `Origin: null` with the page's own forms, and plain http has no
    # Sec-Fetch-Site: the origin is all that proves where such a form comes from
    "Referrer-Policy": "same-origin",
}
"""The headers of a page that may have a form."""


def page(html: bytes, status: int = 200) -> Response:
    """Answer with a page of a signed-in person, or with one that has a form. No cache and no browser stores it."""
    return Response(html, status, {**WORKING, "Cache-Control": "no-store"}, HTML)


def fragment(text: str) -> Response:
    """Answer a script of a page of a signed-in person with a text. No cache and no browser stores it."""
    return Response(text, headers={**_COMMON, "Cache-Control": "no-store"}, media_type="text/plain; charset=utf-8")


def private_json(value: object) -> Response:
    """Answer a script of a page of a signed-in person with JSON. Their browser stores it for some minutes.

    A new cookie makes it ask again, so no other person at this browser gets the answer.
    """
    headers = {**_COMMON, "Cache-Control": "private, max-age=300", "Vary": "Cookie"}
    return JSONResponse(value, headers=headers)


def cached_page(request: Request, html: bytes, status: int = 200) -> Response:
    """Answer with a page that is the same for everyone and has no form. Caches store it, unless it is an error."""
    caching = PASSING if status < 400 else "no-store"  # noqa: PLR2004
    return tagged(request, html, HTML, {**READ_ONLY, "Cache-Control": caching}, status)


def tagged(request: Request, body: bytes, media_type: str, headers: Mapping[str, str], status: int = 200) -> Response:
    """Answer with an entity tag, and with 304 where the client has the body. The tag is the body's SHA-256 in hex."""
    digest = hashlib.sha256(body)
    tag = f'"{digest.hexdigest()}"'
    headers = {**headers, "ETag": tag}
    if status == 200 and _has(request, tag):  # noqa: PLR2004
        return Response(status_code=304, headers=headers)
    headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"  # RFC 9530
    return Response(body, status, headers, media_type)


def _has(request: Request, tag: str) -> bool:
    given = listed(request.headers, "If-None-Match")
    return given.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in given.split(","))
