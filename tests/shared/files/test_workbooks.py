"""Cells of workbooks are read exactly, with what a reader of values hides, and a hostile workbook ends its process."""

import asyncio
import unicodedata
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from zipfile import ZipFile

import pytest
from xlsxwriter import Workbook as Writer

from parindex.files.refusals import CellTooFarError, FileDamagedError, FileTooComplexError, WorksheetTwiceError
from parindex.files.workbooks import Cell, CellKind, Extractor, Workbook, extract
from parindex.testing import made_files as made

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def relation(kind: str, target: str) -> str:
    one = f'<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{one}</Relationships>'


def workbook_of(sheet: str) -> bytes:
    """Return a workbook with one worksheet, A, as a program may write it that is not ours."""
    parts = {
        "_rels/.rels": relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": relation("worksheet", "/xl/worksheets/s.xml"),
        "xl/worksheets/s.xml": sheet,
    }
    return made.xlsx(parts)


def by_hand(rows: str) -> bytes:
    return workbook_of(f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>')


async def cells(content: bytes) -> dict[tuple[int, int], Cell]:
    workbook = await read(content)
    return {(row, column): cell for row, line in workbook.sheets[0].cells.items() for column, cell in line.items()}


async def read(content: bytes, *names: str) -> Workbook:
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return await Extractor().cells_of(Path(file.name), names or ("A",))


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("83.25", "83.25"),
        ("8.0999999999999996", "8.1"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("1E-7", "0.0000001"),
        ("10", "10"),
        ("-2.50", "-2.5"),
        ("1.5E3", "1500"),
        ("123456789012345", "123456789012345"),
    ],
)
async def test_a_number_is_its_shortest_decimal(stored: str, text: str) -> None:
    found = await cells(by_hand(f'<row r="1"><c r="A1"><v>{stored}</v></c></row>'))
    assert found == {(0, 0): Cell(CellKind.NUMBER, text)}


async def test_errors_formulas_and_hidden_rows_are_seen_and_cells_without_a_reference_follow_each_other() -> None:
    workbook = await read(
        by_hand(
            '<row r="2" hidden="1"><c t="e"><f>1/0</f><v>#DIV/0!</v></c><c><f>A1</f><v>12</v></c>'
            '<c r="D2"><f>B9</f></c></row>'
            '<row><c t="inlineStr"><is><t>=chữ</t></is></c><c t="b"><v>1</v></c><c t="str"><f>D1</f><v>x</v></c></row>'
        )
    )
    [sheet] = workbook.sheets
    assert sheet.hidden == {1}
    formula = {
        0: Cell(CellKind.ERROR, "#DIV/0!", True),
        1: Cell(CellKind.NUMBER, "12", True),
        3: Cell(CellKind.ERROR, "", True),
    }
    plain = {0: Cell(CellKind.TEXT, "=chữ"), 1: Cell(CellKind.OTHER, "True"), 2: Cell(CellKind.TEXT, "x", True)}
    assert sheet.cells == {1: formula, 2: plain}


async def test_only_named_worksheets_are_read_and_merged_cells_are_known() -> None:
    into = BytesIO()
    with Writer(into, {"in_memory": True}) as book:
        first, second = book.add_worksheet("A"), book.add_worksheet("B")
        first.merge_range("B2:C3", "gộp")
        first.write_number(0, 0, Decimal("0.1"))
        second.write_string(0, 0, "x")
    workbook = await read(into.getvalue())
    assert ([sheet.name for sheet in workbook.sheets], workbook.others) == (["A"], ("B",))
    assert workbook.sheets[0].merged == ((1, 1),)
    assert workbook.sheet("B") is None


ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
BLANK = '<c r="{}" t="inlineStr"><is><t xml:space="preserve"> </t></is></c>'


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        (ONE + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "XFD1048576"),
        (ONE + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>', "A1048576"),
        (ONE + '<row r="90"><c r="XFD90"><v>1</v></c></row>', "XFD90"),
        (
            "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="D{n}"><v>1</v></c></row>' for n in range(1, 130_000)),
            "A129999",
        ),
    ],
    ids=["corner", "bottom", "right", "long"],
)
async def test_a_value_too_far_from_the_others_is_refused_with_its_cell_by_both_readers(rows: str, cell: str) -> None:
    for reading in (read(by_hand(rows)), asyncio.to_thread(extract, by_hand(rows), ("A",))):
        with pytest.raises(CellTooFarError) as refused:
            await reading
        assert (refused.value.sheet, refused.value.cell) == ("A", cell)


@pytest.mark.parametrize(
    "rows",
    [
        "".join(f'<row r="{n}">{f"""<c r="A{n}" s="1"/>""" * 8}</row>' for n in range(2, 30_000)),
        f'<row r="30000">{BLANK.format("AA30000")}</row>',
        f'<row r="1048576">{BLANK.format("XFD1048576")}</row>',
        '<row r="1048576"><c r="A1048576" t="str"><f>""</f><v></v></c></row>',
        '<row r="1048576"><c r="A1048576" t="s"><v>0</v></c></row>',
    ],
    ids=["formats", "blank", "blank corner", "blank formula", "shared"],
)
async def test_cells_that_show_nothing_never_count(rows: str) -> None:
    with ZipFile(BytesIO(by_hand(ONE + rows))) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        "<Relationship ", f'<Relationship Id="t" Type="{OFFICE}/sharedStrings" Target="texts.xml"/><Relationship ', 1
    )
    parts["xl/texts.xml"] = f'<sst xmlns="{MAIN}"><si><t> </t></si></sst>'
    assert await cells(made.xlsx(parts)) == {(0, 0): Cell(CellKind.NUMBER, "1")}


async def test_a_formula_that_shows_nothing_is_no_fault_and_one_without_a_value_is() -> None:
    shown = '<row r="1"><c r="A1" t="str"><f>""</f><v></v></c>'
    rows = shown + '<c r="B1"><f>C1</f><v></v></c><c t="str"><f>D1</f></c></row>'
    uncomputed = Cell(CellKind.ERROR, "", True)
    assert await cells(by_hand(rows)) == {(0, 1): uncomputed, (0, 2): uncomputed}


@pytest.mark.parametrize("twin", ["Tiêu chí", "tiêu CHÍ", unicodedata.normalize("NFD", "Tiêu chí")])
async def test_worksheets_are_found_by_their_names_as_people_see_them(twin: str) -> None:
    sheets = f'<sheet name="{twin}" sheetId="1" r:id="rId1"/>'
    content = by_hand(ONE)
    workbook = await read(renamed(content, sheets), "Tiêu chí")
    assert [sheet.name for sheet in workbook.sheets] == ["Tiêu chí"]
    assert workbook.sheets[0].written == ("" if twin == "Tiêu chí" else twin)
    with pytest.raises(WorksheetTwiceError):
        await read(renamed(content, sheets + '<sheet name="Tiêu chí" sheetId="2" r:id="rId1"/>'), "Tiêu chí")


def renamed(content: bytes, sheets: str) -> bytes:
    with ZipFile(BytesIO(content)) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    parts["xl/workbook.xml"] = BOOK.replace('<sheet name="A" sheetId="1" r:id="rId1"/>', sheets)
    return made.xlsx(parts)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", made.pdf(1), made.xlsx(), by_hand("<row r='1'><c"), by_hand("<row r='x'/>")],
    ids=["empty", "cut", "pdf", "no sheets", "cut xml", "no number"],
)
async def test_what_is_no_workbook_is_damaged(content: bytes) -> None:
    with pytest.raises(FileDamagedError):
        await read(content)


@pytest.mark.parametrize("reference", ["", "1", "$1", "1A", "AAAA1", "A", "A0", "a1", "Ă1"])
async def test_a_reference_of_no_cell_is_damaged_also_outside_of_the_lines(reference: str) -> None:
    beside = f'<extLst><row r="1"><c r="{reference}"><f>1</f></c></row></extLst>'
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{beside}</worksheet>'
    with pytest.raises(FileDamagedError):
        await read(workbook_of(sheet))


@pytest.mark.parametrize("number", ["0", "-3", "12345678", "1e3", "\u0661"])
async def test_a_row_that_no_worksheet_has_is_damaged(number: str) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData/><extLst><row r="{number}"/></extLst></worksheet>'
    with pytest.raises(FileDamagedError):
        await read(workbook_of(sheet))


@pytest.mark.parametrize("day", ["0001-01-01", "0999-12-31", "2026-06-30"])
async def test_a_day_has_four_digits_for_its_year(day: str) -> None:
    found = await cells(by_hand(f'<row r="1"><c r="A1" t="d"><v>{day}</v></c></row>'))
    assert found == {(0, 0): Cell(CellKind.DAY, day)}


async def test_an_entity_bomb_is_refused() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 100}">' for n in range(9))
    rows = '<row r="1"><c r="A1" t="str"><v>&e8;</v></c></row>'
    bomb = f'<!DOCTYPE w [{entities}]><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    with pytest.raises((FileDamagedError, FileTooComplexError)):
        await read(workbook_of(bomb))
