"""Reads a request's body in the form that its route takes, JSON or a web form; a repeated field is refused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Message, Receive

from parindex.http.json_text import NotReadableError, canonical_bytes, decoded, read_json
from parindex.http.limits import BodyTooLargeError
from parindex.http.problems import MalformedError
from parindex.http.route_table import BodyForm
from parindex.refusal import Kind, Place, Refused
from parindex.wording import Wording

BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods whose requests have no meaningful body."""
OWN_READING = frozenset({BodyForm.FILES, BodyForm.PAGE, BodyForm.RAW, BodyForm.STREAM})
"""Forms of bodies that the route reads itself."""
SENT = "parindex.sent"
"""The key in a request's scope of the body as JSON values: see `canonical_of`."""
UTF_8 = frozenset({"", "utf-8", "utf8", "us-ascii"})


class EncodingNotTakenError(Refused):
    """The body of a request is compressed, or encoded in another way."""

    code = "content-encoding-not-supported"
    kind = Kind.NOT_TAKEN
    advice = ("Gửi lại, không nén.", "Send it again, not compressed.")
    headers: ClassVar[dict[str, str]] = {"Accept-Encoding": "identity"}
    vi = "Nội dung gửi lên bị nén hoặc mã hóa (Content-Encoding). Hãy gửi nguyên văn, không nén."
    en = "The body is compressed or encoded (Content-Encoding). Only identity is taken: send it as it is."


class MediaTypeNotTakenError(Refused):
    """The body of a request is of another type than the door takes, or does not say of which."""

    code = "media-type-not-supported"
    kind = Kind.NOT_TAKEN
    vi, en = "Chỉ nhận nội dung loại {named} (Content-Type).", "Only {named} is taken (Content-Type)."

    taken: Sequence[str]

    @property
    def named(self) -> Wording:
        """The types that are taken."""
        return Wording(" hoặc ".join(self.taken), " or ".join(self.taken))

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer."""
        return {"Accept": ", ".join(self.taken)}


def check_headers(form: BodyForm, headers: Headers) -> None:
    """Raise EncodingNotTakenError or MediaTypeNotTakenError, before a byte of the body is read."""
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise EncodingNotTakenError
    if form in OWN_READING or not _has_body(headers):
        return
    require_type(headers, BodyForm.FORM if form is BodyForm.FORM else BodyForm.JSON)


def require_type(headers: Headers, *taken: str) -> str:
    """Return the request's media type, one of `taken`; its charset has to be UTF-8.

    Raises MediaTypeNotTakenError.
    """
    media_type, *parameters = headers.get("content-type", "").lower().split(";")
    given = [parameter.strip().partition("=")[::2] for parameter in parameters]
    named = dict(given)
    media_type, charset = media_type.strip(), named.get("charset", "").strip('" ')
    if media_type.startswith("application/") and media_type.endswith("+json"):
        media_type = BodyForm.JSON
    if media_type not in taken or charset not in UTF_8 or len(named) < len(given):
        raise MediaTypeNotTakenError(taken)
    return media_type


async def read_sent(form: BodyForm, request: Request, at_most: int) -> Receive:
    """Read the body and check its form; return a `receive` from which the route gets it again.

    A route that reads the raw bytes itself gets the original `receive`. Raises BodyTooLargeError beyond `at_most`
    bytes, and MalformedError.
    """
    if form in OWN_READING:
        return request.receive
    raw = await _read(request, at_most)
    try:
        if form is BodyForm.FORM:
            _check_form(raw)
        elif raw:
            request.scope[SENT] = value = read_json(raw)
            if form is BodyForm.NOTHING:
                _check_nothing(value)
    except NotReadableError as error:
        raise MalformedError(error.places) from None
    return _again(raw, request.receive)


def canonical_of(scope: Any, raw: bytes) -> bytes:
    """Return a JSON body in its canonical form, so that equal bodies have equal bytes; another body as it is."""
    return canonical_bytes(scope[SENT]) if SENT in scope else raw


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0").strip() not in {"", "0"}


async def _read(request: Request, at_most: int) -> bytes:
    if int(request.headers.get("content-length", "0") or 0) > at_most:
        raise BodyTooLargeError(at_most)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > at_most:
            raise BodyTooLargeError(at_most)
    return bytes(body)


def _again(raw: bytes, receive: Receive) -> Receive:
    delivered = False

    async def again() -> Message:
        nonlocal delivered
        if delivered:
            return await receive()
        delivered = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return again


def _check_form(raw: bytes) -> None:
    given = Counter(name for name, _ in parse_qsl(decoded(raw), keep_blank_values=True))
    twice = [name for name, times in given.items() if times > 1]
    if twice:
        vi, en = "Trường này được ghi hai lần.", "This field is given twice."
        raise NotReadableError([Place(f"/{name[:100]}", vi, en) for name in twice[:100]])


def _check_nothing(value: Any) -> None:
    """Allow an empty object where a route takes no body; refuse anything that would be ignored."""
    if value in ({}, None):
        return
    vi, en = "Địa chỉ này không nhận nội dung nào.", "This address takes no body."
    names = list(value)[:100] if isinstance(value, dict) else []
    raise NotReadableError([Place(f"/{name[:100]}", vi, en) for name in names] or [Place("", vi, en)])
