"""Every mistake of a workbook is named at its cell, and a workbook never becomes another set silently."""

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from itertools import zip_longest

import msgspec
import pytest
from msgspec.structs import replace as replace_set
from tests.assessment.conftest import ca_mau_set

from assessment.drafting.bodies import reading_of
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
from assessment.drafting.reading import OF_HUNDRED, SHARES, Drafted, read_set
from assessment.drafting.writing import EXAMPLE, lines_of, write_set
from parindex.contracts.criteria import CriteriaSet, Steps
from parindex.files.sheet_marks import letters
from parindex.files.workbooks import Cell, CellKind, Workbook, extract
from parindex.numbers import exact
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
    band = draft.add(BANDS, name=text("D"))
    item = draft.put(SET, SET_ITEMS["mode"], "value", text("tùy"))
    drafted = draft.read()
    assert drafted.criteria_set is None
    assert errors(drafted) == sorted([
        (CRITERIA, row, "F"), (CRITERIA, row - 3, "B"), (CRITERIA, row - 2, "E"), (CRITERIA, row - 1, "J"),
        (CRITERIA, row + 2, "A"), (CRITERIA, row + 3, "A"),
        (DETAILS, details, "A"),
        (BANDS, band, "B"), (SET, item, "B"),
    ])  # fmt: skip


def test_a_detail_of_a_criterion_that_is_not_there_is_told_unless_a_code_could_not_be_read() -> None:
    draft = Draft(book_of(ca_mau_set()))
    nowhere = draft.add(DETAILS, criterion=text("9.9"), code=text("a"))
    assert errors(draft.read()) == [(DETAILS, nowhere, "A")]
    row = draft.put(CRITERIA, "1.2.1", "code", Cell(CellKind.NUMBER, "1.2"))
    assert errors(draft.read()) == [(CRITERIA, row, "A")]


def test_the_other_cells_of_a_row_with_an_unknown_kind_of_rule_are_looked_at() -> None:
    draft = Draft(book_of(ca_mau_set()))
    row = draft.put(CRITERIA, "1.1.4", "kind", text("Theo tỉ lệ"))
    draft.put(CRITERIA, "1.1.4", "otherwise", text("không"))
    bound = draft.put(DETAILS, "1.1.4", "bound", text("chín mươi"))
    assert errors(draft.read()) == sorted([
        (CRITERIA, row, "F"), (CRITERIA, row, letter_of(CRITERIA, "otherwise")), (DETAILS, bound, "D"),
    ])  # fmt: skip


def letter_of(sheet: str, column: str) -> str:
    return letters(list(COLUMNS[sheet]).index(column))


def percent(said: str) -> Cell:
    return Cell(CellKind.NUMBER, said, format_code="0%")


@pytest.mark.parametrize("cell", [percent("0.9"), text("90%"), text("90 %"), Cell(CellKind.NUMBER, "90"), text("90,0")])
def test_a_threshold_of_90_percent_is_90_however_it_is_typed(cell: Cell) -> None:
    draft = Draft(book_of(ca_mau_set()))
    draft.put(DETAILS, "1.1.4", "bound", cell)
    drafted = draft.read()
    assert [note.vi for note in (*drafted.errors, *drafted.warnings)] == []
    [row] = [row for row in drafted.criteria_set.criteria if row.code == "1.1.4"]  # type: ignore[union-attr]
    assert isinstance(row.rule, Steps)
    assert exact(row.rule.steps[0].bound) == 90


@pytest.mark.parametrize("cell", [percent("0.75"), text("75%"), text("0,75")])
@pytest.mark.parametrize(
    ("sheet", "code", "column", "read_as"),
    [
        (CRITERIA, "2.2", "floor", "0.75"),
        (CRITERIA, "2.2", "ceiling", "0.75"),
        (DETAILS, "2.3", "share", "0.75"),
        (DETAILS, "2.9", "share", "0.75"),
    ],
)
def test_a_percentage_is_a_share_in_the_columns_of_shares(
    cell: Cell, sheet: str, code: str, column: str, read_as: str
) -> None:
    draft = Draft(book_of(EXAMPLE))
    draft.put(CRITERIA, "2.2", "floor", text("0,5"))
    draft.put(sheet, code, column, cell)
    drafted = draft.read()
    assert [note.vi for note in drafted.errors] == []
    assert f'"{column}":"{read_as}"' in msgspec.json.encode(drafted.criteria_set).decode()


@pytest.mark.parametrize(("sheet", "code", "column"), [(BANDS, "Tốt", "at_least"), (CRITERIA, "2.8", "out_of")])
@pytest.mark.parametrize("cell", [percent("0.83"), text("83%")])
def test_bands_and_scales_count_from_0_to_100(cell: Cell, sheet: str, code: str, column: str) -> None:
    draft = Draft(book_of(EXAMPLE))
    draft.put(sheet, code, column, cell)
    drafted = draft.read()
    assert [note.vi for note in drafted.errors] == []
    assert f'"{column}":"83"' in msgspec.json.encode(drafted.criteria_set).decode()


POINTS = [
    (CRITERIA, "2.1", "maximum"), (CRITERIA, "1.1.1", "on_time"), (CRITERIA, "1.1.1", "late"),
    (CRITERIA, "1.1.1", "never"), (CRITERIA, "1.1.4", "otherwise"), (CRITERIA, "2.4", "each"),
    (CRITERIA, "2.4", "cap"), (CRITERIA, "2.6", "floor"), (CRITERIA, "3", "area_cap"), (DETAILS, "1.1.4", "points"),
    (DETAILS, "2.3", "points"), (DETAILS, "2.5", "points"), (SET, SET_ITEMS["decimals"], "value"),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "code", "column"), POINTS)
@pytest.mark.parametrize("cell", [percent("0.5"), text("50%")])
def test_a_percentage_is_a_mistake_in_every_other_column_of_numbers(
    cell: Cell, sheet: str, code: str, column: str
) -> None:
    draft = Draft(book_of(EXAMPLE))
    row = draft.put(sheet, code, column, cell)
    assert errors(draft.read()) == [(sheet, row, letter_of(sheet, column))]


def test_every_column_of_numbers_says_what_a_percentage_is_there() -> None:
    told = {column for _, _, column in POINTS} | {"decimals"} | OF_HUNDRED | SHARES | {"share"}
    assert told - {"value"} == NUMBERS - PRINTED_ITEMS.keys()


def test_thresholds_that_are_all_shares_are_a_warning_at_the_first_of_them() -> None:
    draft = Draft(book_of(ca_mau_set()))
    row = draft.put(DETAILS, "1.1.4", "bound", text("0,9"))
    second = list(DETAIL_COLUMNS).index("bound")
    draft.sheets[DETAILS][row][second] = text("0,7")
    [warning] = draft.read().warnings
    assert (warning.at.place, "ghi 90 hoặc 90%, không ghi 0,9" in warning.vi) == (
        f"sheet {DETAILS}, row {row}, column D",
        True,
    )
    draft.put(DETAILS, "1.1.4", "bound", text("1"))  # one case or more, and more than none
    draft.sheets[DETAILS][row][second] = text("0")
    assert draft.read().warnings == []


def test_a_cell_that_is_no_number_is_quoted_with_its_criterion_and_an_example_that_fits_its_column() -> None:
    draft = Draft(book_of(EXAMPLE))
    draft.put(CRITERIA, "1.1.1", "late", text("0,5 điểm"))
    draft.put(CRITERIA, "2.2", "floor", text("cao"))
    draft.put(DETAILS, "1.1.4", "bound", text("trên 90"))
    assert [(note.criterion, note.vi) for note in draft.read().errors] == [
        ("1.1.4", "“trên 90” không phải là số ở ô này; ví dụ 90 hoặc 90%."),
        ("1.1.1", "“0,5 điểm” không phải là số ở ô này; ví dụ 83,25."),
        ("2.2", "“cao” không phải là số ở ô này; ví dụ 0,75 hoặc 75%."),
    ]


def test_a_level_of_satisfaction_that_is_left_out_is_a_warning() -> None:
    draft = Draft(book_of(replace_set(EXAMPLE, code="bo-that", reference="1/QĐ-UBND")))
    assert draft.read().warnings == []
    row = draft.put(DETAILS, "2.9", "code", None)
    del draft.sheets[DETAILS][row - 1]
    [warning] = draft.read().warnings
    assert (warning.at.sheet, "thiếu phương án “rat-hai-long”" in warning.vi) == (CRITERIA, True)


def test_the_sample_is_named_in_a_warning() -> None:
    assert [
        (note.at.place, note.vi.partition(",")[0].partition(";")[0]) for note in read_set(book_of(EXAMPLE)).warnings
    ] == [
        (f"sheet {SET}, row 2, column B", "Đây là bộ chỉ số mẫu"),
        (f"sheet {SET}, row 4, column B", "Văn bản ban hành còn chỗ trống “…”"),
    ]


def test_mistakes_are_told_in_the_order_of_the_workbook() -> None:
    draft = Draft(book_of(EXAMPLE))
    draft.put(BANDS, "Tốt", "at_least", text("x"))
    draft.put(DETAILS, "1.1.4", "bound", text("x"))
    draft.put(CRITERIA, "1.1.2", "name", None)
    draft.put(CRITERIA, "1.1.2", "area_cap", text("x"))
    draft.put(CRITERIA, "1.1.1", "late", text("x"))
    draft.put(SET, SET_ITEMS["mode"], "value", text("x"))
    told = [(note.sheet, note.row, note.column) for note in reading_of(draft.read()).errors]
    assert told == [
        (SET, 6, "B"), (CRITERIA, 4, "K"), (CRITERIA, 5, "B"), (CRITERIA, 5, letter_of(CRITERIA, "area_cap")),
        (DETAILS, 2, "D"), (BANDS, 2, "B"),
    ]  # fmt: skip


def test_words_with_commas_are_told_apart() -> None:
    draft = Draft(book_of(EXAMPLE))
    draft.put(SET, SET_ITEMS["mode"], "value", text("x"))
    [note] = draft.read().errors
    assert note.vi.endswith("“Gần nhất, nửa thì lên”; “Gần nhất, nửa thì về số chẵn”; “Cắt bỏ”.")


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
