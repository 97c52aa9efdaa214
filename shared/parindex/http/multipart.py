"""Forms with files (multipart/form-data, RFC 7578), read as they come: a chunk of the body at a time is in memory.

@router.post("/files", **FILES_FORM)
async def send(request: Request) -> Response:
    async for part in form_parts(request):
        if part.file_name:
            await keep(part)  # an async iterator of bytes; the unread rest is discarded
"""

from collections import deque
from collections.abc import AsyncIterator
from typing import Any, Final

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from parindex.files.refusals import FileEmptyError
from parindex.http.reading import require_type
from parindex.http.route_table import BodyForm
from parindex.refusal import Refused

MOST_PARTS: Final = 100
"""Parts of one form, so that small parts can't be sent for ever."""

FILES_FORM: Final[dict[str, Any]] = {
    "include_in_schema": False,
    "openapi_extra": {"requestBody": {"content": {BodyForm.FILES.value: {}}}},
}
"""For the decorator of a page's route whose form has files: `**FILES_FORM`."""

HEAD, DATA, END = "head", "data", "end"


class FormBrokenError(Refused):
    """A form with files ended too early, or is not written as one. Files before the break are received."""

    code = "form-broken"
    vi = "Biểu mẫu gửi lên bị ngắt giữa chừng hoặc sai dạng, nên phần còn lại không nhận được. Hãy gửi lại."
    en = "The form was cut off or is malformed, so the rest of it was not received. Send it again."


class FormPart:
    """A part of a form: the name of its field, the name of its file ("" for none), and its bytes, as they come."""

    def __init__(self, reader: "_Reader", name: str, file_name: str) -> None:
        self.name, self.file_name = name, file_name
        self._reader = reader
        self._over = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """Return the next bytes of this part. Raises FormBrokenError where the form ends before the part does."""
        if not self._over:
            kind, data = await self._reader.next_piece() or (END, b"")
            if kind == DATA:
                return data
            self._over = True
        raise StopAsyncIteration


async def form_parts(request: Request) -> AsyncIterator[FormPart]:
    """Yield the parts of a request's form. A part has to be read before the next one is asked for.

    Raises MediaTypeNotTakenError and FormBrokenError.
    """
    require_type(request.headers, BodyForm.FILES)
    _, options = parse_options_header(request.headers["content-type"])
    reader = _Reader(request.stream(), options.get(b"boundary", b""))
    count = 0
    while (piece := await reader.next_piece()) is not None:
        kind, data = piece
        if kind != HEAD:
            continue  # the unread rest of the part before
        count += 1
        if count > MOST_PARTS:
            raise FormBrokenError
        yield FormPart(reader, *_names_in(data))


class SentFile:
    """The file of a form's field: its bytes, as they come. `name` is as it was sent, and known with the first bytes."""

    def __init__(self, request: Request, field: str) -> None:
        self.name = ""
        self._blocks = self._read(request, field)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """Return the next bytes. Raises FileEmptyError, MediaTypeNotTakenError and FormBrokenError."""
        return await anext(self._blocks)

    async def _read(self, request: Request, field: str) -> AsyncIterator[bytes]:
        async for part in form_parts(request):
            if part.name == field and part.file_name and not self.name:
                self.name = part.file_name
                async for block in part:
                    yield block
        if not self.name:
            raise FileEmptyError


def sent_file(request: Request, field: str) -> SentFile:
    """Return the file of a form's field.

    Reading it raises FileEmptyError where no file was chosen, MediaTypeNotTakenError and FormBrokenError.
    """
    return SentFile(request, field)


class _Reader:
    """Turns the chunks of a body into pieces: the head of a part, some of its data, its end."""

    def __init__(self, chunks: AsyncIterator[bytes], boundary: bytes) -> None:
        if not boundary:
            raise FormBrokenError
        self._chunks = chunks
        self._pieces: deque[tuple[str, bytes]] = deque()
        self._field, self._value, self._disposition = bytearray(), bytearray(), b""
        self._whole = False
        try:
            self._parser = MultipartParser(boundary, self._callbacks())
        except FormParserError as error:
            raise FormBrokenError from error

    async def next_piece(self) -> tuple[str, bytes] | None:
        """Return the next piece, or None after the last one. Raises FormBrokenError."""
        while not self._pieces:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                if self._whole:
                    return None
                raise FormBrokenError
            try:
                self._parser.write(chunk)
            except FormParserError as error:
                raise FormBrokenError from error
        return self._pieces.popleft()

    def _callbacks(self) -> Any:  # the library has the type for checkers alone
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._field.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": lambda: self._pieces.append((HEAD, self._disposition)),
            "on_part_data": lambda data, start, end: self._pieces.append((DATA, data[start:end])),
            "on_part_end": lambda: self._pieces.append((END, b"")),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._disposition = b""

    def _end_header(self) -> None:
        if bytes(self._field).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._field.clear()
        self._value.clear()

    def _end(self) -> None:
        self._whole = True


def _names_in(disposition: bytes) -> tuple[str, str]:
    """Return the names of a part's field and of its file; browsers write both in UTF-8."""
    kind, options = parse_options_header(disposition)
    if kind != b"form-data" or b"name" not in options:
        raise FormBrokenError
    try:
        return options[b"name"].decode(), options.get(b"filename", b"").decode().replace("%22", '"')
    except UnicodeDecodeError as error:
        raise FormBrokenError from error
