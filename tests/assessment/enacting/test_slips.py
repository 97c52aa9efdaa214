"""Which figures look like a slip, and which do not."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.enacting.slips import Slip, warnings_in_figures
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import (
    Choice,
    Criterion,
    EnteredPoints,
    Level,
    NormalisedToBest,
    Option,
    Proportional,
    Rule,
    Step,
    Steps,
    Timeliness,
    YesNo,
)
from parindex.numbers import to_wire


def ladder(*bounds: str) -> Steps:
    return Steps(steps=[Step(bound=bound, closed=True, points="1") for bound in bounds])


PERCENT, COUNT, RATE, GROWTH = ladder("90", "70"), ladder("500", "200"), ladder("2", "0.5"), ladder("5", "-5")
MARK = Slip.THOUSANDS_MARK
SHARE, POINTS = Proportional(floor="0.8"), EnteredPoints()


def leaf(rule: Rule, maximum: str = "20") -> Criterion:
    return Criterion(code="1", name="n", level=Level.CRITERION, maximum=maximum, rule=rule)


def found(rule: Rule, maximum: str = "20", **figures: str) -> dict[str, str]:
    declared = [Figure(name=name, value=value) for name, value in figures.items()]
    return {place.at: place.code for place in warnings_in_figures(leaf(rule, maximum), declared, "/f")}


@pytest.mark.parametrize(
    ("rule", "figures", "slips"),
    [
        (PERCENT, {"value": "8325"}, {"/f/value": Slip.PERCENT_OVER_HUNDRED}),
        (PERCENT, {"value": "100.01"}, {"/f/value": Slip.PERCENT_OVER_HUNDRED}),
        (PERCENT, {"value": "0.8325"}, {"/f/value": Slip.PERCENT_UNDER_ONE}),
        (PERCENT, {"value": "-83.25"}, {"/f/value": Slip.NEGATIVE_VALUE}),
        (PERCENT, {"value": "1.000"}, {"/f/value": Slip.THOUSANDS_MARK}),
        (COUNT, {"value": "1.250"}, {"/f/value": Slip.THOUSANDS_MARK}),
        (PERCENT, {"done": "650", "planned": "1.000"}, {"/f/done": Slip.DONE_OVER_PLANNED, "/f/planned": MARK}),
        (SHARE, {"done": "9.500", "planned": "10.000"}, {"/f/done": MARK, "/f/planned": MARK}),
        (SHARE, {"done": "11", "planned": "10"}, {"/f/done": Slip.DONE_OVER_PLANNED}),
        (SHARE, {"done": "0.95", "planned": "100"}, {"/f/done": Slip.PERCENT_UNDER_ONE}),
        (NormalisedToBest(), {"done": "11", "planned": "10"}, {"/f/done": Slip.DONE_OVER_PLANNED}),
        (NormalisedToBest(), {"value": "0.95"}, {"/f/value": Slip.PERCENT_UNDER_ONE}),
        (NormalisedToBest(), {"value": "1.250"}, {"/f/value": MARK}),
    ],
)  # fmt: skip
def test_a_figure_that_looks_like_a_slip_is_named(rule: Rule, figures: dict[str, str], slips: dict[str, str]) -> None:
    assert found(rule, **figures) == slips


@pytest.mark.parametrize(
    ("rule", "figures"),
    [
        (PERCENT, {"value": "83.25"}),
        (PERCENT, {"value": "83.333"}),  # per cent with three decimals, as a calculator shows it
        (PERCENT, {"value": "100"}),
        (PERCENT, {"value": "0"}),
        (PERCENT, {"value": "1"}),
        (COUNT, {"value": "650"}),  # a ladder that reaches beyond 100 counts something
        (RATE, {"value": "0.7"}),  # a ladder with a rung below 1 expects such values
        (GROWTH, {"value": "-3"}),
        (PERCENT, {"done": "10", "planned": "10"}),
        (PERCENT, {"done": "1", "planned": "400"}),
        (COUNT, {"done": "250", "planned": "100"}),
        (SHARE, {"done": "0.5", "planned": "1"}),
        (SHARE, {"done": "1250", "planned": "2000"}),
        (NormalisedToBest(), {"value": "250"}),  # it may count anything
        (POINTS, {"points": "1.125"}),  # 1125 points would be more than the maximum
        (YesNo(), {"answer": "1.000"}),
        (Timeliness(on_time="1", late="0"), {"outcome": "8325"}),
        (Choice(options=[Option(code="1.000", name="x", points="1")]), {"level": "1.000"}),
    ],
)
def test_a_figure_that_makes_sense_is_not_asked_about(rule: Rule, figures: dict[str, str]) -> None:
    assert found(rule, **figures) == {}


def test_points_in_thousands_are_asked_about_where_the_maximum_allows_them() -> None:
    assert found(POINTS, "1000", points="1.000") == {"/f/points": Slip.THOUSANDS_MARK}
    assert found(POINTS, "999", points="1.000") == {}


def test_a_warning_speaks_both_languages_and_says_what_may_be_meant() -> None:
    (place,) = warnings_in_figures(leaf(PERCENT), [Figure(name="value", value="8325")], "/2/figures")
    assert (place.at, place.code) == ("/2/figures/value", "percent-over-hundred")
    assert "83,25" in place.vi
    assert "83.25" in place.en


@pytest.mark.parametrize(
    ("figures", "vi", "en"),
    [
        ({"value": "0.85"}, "0,85 nhỏ hơn 1. Ý là 85%?", "0.85 is less than 1. Is 85 % meant?"),
        ({"value": "100.5"}, "100,5 vượt quá 100%. Ý là 1,005?", "100.5 is more than 100 %. Is 1.005 meant?"),
        (
            {"value": "1.000"},
            "“1,000” được hiểu là 1; nếu là 1000 thì viết liền, không có dấu phân cách.",
            "“1.000” is read as 1; if 1000 is meant, write it without the dot.",
        ),
        (
            {"done": "1.5", "planned": "1.25"},
            "Đã thực hiện 1,5, nhiều hơn kế hoạch 1,25.",
            "1.5 done is more than the 1.25 planned.",
        ),
    ],
)
def test_a_warning_has_a_comma_in_vietnamese_and_a_point_in_english(figures: dict[str, str], vi: str, en: str) -> None:
    declared = [Figure(name=name, value=value) for name, value in figures.items()]
    (place,) = warnings_in_figures(leaf(PERCENT), declared, "/figures")
    assert (place.vi, place.en) == (vi, en)


@given(value=st.fractions(-10_000, 10_000, max_denominator=100).map(to_wire).filter(lambda text: "/" not in text))
def test_per_cent_beyond_its_scale_is_always_asked_about(value: str) -> None:
    number = Fraction(value)
    assert bool(found(PERCENT, value=value)) == ((number < 1 and number != 0) or number > 100)
