"""Exact numbers go out and come back unchanged, and nothing else comes in."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parindex.numbers import NotANumberError, NumberTooLongError, exact, from_wire, parse_decimal, to_wire
from parindex.numbers.exact import LONGEST_INPUT, LONGEST_WIRE
from parindex.refusal import Place


@pytest.mark.parametrize("text", ["0", "7", "-7", "32.83", "007.50", "-0.001", "9" * LONGEST_INPUT])
def test_a_plain_decimal_is_read_exactly(text: str) -> None:
    assert parse_decimal(text) == Decimal(text)
    assert exact(text) == Fraction(text)


NOT_NUMBERS: list[Any] = [
    "", " 1", "1 ", "1\n", "+1", "1e3", "1E3", "NaN", "Infinity", "-", ".5", "5.", "1,5", "1_000", "--1", "0x1",
    "٣", "１", "1.5.2", "1/2", "9" * (LONGEST_INPUT + 1), 1.5, None, b"1", True,
]  # fmt: skip


@pytest.mark.parametrize("given_", NOT_NUMBERS)
def test_anything_else_is_refused_by_name(given_: Any) -> None:
    with pytest.raises(NotANumberError):
        exact(given_)


def test_the_parser_itself_takes_only_text() -> None:
    wrong: Any = 5
    with pytest.raises(NotANumberError):
        parse_decimal(wrong)


def test_a_refusal_says_where_the_wrong_number_stands_in_both_languages() -> None:
    with pytest.raises(NotANumberError) as refused:
        exact("tám mươi", at="/claims/3/points")
    assert refused.value.places == (
        Place(
            "/claims/3/points",
            "“tám mươi” không phải là số thập phân hợp lệ (ví dụ đúng: 32.83).",
            "“tám mươi” is not a plain decimal number (right, for example: 32.83).",
        ),
    )


def test_a_refusal_does_not_repeat_a_long_input() -> None:
    with pytest.raises(NotANumberError) as refused:
        exact("x" * 5_000)
    assert len(refused.value.vi) < 200


@pytest.mark.parametrize("wild", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+999999", "1E-999999"])
def test_a_decimal_that_is_no_modest_number_is_refused(wild: str) -> None:
    with pytest.raises(NotANumberError):
        exact(Decimal(wild))


def test_whole_numbers_and_decimals_are_taken_as_they_are() -> None:
    assert (exact(65), exact(Decimal("32.830"))) == (Fraction(65), Fraction(3283, 100))


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (Fraction(3283, 100), "32.83"),
        (Fraction(65), "65"),
        (Fraction(1000), "1000"),
        (Fraction(1, 2), "0.5"),
        (Fraction(-1, 80), "-0.0125"),
        (Fraction(-5, 4), "-1.25"),
        (Fraction(0), "0"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-7, 6), "-7/6"),
        (Fraction(1, 1024), "0.0009765625"),
    ],
)
def test_the_wire_form_is_a_decimal_where_one_ends_and_else_a_fraction(value: Fraction, wire: str) -> None:
    assert to_wire(value) == wire
    assert from_wire(wire) == value


@given(st.fractions())
@example(Fraction(1, 2**60 * 5**3))
@example(Fraction(-(10**50)))
def test_every_value_comes_back_from_the_wire(value: Fraction) -> None:
    assert from_wire(to_wire(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=8))
def test_every_decimal_comes_back_without_its_trailing_zeros(value: Decimal) -> None:
    wire = to_wire(exact(value))
    assert Decimal(wire) == value
    assert not ("." in wire and wire.endswith(("0", ".")))


WRONG_WIRES: list[Any] = [
    "65.0", "65.", "065", "-0", "0.0", "-0.0", "2/4", "1/2", "2/1", "1/0", "0/3", "1/-3", "1 /3", "+1", "1e2", "NaN",
    "", "1/3\n", "01/3", "1/03", 0.5, 1, None, "1" * (LONGEST_WIRE + 1), "1/3/5", "0.5/3",
]  # fmt: skip


@pytest.mark.parametrize("wire", WRONG_WIRES)
def test_only_the_canonical_wire_form_is_read(wire: Any) -> None:
    with pytest.raises(NotANumberError):
        from_wire(wire)


@given(st.text(alphabet="0123456789-./", max_size=12))
def test_whatever_is_read_from_the_wire_is_written_back_the_same(text: str) -> None:
    try:
        value = from_wire(text)
    except NotANumberError:
        return
    assert to_wire(value) == text


@pytest.mark.parametrize(
    "value", [Fraction(10**LONGEST_WIRE), Fraction(1, 10**5_000), Fraction(1, 3**20_000), Fraction(1, 2**100_000)]
)
def test_a_number_that_outgrew_the_wire_is_refused_by_name(value: Fraction) -> None:
    with pytest.raises(NumberTooLongError):
        to_wire(value)


def test_the_longest_number_still_goes_through() -> None:
    longest = Fraction(10**LONGEST_WIRE - 1)
    assert from_wire(to_wire(longest)) == longest
