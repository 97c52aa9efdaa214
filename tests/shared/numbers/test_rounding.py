"""Rounding happens once, exactly, the way that the criteria set says."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.numbers import (
    DecimalsOutOfRangeError,
    Mode,
    Parts,
    Rounding,
    exact,
    round_exact,
    round_total,
    show,
    show_total,
)

DECIMAL_MODES = {Mode.HALF_UP: ROUND_HALF_UP, Mode.HALF_EVEN: ROUND_HALF_EVEN, Mode.DOWN: ROUND_DOWN}


@pytest.mark.parametrize(
    ("value", "mode", "printed"),
    [
        ("0.125", Mode.HALF_UP, "0.13"),
        ("0.125", Mode.HALF_EVEN, "0.12"),
        ("0.125", Mode.DOWN, "0.12"),
        ("0.135", Mode.HALF_EVEN, "0.14"),
        ("0.139", Mode.DOWN, "0.13"),
        ("-0.125", Mode.HALF_UP, "-0.13"),
        ("-0.129", Mode.DOWN, "-0.12"),
        ("-0.001", Mode.HALF_UP, "0.00"),
        ("99.995", Mode.HALF_UP, "100.00"),
        ("65", Mode.DOWN, "65.00"),
    ],
)
def test_each_mode_rounds_as_its_name_says(value: str, mode: Mode, printed: str) -> None:
    assert show(exact(value), Rounding(2, mode)) == printed


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=9),
    st.integers(0, 6),
    st.sampled_from(Mode),
)
def test_rounding_agrees_with_the_decimal_module_where_that_is_exact(value: Decimal, decimals: int, mode: Mode) -> None:
    rounded = round_exact(Fraction(value), decimals, mode)
    assert rounded == value.quantize(Decimal(1).scaleb(-decimals), DECIMAL_MODES[mode])
    assert rounded.as_tuple().exponent == -decimals


@given(st.fractions(), st.integers(0, 6))
def test_the_nearest_number_is_never_more_than_half_a_step_away(value: Fraction, decimals: int) -> None:
    for mode in (Mode.HALF_UP, Mode.HALF_EVEN):
        assert abs(Fraction(round_exact(value, decimals, mode)) - value) <= Fraction(1, 2 * 10**decimals)


def test_the_precision_of_the_surrounding_context_does_not_matter() -> None:
    long = Fraction(10**40) + Fraction(1, 3)
    with localcontext(prec=3):
        assert f"{round_exact(long, 2, Mode.HALF_UP):f}" == "1" + "0" * 40 + ".33"
        assert show_total([long, long], Rounding(2, parts=Parts.SUM_OF_ROUNDED)) == "2" + "0" * 40 + ".66"


def test_a_value_just_under_a_half_is_not_pulled_up() -> None:
    almost = Fraction(1, 2) - Fraction(1, 10**60)
    assert show(almost, Rounding(0, Mode.HALF_UP)) == "0"


def test_a_rounded_sum_and_a_sum_of_rounded_parts_differ_as_in_the_published_tables() -> None:
    parts = [exact("54.444"), exact("32.333"), exact("1.444")]
    assert show_total(parts, Rounding(2, parts=Parts.ROUNDED_SUM)) == "88.22"
    assert show_total(parts, Rounding(2, parts=Parts.SUM_OF_ROUNDED)) == "88.21"


@given(st.lists(st.fractions(min_value=-1000, max_value=1000)), st.randoms(use_true_random=False))
def test_a_total_does_not_depend_on_the_order_of_its_parts(parts: list[Fraction], chance: Random) -> None:
    shuffled = list(parts)
    chance.shuffle(shuffled)
    for policy in Parts:
        assert round_total(parts, Rounding(2, parts=policy)) == round_total(shuffled, Rounding(2, parts=policy))


def test_a_total_of_nothing_is_zero_with_its_decimals() -> None:
    assert show_total([], Rounding(3)) == "0.000"


WRONG_DECIMALS: list[Any] = [-1, 7, True, 2.0, "2"]


@pytest.mark.parametrize("decimals", WRONG_DECIMALS)
def test_a_policy_has_zero_to_six_decimals(decimals: Any) -> None:
    with pytest.raises(DecimalsOutOfRangeError):
        Rounding(decimals)
    with pytest.raises(DecimalsOutOfRangeError):
        round_exact(Fraction(1), decimals, Mode.DOWN)
