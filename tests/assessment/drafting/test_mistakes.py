"""Every mistake of a workbook is named at its cell, and a workbook never becomes another set silently."""

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from itertools import zip_longest

import msgspec
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
    source, books = random.Random(2026), [book_of(ca_mau_set()), book_of(EXAMPLE)]
    for number in range(1_000):
        draft = mutated(source, books[number % 2])
        drafted = draft.read()
        if drafted.errors:
            assert drafted.criteria_set is None
            told += 1
            continue
        assert drafted.criteria_set is not None
        right += 1
        assert unseen(draft, drafted, drafted.criteria_set) == []
    assert right > 50
    assert told > 300


SHOWN = ca_mau_set()


def with_row(code: str, **members: object) -> CriteriaSet:
    rows = [msgspec.structs.replace(row, **members) if row.code == code else row for row in SHOWN.criteria]
    return msgspec.structs.replace(SHOWN, criteria=rows)


@pytest.mark.parametrize(
    ("other", "lost"),
    [
        (msgspec.structs.replace(SHOWN, criteria=SHOWN.criteria[:-1]), {(CRITERIA, 13)}),
        (msgspec.structs.replace(SHOWN, bands=SHOWN.bands[::-1]), {(BANDS, 2), (BANDS, len(SHOWN.bands) + 1)}),
        (msgspec.structs.replace(SHOWN, title="Bộ khác"), {(SET, 3)}),
        (with_row("1.1.1", maximum="2"), {(CRITERIA, 4)}),
        (with_row("1.1.2", parent="1.2"), {(CRITERIA, 5)}),
        (with_row("1.1.1", evidence_required=not SHOWN.criteria[2].evidence_required), {(CRITERIA, 4)}),
    ],
    ids=[
        "a row that is gone",
        "bands in another order",
        "a title",
        "a maximum",
        "a parent",
        "a word that nobody wrote",
    ],
)
def test_another_set_than_that_of_the_workbook_is_seen(other: CriteriaSet, lost: set[tuple[str, int]]) -> None:
    draft = Draft(book_of(SHOWN))
    drafted = draft.read()
    assert unseen(draft, drafted, SHOWN) == []
    assert set(unseen(draft, drafted, other)) == lost


Line = dict[str, tuple[str, str]]
EMPTY = CriteriaSet(code="", title="", reference="", criteria=[])


def unseen(draft: Draft, drafted: Drafted, criteria_set: CriteriaSet) -> list[tuple[str, int]]:
    """Return the lines that the set has otherwise, or not at all; row 0 is a line that only the set has.

    Lines are compared in their order, those of settings by their titles; an empty setting is its default. A row whose
    parent is not written is under the row that its code begins with. A cell that a warning names is not compared.
    """
    noted = {(note.at.sheet, note.at.row, note.at.column) for note in drafted.warnings}
    said = {name: [cells_of(name, line) for line in lines] for name, lines in lines_of(criteria_set).items()}
    lost = unseen_settings(draft, noted, criteria_set)
    order = [line["code"] for line in said[CRITERIA]]
    for name in (CRITERIA, DETAILS, BANDS):
        shown = lines_in(draft, name)
        if name == DETAILS:  # a set has the details of a criterion together
            shown.sort(key=lambda each: order.index(("code", each[1]["criterion"][1])))
        for there, line in zip_longest(shown, said[name]):
            row, cells = there or (0, {})
            _, fields = fields_in(draft, name)
            leave = {field for at, field in fields.items() if (name, row, letter(at)) in noted}
            if name == CRITERIA and line and "parent" not in cells and is_above(line):
                leave.add("parent")
            if line is None or without(cells, leave) != without(line, leave):
                lost.append((name, row))
    return lost


def unseen_settings(
    draft: Draft, noted: Collection[tuple[str, int, str]], criteria_set: CriteriaSet
) -> list[tuple[str, int]]:
    names = {key(title): field for field, title in ITEMS.items() if field not in PRINTED}  # these are no part of a set
    values, defaults = (
        {field: line["value"] for field, line in zip(ITEMS, lines_of(each)[SET], strict=True)}
        for each in (criteria_set, EMPTY)
    )
    lost = []
    for row, line in lines_in(draft, SET):
        field = names.get(line.get("item", ("", ""))[1], "")
        shown = line.get("value", ("", defaults.get(field, "")))[1]
        if field and plain(field, shown) != plain(field, values[field]) and (SET, row, "B") not in noted:
            lost.append((SET, row))
    return lost


def without(line: Line, fields: Collection[str]) -> Line:
    return {field: said for field, said in line.items() if field not in fields}


def is_above(line: Line) -> bool:
    """Return whether the code of a row begins with that of its parent."""
    return "parent" in line and line["code"][1].startswith(line["parent"][1] + ".")


def fields_in(draft: Draft, name: str) -> tuple[int, dict[int, str]]:
    """Return the row of the titles, and the key of each column that has one."""
    sheet, titles = draft.sheets[name], {key(title): field for field, title in COLUMNS[name].items()}
    head = next(row for row, cells in sorted(sheet.items()) if any(key(c.text) in titles for c in cells.values()))
    return head, {at: titles[key(cell.text)] for at, cell in sheet[head].items() if key(cell.text) in titles}


def letter(at: int) -> str:
    return chr(ord("A") + at)


def lines_in(draft: Draft, name: str) -> list[tuple[int, Line]]:
    """Return the lines below the titles with their rows, by the keys of the columns; the other columns are left out."""
    head, fields = fields_in(draft, name)
    found = [
        (row + 1, cells_of(name, {fields[at]: cell.text for at, cell in cells.items() if at in fields}))
        for row, cells in sorted(draft.sheets[name].items())
        if row > head
    ]
    return [(row, line) for row, line in found if line]


def cells_of(name: str, line: Mapping[str, str]) -> Line:
    """Return the cells of a line that are not empty, as they are compared."""
    return {field: plain(field, said) for field, said in line.items() if field in COLUMNS[name] and key(said)}


def plain(field: str, said: str) -> tuple[str, str]:
    if field in NUMBERS:
        try:
            return field, read_number(said.replace(".", ",")) if "," not in said else read_number(said)
        except NotReadError:
            return field, said
    return field, key(said)
