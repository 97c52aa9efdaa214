"""Every mistake of a year's workbook is named at its cell, and a workbook never becomes another year silently."""

import random
from dataclasses import replace
from itertools import zip_longest

import msgspec
import pytest
from tests.assessment.drafting.test_mistakes import COLUMNS as OF_SET
from tests.assessment.drafting.test_mistakes import Cells, mutated, text
from tests.assessment.planning.test_round_trip import ca_mau_year

from assessment.drafting.layout import CRITERIA, SET
from assessment.opening.deadlines import Deadlines
from assessment.planning.layout import (
    APPRAISER_COLUMNS,
    APPRAISERS,
    BLOCK_COLUMNS,
    BLOCKS,
    EXCLUDED,
    EXCLUDED_COLUMNS,
    NEEDED,
    READ,
    ROUND,
    ROUND_ITEMS,
    UNIT_COLUMNS,
    UNITS,
)
from assessment.planning.reading import ITEM_COLUMNS, ReadYear, read_year
from assessment.planning.writing import round_lines, write_year
from assessment.planning.years import Year
from parindex.contracts.assessment import Block, RoundUnit
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
    book.put(UNITS, 2, "name", None)
    book.put(UNITS, 3, "block", text("xa"))
    book.put(APPRAISERS, 2, "appraiser", None)
    book.put(EXCLUDED, 2, "unit", text("H16.99"))
    book.put(EXCLUDED, 2, "criterion", text("1.1"))
    planned = book.read()
    assert planned.year is None
    assert errors(planned) == sorted([
        (CRITERIA, 4, "E"), (ROUND, year, "B"), (ROUND, deadline, "B"), (ROUND, twice, "B"), (ROUND, flag, "B"),
        (ROUND, title, "B"), (BLOCKS, 2, "B"), (UNITS, 2, "B"), (UNITS, 3, "C"), (APPRAISERS, 2, "B"),
        (EXCLUDED, 2, "A"),
    ])  # fmt: skip


def test_a_row_that_is_refused_has_no_mistakes_that_follow_from_it() -> None:
    book = YearBook(book_of(ca_mau_year()))
    book.put(UNITS, 3, "block", text("xa"))
    book.put(EXCLUDED, 2, "unit", text("H16.02"))  # is there, in the line whose block is wrong
    book.put(EXCLUDED, 2, "criterion", text("1.1"))
    assert errors(book.read()) == [(UNITS, 3, "C")]
    book.put(UNITS, 3, "block", text("so"))
    book.put(UNITS, 3, "code", Cell(CellKind.NUMBER, "16.2"))  # may be the unit that is meant
    assert errors(book.read()) == [(UNITS, 3, "A")]
    book = YearBook(book_of(ca_mau_year()))
    book.put(BLOCKS, 2, "code", Cell(CellKind.NUMBER, "1.1"))
    assert errors(book.read()) == [(BLOCKS, 2, "A")]


def test_a_missing_item_a_repeated_and_an_unknown_one_are_told() -> None:
    book = YearBook(book_of(ca_mau_year()))
    book.put(ROUND, 2, "item", text("Mã gì đó"))
    book.put(ROUND, 5, "item", text(ROUND_ITEMS["title"]))
    planned = book.read()
    assert errors(planned) == [(ROUND, 0, ""), (ROUND, 5, "A")]
    assert [(note.at.row, note.vi) for note in planned.drafted.warnings] == [
        (2, "Mục “Mã gì đó” không được đọc."),
        (0, "Thiếu mục “Văn bản của đợt” nên được đọc như để trống."),
    ]


@pytest.mark.parametrize("name", sorted(ROUND_ITEMS.keys() - set(NEEDED)))
def test_a_setting_whose_line_is_deleted_is_a_warning(name: str) -> None:
    book = YearBook(book_of(replace(ca_mau_year(), four_eyes=True, approval=True, two_appraisals=True)))
    del book.sheets[ROUND][list(ROUND_ITEMS).index(name) + 1]
    planned = book.read()
    assert errors(planned) == []
    assert [(note.at.place, note.vi) for note in planned.drafted.warnings] == [
        (f"sheet {ROUND}", f"Thiếu mục “{ROUND_ITEMS[name]}” nên được đọc như để trống.")
    ]


def test_a_missing_worksheet_is_one_mistake_and_the_others_are_read() -> None:
    book = book_of(ca_mau_year())
    planned = read_year(replace(book, sheets=tuple(sheet for sheet in book.sheets if sheet.name != UNITS)))
    assert (errors(planned), planned.year) == ([(UNITS, 0, "")], None)


def test_a_date_of_excel_with_its_time_is_an_instant_to_the_second() -> None:
    book = YearBook(book_of(ca_mau_year()))
    book.item("self_scoring", Cell(CellKind.OTHER, "2027-01-30 16:59:59.999000"))
    planned = book.read()
    assert planned.year is not None
    assert planned.year.deadlines.self_scoring_until == "2027-01-30T10:00:00.000000Z"
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


OF_TWO_BLOCKS = replace(
    ca_mau_year(),
    blocks=(
        Block(code="so", name="Sở", criteria_set="ca-mau-2013", units=[RoundUnit(code="H16.01", name="Sở A")]),
        Block(code="xa", name="Xã", criteria_set="ca-mau-2013", units=[RoundUnit(code="H16.02", name="Xã B")]),
    ),
)
DEADLINES = (OF_TWO_BLOCKS.deadlines.self_scoring_until, OF_TWO_BLOCKS.deadlines.appraisal_until)
FIRST, SECOND = OF_TWO_BLOCKS.blocks
SWAPPED = (msgspec.structs.replace(FIRST, units=SECOND.units), msgspec.structs.replace(SECOND, units=FIRST.units))


@pytest.mark.parametrize(
    ("other", "lost"),
    [
        (
            replace(OF_TWO_BLOCKS, deadlines=Deadlines(self_scoring_until=DEADLINES[1], appraisal_until=DEADLINES[0])),
            [(ROUND, 6), (ROUND, 7)],
        ),
        (replace(OF_TWO_BLOCKS, blocks=SWAPPED), [(UNITS, 2), (UNITS, 3)]),
        (replace(OF_TWO_BLOCKS, four_eyes=True), [(ROUND, 10)]),
        (replace(OF_TWO_BLOCKS, appraisers=()), [(APPRAISERS, 2)]),
    ],
    ids=["swapped deadlines", "swapped blocks", "a setting that nobody wrote", "no appraiser"],
)
def test_another_year_than_that_of_the_workbook_is_seen(other: Year, lost: list[tuple[str, int]]) -> None:
    book = YearBook(book_of(OF_TWO_BLOCKS))
    planned = book.read()
    assert unseen(book, planned, OF_TWO_BLOCKS) == []
    assert unseen(book, planned, other) == lost


def unseen(book: YearBook, planned: ReadYear, year: Year) -> list[tuple[str, int]]:
    """Return the lines of the round that the year has otherwise, or not at all; row 0 is a line that only it has.

    Lines are compared in their order, those of settings by their titles. The settings of a year without a line are
    empty. A line whose title a warning names is left out.
    """
    noted = {(note.at.sheet, note.at.row) for note in planned.drafted.warnings}
    said = {name: [cells_of(line) for line in lines] for name, lines in round_lines(year).items()}
    lines = {name: lines_in(book, name) for name in COLUMNS}
    values = {line["item"]: line for line in said.pop(ROUND)}
    settings = lines.pop(ROUND)
    lost = [
        (ROUND, row)
        for row, line in settings
        if line != values.get(line.get("item", "")) and (line.get("item") in values or (ROUND, row) not in noted)
    ]
    titles = {line.get("item") for _, line in settings}
    lost += [(ROUND, 0) for title, line in values.items() if title not in titles and "value" in line]
    blocks = [line["code"] for line in said[BLOCKS]]
    units = [line["code"] for line in said[UNITS]]
    lines[UNITS].sort(key=lambda each: blocks.index(each[1]["block"]))  # a year has them by block, and by unit
    lines[EXCLUDED].sort(key=lambda each: units.index(each[1]["unit"]))
    for name, there in lines.items():
        pairs = zip_longest(there, said[name], fillvalue=None)
        lost += [(name, one[0] if one else 0) for one, each in pairs if not one or one[1] != each]
    return lost


def lines_in(book: YearBook, name: str) -> list[tuple[int, dict[str, str]]]:
    """Return the lines below the titles with their rows, by the keys of the columns; the other columns are left out."""
    titles = {key(title): field for field, title in COLUMNS[name].items()}
    sheet = book.sheets[name]
    head = next(row for row, cells in sorted(sheet.items()) if any(key(c.text) in titles for c in cells.values()))
    fields = {at: titles[key(cell.text)] for at, cell in sheet[head].items() if key(cell.text) in titles}
    lines = [
        (row + 1, cells_of({fields[at]: cell.text for at, cell in cells.items() if at in fields}))
        for row, cells in sorted(sheet.items())
        if row > head
    ]
    return [(row, line) for row, line in lines if line]


def cells_of(line: dict[str, str]) -> dict[str, str]:
    """Return the cells of a line that are not empty, as they are compared."""
    return {field: key(text) for field, text in line.items() if key(text)}
