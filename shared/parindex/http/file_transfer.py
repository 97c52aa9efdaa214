"""Files over HTTP: the name that comes with an upload, the range of a download, and the headers of both.

The name is in `Content-Disposition`, in the form of RFC 8187, because a name may hold personal data, and proxies log
addresses, not headers: `attachment; filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch.pdf`.
"""

import re
from typing import Annotated, Any, Final
from urllib.parse import quote, unquote_to_bytes

from fastapi import Header, Response
from fastapi.responses import StreamingResponse

from parindex.files.kinds import DOCX, XLSX
from parindex.files.store import FileStore
from parindex.http.problems import MalformedError
from parindex.refusal import Place
from parindex.values.texts import TextRule

NAME: Final = TextRule(200, needed=True)
EXAMPLE: Final = "attachment; filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch.pdf"
DOWNLOADED: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": text, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
    for status, text in ((200, "The whole file, of the type that was found in it."), (206, "The range of the file."))
}
"""For the decorator of a route that sends a file: `responses=DOWNLOADED | problems(404)`."""
_ENCODED: Final = re.compile(
    r";\s*filename\*\s*=\s*utf-8'[a-z0-9-]*'((?:%[0-9a-f]{2}|[!#$&+.^_`|~0-9a-z-])+)", re.IGNORECASE
)
_QUOTED: Final = re.compile(r';\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))', re.IGNORECASE)
_RANGE: Final = re.compile(r"bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})", re.IGNORECASE)

ContentDisposition = Annotated[
    str | None,
    Header(
        alias="Content-Disposition",
        description='Tên tệp theo RFC 8187; tên thuần ASCII có thể ghi `filename="a.pdf"`. '
        'The file\'s name as in RFC 8187; a name in ASCII may be in `filename="a.pdf"`.',
        examples=[EXAMPLE],
    ),
]
Range = Annotated[str | None, Header(alias="Range", description="Một đoạn của tệp, `bytes=0-999`. One range.")]
IfRange = Annotated[str | None, Header(alias="If-Range", description="ETag: đoạn chỉ có nghĩa với tệp này.")]


def name_in(disposition: str | None) -> str:
    """Return the file's name, without folders, tidied. Raises MalformedError."""
    name = _decoded(disposition or "")
    if name is None:
        vi = f"Cần tên tệp, ví dụ {EXAMPLE}"
        raise MalformedError([Place("header/Content-Disposition", vi, f"The file's name is missing, as in {EXAMPLE}")])
    return tidy_name(name, "header/Content-Disposition")


def tidy_name(given: str, at: str) -> str:
    """Return a file's name as it came at this place, without folders, tidied. Raises MalformedError."""
    name = NAME.tidy(re.split(r"[/\\]", given)[-1])
    if fault := NAME.fault(name):
        raise MalformedError([Place(at, fault.vi, fault.en)])
    return name


def download(
    store: FileStore, digest: str, size: int, headers: dict[str, str], wanted: str | None, only_if: str | None
) -> StreamingResponse:
    """Return the answer to a download: the file, or the one range of it that is wanted.

    A range that can't be satisfied, more than one range, and one for another file (`If-Range`) are ignored, as RFC 9110
    allows: the answer is the whole file.
    """
    tag = f'"{digest}"'
    headers = {**headers, "Accept-Ranges": "bytes", "ETag": tag}
    part = range_in(wanted, size) if only_if in {None, tag} else None
    if part is None:
        return StreamingResponse(store.read(digest), headers={**headers, "Content-Length": str(size)})
    start, length = part
    headers |= {"Content-Length": str(length), "Content-Range": f"bytes {start}-{start + length - 1}/{size}"}
    return StreamingResponse(store.read(digest, start, length), 206, headers)


def range_in(wanted: str | None, size: int) -> tuple[int, int] | None:
    """Return start and length of a range of a file of this size; None where there is none, or none that fits."""
    match = _RANGE.fullmatch((wanted or "").strip())
    if not match or not any(match.groups()):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size - 1, int(last)) if first and last else size - 1
    return (start, end - start + 1) if start <= end else None


def attachment(name: str) -> str:
    """Return the header by which a browser saves a file under this name, and never shows it."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


LARGEST_WORKBOOK: Final = 8 * 2**20
"""Bytes of a workbook. One of 2,000 criteria with all their texts has 2 MiB."""
A_WORKBOOK: Final[dict[str, Any]] = {"content": {XLSX.media_type: {"schema": {"type": "string", "format": "binary"}}}}
"""The answer of a route that sends a workbook, for its `responses`."""


A_DOCUMENT: Final[dict[str, Any]] = {"content": {DOCX.media_type: {"schema": {"type": "string", "format": "binary"}}}}
"""The same of a route that sends a Word file."""


def workbook_response(content: bytes, name: str) -> Response:
    """Answer with a workbook, which the browser saves."""
    return _saved(content, name, XLSX.media_type)


def document_response(content: bytes, name: str) -> Response:
    """Answer with a Word file, which the browser saves."""
    return _saved(content, name, DOCX.media_type)


def _saved(content: bytes, name: str, media_type: str) -> Response:
    headers = {
        "Content-Disposition": attachment(name),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, headers=headers, media_type=media_type)


def _decoded(disposition: str) -> str | None:
    if found := _ENCODED.search(disposition):
        try:
            return unquote_to_bytes(found[1]).decode()
        except UnicodeDecodeError:
            return None
    if found := _QUOTED.search(disposition):
        text = re.sub(r"\\(.)", r"\1", found[1]) if found[1] is not None else found[2]
        return text if text.isascii() else None
    return None
