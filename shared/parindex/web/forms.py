"""Forms of pages: read within bounds, and turned into the write that an API route would take.

    SHEET = FormShape({"points": 20, "note": 2_000})

    @router.post("/units/{unit}", **PAGE_FORM)
    async def save(request: Request, unit: str, asker: Annotated[Asker, allow_page(Role.UNIT, at="unit")]) -> Response:
        sent = await SHEET.read(request)
        body = body_of(ClaimIn, sent.typed({"points": read_number}))
        metadata = sent.write.metadata(asker, unit, context.now())
        await execute(context.log, stream, claiming, command, metadata, expected=sent.write.if_match)
        return see_other("../saved")

The form holds two hidden fields, as the macro `hidden` writes them: `version` is the version that the reader saw
(`If-Match` of the API), `key` is made anew for each page (`Idempotency-Key`).
"""

import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec
from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError

from parindex.eventstore.appending import StreamMovedError
from parindex.http.json_text import NotReadableError, decoded
from parindex.http.limits import BodyTooLargeError
from parindex.http.malformed import places_in_body
from parindex.http.problems import MalformedError
from parindex.http.reading import require_type
from parindex.http.route_table import BodyForm
from parindex.http.write_endpoints import WriteRequest, write_of
from parindex.refusal import Place, Refused
from parindex.web.vietnamese import NotReadError

LARGEST_FORM: Final = 256 * 1024
"""Bytes of a form. A letter of Vietnamese has up to nine there."""
MOST_FIELDS: Final = 1_000
KEY, VERSION = "key", "version"
OWN: Final = {KEY: 64, VERSION: 18}
"""The hidden fields, with their most characters."""

PAGE_FORM: Final[dict[str, Any]] = {
    "include_in_schema": False,
    "openapi_extra": {"requestBody": {"content": {BodyForm.FORM.value: {}}}, "x-page-form": True},
}
"""For the decorator of a route that reads a page's form itself: `**PAGE_FORM`."""

STALE: Final = "Đã có người lưu thay đổi khác từ khi bạn mở trang này. Hãy xem nội dung hiện nay rồi gửi lại."

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_VERSION = re.compile(r"0|[1-9][0-9]{0,17}")

Model = TypeVar("Model", bound=BaseModel)
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form as it was sent: the texts of its fields by name, and the write request that its hidden fields make."""

    fields: Mapping[str, tuple[str, ...]]
    write: WriteRequest

    def text(self, name: str) -> str:
        """Return the text of a field, or "" where the browser sent none."""
        return next(iter(self.fields[name]), "")

    def typed(self, readers: Mapping[str, Callable[[str], str]]) -> dict[str, str]:
        """Return the text of each field; a field with a reader in the form that the API takes.

        Raises MalformedError with a place for each field that its reader refuses.
        """
        texts, places = {name: self.text(name) for name in self.fields}, []
        for name, read in readers.items():
            try:
                texts[name] = read(texts[name])
            except NotReadError as error:
                places.append(Place(f"/{name}", error.fault.vi, error.fault.en))
        if places:
            raise MalformedError(places)
        return texts


@dataclass(frozen=True, slots=True)
class FormShape:
    """The fields of a form, each with the most characters of its text.

    `several`: fields that a form may have more than once, such as boxes to tick. `versioned`: the form changes what its
    reader saw, so it has to hold the version.
    """

    fields: Mapping[str, int]
    several: frozenset[str] = frozenset()
    versioned: bool = True

    async def read(self, request: Request) -> SentForm:
        """Read the form of a request.

        Raises MediaTypeNotTakenError, BodyTooLargeError, and MalformedError for a field that is unknown, too long or
        there twice, and for a form without its key, or without the version that it has to hold.
        """
        require_type(request.headers, BodyForm.FORM)
        pairs = _pairs_in(await _body(request))
        if places := [*self._mistakes(pairs)]:
            raise MalformedError(places[:100], len(places))
        found = {name: tuple(text for given, text in pairs if given == name) for name in self.fields}
        return SentForm(found, _write(request, pairs))

    def errors(self, refused: Refused) -> dict[str, str]:
        """Return what a refusal says of each field, in Vietnamese; under "" what is about no field of the form."""
        if isinstance(refused, StreamMovedError):
            return {"": STALE}
        found: dict[str, str] = {}
        for place in refused.places:
            name = place.at.rpartition("/")[2]
            name = name if name in self.fields else ""
            found[name] = f"{found[name]} {place.vi}" if name in found else place.vi
        return found or {"": refused.vi}

    def _mistakes(self, pairs: Pairs) -> Iterator[Place]:
        longest = {**self.fields, **OWN}
        for name, times in Counter(name for name, _ in pairs).items():
            at = f"/{name[:100]}"
            if name not in longest:
                yield Place(at, "Biểu mẫu không có trường này.", "The form has no such field.")
            elif times > 1 and name not in self.several:
                yield Place(at, "Trường này được ghi hai lần.", "This field is given twice.")
        for name, text in pairs:
            if (most := longest.get(name)) is not None and len(text) > most:
                yield Place(f"/{name}", f"Nhiều nhất {most} ký tự.", f"At most {most} characters.")
        yield from self._hidden(dict(pairs))

    def _hidden(self, given: Mapping[str, str]) -> Iterator[Place]:
        if not _KEY.fullmatch(given.get(KEY, "")):
            yield Place(
                f"/{KEY}", "Biểu mẫu thiếu khóa; hãy mở lại trang.", "The form has no key; open the page again."
            )
        if (self.versioned or VERSION in given) and not _VERSION.fullmatch(given.get(VERSION, "")):
            vi, en = "Biểu mẫu thiếu phiên bản; hãy mở lại trang.", "The form has no version; open the page again."
            yield Place(f"/{VERSION}", vi, en)


def body_of(model: type[Model], values: Mapping[str, object]) -> Model:
    """Return the body that the API's route would take; raises MalformedError with the places of the fields."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise MalformedError(places_in_body(error, dict(values))) from None


def fresh_key() -> str:
    """Return the key of a new form. Pages call it when they are rendered."""
    return secrets.token_urlsafe(18)


def see_other(address: str) -> Response:
    """Answer a form that was written: the browser opens another page, so that reloading it sends nothing again."""
    return RedirectResponse(address, 303)


def _write(request: Request, pairs: Pairs) -> WriteRequest:
    """Return the write request of a form.

    The key is joined with the content: a form that is sent again as it was is a retry, and one that was changed
    meanwhile (by Back, or by a second click) is another request, which its version then refuses as stale.
    """
    given, content = dict(pairs), msgspec.json.encode(sorted(pairs))
    key = f"{given[KEY]}.{hashlib.sha256(content).hexdigest()[:32]}"
    return write_of(request, key, int(given[VERSION]) if VERSION in given else None, content)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise BodyTooLargeError(LARGEST_FORM)
    return bytes(body)


def _pairs_in(raw: bytes) -> Pairs:
    """Return names and texts of a form; a line ends in a form with CRLF, and here with LF."""
    try:
        pairs = parse_qsl(decoded(raw), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except (NotReadableError, UnicodeDecodeError) as error:
        place = Place("", "Biểu mẫu không phải UTF-8.", "The form is not UTF-8.")
        raise MalformedError([place]) from error
    except ValueError as error:
        place = Place("", f"Nhiều hơn {MOST_FIELDS} trường.", f"It has more than {MOST_FIELDS} fields.")
        raise MalformedError([place]) from error
    return [(name, text.replace("\r\n", "\n")) for name, text in pairs]
