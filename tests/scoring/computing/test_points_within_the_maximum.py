"""The points of every kind of rule are from 0 to the maximum, or the figures are refused: of a rule and of a line."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contracts.any_rule import RULES, SHARES, SIGNED, TALLY
from tests.scoring.computing.test_order import Story, alone, stories

from parindex.contracts.criteria import CriteriaSet, NormalisedToBest, NotApplicable, Rule, SurveyPoints, YesNo
from parindex.contracts.formula import Counted, compared_value, normalised, points_of
from parindex.contracts.uncomputable import UncomputableError
from parindex.numbers import from_wire
from scoring.computing.commands import ComputeIndex
from scoring.computing.prepared_sets import prepare
from scoring.computing.score_lines import number_or_zero
from scoring.computing.state import Assignment, UnitState

pytestmark = pytest.mark.slow

MAXIMA = st.sampled_from(["0", "0.5", "2", "7.5", "30"])
OTHER_KINDS = {SurveyPoints, NormalisedToBest}


@pytest.mark.parametrize("kind", RULES)
def test_the_points_of_a_rule_are_from_0_to_the_maximum_or_its_figures_are_refused(kind: type) -> None:
    given_points, refused = 0, 0

    @settings(max_examples=100)
    @given(RULES[kind], MAXIMA, st.dictionaries(st.sampled_from(["points", "value", "count", "a", "deducted"]), SIGNED))
    def check(case: tuple[Rule, dict[str, str]], maximum: str, others: dict[str, str]) -> None:
        nonlocal given_points, refused
        rule, figures = case
        for each in (figures, {**figures, **{name: value for name, value in others.items() if name in figures}}):
            try:
                points = points_of(rule, Fraction(maximum), each)
            except UncomputableError:
                refused += 1
                continue
            given_points += 1
            assert points is not None
            assert 0 <= points <= Fraction(maximum)

    check()
    assert given_points
    assert refused or kind is YesNo  # it wants one of two words, and gives the maximum or 0


@given(st.lists(TALLY, max_size=3), MAXIMA)
def test_the_points_of_a_survey_are_from_0_to_the_maximum_or_its_tallies_are_refused(
    tallies: list[Counted], maximum: str
) -> None:
    try:
        points = points_of(SurveyPoints(question="q", shares=SHARES), Fraction(maximum), {}, tallies)
    except UncomputableError:
        return
    assert points is None or 0 <= points <= Fraction(maximum)


@given(st.lists(SIGNED, min_size=1, max_size=4), MAXIMA)
def test_the_points_of_values_that_are_compared_are_from_0_to_the_maximum(values: list[str], maximum: str) -> None:
    figures = [{"value": each} for each in values]
    compared = [value for each in figures if (value := value_or_none(each)) is not None]
    for value in compared:
        assert 0 <= normalised(value, max(compared), Fraction(maximum)) <= Fraction(maximum)


def value_or_none(figures: dict[str, str]) -> Fraction | None:
    try:
        return compared_value(figures)
    except UncomputableError:
        return None


@settings(max_examples=60)
@given(story=stories(), not_applicable=st.sampled_from(NotApplicable))
def test_a_line_has_points_from_0_to_its_maximum_or_a_fault_and_no_points(
    every_kind: Callable[[NotApplicable], CriteriaSet], story: Story, not_applicable: NotApplicable
) -> None:
    assignment = Assignment("district", prepare(every_kind(not_applicable)))
    state = UnitState()
    for changes, known in story.messages:
        state = alone(ComputeIndex("r", "u", tuple(changes), assignment if known else None), state)[1]
    assert state.score is not None
    for line in state.score.lines:
        assert 0 <= number_or_zero(line.points) <= from_wire(line.maximum)
        if line.claimed:
            assert 0 <= from_wire(line.claimed) <= assignment.criteria_set.by_code[line.criterion].maximum
        assert not (line.fault and line.points)
    assert 0 <= from_wire(state.score.points) <= from_wire(state.score.maximum)


def test_every_kind_of_rule_is_among_them() -> None:
    kinds: Sequence[type] = get_args(Rule)
    assert {*RULES, *OTHER_KINDS} == {*kinds}
