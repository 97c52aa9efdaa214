"""Bonus and penalty areas: capped, beside the scale, and the same by any way that the figures arrive."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parindex.contracts.assessment import Figure, Finding
from parindex.contracts.criteria import (
    AreaKind,
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Level,
    NotApplicable,
    PerCase,
    Rule,
    SurveyPoints,
)
from parindex.contracts.extras import area_points, extras_of
from parindex.contracts.survey import TallyUpdated
from parindex.numbers import from_wire, to_wire
from scoring.computing.commands import ComputeIndex
from scoring.computing.decisions import compute
from scoring.computing.events import IndexComputed
from scoring.computing.prepared_sets import prepare
from scoring.computing.score_lines import AreaSum, area_sums
from scoring.computing.state import Assignment, Change, FindingsChange, TallyChange, UnitState
from scoring.recounting import adds_up

Leaves = dict[str, tuple[str, Rule]]


def area(code: str, leaves: Leaves, kind: AreaKind = AreaKind.ORDINARY, cap: str = "") -> list[Criterion]:
    maximum = to_wire(sum((Fraction(most) for most, _ in leaves.values()), Fraction(0)))
    above = Criterion(code=code, name=code, level=Level.AREA, maximum=maximum, area_kind=kind, area_cap=cap)
    rows = [
        Criterion(code=leaf, name=leaf, level=Level.CRITERION, maximum=most, parent=code, rule=rule)
        for leaf, (most, rule) in leaves.items()
    ]
    return [above, *rows]


def a_set(*areas: Sequence[Criterion], **policies: object) -> CriteriaSet:
    rows = [row for each in areas for row in each]
    return CriteriaSet(code="s", title="", reference="", criteria=rows, **policies)  # type: ignore[arg-type]


def computed(criteria_set: CriteriaSet, *changes: Change) -> IndexComputed:
    score = compute(ComputeIndex("r", "u", changes, Assignment("b", prepare(criteria_set))), UnitState())[1].score
    assert score is not None
    return score


def found(**points: str) -> FindingsChange:
    return FindingsChange(
        (1, 1), tuple(points_found(code[1:].replace("_", "."), text) for code, text in points.items())
    )


def points_found(code: str, points: str) -> Finding:
    return Finding(criterion=code, figures=[Figure(name="points", value=points)])


HA_NOI = a_set(  # decision 5666/QĐ-UBND of 2025: eight contents make 100, the ninth is điểm thưởng, điểm trừ
    *(
        area(str(number), {f"{number}.1": (most, EnteredPoints())})
        for number, most in enumerate(["10", "15", "10", "10", "10", "15", "15", "15"], 1)
    ),
    area("9a", {"9.1": ("5", EnteredPoints())}, AreaKind.BONUS),
    area("9b", {"9.2": ("5", EnteredPoints())}, AreaKind.PENALTY),
)


def test_the_ninth_content_of_ha_noi_stands_beside_eight_that_make_100() -> None:
    score = computed(HA_NOI, found(_1_1="10", _2_1="14.5", _3_1="9", _8_1="12.25", _9_1="3.5", _9_2="1.25"))
    assert (score.appraisal, score.bonus, score.penalty) == ("45.75", "3.5", "1.25")
    assert (score.points, score.maximum, score.index) == ("48", "100", "48")
    assert [line.part for line in score.lines[-3:]] == ["appraisal", "bonus", "penalty"]


PHU_THO = area("IV", {"IV.1": ("3", EnteredPoints()), "IV.2": ("5", PerCase(each="1"))}, AreaKind.BONUS, cap="5")


def test_the_bonus_of_phu_tho_is_at_most_five_whatever_its_rows_come_to() -> None:
    known = a_set(area("I", {"I.1": ("100", EnteredPoints())}), PHU_THO)
    cases = Finding(criterion="IV.2", figures=[Figure(name="count", value="4")])
    findings = (points_found("I.1", "80"), points_found("IV.1", "3"), cases)
    score = computed(known, FindingsChange((1, 1), findings))
    assert [line.points for line in score.lines] == ["80", "3", "4"]
    assert (score.bonus, score.penalty, score.points, score.index) == ("5", "", "85", "85")
    assert area_sums(known, score.lines)[1] == AreaSum("IV", "IV", "5", "5", "1", "bonus")


@pytest.mark.parametrize(("above", "points"), [(False, "100"), (True, "103")])
def test_whether_a_bonus_brings_the_index_above_100_is_a_setting_of_the_set(above: bool, points: str) -> None:
    known = a_set(area("I", {"I.1": ("100", EnteredPoints())}), PHU_THO, index_above_hundred=above)
    score = computed(known, found(_I_1="98"), FindingsChange((1, 2), (points_found("I.1", "98"), five_cases())))
    assert (score.points, score.index) == (points, points)


def five_cases() -> Finding:
    return Finding(criterion="IV.2", figures=[Figure(name="count", value="5")])


def test_an_index_is_never_below_0() -> None:
    score = computed(HA_NOI, found(_1_1="2", _9_2="5"))
    assert (score.appraisal, score.penalty, score.points, score.index) == ("2", "5", "0", "0")


@pytest.mark.parametrize("convention", NotApplicable)
def test_a_bonus_or_a_penalty_that_does_not_apply_gives_and_takes_nothing(convention: NotApplicable) -> None:
    known = msgspec.structs.replace(HA_NOI, not_applicable=convention)
    excused = [Finding(criterion=code, applicable=False) for code in ("9.1", "9.2")]
    score = computed(known, FindingsChange((1, 1), (points_found("1.1", "7"), *excused)))
    assert (score.bonus, score.penalty, score.points, score.maximum) == ("0", "0", "7", "100")


def test_a_set_without_such_areas_has_no_bonus_and_no_penalty() -> None:
    score = computed(a_set(area("I", {"I.1": ("10", EnteredPoints())})), found(_I_1="1/3"))
    assert (score.bonus, score.penalty, score.points) == ("", "", "1/3")


MIXED: Leaves = {"1.1": ("4", EnteredPoints()), "1.2": ("6", SurveyPoints(question="q"))}
GIVES: Leaves = {"2.1": ("2", EnteredPoints()), "2.2": ("3", PerCase(each="0.7"))}
TAKES: Leaves = {"3.1": ("20", EnteredPoints())}


def mixed(convention: NotApplicable, *, above: bool) -> CriteriaSet:
    areas = area("1", MIXED), area("2", GIVES, AreaKind.BONUS, "2.5"), area("3", TAKES, AreaKind.PENALTY, "12")
    more = area("4", {"4.1": ("1", EnteredPoints())}, AreaKind.BONUS)
    return a_set(*areas, more, not_applicable=convention, index_above_hundred=above)


CODES = ("1.1", "1.2", "2.1", "2.2", "3.1", "4.1")
NAMES = {"2.2": "count"}


@st.composite
def changes(draw: st.DrawFn, at: int) -> Change:
    if draw(st.integers(0, 3)) == 0:
        score = str(draw(st.integers(0, 7)))
        tally = TallyUpdated(round="r", unit="u", question="q", origin="outside", score=score, out_of="7")
        return TallyChange((1, at), tally)
    made = []
    for code in draw(st.lists(st.sampled_from(CODES), unique=True)):
        figure = Figure(name=NAMES.get(code, "points"), value=str(draw(st.integers(0, 15))))
        given_figures = draw(st.booleans()) and code != "1.2"
        made.append(Finding(criterion=code, figures=[figure] if given_figures else [], applicable=given_figures))
    return FindingsChange((1, at), tuple(made))


@st.composite
def stories(draw: st.DrawFn) -> Sequence[Change]:
    return [draw(changes(at)) for at in range(1, draw(st.integers(2, 6)))]


def recounted(criteria_set: CriteriaSet, score: IndexComputed) -> tuple[Fraction, Fraction]:
    """Points and maximum, computed from the lines and the set with nothing of the code under test."""
    rows = {row.code: row for row in criteria_set.criteria}
    sums: dict[str, Fraction] = {}
    maximum = Fraction(0)
    for line in score.lines:
        parent = rows[line.criterion].parent
        sums[parent] = sums.get(parent, Fraction(0)) + Fraction(line.points or 0)
        maximum += Fraction(line.maximum) if rows[parent].area_kind == "ordinary" else 0
    total = sums["1"] + min(sums["2"], Fraction(5, 2)) + sums["4"] - min(sums["3"], Fraction(12))
    if not criteria_set.index_above_hundred or not maximum:
        total = min(total, maximum)
    return max(total, Fraction(0)), maximum


WITHOUT = {"": (), "1.1": ("1.1",), "1.2": ("1.2",), "2": ("2.1", "2.2"), "3.1": ("3.1",), "1": ("1.1", "1.2")}
"""What a round may name for a unit, and the leaves that it then does not ask."""


@settings(max_examples=200)
@given(
    story=stories(), again=st.randoms(), convention=st.sampled_from(NotApplicable), above=st.booleans(),
    without=st.sampled_from(sorted(WITHOUT)),
)  # fmt: skip
def test_any_order_and_any_repeats_give_what_all_at_once_gives(
    story: Sequence[Change], again: object, convention: NotApplicable, without: str, *, above: bool
) -> None:
    criteria_set = mixed(convention, above=above)
    assignment = Assignment("b", prepare(criteria_set), (without,) if without else ())
    arriving = [*story, *story[: len(story) // 2]]
    again.shuffle(arriving)  # type: ignore[attr-defined]
    state = UnitState()
    for change in arriving:
        state = compute(ComputeIndex("r", "u", (change,), assignment), state)[1]
    score = state.score
    assert score is not None
    assert score == compute(ComputeIndex("r", "u", tuple(story), assignment), UnitState())[1].score
    for line in score.lines:
        if line.criterion in WITHOUT[without]:
            full = convention is NotApplicable.FULL_MARKS and line.criterion in MIXED
            most = MIXED[line.criterion][0] if full else "0"
            assert (line.points, line.maximum, line.causes, line.fault, line.claimed) == (most, most, [], "", "")
    points, maximum = recounted(criteria_set, score)
    assert (from_wire(score.points), from_wire(score.maximum)) == (points, maximum)
    assert 0 <= points <= (maximum + Fraction(7, 2) if above else maximum)
    if maximum:
        assert from_wire(score.index) == points / maximum * 100
    else:
        assert score.index == ""
    assert adds_up(score, extras_of(criteria_set))


@pytest.mark.parametrize("field", ["bonus", "penalty", "points", "maximum"])
def test_a_recount_finds_a_sum_that_is_not_that_of_the_lines(field: str) -> None:
    score = computed(HA_NOI, found(_1_1="7", _9_1="2", _9_2="1"))
    assert adds_up(score, extras_of(HA_NOI))
    assert not adds_up(replace(score, **{field: "3"}), extras_of(HA_NOI))  # type: ignore[arg-type]
    assert not adds_up(replace(score, bonus=""), extras_of(HA_NOI))


def test_the_points_of_an_area_are_those_of_its_lines_up_to_its_cap() -> None:
    known = a_set(area("I", {"I.1": ("60", EnteredPoints()), "I.2": ("40", EnteredPoints())}), PHU_THO)
    findings = [points_found(code, points) for code, points in (("I.1", "50"), ("I.2", "1.5"), ("IV.1", "2.5"))]
    score = computed(known, FindingsChange((1, 1), (*findings, five_cases())))
    assert area_points(known, score.lines) == {"I": Fraction("51.5"), "IV": Fraction(5)}
