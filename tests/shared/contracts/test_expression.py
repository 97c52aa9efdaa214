"""Expressions of formula rules: their meaning, the refusals with their places, and the length of their values."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.contracts.expression import (
    DEEPEST,
    LONGEST,
    MOST_PARTS,
    ExpressionWrongError,
    ZeroDividedError,
    digits_of,
    names_in,
    parse,
    value_of,
)

VALUES = {"a": Fraction(2), "b": Fraction(3), "maximum": Fraction(5)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("8 - 2 - 1", "5"),
        ("8 / 2 / 2", "2"),
        ("a / b", "2/3"),
        ("-a * -b", "6"),
        ("- -a", "2"),
        ("min(a; b; 1.5) + max(a; b)", "4.5"),
        ("min(a / b ; 1)*maximum", "10/3"),
        ("a × b ÷ 4 − 1", "0.5"),
        ("a : b", "2/3"),
        ("0.1 + 0.2", "0.3"),
    ],
)
def test_an_expression_has_one_exact_value(text: str, value: str) -> None:
    assert value_of(parse(text), VALUES) == Fraction(value)


@pytest.mark.parametrize(
    ("text", "at", "fault"),
    [
        ("", 1, "a number or a name is needed"),
        ("1 +", 4, "a number or a name is needed"),
        ("1 2", 3, "“2” is too much"),
        ("(1", 3, "“)” is missing"),
        ("1)", 2, "“)” is too much"),
        ("min 1", 5, "“(” is missing"),
        ("min(1, 2)", 6, "“,” has no meaning here"),
        ("1,5", 2, "“,” has no meaning here"),
        ("a ** b", 4, "a number or a name is needed"),
        ("a ^ b", 3, "“^” has no meaning here"),
        ("A + 1", 1, "“A” has no meaning here"),
        ("1e3", 2, "“e3” is too much"),
        ("__import__('os')", 11, "“(” is too much"),
        (f"1 + {'9' * 19}", 5, "the number is not of the right form, or too long"),
    ],
)
def test_what_is_not_of_the_grammar_is_refused_at_its_place(text: str, at: int, fault: str) -> None:
    with pytest.raises(ExpressionWrongError) as refused:
        parse(text)
    assert (refused.value.character, refused.value.fault.en) == (at, fault)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("(" * DEEPEST + "1" + ")" * DEEPEST, "deep"),
        ("-" * 60 + "1", "deep"),
        ("+".join("1" * (MOST_PARTS // 2 + 2)), "parts"),
        ("1" + " " * LONGEST, "characters"),
    ],
)
def test_depth_parts_and_length_are_bounded(text: str, fault: str) -> None:
    with pytest.raises(ExpressionWrongError, match=fault):
        parse(text)


def test_the_limits_themselves_are_taken() -> None:
    deep = DEEPEST - 1
    assert value_of(parse("(" * deep + "1" + ")" * deep), {}) == 1
    assert value_of(parse("+".join("1" * (MOST_PARTS // 2))), {}) == MOST_PARTS // 2


def test_names_are_told_and_a_division_by_zero_is_named() -> None:
    assert list(names_in(parse("min(a; -b) / (a - maximum)"))) == ["a", "b", "a", "maximum"]
    with pytest.raises(ZeroDividedError):
        value_of(parse("1 / (a - a)"), VALUES)


PARTS = st.recursive(
    st.sampled_from(["a", "b", "7", "0.25", "999999999999999.99"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("min({}; {})".format, inner, inner),
        st.builds("(-{})".format, inner),
    ),
    max_leaves=12,
)
DECLARED = st.decimals(-(10**14), 10**14, places=2).map(Fraction)


@given(text=PARTS, a=DECLARED, b=DECLARED)
def test_a_value_is_as_python_computes_it_and_no_longer_than_foretold(text: str, a: Fraction, b: Fraction) -> None:
    try:
        expression = parse(text)
        value = value_of(expression, {"a": a, "b": b})
    except (ExpressionWrongError, ZeroDividedError):
        return
    above, below = digits_of(expression, 18)
    assert len(str(abs(value.numerator))) <= above
    assert len(str(value.denominator)) <= below
    in_python = text.replace(";", ",").replace("0.25", "Fraction('0.25')")
    for number in ("7", "999999999999999.99"):
        in_python = in_python.replace(number, f"Fraction('{number}')")
    assert eval(in_python, {"Fraction": Fraction, "a": a, "b": b, "min": min}) == value  # noqa: S307  # the text is made above
