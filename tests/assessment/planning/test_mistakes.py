"""Every mistake of a year's workbook is named at its cell, and a workbook never becomes another year silently."""

import random
from dataclasses import replace

import pytest
from tests.assessment.drafting.test_mistakes import COLUMNS as OF_SET
from tests.assessment.drafting.test_mistakes import Cells, mutated, text
from tests.assessment.planning.test_round_trip import ca_mau_year

from assessment.drafting.layout import CRITERIA, SET
from assessment.planning.layout import (
    APPRAISER_COLUMNS,
    APPRAISERS,
    BLOCK_COLUMNS,
    BLOCKS,
    EXCLUDED,
    EXCLUDED_COLUMNS,
    READ,
    ROUND,
    ROUND_ITEMS,
    UNIT_COLUMNS,
    UNITS,
)
from assessment.planning.reading import ITEM_COLUMNS, ReadYear, read_year
from assessment.planning.writing import round_lines, write_year
from assessment.planning.years import Year
from parindex.contracts.assessment import RoundUnit
from parindex.files.workbooks import Cell, CellKind, Workbook, extract
from parindex.web.worksheets import key

COLUMNS = {
    ROUND: ITEM_COLUMNS,
    BLOCKS: BLOCK_COLUMNS,
    UNITS: UNIT_COLUMNS,
    APPRAISERS: APPRAISER_COLUMNS,
    EXCLUDED: EXCLUDED_COLUMNS,
}


def book_of(year: Year) -> Workbook:
    return extract(write_year(year), READ)


class YearBook:
    """The cells of a year's workbook, which a test changes."""

    def __init__(self, book: Workbook) -> None:
        self.sheets: dict[str, Cells] = {
            sheet.name: {row: dict(cells) for row, cells in sheet.cells.items()} for sheet in book.sheets
        }
        self._book = book

    def put(self, sheet: str, row: int, column: str, cell: Cell | None) -> None:
        at = list({**OF_SET, **COLUMNS}[sheet]).index(column)
        cells = self.sheets[sheet].setdefault(row - 1, {})
        if cell is None:
            cells.pop(at, None)
        else:
            cells[at] = cell

    def item(self, name: str, cell: Cell | None) -> int:
        row = list(ROUND_ITEMS).index(name) + 2
        self.put(ROUND, row, "value", cell)
        return row

    def read(self) -> ReadYear:
        sheets = tuple(replace(sheet, cells=self.sheets[sheet.name]) for sheet in self._book.sheets)
        return read_year(replace(self._book, sheets=sheets))


def errors(planned: ReadYear) -> list[tuple[str, int, str]]:
    return sorted((note.at.sheet, note.at.row, note.at.column) for note in planned.drafted.errors)


def test_all_mistakes_of_set_and_round_are_told_at_once_each_at_its_cell() -> None:
    book = YearBook(book_of(ca_mau_year()))
    book.put(CRITERIA, 4, "maximum", text("một"))
    year = book.item("year", text("2026a"))
    deadline = book.item("self_scoring", Cell(CellKind.DAY, "2027-01-31"))
    twice = book.item("appraisal", text("32/01/2027 17:00"))
    flag = book.item("approval", text("tùy"))
    title = book.item("title", None)
    book.put(BLOCKS, 2, "name", None)
    book.put(UNITS, 2, "code", Cell(CellKind.NUMBER, "16.1"))
    book.put(UNITS, 3, "block", text("xa"))
    book.put(APPRAISERS, 2, "appraiser", None)
    book.put(EXCLUDED, 2, "unit", text("H16.99"))
    book.put(EXCLUDED, 2, "criterion", text("1.1"))
    planned = book.read()
    assert planned.year is None
    assert errors(planned) == sorted([
        (CRITERIA, 4, "E"), (ROUND, year, "B"), (ROUND, deadline, "B"), (ROUND, twice, "B"), (ROUND, flag, "B"),
        (ROUND, title, "B"), (BLOCKS, 2, "B"), (UNITS, 2, "A"), (UNITS, 3, "C"), (APPRAISERS, 2, "B"),
        (EXCLUDED, 2, "A"),
    ])  # fmt: skip


def test_a_missing_item_a_repeated_and_an_unknown_one_are_told() -> None:
    book = YearBook(book_of(ca_mau_year()))
    book.put(ROUND, 2, "item", text("Mã gì đó"))
    book.put(ROUND, 5, "item", text(ROUND_ITEMS["title"]))
    planned = book.read()
    assert errors(planned) == [(ROUND, 0, ""), (ROUND, 5, "A")]
    assert [(note.at.row, note.vi) for note in planned.drafted.warnings] == [(2, "Mục “Mã gì đó” không được đọc.")]


def test_a_missing_worksheet_is_one_mistake_and_the_others_are_read() -> None:
    book = book_of(ca_mau_year())
    planned = read_year(replace(book, sheets=tuple(sheet for sheet in book.sheets if sheet.name != UNITS)))
    assert (errors(planned), planned.year) == ([(UNITS, 0, "")], None)


def test_a_date_of_excel_with_its_time_is_an_instant_to_the_second() -> None:
    book = YearBook(book_of(ca_mau_year()))
    book.item("self_scoring", Cell(CellKind.OTHER, "2027-01-30 16:59:59.999000"))
    planned = book.read()
    assert planned.year is not None
    assert planned.year.self_scoring_until == "2027-01-30T10:00:00.000000Z"
    for other in ("True", "17:00:00", "1 day, 0:00:00"):
        row = book.item("self_scoring", Cell(CellKind.OTHER, other))
        assert errors(book.read()) == [(ROUND, row, "B")]


def test_a_mistake_of_the_set_keeps_no_mistake_of_the_round_back() -> None:
    book = YearBook(book_of(ca_mau_year()))
    book.put(SET, 2, "value", text("Sai mã"))
    book.put(UNITS, 2, "name", None)
    assert errors(book.read()) == [(SET, 2, "B"), (UNITS, 2, "B")]


@pytest.mark.slow
def test_three_hundred_mutated_workbooks_are_refused_or_are_just_the_year_that_they_show() -> None:
    base = ca_mau_year()
    units = [RoundUnit(code="H16.01", name="Sở A", not_applicable=["1.1"]), RoundUnit(code="H16.02", name="Sở B")]
    base = replace(base, blocks=(type(base.blocks[0])(code="so", name="Sở", criteria_set="ca-mau-2013", units=units),))
    source, book = random.Random(2027), book_of(base)
    round_sheets = replace(book, sheets=tuple(sheet for sheet in book.sheets if sheet.name in COLUMNS))
    right, told = 0, 0
    for _ in range(300):
        changed = YearBook(book)
        changed.sheets |= mutated(source, round_sheets).sheets
        planned = changed.read()
        if planned.drafted.errors:
            assert planned.year is None
            told += 1
            continue
        assert planned.year is not None
        right += 1
        assert unseen(changed, planned, planned.year) == []
    assert right > 20
    assert told > 100


def unseen(book: YearBook, planned: ReadYear, year: Year) -> list[tuple[str, int, int, str]]:
    """Return the cells of the round that no warning names, and which the year does not say."""
    said, lost = round_lines(year), []
    noted = {(note.at.sheet, note.at.row, note.at.column) for note in planned.drafted.warnings}
    for name, columns in COLUMNS.items():
        titles = {key(title): field for field, title in columns.items()}
        sheet = book.sheets[name]
        head = next(row for row, cells in sorted(sheet.items()) if any(key(c.text) in titles for c in cells.values()))
        fields = {at: titles.get(key(cell.text), "") for at, cell in sheet[head].items()}
        texts = {(field, key(value)) for line in said[name] for field, value in line.items()}
        for row, cells in sheet.items():
            for at, cell in cells.items():
                letter = chr(65 + at) if at < 26 else ""
                if row <= head or not cell.text.strip() or (name, row + 1, letter) in noted:
                    continue
                if (field := fields.get(at, "")) and (field, key(cell.text)) not in texts:
                    lost.append((name, row + 1, at, cell.text))
    return lost
