"""A number in a column of texts is read as Excel shows it, or refused: 1.10 never becomes 1.1 without a word."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook as Writer

from parindex.files.workbooks import extract
from parindex.web.shown_numbers import is_percent, is_shown_exactly, shown_text
from parindex.web.worksheets import Line, Notes, table_in

COLUMNS = {"first": "Cột"}
SEPARATED = {"0.00", "0.0", "#,##0.00", "0.00E+00", "# ?/?", "0.00%"}


def line_of(value: Any, form: str = "", hidden: str = "") -> tuple[Line, Notes]:
    """Return the line of a workbook with one cell below its title, and the notes of its reading."""
    into = BytesIO()
    with Writer(into, {"in_memory": True}) as book:
        sheet = book.add_worksheet("A")
        sheet.write_string(0, 0, "Cột")
        given = book.add_format({"num_format": form}) if form else None
        (sheet.write_string if isinstance(value, str) else sheet.write_number)(1, 0, value, given)
        if hidden == "column":
            sheet.set_column(0, 0, None, None, {"hidden": True})
        if hidden == "sheet":
            book.add_worksheet("B").activate()
            sheet.hide()
    notes = Notes()
    table = table_in(extract(into.getvalue(), ("A",)), "A", COLUMNS, notes)
    assert table is not None
    [(_, line)] = table.lines()
    return line, notes


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1880, "", "1880"),
        (1880, "0", "1880"),
        (1880, "@", "1880"),
        (-3, "", "-3"),
        (12345678901, "", "12345678901"),
        (123456789012345, "0", "123456789012345"),
        (7, "000", "007"),
        (-7, "000", "-007"),
        (999, "#,##0", "999"),
        (0.85, "0%", "85%"),
        (1.2, "0%", "120%"),
        (0, "0%", "0%"),
        ("1,50", "", "1,50"),
        ("1.10", "@", "1.10"),
        ("1.10", "0.00", "1.10"),
    ],
)
def test_a_number_in_a_column_of_texts_is_what_the_cell_shows(value: Any, form: str, text: str) -> None:
    line, notes = line_of(value, form)
    assert (line.text("first"), line.code("first"), notes.errors) == (text, text, [])


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (1.1, ""),
        (1.1, "0.00"),
        (1.5, "#,##0.00"),
        (1.5, "0"),
        (1, "0.0"),
        (1.1, "@"),
        (1000, "#,##0"),
        (123456789012, ""),
        (1234567890123456, "0"),
        (0.855, "0%"),
        (0.855, "0.00%"),
        (0.5, "# ?/?"),
        (5, '0"/QĐ"'),
        (5, "0.00E+00"),
        (5, '_-* #,##0_-;-* #,##0_-;_-* "-"_-;_-@_-'),
    ],
)
def test_a_number_that_may_be_shown_otherwise_is_refused_at_its_cell(value: float, form: str) -> None:
    line, notes = line_of(value, form)
    assert line.text("first") == ""
    [error] = notes.errors
    assert (error.at.sheet, error.at.row, error.at.column) == ("A", 2, "A")
    assert "định dạng ô là Text" in error.vi


@pytest.mark.parametrize("form", ["dd/mm/yyyy", "d-mmm", "[$-42A]dd mmmm yyyy", "h:mm", "[h]:mm"])
def test_a_number_that_is_shown_as_a_day_or_a_time_is_no_text(form: str) -> None:
    line, notes = line_of(46054.5 if "h" in form else 46054, form)
    assert (line.text("first"), len(notes.errors)) == ("", 1)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**16), max_value=10**16, places=3),
    st.sampled_from(["", "General", "@", "0", "000", "#,##0", "0%", *SEPARATED]),
)
def test_what_is_shown_says_the_number_that_is_stored_and_nothing_else(number: Decimal, form: str) -> None:
    stored = f"{number.normalize():f}"
    shown = shown_text(stored, form)
    if form in SEPARATED:
        assert shown is None
    elif shown is not None:
        value = Decimal(shown.removesuffix("%"))
        assert (value / 100 if form == "0%" else value) == number
        assert not set(shown) & {".", ",", "E"}


@pytest.mark.parametrize("form", ["0%", "0.0%"])
def test_a_percent_cell_is_a_share_and_no_other_number(form: str) -> None:
    line, notes = line_of(0.85, form)
    assert (line.number("first", share=True), notes.errors) == ("0.85", [])
    assert (line.number("first"), [note.at.place for note in notes.errors]) == ("", ["sheet A, row 2, column A"])


def test_a_percent_sign_that_is_only_written_makes_no_percentage() -> None:
    assert not is_percent('0"%"')
    assert not is_percent(r"0\%")
    line, notes = line_of(85, '0"%"')
    assert (line.number("first"), notes.errors) == ("85", [])
    assert [note.at.place for note in notes.warnings] == ["sheet A, row 2, column A"]


@pytest.mark.parametrize(
    ("number", "form", "certain"),
    [
        ("1.005", "0.00", False),
        ("1.5", "0", False),
        ("1234.5", "#,##0", False),
        ("1.25", "0.00", True),
        ("1.25", "", True),
        ("2", "0.00", True),
        ("1234", "#,##0", True),
        ("0.555", "0.00;-0.00", False),
        ("0.555", "0.0_);(0.0)", False),
        ("0.555", '0.0 "điểm"', False),
        ("0.555", "[>=1]0;0.0", False),
        ("0.333", "# ?/?", False),
        ("0.5", '0"%"', False),
        ("5000", "0,", False),
        ("69.99999999999999", "", False),
        ("0.123456789012345", "", True),
    ],
)
def test_a_number_that_is_not_certainly_shown_as_it_is_stored_is_taken_with_a_warning(
    number: str, form: str, certain: bool
) -> None:
    assert is_shown_exactly(number, form) is certain
    line, notes = line_of(float(number), form)
    assert (line.number("first"), len(notes.warnings), notes.errors) == (number, int(not certain), [])
    assert all("số đã lưu" in note.vi and note.at.place == "sheet A, row 2, column A" for note in notes.warnings)


@pytest.mark.parametrize(
    ("number", "form", "certain"), [(0.335, "0%", False), (0.335, "0.0%", True), (0.5, "0%", True)]
)
def test_a_share_whose_percent_cell_hides_digits_is_taken_with_a_warning(
    number: float, form: str, certain: bool
) -> None:
    line, notes = line_of(number, form)
    assert (line.number("first", share=True), len(notes.warnings)) == (str(number), int(not certain))


def test_a_zero_with_a_minus_sign_is_refused() -> None:
    line, notes = line_of(-0.0)
    assert (line.number("first"), len(notes.errors)) == ("", 1)


@pytest.mark.parametrize(("hidden", "place"), [("column", "sheet A, column A"), ("sheet", "sheet A")])
def test_hidden_columns_and_worksheets_are_read_with_a_warning(hidden: str, place: str) -> None:
    line, notes = line_of("x", hidden=hidden)
    assert line.text("first") == "x"
    assert [note.at.place for note in notes.warnings if "ẩn" in note.vi] == [place]
