"""Reads the cells of an XLSX workbook in a process of its own, with bounds: `python -I -B -m … PATH NAME …`.

The process prints one JSON object. python-calamine reads the values; it returns
an error, and a formula without a value, as an empty cell, so the XML of the worksheets is looked at for those.
"""

import asyncio
import sys
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from posixpath import join, normpath
from typing import Any, Final
from xml.parsers.expat import ExpatError

import msgspec

from parindex.files.bounded import run_bounded
from parindex.files.bounds import bound
from parindex.files.cell_formats import formats_in
from parindex.files.refusals import (
    CellTooFarError,
    FileDamagedError,
    FileTooComplexError,
    WorkbookTooComplexError,
    WorksheetTwiceError,
)
from parindex.files.sheet_marks import (
    MOST_CELLS,
    Extent,
    Marks,
    Position,
    blank_texts_in,
    letters,
    marks_in,
    without_blanks,
)

AT_ONCE: Final = 2
"""Workbooks that are read at the same time in one process of a service."""
LARGEST_PART: Final = 64 * 2**20
"""Bytes of the XML of one part."""


class CellKind(StrEnum):
    """What a cell holds. `OTHER` is a truth value, a time or a duration, which no column takes."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    ERROR = "error"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty. A number is its shortest decimal, a day as in 2026-06-30.

    `formula`: the cell has a formula, and this is the value that the program which saved the file had computed.
    `format_code`: of a number that is shown otherwise than in the general format.
    """

    kind: CellKind
    text: str
    formula: bool = False
    format_code: str = ""


@dataclass(frozen=True, slots=True)
class Worksheet:
    """The cells of a worksheet by row and column, both from 0; its hidden rows; the top left cells of merged ranges.

    `hidden_columns` as the rows; `is_hidden`: the worksheet as a whole. `written`: its name in the file
    where that is another, as in case.
    """

    name: str
    cells: Mapping[int, Mapping[int, Cell]]
    hidden: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int], ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    is_hidden: bool = False
    written: str = ""


@dataclass(frozen=True, slots=True)
class Workbook:
    """The worksheets that are read, and the names of all others."""

    sheets: tuple[Worksheet, ...]
    others: tuple[str, ...] = ()

    def sheet(self, name: str) -> Worksheet | None:
        """Return a worksheet that is read."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


class Extractor:
    """Extracts the cells of workbooks, a few at a time."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def cells_of(self, path: Path, names: tuple[str, ...]) -> Workbook:
        """Return the worksheets of these names. Raises the refusals of `extract`."""
        try:
            said = await self.run("parindex.files.workbooks", str(path), *names)
        except FileTooComplexError:
            raise WorkbookTooComplexError from None
        answer = msgspec.json.decode(said, type=_Answer)
        if answer.workbook is None:
            raise _REFUSALS[answer.refused](**answer.values)
        return answer.workbook

    async def run(self, module: str, *arguments: str) -> bytes:
        """Return the output of a module in a bounded process, when it is its turn. Raises FileTooComplexError."""
        async with self._turns:
            return await run_bounded(module, *arguments)


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a worksheet."""

    name: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    """The output of the process: the workbook, or the code and the values of its refusal."""

    workbook: Workbook | None
    refused: str = ""
    values: dict[str, str] = field(default_factory=dict)


_REFUSALS: Final = {
    each.code: each for each in (FileDamagedError, WorkbookTooComplexError, CellTooFarError, WorksheetTwiceError)
}


def extract(content: bytes, names: tuple[str, ...]) -> Workbook:
    """Return the worksheets of these names, and the names of all others.

    Raises FileDamagedError, WorkbookTooComplexError, CellTooFarError and WorksheetTwiceError.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  # only the child process pays for it

    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            found = _parts_of(package)
            wanted = _wanted(found.names, names)
            marks, smaller = dict[str, Marks](), dict[str, bytes]()
            for name, written in wanted.items():
                part = found.parts[written].name
                marks[name], content_of = _marks(package, name, part, found)
                if content_of is not None:
                    smaller[part] = content_of
            book = CalamineWorkbook.from_filelike(BytesIO(_replaced(package, smaller) if smaller else content))
        sheets = [
            _worksheet(book.get_sheet_by_name(written), name, marks[name], found.parts[written].is_hidden)
            for name, written in wanted.items()
        ]
        others = set(wanted.values())
        return Workbook(tuple(sheets), tuple(name for name in book.sheet_names if name not in others))
    except MemoryError:
        raise WorkbookTooComplexError from None
    except (CalamineError, zipfile.BadZipFile, ET.ParseError, ExpatError, KeyError, ValueError, OSError) as error:
        raise FileDamagedError from error


def _wanted(written: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Return the names in the file of the worksheets to read, in their order there. Raises WorksheetTwiceError."""
    keys, found = {_key(name): name for name in names}, dict[str, str]()
    for each in written:
        name = keys.get(_key(each))
        if name in found:
            raise WorksheetTwiceError(name)
        if name is not None:
            found[name] = each
    return found


def _key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def _marks(package: zipfile.ZipFile, name: str, part: str, found: "_Parts") -> tuple[Marks, bytes | None]:
    """Return the marks of a worksheet; its XML without blank cells where they are too far. Raises CellTooFarError."""
    content = _content(package, part)
    marks = marks_in(content, found.formats)
    if marks.filled.is_too_large and found.texts:
        marks = marks_in(content, found.formats, blank_texts_in(_content(package, found.texts)))
    if marks.filled.is_too_large:
        row, column = marks.filled.farthest
        raise CellTooFarError(name, f"{letters(column)}{row + 1}")
    both = Extent(marks.filled.lowest, marks.filled.rightmost)
    both.add(marks.blanks.lowest)
    both.add(marks.blanks.rightmost)
    return marks, without_blanks(content, marks) if both.is_too_large else None


def _replaced(package: zipfile.ZipFile, parts: Mapping[str, bytes]) -> bytes:
    """Return the package with other parts."""
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as smaller:
        for name in package.namelist():
            smaller.writestr(name, parts[name] if name in parts else package.read(name))
    return into.getvalue()


def _worksheet(sheet: Any, name: str, marks: Marks, is_hidden: bool) -> Worksheet:  # noqa: FBT001  # private
    last_row, last_column = sheet.end or (0, 0)
    if (last_row + 1) * (last_column + 1) > MOST_CELLS:
        raise MemoryError
    cells: dict[int, dict[int, Cell]] = {}
    for row, values in enumerate(sheet.to_python(skip_empty_area=False)):
        for column, value in enumerate(values):
            if (cell := _cell(value, (row, column), marks)) is not None:
                cells.setdefault(row, {})[column] = cell
    for row, column in marks.errors.keys() | marks.uncomputed:  # beyond the area of values
        cells.setdefault(row, {}).setdefault(column, _odd((row, column), marks))
    merged = tuple(start for start, _ in sheet.merged_cell_ranges or ())
    columns = frozenset(marks.hidden_columns)
    written = sheet.name if sheet.name != name else ""
    return Worksheet(name, cells, frozenset(marks.hidden), merged, columns, is_hidden, written)


def _cell(value: object, at: Position, marks: Marks) -> Cell | None:  # noqa: PLR0911  # one answer for each kind
    if at in marks.errors or at in marks.uncomputed:
        return _odd(at, marks)
    formula = at in marks.formulas
    match value:
        case str() if not value.strip():
            return None
        case bool() | time() | timedelta():
            return Cell(CellKind.OTHER, str(value), formula)
        case str():
            return Cell(CellKind.TEXT, value, formula)
        case datetime() if value.time() != time():
            return Cell(CellKind.OTHER, str(value), formula)
        case date():  # a datetime is one; its text has the form of a day also before the year 1000
            return Cell(CellKind.DAY, value.isoformat()[:10], formula)
        case _:  # a number: its shortest text is what the program showed, and from here on it is a decimal
            text = f"{Decimal(repr(value)):f}"
            return Cell(CellKind.NUMBER, text.removesuffix(".0"), formula, marks.formats.get(at, ""))


def _odd(at: Position, marks: Marks) -> Cell:
    return Cell(CellKind.ERROR, marks.errors.get(at, ""), at in marks.formulas)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The worksheets by name; their names, also those that occur twice; the formats; the part of shared texts."""

    parts: Mapping[str, _Part]
    names: Sequence[str]
    formats: Sequence[str]
    texts: str


def _parts_of(package: zipfile.ZipFile) -> _Parts:
    targets, kinds = dict[str, str](), dict[str, str]()
    for node in _nodes(package, "xl/_rels/workbook.xml.rels"):
        if _local(node.tag) == "Relationship":
            target = normpath(join("xl", node.attrib["Target"])).lstrip("/")
            targets[node.attrib["Id"]] = target
            kinds[node.attrib.get("Type", "").rpartition("/")[2]] = target
    nodes = [node for node in _nodes(package, "xl/workbook.xml") if _local(node.tag) == "sheet"]
    parts = {
        node.attrib["name"]: _Part(targets[_attribute(node, "id")], node.attrib.get("state", "visible") != "visible")
        for node in nodes
    }
    formats = formats_in(_nodes(package, kinds["styles"])) if "styles" in kinds else []
    return _Parts(parts, [node.attrib["name"] for node in nodes], formats, kinds.get("sharedStrings", ""))


def _content(package: zipfile.ZipFile, part: str) -> bytes:
    if package.getinfo(part).file_size > LARGEST_PART:
        raise MemoryError
    return package.read(part)


def _nodes(package: zipfile.ZipFile, part: str) -> Iterator[ET.Element]:
    for _, node in ET.iterparse(BytesIO(_content(package, part))):  # noqa: S314  # in a process with bounds
        yield node


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attribute(node: ET.Element, local: str) -> str:
    return next(value for name, value in node.attrib.items() if name.startswith("{") and _local(name) == local)


def main() -> None:
    path = Path(sys.argv[1])
    bound(path.stat().st_size)
    try:
        answer = _Answer(extract(path.read_bytes(), tuple(sys.argv[2:])))
    except tuple(_REFUSALS.values()) as refused:
        values = {each.name: getattr(refused, each.name) for each in fields(refused)}
        answer = _Answer(None, refused.code, values)
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
