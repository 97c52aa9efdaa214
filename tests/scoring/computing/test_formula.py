"""What each kind of rule means in points. The ladder and timeliness are real: Cà Mau, QĐ 1880/QĐ-UBND 2013."""

from fractions import Fraction

import pytest

from parindex.contracts.criteria import (
    BestOfCases,
    Case,
    Choice,
    Deduction,
    DueDates,
    EnteredPoints,
    ExternalValue,
    Formula,
    NamedFigure,
    NormalisedToBest,
    OnZero,
    Option,
    PerCase,
    Proportional,
    Rule,
    Share,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.contracts.formula import Counted, index_of, points_of
from parindex.contracts.uncomputable import (
    DividedByZeroError,
    FigureMissingError,
    FigureUnreadableError,
    NothingPlannedError,
    OptionUnknownError,
    PointsOutOfRangeError,
    UncomputableError,
)
from parindex.numbers import from_wire
from scoring.computing.refusals import FAULTS

ISSUED = Timeliness(on_time="1", late="0.5", never="0")  # 1.1.1 "Kịp thời: 1; không kịp thời: 0,5; không ban hành: 0"
LADDER = Steps(  # 1.1.4 "Trên 90%: 2; từ 70-90%: 1; dưới 70%: 0"
    steps=[Step(bound="90", closed=False, points="2"), Step(bound="70", closed=True, points="1")], otherwise="0"
)
LEVELS = Choice(  # "Hoàn thành xuất sắc: điểm tối đa; tốt: 75%; hoàn thành: 50%"
    options=[
        Option(code="excellent", name="Xuất sắc", points="2"),
        Option(code="good", name="Tốt", points="1.5"),
        Option(code="done", name="Hoàn thành", points="1"),
    ]
)
STARS = SurveyPoints(
    question="q1", shares=[Share(option="1", share="0"), Share(option="2", share="0.5"), Share(option="3", share="1")]
)
SHARES = Choice(  # "Không vi phạm: điểm tối đa; vi phạm nhẹ: trừ 50% điểm; nghiêm trọng: 0 điểm"
    options=[Option(code="none", name="Không", share="1"), Option(code="slight", name="Nhẹ", share="0.5")]
)
REPORTS = DueDates(  # 1.2.1 "đủ số lượng và đúng thời gian (quý I, III, 6 tháng, năm): 1; không: 0"
    dates=[NamedFigure(figure="q1", name="Quý I"), NamedFigure(figure="half", name="6 tháng")], on_time="1"
)
APPLICATIONS = PerCase(each="1", cap="5")  # "mỗi ứng dụng 1 điểm, tổng không quá 5"
CASES = [Case(figure="small", name="Nhỏ", points="0.5"), Case(figure="large", name="Lớn", points="1.5")]
RATIO = Formula(
    variables=[NamedFigure(figure="a", name="Số đã xử lý"), NamedFigure(figure="b", name="Tổng số")],
    expression="min(a / b; 1) * maximum",
)
TWO = Fraction(2)
PERCENTS = [("9", "10", 1), ("91", "100", 2), ("7", "10", 1), ("2", "3", 0)]


@pytest.mark.parametrize(
    ("value", "points"),
    [("90", 1), ("90.0000001", 2), ("70", 1), ("69.999", 0), ("100", 2), ("89.9999999", 1), ("0", 0), ("120", 2)],
)
def test_the_ladder_of_ca_mau_keeps_its_boundaries(value: str, points: int) -> None:
    assert points_of(LADDER, TWO, {"value": value}) == points


@pytest.mark.parametrize(("done", "planned", "points"), PERCENTS)
def test_a_ladder_takes_what_was_done_of_what_was_planned_in_percent(done: str, planned: str, points: int) -> None:
    assert points_of(LADDER, TWO, {"done": done, "planned": planned}) == points


@pytest.mark.parametrize(
    ("rule", "maximum", "figures", "points"),
    [
        (EnteredPoints(), "65", {"points": "51.75"}, "51.75"),
        (EnteredPoints(), "65", {"points": "65"}, "65"),
        (YesNo(), "1", {"answer": "yes"}, "1"),
        (YesNo(), "1", {"answer": "no"}, "0"),
        (ISSUED, "1", {"outcome": "on_time"}, "1"),
        (ISSUED, "1", {"outcome": "late"}, "0.5"),
        (ISSUED, "1", {"outcome": "never"}, "0"),
        (LEVELS, "2", {"level": "good"}, "1.5"),
        (SHARES, "2", {"level": "none"}, "2"),
        (SHARES, "3", {"level": "slight"}, "1.5"),
        (REPORTS, "1", {"q1": "on_time", "half": "on_time"}, "1"),
        (REPORTS, "1", {"q1": "on_time", "half": "late"}, "0"),
        (DueDates(dates=REPORTS.dates, on_time="2", late="1"), "2", {"q1": "late", "half": "on_time"}, "1"),
        (DueDates(dates=REPORTS.dates, on_time="2", late="1"), "2", {"q1": "late", "half": "never"}, "0"),
        (APPLICATIONS, "10", {"count": "4"}, "4"),
        (APPLICATIONS, "10", {"count": "6"}, "5"),
        (PerCase(each="0.5"), "2", {"count": "9"}, "2"),
        (BestOfCases(cases=CASES), "2", {"small": "yes", "large": "no"}, "0.5"),
        (BestOfCases(cases=CASES), "2", {"small": "yes", "large": "yes"}, "1.5"),
        (BestOfCases(cases=CASES, otherwise="0.1"), "2", {"small": "no", "large": "no"}, "0.1"),
        (Deduction(violations=CASES), "8", {"small": "2", "large": "1"}, "5.5"),
        (Deduction(violations=CASES), "2", {"small": "0", "large": "2"}, "0"),
        (Deduction(violations=CASES, floor="1"), "2", {"small": "0", "large": "2"}, "1"),
        (Deduction(), "8", {"deducted": "2.5"}, "5.5"),
        (RATIO, "3", {"a": "1", "b": "3"}, "1"),
        (RATIO, "3", {"a": "5", "b": "3"}, "3"),
        (
            Formula(variables=RATIO.variables, expression="a/b", on_zero=OnZero.NO_POINTS),
            "3",
            {"a": "1", "b": "0"},
            "0",
        ),
        (Formula(variables=RATIO.variables, expression="a/b", on_zero=OnZero.MAXIMUM), "3", {"a": "1", "b": "0"}, "3"),
        (ExternalValue(source="Chỉ số 766"), "5", {"value": "83.25", "as_of": "2025-11-27"}, "4.1625"),
        (ExternalValue(source="SIPAS", out_of="10"), "5", {"value": "10", "as_of": "2025-11-27"}, "5"),
        (Proportional(floor="0.8"), "3", {"done": "9", "planned": "10"}, "2.7"),
        (Proportional(floor="0.8"), "3", {"done": "8", "planned": "10"}, "2.4"),
        (Proportional(floor="0.8"), "3", {"done": "79", "planned": "100"}, "0"),
        (Proportional(ceiling="0.9"), "3", {"done": "9", "planned": "10"}, "3"),
        (Proportional(ceiling="0.9"), "3", {"done": "89", "planned": "100"}, "2.67"),
        (Proportional(), "3", {"done": "12", "planned": "10"}, "3"),
        (Proportional(), "3", {"done": "0", "planned": "10"}, "0"),
        (Proportional(), "3", {"done": "0.1", "planned": "0.5"}, "0.6"),
        (EnteredPoints(), "2", {"points": "1/3"}, "1/3"),
    ],
)
def test_each_kind_of_rule_gives_its_points(rule: Rule, maximum: str, figures: dict[str, str], points: str) -> None:
    assert points_of(rule, Fraction(maximum), figures) == Fraction(points)


def test_a_third_stays_a_third() -> None:
    assert points_of(Proportional(), Fraction(2), {"done": "1", "planned": "3"}) == Fraction(2, 3)


def test_survey_points_are_the_mean_share_of_all_groups_answers() -> None:
    tallies = [Counted({"1": 1, "2": 2}), Counted({"3": 4})]
    assert points_of(STARS, Fraction(35), {}, tallies) == Fraction(35) * 5 / 7


def test_an_outside_survey_brings_its_own_scale_and_goes_before_our_counts() -> None:
    tallies = [Counted({"1": 50}), Counted({}, score="32.83", out_of="35")]
    assert points_of(STARS, Fraction(35), {}, tallies) == Fraction("32.83")


def test_outside_surveys_of_several_groups_are_added_up() -> None:
    tallies = [Counted({}, score="3", out_of="4"), Counted({}, score="3", out_of="6")]
    assert points_of(STARS, Fraction(10), {}, tallies) == 6


@pytest.mark.parametrize("tallies", [[], [Counted({})], [Counted({"1": 0})]])
def test_without_answers_there_are_no_points_yet(tallies: list[Counted]) -> None:
    assert points_of(STARS, Fraction(35), {}, tallies) is None


@pytest.mark.parametrize(
    ("rule", "figures", "reason"),
    [
        (Proportional(), {"done": "0", "planned": "0"}, NothingPlannedError),
        (LADDER, {"done": "5", "planned": "0"}, NothingPlannedError),
        (NormalisedToBest(), {"done": "5", "planned": "0"}, NothingPlannedError),
        (NormalisedToBest(), {"value": "-1"}, FigureUnreadableError),
        (NormalisedToBest(), {"done": "5"}, FigureMissingError),
        (Proportional(), {"done": "5"}, FigureMissingError),
        (YesNo(), {}, FigureMissingError),
        (YesNo(), {"answer": "maybe"}, FigureUnreadableError),
        (LEVELS, {"level": "superb"}, FigureUnreadableError),
        (LADDER, {"value": "9e1"}, FigureUnreadableError),
        (Proportional(), {"done": "-1", "planned": "10"}, FigureUnreadableError),
        (Proportional(), {"done": "-1", "planned": "-10"}, FigureUnreadableError),
        (Proportional(), {"done": "0", "planned": "-10"}, FigureUnreadableError),
        (REPORTS, {"q1": "on_time"}, FigureMissingError),
        (REPORTS, {"q1": "on_time", "half": "soon"}, FigureUnreadableError),
        (APPLICATIONS, {"count": "1.5"}, FigureUnreadableError),
        (APPLICATIONS, {"count": "-1"}, FigureUnreadableError),
        (BestOfCases(cases=CASES), {"small": "yes"}, FigureMissingError),
        (Deduction(violations=CASES), {"small": "0.5", "large": "0"}, FigureUnreadableError),
        (Deduction(), {"deducted": "-1"}, FigureUnreadableError),
        (RATIO, {"a": "1", "b": "0"}, DividedByZeroError),
        (RATIO, {"a": "1"}, FigureMissingError),
        (RATIO, {"a": "-1", "b": "3"}, PointsOutOfRangeError),
        (ExternalValue(source="SIPAS"), {"value": "100.01", "as_of": "2026-01-31"}, PointsOutOfRangeError),
        (EnteredPoints(), {"points": "2.01"}, PointsOutOfRangeError),
        (EnteredPoints(), {"points": "-0.01"}, PointsOutOfRangeError),
    ],
)
def test_figures_that_give_no_points_are_named(
    rule: Rule, figures: dict[str, str], reason: type[UncomputableError]
) -> None:
    with pytest.raises(reason):
        points_of(rule, TWO, figures)


@pytest.mark.parametrize(
    ("tally", "reason"),
    [
        (Counted({"9": 1}), OptionUnknownError),
        (Counted({}, score="36", out_of="35"), PointsOutOfRangeError),
        (Counted({}, score="3", out_of="0"), FigureUnreadableError),
    ],
)
def test_tallies_that_give_no_points_are_named(tally: Counted, reason: type[UncomputableError]) -> None:
    with pytest.raises(reason):
        points_of(STARS, TWO, {}, [tally])


def test_every_reason_is_known_by_its_fault() -> None:
    assert {error.fault for error in UncomputableError.__subclasses__()} == set(FAULTS)


def test_an_index_is_points_in_a_hundred_of_what_applies() -> None:
    assert index_of(Fraction("68.32"), Fraction(84)) == Fraction(6832, 84)  # Thanh Hóa 2023, Ban Dân tộc: 81.33 %
    assert index_of(Fraction(0), Fraction(0)) is None  # nothing applies: there is no index, and no 0 either


@pytest.mark.parametrize(
    ("figures", "best", "points"),
    [  # Bộ TTTT, phụ lục 1B: tỷ lệ của đơn vị / tỷ lệ lớn nhất
        ({"value": "60"}, "90", "2"),
        ({"value": "90"}, "90", "3"),
        ({"done": "2", "planned": "3"}, "80", "2.5"),
        ({"value": "250"}, "700", "15/14"),
        ({"value": "0"}, "90", "0"),
        ({"value": "0"}, "0", "0"),
    ],
)
def test_a_value_earns_its_share_of_the_greatest_one(figures: dict[str, str], best: str, points: str) -> None:
    assert points_of(NormalisedToBest(), Fraction(3), figures, best=from_wire(best)) == from_wire(points)
    assert points_of(NormalisedToBest(), Fraction(3), figures) is None  # alone it earns nothing yet


def test_a_value_above_the_greatest_one_is_out_of_range() -> None:
    with pytest.raises(PointsOutOfRangeError):
        points_of(NormalisedToBest(), Fraction(3), {"value": "90.01"}, best=Fraction(90))
