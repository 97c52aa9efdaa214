"""Every mistake of a workbook is named at its cell, and a workbook never becomes another register silently."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce

import pytest
from tests.assessment.registering.test_round_trip import LATER, MERGED, change_of, line, register_of, thirds

from assessment.registering.commands import RecordUnits
from assessment.registering.decisions import decide
from assessment.registering.events import UnitEnded
from assessment.registering.reading import UnitList, read_units
from assessment.registering.refusals import UnitsInvalidError
from assessment.registering.state import UnitRegister, evolve
from assessment.registering.units import DAYS, KIND_WORDS, READ, SUCCESSIONS, TABLES, UNITS, Predecessor
from assessment.registering.writing import lines_of, rows_of, write_units
from parindex.files.workbooks import Cell, CellKind, Workbook, extract
from parindex.web.vietnamese import NotReadError, read_day, read_number
from parindex.web.worksheets import key

Cells = dict[int, dict[int, Cell]]


def text(said: str) -> Cell:
    return Cell(CellKind.TEXT, said)


class Draft:
    """The cells of a register's workbook, which a test changes."""

    def __init__(self, book: Workbook) -> None:
        self.sheets: dict[str, Cells] = {
            sheet.name: {row: dict(cells) for row, cells in sheet.cells.items()} for sheet in book.sheets
        }
        self._book = book

    def put(self, sheet: str, row: int, column: str, cell: Cell | None) -> None:
        """Write a cell of a row, counted from 1 as in Excel."""
        at = list(TABLES[sheet]).index(column)
        self.sheets[sheet][row - 1].pop(at, None)
        if cell is not None:
            self.sheets[sheet][row - 1][at] = cell

    def read(self) -> UnitList:
        sheets = tuple(replace(sheet, cells=self.sheets[sheet.name]) for sheet in self._book.sheets)
        return read_units(replace(self._book, sheets=sheets))


def draft_of(register: UnitRegister) -> Draft:
    return Draft(extract(write_units(lines_of(register)), READ))


def errors(found: UnitList) -> list[tuple[str, int, str]]:
    return sorted((note.at.sheet, note.at.row, note.at.column) for note in found.errors)


def test_all_mistakes_of_both_worksheets_are_told_at_once_each_at_its_cell() -> None:
    draft = draft_of(thirds())
    draft.put(UNITS, 2, "code", Cell(CellKind.NUMBER, "16.1"))
    draft.put(UNITS, 3, "name", None)
    draft.put(UNITS, 4, "kind", text("Phường xã"))
    draft.put(UNITS, 5, "valid_from", text("31/02/2025"))
    draft.put(UNITS, 6, "valid_from", Cell(CellKind.NUMBER, "0"))
    draft.put(UNITS, 7, "parent", text("Sở Nội vụ"))
    draft.put(UNITS, 8, "end_reference", text("1/QĐ"))
    draft.put(SUCCESSIONS, 2, "weight", Cell(CellKind.DAY, "2026-03-01"))  # 1/3 as Excel takes it
    draft.put(SUCCESSIONS, 3, "weight", text("một phần ba"))
    draft.put(SUCCESSIONS, 4, "predecessor", None)
    draft.put(SUCCESSIONS, 5, "weight", text("1.234"))
    found = draft.read()
    assert errors(found) == sorted([
        (UNITS, 2, "A"), (UNITS, 3, "B"), (UNITS, 4, "C"), (UNITS, 5, "F"), (UNITS, 6, "F"), (UNITS, 7, "D"),
        (UNITS, 8, "I"), (SUCCESSIONS, 2, "D"), (SUCCESSIONS, 3, "D"), (SUCCESSIONS, 4, "A"), (SUCCESSIONS, 5, "D"),
        *((SUCCESSIONS, row, "B") for row in (2, 3, 4)),  # row 5 of the units has no day by which they are found
    ])  # fmt: skip
    assert found.lines == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda draft: draft.put(SUCCESSIONS, 2, "weight", text("1/2")), (SUCCESSIONS, 2, "D")),  # the sum is 7/6
        (lambda draft: draft.put(SUCCESSIONS, 3, "weight", text("1/0")), (SUCCESSIONS, 3, "D")),
        (lambda draft: draft.put(SUCCESSIONS, 3, "weight", text("1/3/3")), (SUCCESSIONS, 3, "D")),
        (lambda draft: draft.put(SUCCESSIONS, 3, "predecessor", text("H16.99")), (SUCCESSIONS, 3, "A")),
        (lambda draft: draft.put(UNITS, 2, "code", text("H17.01")), (UNITS, 2, "A")),
        (lambda draft: draft.put(UNITS, 8, "parent", text("H16.77")), (UNITS, 8, "D")),
        (lambda draft: draft.put(UNITS, 8, "valid_to", text("01/01/2020")), (UNITS, 8, "G")),
        (lambda draft: draft.put(UNITS, 7, "valid_from", text("01/01/2020")), (UNITS, 7, "A")),
    ],
)
def test_what_the_rules_of_the_register_refuse_is_at_its_cell(
    change: Callable[[Draft], None], place: tuple[str, int, str]
) -> None:
    draft = draft_of(thirds())
    change(draft)
    found = draft.read()
    assert errors(found) == []
    with pytest.raises(UnitsInvalidError) as caught:
        decide(RecordUnits("H16", found.lines), thirds())
    found.refuse(caught.value.places)
    assert place in errors(found)


def test_days_and_weights_are_read_as_people_and_excel_write_them() -> None:
    draft = draft_of(thirds())
    draft.put(UNITS, 6, "valid_from", text("1/1/2020"))
    draft.put(UNITS, 7, "valid_from", Cell(CellKind.NUMBER, "45717"))  # 1 March 2025, as Excel keeps it
    draft.put(SUCCESSIONS, 2, "weight", text(" 2 / 6 "))
    draft.put(SUCCESSIONS, 5, "weight", Cell(CellKind.NUMBER, "1"))
    draft.put(UNITS, 6, "kind", text("sở, ban, ngành"))
    found = draft.read()
    assert (errors(found), decide(RecordUnits("H16", found.lines), thirds())) == ([], [])


def test_what_a_list_would_change_is_said_unit_by_unit() -> None:
    draft = draft_of(thirds())
    draft.put(UNITS, 6, "name", text("Sở Nội vụ"))  # the record of 2020 is corrected
    draft.put(UNITS, 8, "valid_to", Cell(CellKind.DAY, "2026-01-01"))
    draft.put(UNITS, 8, "end_reference", text("9/NQ"))
    draft.put(UNITS, 2, "valid_to", Cell(CellKind.DAY, LATER))
    draft.sheets[UNITS][20] = {0: text("H16.30"), 1: text("Sở Mới"), 2: text("Khác"), 5: text("01/01/2026")}
    del draft.sheets[UNITS][8]  # row 9: H16.20
    del draft.sheets[SUCCESSIONS][4]
    changes = change_of(thirds(), draft.read().lines)
    assert [(one.code, one.valid_from) for one in changes.new] == [("H16.30", "2026-01-01")]
    assert [(one.code, one.valid_to, one.reference) for one in changes.ended] == [("H16.10", "2026-01-01", "9/NQ")]
    said = [
        (one.code, one.correction, field.label, field.old, field.new) for one in changes.changed for field in one.fields
    ]
    assert said == [
        ("H16.10", True, "Tên đơn vị", "Đơn vị H16.10", "Sở Nội vụ"),
        ("H16.01", True, "Không còn từ ngày", "01/03/2025", "01/07/2025"),
    ]
    assert changes.left_out == ["H16.20"]


def test_a_later_record_says_what_is_otherwise_than_before_and_an_earlier_one_that_the_unit_begins_earlier() -> None:
    register = register_of([line("H16.01"), line("H16.02")])
    lines = [line("H16.01", MERGED, name="Mới"), line("H16.02", "2019-01-01"), line("H16.02", MERGED)]
    changed = change_of(register, lines).changed
    assert [
        (one.code, one.since, one.correction, [(f.field, f.old, f.new) for f in one.fields]) for one in changed
    ] == [
        ("H16.01", MERGED, False, [("name", "Đơn vị H16.01", "Mới")]),
        ("H16.02", "2019-01-01", False, [("valid_from", "01/01/2020", "01/01/2019")]),
        ("H16.02", MERGED, False, []),
    ]
    assert change_of(register, lines).left_out == ["H16.01 (từ ngày 01/01/2020)", "H16.02 (từ ngày 01/01/2020)"]


def test_predecessors_that_the_file_has_no_more_are_a_change_in_words() -> None:
    draft = draft_of(thirds())
    for row in (1, 2, 3):
        del draft.sheets[SUCCESSIONS][row]
    [changed] = change_of(thirds(), draft.read().lines).changed
    [field] = changed.fields
    assert (field.label, field.new) == ("Đơn vị tiền thân", "")
    assert field.old == "H16.01 (1/3); H16.02 (1/3); H16.03 (1/3)"


GARBLED = ["", "0", "-1", "1,5", "1.234", "=A1", "Khác", "H16.01", "H16.10", "01/03/2025", "1/3", "x" * 501, "a\u202eb",
           "\x00", "9" * 30, "1/0"]  # fmt: skip
KINDS = {
    CellKind.DAY: "2026-02-01",
    CellKind.NUMBER: "1.5",
    CellKind.TEXT: "x",
    CellKind.ERROR: "#REF!",
    CellKind.OTHER: "True",
}


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
                kind = source.choice(list(KINDS))
                cells[row][column] = Cell(kind, KINDS[kind], source.random() < 0.3)
            case 3:
                cells[row][source.randrange(12)] = text(source.choice(GARBLED))
            case 4 if len(cells) > 1:
                del cells[row]
            case _:
                other = source.choice(list(cells))
                cells[row], cells[other] = cells[other], cells[row]
    return draft


@pytest.mark.slow
def test_three_hundred_mutated_workbooks_are_refused_or_are_just_the_register_that_they_show() -> None:
    """The lines say all that the cells show, and a person sees each event of the list as a change."""
    source, book, right, told = random.Random(2026), extract(write_units(lines_of(thirds())), READ), 0, 0
    for _ in range(300):
        draft = mutated(source, book)
        found = draft.read()
        command = RecordUnits("H16", found.lines)
        try:
            facts = decide(command, thirds()) if not found.errors else None
        except UnitsInvalidError as refused:
            found.refuse(refused.places)
            facts = None
        if facts is None:
            assert found.errors
            told += 1
            continue
        right += 1
        assert unseen(draft, found) == []
        after = reduce(evolve, facts, thirds())
        assert decide(command, after) == []  # the register says all that the file says
        changes = change_of(thirds(), found.lines)
        shown = {one.code for each in (changes.new, changes.changed, changes.ended) for one in each}
        assert shown == {fact.code for fact in facts}
        assert len(changes.ended) <= sum(isinstance(fact, UnitEnded) for fact in facts)
    assert right > 30
    assert told > 100


def test_another_register_than_that_of_the_workbook_is_seen() -> None:
    draft = draft_of(thirds())
    found = draft.read()
    assert unseen(draft, found) == []
    first = found.lines[0]
    for other in ([*found.lines[1:]], [*found.lines, first], [replace(first, name="Sở khác"), *found.lines[1:]]):
        assert {sheet for sheet, _ in unseen(draft, replace(found, lines=list(other)))} == {UNITS}
    merged = next(each for each in found.lines if len(each.predecessors) > 1)
    swapped = replace(merged, predecessors=(replace(merged.predecessors[0], weight="2/3"), *merged.predecessors[1:]))
    other = [swapped if each is merged else each for each in found.lines]
    assert {sheet for sheet, _ in unseen(draft, replace(found, lines=list(other)))} == {SUCCESSIONS}


Line = frozenset[tuple[str, str]]


def unseen(draft: Draft, found: UnitList) -> list[tuple[str, Line]]:
    """Return the lines that only the cells show, and those that only the list says. Their order says nothing."""
    said = rows_of([replace(each, predecessors=tuple(map(plain_weight, each.predecessors))) for each in found.lines])
    lost: list[tuple[str, Line]] = []
    for name in TABLES:
        shown, lines = Counter(lines_in(draft, name)), Counter(map(plain_line, said[name]))
        lost += [(name, line) for line in ((shown - lines) + (lines - shown)).elements()]
    return lost


def lines_in(draft: Draft, name: str) -> list[Line]:
    """Return the lines below the titles, by the keys of the columns; the other columns are left out."""
    sheet, titles = draft.sheets[name], {key(title): field for field, title in TABLES[name].items()}
    first = next(iter(titles))
    head = next(row for row, cells in sorted(sheet.items()) if any(key(cell.text) == first for cell in cells.values()))
    fields = {at: titles[key(cell.text)] for at, cell in sheet[head].items() if key(cell.text) in titles}
    lines = [
        plain_line({fields[at]: cell.text for at, cell in cells.items() if at in fields})
        for row, cells in sheet.items()
        if row > head
    ]
    return [line for line in lines if line]


def plain_line(line: Mapping[str, str]) -> Line:
    """Return the cells of a line that are not empty, as they are compared."""
    return frozenset(plain(field, said) for field, said in line.items() if said.strip())


def plain_weight(one: Predecessor) -> Predecessor:
    return Predecessor(one.code, "".join(one.weight.split()))


def plain(field: str, said: str) -> tuple[str, str]:
    try:
        if field in DAYS:
            return field, read_day(said)
        if field == "weight":
            return field, read_number(said)
    except NotReadError:
        return field, said
    words = {key(word): code for code, word in KIND_WORDS.items()}
    return field, words.get(key(said), key(said)) if field == "kind" else key(said)
