"""What the XML of a worksheet says beside the values of its cells: formulas, errors, formats, and how far it reaches.

A cell without a value costs nearly nothing and leaves nothing here, with any format.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from parindex.files.cell_formats import GENERAL

MOST_CELLS: Final = 500_000
"""Cells of the area of one worksheet, from A1 to the last row and column that have a value."""
MOST_COLUMNS: Final = 16_384
"""Columns of a worksheet."""

_NUMBER: Final = re.compile("[1-9][0-9]{0,6}")
_REFERENCE: Final = re.compile("([A-Z]{1,3})[1-9][0-9]{0,6}")

Position = tuple[int, int]


@dataclass(slots=True)
class Extent:
    """The lowest and the rightmost cell of an area that begins at A1."""

    lowest: Position = (-1, -1)
    rightmost: Position = (-1, -1)

    def add(self, at: Position) -> None:
        """Make the area reach this cell."""
        if at[0] > self.lowest[0]:
            self.lowest = at
        if at[1] > self.rightmost[1]:
            self.rightmost = at

    @property
    def is_too_large(self) -> bool:
        """Whether the area has more cells than are read."""
        return (self.lowest[0] + 1) * (self.rightmost[1] + 1) > MOST_CELLS

    @property
    def farthest(self) -> Position:
        """The cell that makes the area large."""
        return self.lowest if self.lowest[0] > self.rightmost[1] else self.rightmost


@dataclass(frozen=True, slots=True)
class Marks:
    """What a worksheet says beside the values; places from 0. `formats`: of cells with another one than the general."""

    formulas: set[Position] = field(default_factory=set)
    uncomputed: set[Position] = field(default_factory=set)
    errors: dict[Position, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formats: dict[Position, str] = field(default_factory=dict)
    filled: Extent = field(default_factory=Extent)
    blanks: Extent = field(default_factory=Extent)
    blank_spans: list[tuple[int, int]] = field(default_factory=list)
    """The bytes of cells that have a text of blanks or no characters."""


def marks_in(content: bytes, formats: Sequence[str], blank_texts: frozenset[str] = frozenset()) -> Marks:
    """Return the marks of a worksheet. `blank_texts`: the numbers of the shared texts that show nothing.

    Raises ExpatError, and ValueError for a row or a reference that no worksheet has.
    """
    reader = _Reader(content, formats, blank_texts)
    reader.parser.Parse(content, True)  # noqa: FBT003  # the interface of expat
    return reader.marks


def without_blanks(content: bytes, marks: Marks) -> bytes:
    """Return the XML of a worksheet without the cells that show nothing."""
    kept, end = [], 0
    for first, last in marks.blank_spans:
        kept.append(content[end:first])
        end = last
    return b"".join([*kept, content[end:]])


def blank_texts_in(content: bytes) -> frozenset[str]:
    """Return the numbers of the shared texts that show nothing. Raises ExpatError."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    blank, said, count = set[str](), [False], [0]

    def see(text: str) -> None:
        said[0] = said[0] or bool(text.strip())

    def end(name: str) -> None:
        if name.rpartition(" ")[2] == "si":
            if not said[0]:
                blank.add(str(count[0]))
            count[0] += 1
            said[0] = False

    parser.CharacterDataHandler, parser.EndElementHandler = see, end
    parser.Parse(content, True)  # noqa: FBT003  # the interface of expat
    return frozenset(blank)


def letters(column: int) -> str:
    """Return the letters of a column from 0: A, B, …, Z, AA."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


class _Reader:
    """Reads the rows of a worksheet. A cell without a reference follows the one before."""

    def __init__(self, content: bytes, formats: Sequence[str], blank_texts: frozenset[str]) -> None:
        self.marks = Marks()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._content, self._formats, self._blank_texts = content, formats, blank_texts
        self._row, self._after = -1, 0
        self._reference: str | None = None
        self._locals = dict[str, str]()
        self._cell: dict[str, str] | None = None
        self._began, self._depth = 0, 0
        self._inner: dict[str, str] = {}
        self._text: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = self._locals.get(name) or self._locals.setdefault(name, name.rpartition(" ")[2])
        if self._cell is not None:
            self._depth += 1
            if self._depth == 1:
                self._inner.setdefault(local, "")
                self.parser.CharacterDataHandler = self._text.append
        elif local == "c":
            self._cell, self._began, self._depth = attributes, self.parser.CurrentByteIndex, 0
            if "r" in attributes:
                self._reference, self._after = attributes["r"], 0
            else:
                self._after += 1
        elif local == "row":
            self._row, self._reference, self._after = _row(attributes.get("r", f"{self._row + 2}")), None, 0
            if attributes.get("hidden") in {"1", "true"}:
                self.marks.hidden.add(self._row)
        elif local == "col" and attributes.get("hidden") in {"1", "true"}:
            first, last = int(attributes["min"]), int(attributes["max"])
            self.marks.hidden_columns.update(range(first - 1, min(last, MOST_COLUMNS)))

    def _end(self, name: str) -> None:
        if self._cell is None:
            return
        if self._depth:
            self._depth -= 1
            if not self._depth:
                self._inner[name.rpartition(" ")[2]] = "".join(self._text)
                self._text.clear()
                self.parser.CharacterDataHandler = None
            return
        cell, self._cell = self._cell, None
        if self._inner or cell.get("t") == "e":
            before = -1 if self._reference is None else _column(self._reference)
            self._see(cell, (self._row, before + self._after))
            self._inner.clear()

    def _see(self, cell: dict[str, str], at: Position) -> None:
        marks, inner, kind = self.marks, self._inner, cell.get("t")
        value = inner.get("v", "") or inner.get("is", "")
        if "f" in inner:
            marks.formulas.add(at)
            if not value and not (kind == "str" and "v" in inner):
                marks.uncomputed.add(at)
        if kind == "e":
            marks.errors[at] = value
        elif not value.strip() or (kind == "s" and value in self._blank_texts):
            marks.blanks.add(at)
            end = self._content.find(b">", self.parser.CurrentByteIndex) + 1
            marks.blank_spans.append((self._began, end))
            return
        marks.filled.add(at)
        style = int(cell.get("s", "0"))
        if style < len(self._formats) and self._formats[style] != GENERAL:
            marks.formats[at] = self._formats[style]


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
