"""The arithmetic in words gives the points of the formula: read back from the sentence, and for every kind of rule."""

import re
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.any_rule import CASES, RATIO, REPORTS, RULES, SHARES, TALLY, ladder

from parindex.contracts.criteria import (
    BestOfCases,
    Choice,
    Deduction,
    EnteredPoints,
    ExternalValue,
    Formula,
    NormalisedToBest,
    OnZero,
    Option,
    PerCase,
    Proportional,
    Rule,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.contracts.formula import Counted, compared_value, points_of
from parindex.contracts.uncomputable import NothingPlannedError, UncomputableError
from parindex.numbers import to_wire
from parindex.testing.arithmetic import points_in
from parindex.web.arithmetic_words import arithmetic_of, written

LADDER = Steps(
    steps=[
        Step(bound="90", closed=False, points="2"),
        Step(bound="70", closed=True, points="1"),
        Step(bound="50", closed=False, points="0.5"),
    ],
    otherwise="0.25",
)
CLOSED = Steps(steps=[Step(bound="90", closed=True, points="2"), Step(bound="70", closed=False, points="1")])


@pytest.mark.parametrize(
    ("rule", "figures", "sentence"),
    [
        (EnteredPoints(), {"points": "1.5"}, "Điểm được nhập: 1,5 điểm"),
        (YesNo(), {"answer": "yes"}, "Có, đạt: 2 điểm"),
        (YesNo(), {"answer": "no"}, "Không: 0 điểm"),
        (Timeliness(on_time="2", late="0.5"), {"outcome": "late"}, "Chậm: 0,5 điểm"),
        (
            REPORTS,
            {"q1": "on_time", "q2": "late"},
            "Quý I: đúng hạn; Quý II: chậm; tính theo kết quả kém nhất (chậm): 0,5 điểm",
        ),
        (LADDER, {"value": "90"}, "Giá trị 90, từ 70 đến 90: 1 điểm"),
        (LADDER, {"value": "90.5"}, "Giá trị 90,5, trên 90: 2 điểm"),
        (LADDER, {"done": "17", "planned": "20"}, "17 trên 20 là 85 %, từ 70 đến 90 %: 1 điểm"),
        (LADDER, {"value": "60"}, "Giá trị 60, trên 50 đến dưới 70: 0,5 điểm"),
        (LADDER, {"value": "50"}, "Giá trị 50, không quá 50: 0,25 điểm"),
        (CLOSED, {"value": "90"}, "Giá trị 90, từ 90 trở lên: 2 điểm"),
        (CLOSED, {"value": "70.1"}, "Giá trị 70,1, trên 70 đến dưới 90: 1 điểm"),
        (
            LADDER,
            {"done": "17", "planned": "21"},
            "17 trên 21 là 1700/21 (khoảng 80,95) %, từ 70 đến 90 %: 1 điểm",
        ),
        (Choice(options=[Option(code="a", name="Tốt", share="0.75")]), {"level": "a"}, "Tốt: 0,75 × 2 = 1,5 điểm"),
        (Choice(options=[Option(code="a", name="Tốt", points="1.25")]), {"level": "a"}, "Tốt: 1,25 điểm"),
        (Proportional(), {"done": "17", "planned": "20"}, "17 trên 20 là 85 %: 17 ÷ 20 × 2 = 1,7 điểm"),
        (Proportional(floor="0.9"), {"done": "17", "planned": "20"}, "17 trên 20 là 85 %, dưới 90 %: 0 điểm"),
        (
            Proportional(ceiling="0.8"),
            {"done": "17", "planned": "20"},
            "17 trên 20 là 85 %, từ 80 % được điểm tối đa: 2 điểm",
        ),
        (
            Proportional(),
            {"done": "1", "planned": "3"},
            "1 trên 3 là 100/3 (khoảng 33,33) %: 1 ÷ 3 × 2 = 2/3 (khoảng 0,67) điểm",
        ),
        (PerCase(each="0.5"), {"count": "3"}, "3 trường hợp: 3 × 0,5 = 1,5 điểm"),
        (PerCase(each="0.5", cap="1"), {"count": "3"}, "3 trường hợp, 3 × 0,5 quá mức cao nhất: 1 điểm"),
        (BestOfCases(cases=CASES), {"a": "no", "b": "no"}, "Không có trường hợp nào: 0 điểm"),
        (BestOfCases(cases=CASES), {"a": "yes", "b": "no"}, "Đạt giải (0,5 điểm): 0,5 điểm"),
        (
            BestOfCases(cases=CASES),
            {"a": "yes", "b": "yes"},
            "Đạt giải (0,5 điểm); Được khen (1,25 điểm); tính trường hợp có điểm cao nhất: 1,25 điểm",
        ),
        (Deduction(violations=CASES), {"a": "0", "b": "0"}, "Không bị trừ: 2 điểm"),
        (Deduction(violations=CASES), {"a": "2", "b": "0"}, "Đạt giải: 2 lần: 2 − 2 × 0,5 = 1 điểm"),
        (
            Deduction(violations=CASES, floor="0.5"),
            {"a": "1", "b": "2"},
            "Đạt giải: 1 lần; Được khen: 2 lần; 2 − 1 × 0,5 − 2 × 1,25 = -1, thấp hơn mức thấp nhất: 0,5 điểm",
        ),
        (Deduction(), {"deducted": "0.5"}, "Bị trừ điểm: 2 − 0,5 = 1,5 điểm"),
        (
            Formula(variables=RATIO, expression="min(a / b; 1) * maximum"),
            {"a": "7.5", "b": "10"},
            "Đã làm: 7,5; Phải làm: 10: min(7,5 ÷ 10; 1) × 2 = 1,5 điểm",
        ),
        (
            Formula(variables=RATIO, expression="a + b"),
            {"a": "-1", "b": "2"},
            "Đã làm: -1; Phải làm: 2: (−1) + 2 = 1 điểm",
        ),
        (
            Formula(variables=RATIO, expression="a / b", on_zero=OnZero.MAXIMUM),
            {"a": "1", "b": "0"},
            "Đã làm: 1; Phải làm: 0; công thức chia cho 0: 2 điểm",
        ),
        (
            ExternalValue(source="Chỉ số 766"),
            {"value": "83.25", "as_of": "2026-12-31"},
            "Chỉ số 766: 83,25 trên 100 (ngày 31/12/2026): 83,25 ÷ 100 × 2 = 1,665 điểm",
        ),
    ],
)
def test_a_sentence_says_how_figures_earned_their_points(rule: Rule, figures: dict[str, str], sentence: str) -> None:
    assert str(arithmetic_of(rule, "2", figures)) == sentence


@pytest.mark.parametrize(
    ("tallies", "sentence"),
    [
        ([Counted({}, "13", "20")], "Điểm điều tra 13 trên 20: 13 ÷ 20 × 2 = 1,3 điểm"),
        (
            [Counted({}, "10", "20"), Counted({"good": 7}), Counted({}, "3.5", "5")],
            "Điểm điều tra 10 trên 20 và 3,5 trên 5: (10 + 3,5) ÷ (20 + 5) × 2 = 1,08 điểm",
        ),
        (
            [Counted({"good": 3, "bad": 1}), Counted({"good": 1, "fair": 5})],
            "Số phiếu trả lời bad: 1, fair: 5, good: 4: (1 × 0 + 5 × 0,6 + 4 × 1) ÷ 10 × 2 = 1,4 điểm",
        ),
    ],
)
def test_a_sentence_says_how_tallies_earned_their_points(tallies: list[Counted], sentence: str) -> None:
    assert str(arithmetic_of(SurveyPoints(question="q", shares=SHARES), "2", {}, tallies)) == sentence


@pytest.mark.parametrize(
    ("figures", "best", "sentence"),
    [
        ({"value": "60"}, "90", "Giá trị 60, cao nhất trong khối là 90: 60 ÷ 90 × 2 = 4/3 (khoảng 1,33) điểm"),
        (
            {"done": "2", "planned": "3"},
            "80",
            (
                "2 trên 3 là 200/3 (khoảng 66,67) %, cao nhất trong khối là 80: "
                "(200 ÷ 3) ÷ 80 × 2 = 5/3 (khoảng 1,67) điểm"
            ),
        ),
        ({"value": "0"}, "0", "Giá trị 0, cao nhất trong khối là 0: 0 điểm"),
    ],
)
def test_a_sentence_says_how_a_value_stands_beside_the_best_of_the_block(
    figures: dict[str, str], best: str, sentence: str
) -> None:
    assert str(arithmetic_of(NormalisedToBest(), "2", figures, best=Fraction(best))) == sentence
    assert arithmetic_of(NormalisedToBest(), "2", figures) is None


@given(
    st.one_of(
        st.fixed_dictionaries({"value": st.integers(0, 30).map(str)}),
        st.fixed_dictionaries({"done": st.integers(0, 9).map(str), "planned": st.integers(1, 9).map(str)}),
    ),
    st.fractions(0, 50, max_denominator=9),
)
def test_the_arithmetic_of_a_compared_value_read_back_gives_the_points(figures: dict[str, str], more: Fraction) -> None:
    best = compared_value(figures) + more
    found = arithmetic_of(NormalisedToBest(), "7.5", figures, best=best)
    assert found is not None
    assert points_in(str(found)) == points_of(NormalisedToBest(), Fraction("7.5"), figures, best=best)


def test_a_survey_without_answers_has_no_arithmetic_and_wrong_figures_are_refused() -> None:
    assert arithmetic_of(SurveyPoints(question="q", shares=SHARES), "2", {}, [Counted({"good": 0})]) is None
    with pytest.raises(NothingPlannedError):
        arithmetic_of(Proportional(), "2", {"done": "0", "planned": "0"})


@pytest.mark.parametrize(
    ("value", "text"), [("7/4", "1,75"), ("2", "2"), ("34/21", "34/21 (khoảng 1,62)"), ("-1/2", "-0,5")]
)
def test_a_number_is_written_exactly(value: str, text: str) -> None:
    assert written(Fraction(value)) == text


@given(st.one_of(*RULES.values()), st.sampled_from(["2", "7.5", "30"]))
def test_the_arithmetic_read_back_gives_the_points_of_the_formula(
    case: tuple[Rule, dict[str, str]], maximum: str
) -> None:
    rule, figures = case
    try:
        points = points_of(rule, Fraction(maximum), figures)
    except UncomputableError as refused:
        with pytest.raises(type(refused)):
            arithmetic_of(rule, maximum, figures)
        return
    found = arithmetic_of(rule, maximum, figures)
    assert found is not None
    assert found.points == points
    assert points_in(str(found)) == points
    assert str(found).endswith(f" {written(found.points)} điểm")


@given(st.lists(TALLY, max_size=3), st.sampled_from(["2", "7.5"]))
def test_the_arithmetic_of_tallies_read_back_gives_the_points_of_the_formula(
    tallies: list[Counted], maximum: str
) -> None:
    rule = SurveyPoints(question="q", shares=SHARES)
    try:
        points = points_of(rule, Fraction(maximum), {}, tallies)
    except UncomputableError:
        return
    found = arithmetic_of(rule, maximum, {}, tallies)
    assert (found is None) is (points is None)
    assert found is None or points_in(str(found)) == points


BOUND = re.compile(r"(từ|trên|dưới|không quá|đến) (dưới )?(-?[0-9]+)")


@given(st.sets(st.integers(-5, 30), min_size=1, max_size=4), st.integers(-20, 70))
def test_the_range_of_a_rung_holds_the_value(bounds: set[int], halves: int) -> None:
    value = Fraction(halves, 2)
    found = arithmetic_of(ladder(bounds, "1"), "2", {"value": to_wire(value)})
    assert found is not None
    said = BOUND.findall(found.words.partition(", ")[2] if ", " in found.words else found.words)
    assert said
    for word, below, bound in said:
        match "dưới" if below else word:
            case "từ":
                assert value >= int(bound)
            case "trên":
                assert value > int(bound)
            case "dưới":
                assert value < int(bound)
            case _:
                assert value <= int(bound)


def test_every_kind_of_rule_is_among_them() -> None:
    assert {*RULES, SurveyPoints, NormalisedToBest} == {*get_args(Rule)}
