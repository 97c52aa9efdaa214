"""Workbooks as a person alters them: the cells of a downloaded one, changed, and written anew by xlsxwriter."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook as Writer

from assessment.filling_in.layout import CLAIM_COLUMNS, CLAIMS, DOCUMENT_COLUMNS, DOCUMENTS, OURS
from parindex.files.workbooks import Cell, CellKind, extract

Value = str | int | Decimal | date | bool | None
Lines = list[list[Value]]


class Formula(str):
    """A formula with a computed value after a bar: `=A1|12`."""

    __slots__ = ()


class Altered:
    """The worksheets of a workbook as lists of lines, which a test changes."""

    def __init__(self, content: bytes) -> None:
        self.sheets: dict[str, Lines] = {sheet.name: _lines(sheet.cells) for sheet in extract(content, OURS).sheets}
        self.hidden: list[tuple[str, int]] = []
        self.merged: list[tuple[str, str]] = []

    def line(self, code: str, sheet: str = CLAIMS) -> list[Value]:
        """Return the first line of a criterion."""
        return next(line for line in self.sheets[sheet] if line and line[0] == code)

    def put(self, code: str, sheet: str = CLAIMS, **values: Value) -> None:
        """Write cells of the line of a criterion, by the keys of their columns."""
        columns = list(CLAIM_COLUMNS if sheet == CLAIMS else DOCUMENT_COLUMNS)
        line = self.line(code, sheet)
        for name, value in values.items():
            line[columns.index(name)] = value

    def add_document(self, code: str, **values: Value) -> None:
        """Add a line to the documents."""
        self.sheets[DOCUMENTS].append([code if name == "code" else values.get(name) for name in DOCUMENT_COLUMNS])

    def row(self, code: str, sheet: str = CLAIMS) -> int:
        """Return the number of the line of a criterion, from 1."""
        return self.sheets[sheet].index(self.line(code, sheet)) + 1

    def saved(self, **options: Any) -> bytes:
        """Return the bytes of the workbook."""
        into = BytesIO()
        book = Writer(into, {"in_memory": True, "strings_to_urls": False, **options})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, lines in self.sheets.items():
            sheet = book.add_worksheet(name)
            for row, line in enumerate(lines):
                for column, value in enumerate(line):
                    _write(sheet, row, column, value, day)
            for at, row in self.hidden:
                if at == name:
                    sheet.set_row(row - 1, None, None, {"hidden": True})
            for at, area in self.merged:
                if at == name:
                    sheet.merge_range(area, "gộp")
        book.close()
        return into.getvalue()


def _write(sheet: Any, row: int, column: int, value: Value, day: Any) -> None:
    match value:
        case None:
            return
        case Formula():
            formula, _, result = value.partition("|")
            sheet.write_formula(row, column, formula, None, result)
        case str():
            sheet.write_string(row, column, value)
        case bool():
            sheet.write_boolean(row, column, value)
        case date():
            sheet.write_datetime(row, column, value, day)
        case _:
            sheet.write_number(row, column, value)


def _lines(cells: Mapping[int, Mapping[int, Cell]]) -> Lines:
    width = max((column for line in cells.values() for column in line), default=0) + 1
    height = max(cells, default=-1) + 1
    return [[_value(cells.get(row, {}).get(column)) for column in range(max(width, 12))] for row in range(height)]


def _value(cell: Cell | None) -> Value:
    if cell is None:
        return None
    if cell.kind is CellKind.NUMBER:
        return Decimal(cell.text)
    return date.fromisoformat(cell.text) if cell.kind is CellKind.DAY else cell.text
