"""Examines one file in a process of its own, with bounds of time and memory: `python -I -B -m … PATH ENDING`.

It prints one JSON object: the media type and the number of pages, or the code of a refusal with its values.
"""

import json
import mmap
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from parindex.files.bounds import bound
from parindex.files.kinds import ENDINGS, HEAD, JPEG, KINDS, OLE, PDF, PNG, ZIP, looks_like
from parindex.files.packages import check_package
from parindex.files.pictures import check_jpeg, check_png
from parindex.files.refusals import (
    FileDamagedError,
    FileEncryptedError,
    FileNotAsNamedError,
    FileTooComplexError,
    FileTypeNotAcceptedError,
)
from parindex.refusal import Refused

MOST_PAGES: Final = 10_000
TAIL: Final = 4096
"""Bytes at the end of a PDF in which its end is looked for; some programs append a little."""
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")


def examine(path: Path, ending: str) -> tuple[str, int]:
    """Return media type and pages (0 where that is not known) of a file whose name ends so. Raises its refusals."""
    with path.open("rb") as file:
        looks = looks_like(file.read(HEAD))
    pages = 0
    if looks == PDF.name:
        pages = _pages(path)
    elif looks == JPEG.name:
        check_jpeg(path)
        pages = 1
    elif looks == PNG.name:
        check_png(path)
        pages = 1
    elif looks == ZIP:
        looks = _package(path, ending)
    elif looks == OLE and _holds(path, _ENCRYPTED_PACKAGE):
        raise FileEncryptedError
    return _as_named(looks, ending), pages


def _package(path: Path, ending: str) -> str:
    """Return the kind of a package; a ZIP of another kind is refused by what its name says."""
    try:
        return check_package(path)
    except FileTypeNotAcceptedError:
        return _as_named(ZIP, ending)


def _as_named(looks: str, ending: str) -> str:
    """Return the media type of an accepted type that the name says too."""
    said = ENDINGS.get(ending)
    kind = next((kind for kind in KINDS if kind.name == looks), None)
    if kind is None and said is None:
        raise FileTypeNotAcceptedError(looks)
    if kind is None or kind is not said:
        raise FileNotAsNamedError(ending, looks)
    return kind.media_type


def _pages(path: Path) -> int:
    from pypdf import PdfReader  # noqa: PLC0415  # only a PDF pays for it
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    if not _ends(path, b"%%EOF"):
        raise FileDamagedError
    try:
        with path.open("rb") as file:
            reader = PdfReader(file)
            if reader.is_encrypted and not reader.decrypt(""):  # a file that all may read can be shown
                raise FileEncryptedError
            count = len(reader.pages)
    except (PyPdfError, ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as error:
        raise FileDamagedError from error  # what a reader of strangers' files raises is not always its own
    if not count:
        raise FileDamagedError
    if count > MOST_PAGES:
        raise FileTooComplexError
    return count


def _ends(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        return mark in file.read()


def _holds(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        return whole.find(mark) >= 0


def _said(refused: Refused) -> dict[str, Any]:
    values = {each.name: getattr(refused, each.name) for each in fields(refused)}  # type: ignore[arg-type]  # each is one
    return {"refused": refused.code, "values": values}


def main() -> None:
    path, ending = Path(sys.argv[1]), sys.argv[2]
    bound(path.stat().st_size)
    try:
        media_type, pages = examine(path, ending)
        answer: dict[str, Any] = {"media_type": media_type, "pages": pages}
    except (MemoryError, RecursionError):
        answer = _said(FileTooComplexError())
    except Refused as refused:
        answer = _said(refused)
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
