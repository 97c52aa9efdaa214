"""Checks of a request's headers: a header of one value is given once, and the request names its host.

A header that is given twice is ambiguous: one program reads the first, another the last, which attackers use to bypass
a proxy (RFC 9110 5.3). A list may be continued in another header of its name.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Scope

from parindex.refusal import Kind, Place, Refused

ONCE = {
    name.lower().encode(): name
    for name in (
        "Authorization",
        "Content-Disposition",
        "Content-Encoding",
        "Content-Length",
        "Content-Range",
        "Content-Type",
        "Expect",
        "Host",
        "Idempotency-Key",
        "If-Match",
        "If-Modified-Since",
        "If-Range",
        "If-Unmodified-Since",
        "Origin",
        "Proxy-Authorization",
        "Range",
        "Referer",
        "Traceparent",
        "Transfer-Encoding",
        "User-Agent",
        "X-Correlation-Id",
    )
}
"""Headers of one value, and lists of which this server accepts one member only."""

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+,;=-]*)(:[0-9]*)?")
"""A host as RFC 3986 has it: a name or an address, and a port."""


class HeadMalformedError(Refused):
    """The head of a request gives a header twice, names no host, or encodes the body on its way."""

    code = "malformed-head"
    kind = Kind.BAD_REQUEST
    vi = "Phần đầu của yêu cầu có {count} trường (header) cần sửa."
    en, en_one = "The head of the request has {count} headers to fix.", "The head of the request has 1 header to fix."

    places: Sequence[Place]


def check_head(scope: Scope) -> None:
    """Raise HeadMalformedError."""
    if places := list(_mistakes(scope)):
        raise HeadMalformedError(places)


def is_plain(scope: Scope) -> bool:
    """Return whether no header is given twice and the host is valid, so that the request may take the fast path."""
    headers = dict(scope["headers"])
    host = headers.get(b"host")
    return len(headers) == len(scope["headers"]) and host is not None and _HOST.fullmatch(host) is not None


def listed(headers: Headers, name: str) -> str:
    """Return all members of a list header, which may be spread over several headers, or ""."""
    return ", ".join(headers.getlist(name))


def _mistakes(scope: Scope) -> Iterator[Place]:
    given = Counter(name for name, _ in scope["headers"])
    for name, times in given.items():
        if times > 1 and name in ONCE:
            yield _place(ONCE[name], "Trường này được ghi nhiều lần.", "This header is given more than once.")
    values: dict[bytes, Any] = dict(scope["headers"])
    if b"host" not in values and scope.get("http_version", "1.1") == "1.1":
        yield _place("Host", "Thiếu trường này.", "This header is missing.")
    if not _HOST.fullmatch(values.get(b"host", b"")):
        yield _place("Host", "Không phải tên hoặc địa chỉ máy.", "It is no name or address of a host.")
    coding: bytes = values.get(b"transfer-encoding", b"chunked")
    if coding.strip().lower() != b"chunked":
        vi, en = "Chỉ nhận chunked: không nén trên đường đi.", "Only chunked is taken: compress nothing on its way."
        yield _place("Transfer-Encoding", vi, en)


def _place(name: str, vi: str, en: str) -> Place:
    return Place(f"header/{name}", vi, en)
