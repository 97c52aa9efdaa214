"""Checks of Office files, which are ZIP packages: their kind, and whether they are whole, bounded, without macros."""

import xml.etree.ElementTree as ET  # in a process with bounds, and a DTD is refused
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from parindex.files.dde_links import DdeMarks, check_dde
from parindex.files.kinds import DOCX, ODS, ODT, XLSX, ZIP
from parindex.files.refusals import (
    FileDamagedError,
    FileEncryptedError,
    FileExpandsTooMuchError,
    FileHasMacrosError,
    FileTypeNotAcceptedError,
)

MOST_PARTS: Final = 5_000
MOST_EXPANDED: Final = 512 * 2**20
"""Bytes that all parts have together once they are expanded, those of packages within included."""
FREE: Final = 64 * 2**20
MOST_RATIO: Final = 100
"""How many times their compressed bytes the parts may have, once they have more than FREE. Real sheets reach 30."""
DEEPEST: Final = 1
"""How deep packages may be nested: a document may hold a sheet, which holds no further package."""
LARGEST_WITHIN: Final = 64 * 2**20
LARGEST_LIST: Final = 8 * 2**20
"""Bytes of a list of parts or of relations."""

_MACROS: Final = ("vbaproject", "macrosheets/", "vbadata", "macroenabled")
_LOADED: Final = ("/attachedtemplate", "/oleobject", "/frame", "/subdocument")
"""Types of relations whose target an Office program opens by itself, with the macros in it."""
_ELSEWHERE: Final = ("http:", "https:", "ftp:")
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, KeyError)
_BLOCK: Final = 2**20


def check_package(path: Path) -> str:
    """Return the name of a package's kind.

    Raises FileTypeNotAcceptedError (another ZIP), FileEncryptedError, FileHasMacrosError, FileHasDdeLinksError,
    FileExpandsTooMuchError and FileDamagedError.
    """
    with path.open("rb") as file:
        return _Package(file, path.stat().st_size, _Budget(path.stat().st_size), 0).check()


class _Budget:
    """What all packages of one file may expand to."""

    def __init__(self, size: int) -> None:
        self._left = min(MOST_EXPANDED, max(FREE, MOST_RATIO * size))
        self._parts = MOST_PARTS

    def count(self, parts: int) -> None:
        self._parts -= parts
        if self._parts < 0:
            raise FileExpandsTooMuchError

    def take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise FileExpandsTooMuchError


class _Package:
    def __init__(self, file: BinaryIO, size: int, budget: _Budget, depth: int) -> None:
        self._size, self._budget, self._depth = size, budget, depth
        self._check_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except _UNREADABLE as error:
            raise FileDamagedError from error
        self._parts = [part for part in self._zip.infolist() if not part.is_dir()]
        self._names = {part.filename for part in self._parts}

    def check(self) -> str:
        """Check everything; return the kind."""
        self._budget.count(len(self._parts))
        if len(self._names) != len(self._parts) or sum(part.compress_size for part in self._parts) > self._size:
            raise FileDamagedError  # two parts of one name, or parts that share their bytes
        if any(part.flag_bits & 1 for part in self._parts):
            raise FileEncryptedError
        if any(_says_macro(name) or name.startswith(("Basic/", "Scripts/")) for name in self._names):
            raise FileHasMacrosError
        for part in self._parts:
            self._check_part(part)
        return self._kind()

    def _check_directory(self, file: BinaryIO) -> None:
        """Refuse a list of too many parts before the list is read."""
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined]  # noqa: SLF001  # what `ZipFile` reads first
        if not end:
            raise FileDamagedError
        if end[zipfile._ECD_ENTRIES_TOTAL] > MOST_PARTS or end[zipfile._ECD_SIZE] > LARGEST_LIST:  # type: ignore[attr-defined]  # noqa: SLF001
            raise FileExpandsTooMuchError

    def _check_part(self, part: zipfile.ZipInfo) -> None:
        """Expand a part within the budget, which checks its sum too; look at what may name a macro or a DDE link."""
        kept, looked_at, marks = BytesIO(), None, DdeMarks()
        most = LARGEST_LIST if _is_list(part.filename) else LARGEST_WITHIN
        for block in self._blocks(part):
            self._budget.take(len(block))
            marks.see(block)
            if looked_at is None:
                looked_at = _is_list(part.filename) or block.startswith(b"PK\x03\x04")
            if looked_at and kept.tell() + len(block) > most:
                raise FileExpandsTooMuchError
            kept.write(block if looked_at else b"")
        if _is_list(part.filename):
            _check_list(kept.getvalue())
        elif kept.tell():
            self._check_within(kept)
        if marks.found:
            check_dde(self._blocks(part))

    def _check_within(self, kept: BytesIO) -> None:
        if self._depth >= DEEPEST:
            raise FileExpandsTooMuchError
        try:
            _Package(kept, kept.tell(), self._budget, self._depth + 1).check()
        except FileTypeNotAcceptedError:
            return  # some other ZIP within, checked as far as bounds, macros and DDE links go

    def _blocks(self, part: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            with self._zip.open(part) as file:
                while block := file.read(_BLOCK):
                    yield block
        except RuntimeError as error:  # a password
            raise FileEncryptedError from error
        except _UNREADABLE as error:
            raise FileDamagedError from error

    def _kind(self) -> str:
        if "[Content_Types].xml" in self._names:
            found = [kind for part, kind in _MAIN_PARTS if part in self._names]
        elif "mimetype" in self._names and self._zip.getinfo("mimetype").file_size < _BLOCK:
            media_type = self._zip.read("mimetype").strip().decode("ascii", "replace")
            found = [kind for kind in (ODT, ODS) if kind.media_type == media_type and "content.xml" in self._names]
        else:
            found = []
        if len(found) != 1:
            raise FileTypeNotAcceptedError(ZIP)
        return found[0].name


_MAIN_PARTS: Final = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX))


def _is_list(name: str) -> bool:
    return name in {"[Content_Types].xml", "META-INF/manifest.xml"} or name.endswith(".rels")


def _says_macro(text: str) -> bool:
    return any(word in text.lower() for word in _MACROS)


def _check_list(raw: bytes) -> None:
    """Look for macros and encryption in a list of parts or relations; it is parsed, so that no spelling hides them.

    Macros that are loaded from a web address count, too.
    """
    if b"<!DOCTYPE" in raw or b"<!\0D\0O\0C" in raw or b"\0<\0!\0D\0O" in raw:
        raise FileDamagedError
    try:
        nodes = list(ET.fromstring(raw).iter())  # noqa: S314  # as at the import
    except (ET.ParseError, LookupError, ValueError) as error:
        raise FileDamagedError from error
    if any(node.tag.endswith("}encryption-data") for node in nodes):
        raise FileEncryptedError
    if any(_says_macro(value) for node in nodes for value in node.attrib.values()):
        raise FileHasMacrosError
    if any(_loads_from_elsewhere(node) for node in nodes):
        raise FileHasMacrosError


def _loads_from_elsewhere(relation: ET.Element) -> bool:
    """Return whether a relation loads a template or a document from the web. One on the author's disk is accepted."""
    kind, target = (relation.attrib.get(name, "").lower() for name in ("Type", "Target"))
    return kind.endswith(_LOADED) and any(scheme in target for scheme in _ELSEWHERE)
