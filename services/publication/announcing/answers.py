"""How public answers are sent: with an entity tag, for as long as they hold, and with nothing in them that runs."""

import base64
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

from fastapi import Request, Response

from parindex.http.heads import listed

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
"""For data: a page of any origin may read public data."""

_TAG: Final[dict[str, Any]] = {
    "headers": {
        "ETag": {"description": "SHA-256 of the body in hex, for `If-None-Match`", "schema": {"type": "string"}}
    }
}
TAGGED: Final[dict[int | str, dict[str, Any]]] = {
    200: _TAG,
    304: {**_TAG, "description": "Unchanged since the answer with this ETag; there is no body"},
}
"""For the decorator of a route that answers with `data`: `responses={**TAGGED, …}`, and `openapi_extra=ASKED`."""
ASKED: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "If-None-Match",
            "in": "header",
            "required": False,
            "description": "ETag của bản đã có; nếu chưa đổi thì trả lời 304, không gửi lại. "
            "The ETag of the answer that the sender has, or several; 304 where it is unchanged.",
            "schema": {"type": "string"},
        }
    ]
}

HTML = ("text/html", "application/xhtml+xml", "text/*", "*/*")
JSON = ("application/json", "application/problem+json", "application/*", "*/*")
MOST_RENDERED = 32 * 1024 * 1024
"""Bytes of rendered editions that one process keeps."""

QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")


def page(request: Request, html: bytes, status: int = 200) -> Response:
    """Answer with a page; a page of an error may not be stored by caches."""
    headers = {**HARDENED, "Cache-Control": PASSING if status < 400 else "no-store"}  # noqa: PLR2004
    return _tagged(request, html, "text/html; charset=utf-8", headers, status)


def for_people(accept: str) -> bool:
    """Return whether an Accept header ranks a page at least as high as JSON."""
    html, json = (_quality(accept, kinds) for kinds in (HTML, JSON))
    return html > 0 and html >= json


def _quality(accept: str, kinds: Sequence[str]) -> int:
    """How gladly one of these media types is taken, in thousandths, by the most specific range that is named."""
    ranges = {}
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        given = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        whole, _, decimals = given.partition(".")
        ranges[name] = int(whole) * 1000 + int(decimals.ljust(3, "0")) if QUALITY.fullmatch(given) else 0
    return next((ranges[kind] for kind in kinds if kind in ranges), 0)


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
    given = listed(request.headers, "If-None-Match")
    return given.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in given.split(","))


class Renderings:
    """Least-recently-used cache of rendered editions, bounded in bytes."""

    def __init__(self, most_bytes: int = MOST_RENDERED) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self.size = 0

    def of(self, key: Hashable, render: Callable[[], bytes]) -> bytes:
        """Return the rendering under this key, or render it. The key holds all that the bytes depend on."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        body = render()
        self._kept[key], self.size = body, self.size + len(body)
        while self.size > self._most_bytes:
            _, forgotten = self._kept.popitem(last=False)
            self.size -= len(forgotten)
        return body
