"""The types of files that are accepted, and what the first bytes of a file look like. Pure.

Each accepted type can be shown to an appraiser and can be checked: its end is found, its macros too. ZIP, SVG, HTML,
TIFF, HEIC and the Office files before 2007 are not accepted; decision 0027 has the reasons.
"""

import re
from dataclasses import dataclass
from typing import Final

HEAD: Final = 1024
"""Bytes of the beginning of a file that `looks_like` needs."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """An accepted type: its media type, its name for people, and the endings of names that say it."""

    media_type: str
    name: str
    endings: tuple[str, ...]


PDF = FileKind("application/pdf", "PDF", (".pdf",))
JPEG = FileKind("image/jpeg", "JPEG", (".jpg", ".jpeg", ".jfif"))
PNG = FileKind("image/png", "PNG", (".png",))
_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = FileKind(f"{_OOXML}wordprocessingml.document", "DOCX", (".docx",))
XLSX = FileKind(f"{_OOXML}spreadsheetml.sheet", "XLSX", (".xlsx",))
ODT = FileKind("application/vnd.oasis.opendocument.text", "ODT", (".odt",))
ODS = FileKind("application/vnd.oasis.opendocument.spreadsheet", "ODS", (".ods",))

KINDS: Final = (PDF, JPEG, PNG, DOCX, XLSX, ODT, ODS)
MEDIA_TYPES: Final = tuple(kind.media_type for kind in KINDS)
ENDINGS: Final = {ending: kind for kind in KINDS for ending in kind.endings}

ZIP: Final = "ZIP"
OLE: Final = "Word/Excel 97-2003"
"""The container of old Office files, and of new ones with a password."""

_SIGNATURES: Final = (
    (b"\xff\xd8\xff", JPEG.name),
    (b"\x89PNG\r\n\x1a\n", PNG.name),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "GZIP"),
    (b"MZ", "EXE"),
    (b"\x7fELF", "EXE"),
    (b"{\\rtf", "RTF"),
)
_MARKED_UP: Final = (
    (re.compile(rb"<svg[\s>]", re.IGNORECASE), "SVG"),
    (re.compile(rb"<(!doctype\s+html|html|head|body|script)", re.IGNORECASE), "HTML"),
)


def ending_of(name: str) -> str:
    """Return the ending of a file's name in lower case, with its dot; "" for none."""
    stem, dot, last = name.rpartition(".")
    return f".{last.lower()}" if dot and stem else ""


def looks_like(head: bytes) -> str:
    """Return what the first bytes of a file look like: the name of a type, "ZIP" for every package, "" for none."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"%PDF-"):
        return PDF.name
    if head[4:8] == b"ftyp":
        return "HEIC/MP4"
    if head.startswith(b"RIFF"):
        return "WEBP" if head[8:12] == b"WEBP" else "RIFF"
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    return next((name for pattern, name in _MARKED_UP if text.startswith(b"<") and pattern.search(text)), "")
