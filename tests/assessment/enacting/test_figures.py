import pytest

from assessment.enacting.figures import check_figures, plain_figures
from assessment.enacting.mistakes import Mistakes
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import (
    BestOfCases,
    Case,
    Choice,
    Criterion,
    Deduction,
    DueDates,
    EnteredPoints,
    ExternalValue,
    Formula,
    Level,
    NamedFigure,
    NormalisedToBest,
    Option,
    PerCase,
    Proportional,
    Rule,
    Step,
    Steps,
    Timeliness,
    YesNo,
)

LADDER = Steps(steps=[Step(bound="90", closed=True, points="2")])
QUARTERS = [NamedFigure(figure="q1", name="Quý I"), NamedFigure(figure="q3", name="Quý III")]
CASES = [Case(figure="late", name="Chậm", points="0.5"), Case(figure="wrong", name="Sai", points="2")]
RATIO = Formula(variables=QUARTERS, expression="q1 / q3")
INDEX = ExternalValue(source="Chỉ số 766")
LEVELS = Choice(options=[Option(code="tot", name="Tốt", points="2"), Option(code="kha", name="Khá", points="1")])


def leaf(rule: Rule) -> Criterion:
    return Criterion(code="1.1", name="n", level=Level.CRITERION, maximum="2", parent="1", rule=rule)


def figures(**named: str) -> list[Figure]:
    return [Figure(name=name, value=value) for name, value in named.items()]


def mistakes(rule: Rule, **named: str) -> list[str]:
    found = Mistakes()
    check_figures(leaf(rule), figures(**named), "/figures", found)
    return [place.at.removeprefix("/figures/") for place in found.places]


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        (EnteredPoints(), {"points": "2"}),
        (EnteredPoints(), {"points": "0"}),
        (YesNo(), {"answer": "no"}),
        (Timeliness(on_time="2", late="1"), {"outcome": "late"}),
        (LADDER, {"value": "89.5"}),
        (LADDER, {"done": "0", "planned": "7"}),
        (LEVELS, {"level": "kha"}),
        (Proportional(), {"done": "12", "planned": "10"}),
        (DueDates(dates=QUARTERS, on_time="2"), {"q1": "on_time", "q3": "never"}),
        (PerCase(each="0.5"), {"count": "0"}),
        (BestOfCases(cases=CASES), {"late": "yes", "wrong": "no"}),
        (Deduction(violations=CASES), {"late": "3", "wrong": "0"}),
        (Deduction(), {"deducted": "1.25"}),
        (RATIO, {"q1": "-1", "q3": "2.5"}),
        (INDEX, {"value": "100", "as_of": "2025-11-27"}),
        (NormalisedToBest(), {"value": "1250"}),
        (NormalisedToBest(), {"done": "2", "planned": "3"}),
    ],
)
def test_right_figures_are_taken(rule: Rule, named: dict[str, str]) -> None:
    assert mistakes(rule, **named) == []


@pytest.mark.parametrize(
    ("rule", "named", "wrong"),
    [
        (EnteredPoints(), {"points": "2.01"}, ["points"]),
        (EnteredPoints(), {"points": "-1"}, ["points"]),
        (EnteredPoints(), {"points": "2,0"}, ["points"]),
        (EnteredPoints(), {}, ["points"]),
        (YesNo(), {"answer": "maybe", "points": "1"}, ["points", "answer"]),
        (Timeliness(on_time="2", late="1"), {"outcome": "soon"}, ["outcome"]),
        (LADDER, {"done": "1"}, ["planned"]),
        (LADDER, {"value": "1", "done": "1", "planned": "1"}, ["value"]),
        (LADDER, {"value": "1e3"}, ["value"]),
        (LEVELS, {"level": "kém"}, ["level"]),
        (Proportional(), {"done": "-1", "planned": "0"}, ["done", "planned"]),
        (Proportional(), {"value": "1"}, ["value", "done", "planned"]),
        (DueDates(dates=QUARTERS, on_time="2"), {"q1": "soon", "q2": "late"}, ["q2", "q3", "q1"]),
        (PerCase(each="0.5"), {"count": "1.5"}, ["count"]),
        (PerCase(each="0.5"), {"count": "-1"}, ["count"]),
        (BestOfCases(cases=CASES), {"late": "1", "wrong": "no"}, ["late"]),
        (Deduction(violations=CASES), {"late": "0.5", "wrong": "-1"}, ["late", "wrong"]),
        (Deduction(), {"deducted": "-1"}, ["deducted"]),
        (RATIO, {"q1": "x"}, ["q3", "q1"]),
        (INDEX, {"value": "100.1", "as_of": "27/11/2025"}, ["as_of", "value"]),
        (INDEX, {"value": "-1", "as_of": "2025-02-30"}, ["as_of", "value"]),
        (NormalisedToBest(), {"value": "-1"}, ["value"]),
        (NormalisedToBest(), {"value": "5", "planned": "3"}, ["planned"]),
    ],
)
def test_every_wrong_figure_is_named(rule: Rule, named: dict[str, str], wrong: list[str]) -> None:
    assert mistakes(rule, **named) == wrong


def test_numbers_are_recorded_in_their_one_form_and_in_order() -> None:
    plain = plain_figures(leaf(Proportional()), figures(planned="10.0", done="09"))
    assert plain == figures(done="9", planned="10")
    plain = plain_figures(leaf(INDEX), figures(value="83.250", as_of="2025-11-27"))
    assert plain == figures(as_of="2025-11-27", value="83.25")
