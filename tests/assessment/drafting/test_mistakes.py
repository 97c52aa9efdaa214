"""Every mistake of a workbook is named at its cell, and a workbook never becomes another set silently."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.assessment.conftest import ca_mau_set

from assessment.drafting.layout import (
    BAND_COLUMNS,
    BANDS,
    CRITERIA,
    CRITERION_COLUMNS,
    DETAIL_COLUMNS,
    DETAILS,
    ITEMS,
    NUMBERS,
    OWN_NOTES,
    PRINTED,
    PRINTED_ITEMS,
    READ,
    SET,
    SET_COLUMNS,
    SET_ITEMS,
)
from assessment.drafting.reading import Drafted, read_set
from assessment.drafting.writing import EXAMPLE, lines_of, write_set
from parindex.contracts.criteria import CriteriaSet
from parindex.files.workbooks import Cell, CellKind, Workbook, extract
from parindex.web.vietnamese import NotReadError, read_number
from parindex.web.worksheets import key

COLUMNS = {SET: SET_COLUMNS, CRITERIA: CRITERION_COLUMNS, DETAILS: DETAIL_COLUMNS, BANDS: BAND_COLUMNS}
Cells = dict[int, dict[int, Cell]]
Place = tuple[str, int, str]


def text(said: str) -> Cell:
    return Cell(CellKind.TEXT, said)


def book_of(criteria_set: CriteriaSet) -> Workbook:
    return extract(write_set(criteria_set), READ)


class Draft:
    """The cells of a set's workbook, which a test changes."""

    def __init__(self, book: Workbook) -> None:
        self.sheets: dict[str, Cells] = {
            sheet.name: {row: dict(cells) for row, cells in sheet.cells.items()} for sheet in book.sheets
        }
        self._book = book

    def put(self, sheet: str, code: str, column: str, cell: Cell | None) -> int:
        """Write a cell of the first line that begins with a code; return the line's number."""
        row = next(row for row, cells in self.sheets[sheet].items() if 0 in cells and cells[0].text == code)
        at = list(COLUMNS[sheet]).index(column)
        if cell is None:
            self.sheets[sheet][row].pop(at, None)
        else:
            self.sheets[sheet][row][at] = cell
        return row + 1

    def add(self, sheet: str, **cells: Cell) -> int:
        row = max(self.sheets[sheet]) + 1
        self.sheets[sheet][row] = {list(COLUMNS[sheet]).index(name): cell for name, cell in cells.items()}
        return row + 1

    def workbook(self) -> Workbook:
        sheets = tuple(replace(sheet, cells=self.sheets[sheet.name]) for sheet in self._book.sheets)
        return replace(self._book, sheets=sheets)

    def read(self) -> Drafted:
        return read_set(self.workbook())


def errors(drafted: Drafted) -> list[Place]:
    return sorted((note.at.sheet, note.at.row, note.at.column) for note in drafted.errors)


def test_all_mistakes_of_all_worksheets_are_told_at_once_each_at_its_cell() -> None:
    draft = Draft(book_of(ca_mau_set()))
    row = draft.put(CRITERIA, "1.1.4", "kind", text("Theo tỉ lệ"))
    draft.put(CRITERIA, "1.1.1", "name", None)
    draft.put(CRITERIA, "1.1.2", "maximum", text("1.234,5"))
    draft.put(CRITERIA, "1.1.3", "on_time", Cell(CellKind.NUMBER, "1"))
    draft.put(CRITERIA, "1.2.1", "code", Cell(CellKind.NUMBER, "1.2"))
    draft.put(CRITERIA, "1.2.2", "code", Cell(CellKind.DAY, "2026-02-01"))
    details = draft.add(DETAILS, criterion=text("1.1.1"), code=text("a"))
    nowhere = draft.add(DETAILS, criterion=text("9.9"), code=text("a"))
    band = draft.add(BANDS, name=text("D"))
    item = draft.put(SET, SET_ITEMS["mode"], "value", text("tùy"))
    drafted = draft.read()
    assert drafted.criteria_set is None
    assert errors(drafted) == sorted([
        (CRITERIA, row, "F"), (CRITERIA, row - 3, "B"), (CRITERIA, row - 2, "E"), (CRITERIA, row - 1, "J"),
        (CRITERIA, row + 2, "A"), (CRITERIA, row + 3, "A"),
        (DETAILS, details, "A"), (DETAILS, nowhere, "A"), (DETAILS, details - 2, "A"), (DETAILS, details - 1, "A"),
        (BANDS, band, "B"), (SET, item, "B"),
    ])  # fmt: skip


def test_a_word_that_is_not_in_its_list_is_quoted() -> None:
    draft = Draft(book_of(ca_mau_set()))
    draft.put(CRITERIA, "1.1.4", "kind", text("Theo tỉ lệ"))
    draft.put(SET, SET_ITEMS["mode"], "value", text("x" * 61))
    quoted = [note.vi.partition(";")[0] for note in draft.read().errors if note.vi.startswith("“")]
    assert sorted(quoted) == ["“Theo tỉ lệ” không có trong danh sách", f"“{'x' * 60}…” không có trong danh sách"]


@pytest.mark.parametrize(
    ("change", "places"),
    [
        (lambda draft: draft.put(CRITERIA, "1.1.1", "maximum", text("2")), [(CRITERIA, 3, "E")]),  # the sum of 1.1
        (
            lambda draft: draft.put(CRITERIA, "1.1.1", "late", text("1,5")),
            [(CRITERIA, 4, "K")] * 2,
        ),  # too much, and more than on time
        (lambda draft: draft.put(CRITERIA, "1.1.2", "parent", text("7")), [(CRITERIA, 3, "E"), (CRITERIA, 5, "D")]),
        (lambda draft: draft.put(SET, SET_ITEMS["decimals"], "value", text("9")), [(SET, 5, "B")]),
        (lambda draft: draft.put(SET, SET_ITEMS["code"], "value", text("Sai mã")), [(SET, 2, "B")]),
        (
            lambda draft: draft.put(DETAILS, "1.1.4", "bound", text("50")),
            [(DETAILS, 3, "D")],
        ),  # less than the rung below
        (lambda draft: draft.put(BANDS, "A", "at_least", text("-1")), [(BANDS, 2, "B")]),
        (lambda draft: draft.put(CRITERIA, "2.1", "evidence_required", text("Có")), [(CRITERIA, 13, "H")]),
    ],
)
def test_what_the_rules_of_a_set_refuse_is_at_its_cell(change: Callable[[Draft], object], places: list[Place]) -> None:
    draft = Draft(book_of(ca_mau_set()))
    change(draft)
    assert errors(draft.read()) == places


def test_decimals_with_a_comma_percent_cells_and_decomposed_letters_are_read() -> None:
    draft = Draft(book_of(EXAMPLE))
    draft.put(CRITERIA, "2.2", "floor", Cell(CellKind.NUMBER, "0.75"))  # 75 % as Excel keeps it
    draft.put(CRITERIA, "2.2", "ceiling", text("0,95"))
    draft.put(CRITERIA, "1.1", "name", text("Tie\u0302u chi\u0301\u00a0một "))
    drafted = draft.read()
    assert [note.vi for note in drafted.errors] == []
    assert drafted.criteria_set is not None
    rows = {row.code: row for row in drafted.criteria_set.criteria}
    assert (rows["2.2"].rule.floor, rows["2.2"].rule.ceiling) == ("0.75", "0.95")  # type: ignore[union-attr]
    assert rows["1.1"].name == "Tiêu chí một"


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (Cell(CellKind.NUMBER, "2"), []),
        (text("2"), []),
        (Cell(CellKind.NUMBER, "3"), ["Văn bản ghi 3, nhưng trang “Tiêu chí” có 2 dòng cấp “Lĩnh vực”."]),
        (text("hai"), ["Ô này phải là số nguyên nên không so sánh được."]),
        (Cell(CellKind.ERROR, "#REF!"), ["Ô này phải là số nguyên nên không so sánh được."]),
    ],
)
def test_a_printed_count_that_the_rows_do_not_have_is_a_warning_at_its_cell(printed: Cell, said: list[str]) -> None:
    draft = Draft(book_of(ca_mau_set()))
    row = draft.put(SET, PRINTED_ITEMS["printed_areas"], "value", printed)
    drafted = draft.read()
    assert drafted.criteria_set == ca_mau_set()
    assert [(note.at.sheet, note.at.row, note.at.column, note.vi) for note in drafted.warnings] == [
        (SET, row, "B", each) for each in said
    ]


def test_each_level_is_counted_for_itself_and_an_empty_count_says_nothing() -> None:
    draft = Draft(book_of(ca_mau_set()))
    for name in PRINTED_ITEMS:
        draft.put(SET, PRINTED_ITEMS[name], "value", text("99"))
    assert [note.vi.partition("có ")[2] for note in draft.read().warnings] == [
        "2 dòng cấp “Lĩnh vực”.",
        "4 dòng cấp “Tiêu chí”.",
        "6 dòng cấp “Tiêu chí thành phần”.",
    ]


def test_the_column_of_notes_is_for_people_and_may_be_missing() -> None:
    draft = Draft(book_of(ca_mau_set()))
    head = draft.sheets[CRITERIA][0]
    [at] = [at for at, cell in head.items() if cell.text == OWN_NOTES["notes"]]
    draft.sheets[CRITERIA][3][at] = text("hỏi lại Sở Tài chính")
    drafted = draft.read()
    assert ([*drafted.errors, *drafted.warnings], drafted.criteria_set) == ([], ca_mau_set())
    for cells in draft.sheets[CRITERIA].values():
        cells.pop(at, None)
    drafted = draft.read()
    assert ([*drafted.errors, *drafted.warnings], drafted.criteria_set) == ([], ca_mau_set())


GARBLED = [
    "",
    "0",
    "1",
    "-1",
    "2.5",
    "1,5",
    "1.234",
    "=A1",
    "Có",
    "Lĩnh vực",
    "1.1",
    "x" * 501,
    "a\u202eb",
    "\x00",
    "9" * 30,
]
KINDS = [CellKind.TEXT, CellKind.NUMBER, CellKind.DAY, CellKind.ERROR, CellKind.OTHER]


def mutated(source: random.Random, book: Workbook) -> Draft:
    draft = Draft(book)
    for _ in range(source.randint(1, 4)):
        cells = draft.sheets[source.choice(list(draft.sheets))]
        row = source.choice(list(cells))
        column = source.choice(list(cells[row])) if cells[row] else 0
        match source.randrange(6):
            case 0:
                cells[row].pop(column, None)
            case 1:
                cells[source.choice(list(cells))][column] = cells[row].pop(column, text("x"))
            case 2:
                kind = source.choice(KINDS)
                said = "2026-02-01" if kind is CellKind.DAY else "1.5" if kind is CellKind.NUMBER else "x"
                cells[row][column] = Cell(kind, said, source.random() < 0.3)
            case 3:
                cells[row][source.randrange(30)] = text(source.choice(GARBLED))
            case 4:
                del cells[row]
            case _:
                other = source.choice(list(cells))
                cells[row], cells[other] = cells[other], cells[row]
        if not cells:
            break
    return draft


@pytest.mark.slow
def test_a_thousand_mutated_workbooks_are_refused_or_are_just_the_set_that_they_show() -> None:
    right, told = 0, 0
    source, book = random.Random(2026), book_of(ca_mau_set())
    for _ in range(1_000):
        draft = mutated(source, book)
        drafted = draft.read()
        if drafted.errors:
            assert drafted.criteria_set is None
            told += 1
            continue
        assert drafted.criteria_set is not None
        right += 1
        assert unseen(draft, drafted) == []
    assert right > 50
    assert told > 300


def unseen(draft: Draft, drafted: Drafted) -> list[tuple[str, int, str, str]]:
    """Return the cells that no warning names, and which the set does not say."""
    assert drafted.criteria_set is not None
    said = lines_of(drafted.criteria_set)
    noted = {(note.at.sheet, note.at.row, note.at.column) for note in drafted.warnings}
    lost = []
    for name, columns in COLUMNS.items():
        sheet = draft.sheets[name]
        titles = {key(title): field for field, title in columns.items()}
        head = next(row for row, cells in sorted(sheet.items()) if any(key(c.text) in titles for c in cells.values()))
        fields = {at: titles.get(key(cell.text), "") for at, cell in sheet[head].items()}
        texts = {plain(field, value) for line in said[name] for field, value in line.items()}
        texts |= {plain(field, value) for field, value in zip(ITEMS, (x["value"] for x in said[SET]), strict=True)}
        for row, cells in sheet.items():
            for at, cell in cells.items():
                field = fields.get(at, "")
                if row <= head or not cell.text.strip() or field in {"parent", "item"}:
                    continue
                if field == "value":  # of the item that the line names
                    title = next((c.text for at, c in cells.items() if fields.get(at) == "item"), "")
                    field = next((item for item, words in ITEMS.items() if key(words) == key(title)), "")
                    if field in PRINTED:  # it is compared, and no part of the set
                        continue
                letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[at] if at < 26 else ""
                if (name, row + 1, letter) not in noted and plain(field, cell.text) not in texts and field:
                    lost.append((name, row + 1, letter, cell.text))
    return lost


def plain(field: str, said: str) -> tuple[str, str]:
    if field in NUMBERS:
        try:
            return field, read_number(said.replace(".", ",")) if "," not in said else read_number(said)
        except NotReadError:
            return field, said
    return field, key(said)
