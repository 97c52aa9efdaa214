"""Reads the cells of an XLSX workbook in a process of its own, with bounds: `python -I -B -m … PATH NAME …`.

The process prints one JSON object. python-calamine reads the values; it returns
an error, and a formula without a value, as an empty cell, so the XML of the worksheets is looked at for those.
"""

import asyncio
import re
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from posixpath import join, normpath
from typing import Any, Final

import msgspec

from parindex.files.bounded import run_bounded
from parindex.files.bounds import bound
from parindex.files.cell_formats import GENERAL, formats_in
from parindex.files.refusals import FileDamagedError

AT_ONCE: Final = 2
"""Workbooks that are read at the same time in one process of a service."""
MOST_CELLS: Final = 500_000
"""Cells of the area of one worksheet, empty ones included."""
MOST_COLUMNS: Final = 16_384
"""Columns of a worksheet."""
LARGEST_PART: Final = 64 * 2**20
"""Bytes of the XML of one part."""
DAMAGED: Final = b"damaged"
"""What the process prints of a file that is no workbook."""

_NUMBER: Final = re.compile("[1-9][0-9]{0,6}")
_REFERENCE: Final = re.compile("([A-Z]{1,3})[1-9][0-9]{0,6}")

Position = tuple[int, int]


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

    `hidden_columns` as the rows; `is_hidden`: the worksheet as a whole.
    """

    name: str
    cells: Mapping[int, Mapping[int, Cell]]
    hidden: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int], ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    is_hidden: bool = False


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
        """Return the worksheets of these names. Raises FileDamagedError and FileTooComplexError."""
        answer = await self.run("parindex.files.workbooks", str(path), *names)
        if answer == DAMAGED:
            raise FileDamagedError
        return msgspec.json.decode(answer, type=Workbook)

    async def run(self, module: str, *arguments: str) -> bytes:
        """Return the output of a module in a bounded process, when it is its turn. Raises FileTooComplexError."""
        async with self._turns:
            return await run_bounded(module, *arguments)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the XML of a worksheet says beside the values."""

    formulas: set[Position] = field(default_factory=set)
    errors: dict[Position, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formats: dict[Position, str] = field(default_factory=dict)
    """The formats of cells that have another one than the general."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a worksheet."""

    name: str
    is_hidden: bool


def extract(content: bytes, names: tuple[str, ...]) -> Workbook:
    """Return the worksheets of these names, and the names of all others. Raises FileDamagedError."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  # only the child process pays for it

    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            parts, formats = _parts_of(package)
            book = CalamineWorkbook.from_filelike(BytesIO(content))
            sheets = [
                _worksheet(
                    book.get_sheet_by_name(name), _seen(package, parts[name].name, formats), parts[name].is_hidden
                )
                for name in book.sheet_names
                if name in names and name in parts
            ]
            return Workbook(tuple(sheets), tuple(name for name in book.sheet_names if name not in names))
    except (CalamineError, zipfile.BadZipFile, ET.ParseError, KeyError, ValueError, OSError) as error:
        raise FileDamagedError from error


def _worksheet(sheet: Any, seen: _Seen, is_hidden: bool) -> Worksheet:  # noqa: FBT001  # private
    last_row, last_column = sheet.end or (0, 0)
    if (last_row + 1) * (last_column + 1) > MOST_CELLS:
        raise MemoryError
    cells: dict[int, dict[int, Cell]] = {}
    for row, values in enumerate(sheet.to_python(skip_empty_area=False)):
        for column, value in enumerate(values):
            if (cell := _cell(value, (row, column), seen)) is not None:
                cells.setdefault(row, {})[column] = cell
    for row, column in seen.errors.keys() | seen.formulas:  # beyond the area of values
        cells.setdefault(row, {}).setdefault(column, _odd((row, column), seen))
    merged = tuple(start for start, _ in sheet.merged_cell_ranges or ())
    return Worksheet(sheet.name, cells, frozenset(seen.hidden), merged, frozenset(seen.hidden_columns), is_hidden)


def _cell(value: object, at: Position, seen: _Seen) -> Cell | None:  # noqa: PLR0911  # one answer for each kind
    if at in seen.errors or (value == "" and at in seen.formulas):
        return _odd(at, seen)
    formula = at in seen.formulas
    match value:
        case "":
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
            return Cell(CellKind.NUMBER, text.removesuffix(".0"), formula, seen.formats.get(at, ""))


def _odd(at: Position, seen: _Seen) -> Cell:
    return Cell(CellKind.ERROR, seen.errors.get(at, ""), at in seen.formulas)


def _parts_of(package: zipfile.ZipFile) -> tuple[dict[str, _Part], list[str]]:
    """Return the part of each worksheet by its name, and the number formats of the styles."""
    targets, styles = dict[str, str](), ""
    for node in _nodes(package, "xl/_rels/workbook.xml.rels"):
        if _local(node.tag) == "Relationship":
            target = normpath(join("xl", node.attrib["Target"])).lstrip("/")
            targets[node.attrib["Id"]] = target
            styles = target if node.attrib.get("Type", "").endswith("/styles") else styles
    parts = {
        node.attrib["name"]: _Part(targets[_attribute(node, "id")], node.attrib.get("state", "visible") != "visible")
        for node in _nodes(package, "xl/workbook.xml")
        if _local(node.tag) == "sheet"
    }
    return parts, formats_in(_nodes(package, styles)) if styles else []


def _seen(package: zipfile.ZipFile, part: str, formats: Sequence[str]) -> _Seen:
    """Return what a worksheet hides of its cells. A cell without a reference follows the one before."""
    seen, row, column = _Seen(), -1, -1
    for node in _nodes(package, part, ends={"row", "col"}):
        is_hidden = node.attrib.get("hidden") in {"1", "true"}
        if _local(node.tag) == "col":
            if is_hidden:
                first, last = (int(node.attrib[name]) for name in ("min", "max"))
                seen.hidden_columns.update(range(first - 1, min(last, MOST_COLUMNS)))
            continue
        row, column = _row(node.attrib.get("r", f"{row + 2}")), -1
        if is_hidden:
            seen.hidden.add(row)
        for cell in node:
            column = _column(cell.attrib["r"]) if "r" in cell.attrib else column + 1
            _see_cell(cell, (row, column), formats, seen)
        node.clear()
    return seen


def _see_cell(cell: ET.Element, at: Position, formats: Sequence[str], seen: _Seen) -> None:
    inner = {_local(each.tag): each.text or "" for each in cell}
    if "f" in inner:
        seen.formulas.add(at)
    if cell.attrib.get("t") == "e":
        seen.errors[at] = inner.get("v", "")
    style = int(cell.attrib.get("s", "0"))
    if style < len(formats) and formats[style] != GENERAL:
        seen.formats[at] = formats[style]


def _nodes(package: zipfile.ZipFile, part: str, ends: frozenset[str] | set[str] = frozenset()) -> Iterator[ET.Element]:
    if package.getinfo(part).file_size > LARGEST_PART:
        raise MemoryError
    for _, node in ET.iterparse(BytesIO(package.read(part))):  # noqa: S314  # in a process with bounds
        if not ends or _local(node.tag) in ends:
            yield node


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _attribute(node: ET.Element, local: str) -> str:
    return next(value for name, value in node.attrib.items() if name.startswith("{") and _local(name) == local)


def _row(number: str) -> int:
    """Return a row from 0. Raises ValueError for what no worksheet has; the numbers of rows reach the answers."""
    if not _NUMBER.fullmatch(number):
        raise ValueError("no row")
    return int(number) - 1


def _column(reference: str) -> int:
    """Return the column of a cell from 0. Raises ValueError for what is no reference of a cell."""
    if not (parts := _REFERENCE.fullmatch(reference)):
        raise ValueError("no cell")
    found = 0
    for letter in parts[1]:
        found = found * 26 + ord(letter) - 64
    return found - 1


def main() -> None:
    path = Path(sys.argv[1])
    bound(path.stat().st_size)
    try:
        answer = msgspec.json.encode(extract(path.read_bytes(), tuple(sys.argv[2:])))
    except FileDamagedError:
        answer = DAMAGED
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
