"""How public data is sent: with an entity tag, for as long as it holds."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final

from fastapi import Request, Response

from parindex.web.answering import FOREVER, PASSING, tagged

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

MOST_RENDERED = 32 * 1024 * 1024
"""Bytes of rendered editions that one process keeps."""


def data(request: Request, body: bytes, media_type: str, *, fixed: bool, filename: str = "") -> Response:
    """Answer with public data; `fixed` where the address names an edition. `filename` makes a browser save it."""
    headers = {**OPEN, "Cache-Control": FOREVER if fixed else PASSING}
    if filename:
        headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return tagged(request, body, media_type, headers)


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
