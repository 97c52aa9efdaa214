"""What each kind of rule means in points. The ladder and timeliness are real: Cà Mau, QĐ 1880/QĐ-UBND 2013."""

from fractions import Fraction

import pytest

from parindex.contracts.criteria import (
    Choice,
    EnteredPoints,
    Option,
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
    FigureMissingError,
    FigureUnreadableError,
    NothingPlannedError,
    OptionUnknownError,
    PointsOutOfRangeError,
    UncomputableError,
)
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
        (Proportional(), {"done": "5"}, FigureMissingError),
        (YesNo(), {}, FigureMissingError),
        (YesNo(), {"answer": "maybe"}, FigureUnreadableError),
        (LEVELS, {"level": "superb"}, FigureUnreadableError),
        (LADDER, {"value": "9e1"}, FigureUnreadableError),
        (Proportional(), {"done": "-1", "planned": "10"}, FigureUnreadableError),
        (Proportional(), {"done": "-1", "planned": "-10"}, FigureUnreadableError),
        (Proportional(), {"done": "0", "planned": "-10"}, FigureUnreadableError),
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
