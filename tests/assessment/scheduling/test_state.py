"""What slips shows: an item that is late, by how many days, and the items that count from it."""

from dataclasses import replace

from assessment.scheduling.items import CostLine, PlanItem, RoundDeadline, SurveyMode, WorkState
from assessment.scheduling.queries import cost_of, late_first
from assessment.scheduling.state import (
    ExercisePlan,
    ItemTiming,
    PlannedItem,
    days_beyond,
    next_year,
    round_days,
    timings,
    working_days_after,
)
from parindex.numbers import exact

FIRST = PlannedItem(PlanItem("1", "Tự chấm", until="2027-01-15"))
THEN = PlannedItem(PlanItem("2", "Thẩm định", after="1", working_days=3))


def plan(*items: PlannedItem) -> ExercisePlan:
    return ExercisePlan("H16", 2026, "Kế hoạch", items={one.item.code: one for one in items})


def test_working_days_pass_over_the_weekend() -> None:
    assert working_days_after("2027-01-15", 1) == "2027-01-18"  # a Friday, then a Monday
    assert working_days_after("2027-01-16", 0) == "2027-01-18"
    assert working_days_after("2027-01-16", 1) == "2027-01-18"


def test_working_days_pass_over_tet() -> None:
    assert working_days_after("2027-02-03", 3) > "2027-02-10"  # the first day of the lunar year is 6 February


def test_a_plan_that_is_kept_is_expected_as_planned() -> None:
    timed = timings(plan(FIRST, THEN), "2027-01-15")
    assert timed == {"1": ItemTiming("2027-01-15", "2027-01-15"), "2": ItemTiming("2027-01-20", "2027-01-20")}


def test_a_late_item_shifts_those_that_count_from_it_though_they_are_not_late_themselves() -> None:
    timed = timings(plan(THEN, FIRST), "2027-01-19")
    assert timed["1"] == ItemTiming("2027-01-15", "2027-01-19", 4)
    assert timed["2"] == ItemTiming("2027-01-20", "2027-01-22", 0)


def test_an_item_that_was_done_late_shifts_the_next_by_the_day_on_which_it_was_done() -> None:
    done = replace(FIRST, state=WorkState.DONE, on="2027-01-18")
    timed = timings(plan(done, THEN), "2027-01-19")
    assert timed == {"1": ItemTiming("2027-01-15", "2027-01-18"), "2": ItemTiming("2027-01-20", "2027-01-21")}


def test_an_item_that_was_dropped_is_not_late_and_shifts_nothing() -> None:
    timed = timings(plan(replace(FIRST, state=WorkState.DROPPED, on="2027-03-01"), THEN), "2027-01-19")
    assert (timed["1"].days_late, timed["2"].expected) == (0, "2027-01-20")


def test_an_item_without_days_has_no_end_and_is_not_late() -> None:
    timed = timings(plan(PlannedItem(PlanItem("1", "x")), THEN), "2027-01-19")
    assert timed == {"1": ItemTiming("", ""), "2": ItemTiming("", "")}


SELF_SCORED, APPRAISED = RoundDeadline.SELF_SCORING_UNTIL, RoundDeadline.APPRAISAL_UNTIL
SETTING = (
    replace(FIRST, item=replace(FIRST.item, sets=SELF_SCORED)),
    replace(THEN, item=replace(THEN.item, sets=APPRAISED)),
)


def test_a_plan_sets_dates_by_the_planned_ends_of_its_items() -> None:
    assert round_days(plan(*SETTING)) == {SELF_SCORED: "2027-01-15", APPRAISED: "2027-01-20"}
    late = replace(SETTING[0], state=WorkState.DONE, on="2027-01-18")
    assert round_days(plan(late, SETTING[1])) == round_days(plan(*SETTING))
    dropped = replace(SETTING[1], state=WorkState.DROPPED)
    unknown = replace(SETTING[0], item=replace(SETTING[0].item, until=""))
    assert round_days(plan(SETTING[0], dropped)) == {SELF_SCORED: "2027-01-15"}
    assert round_days(plan(unknown, SETTING[1])) == {}


def test_a_deadline_lies_beyond_its_item_by_days_of_viet_nam() -> None:
    dates = {SELF_SCORED: "2027-01-16T16:59:00.000000Z", APPRAISED: "2027-01-18T17:00:00.000000Z"}
    assert days_beyond(plan(*SETTING), dates) == {SELF_SCORED: 1, APPRAISED: -1}
    assert days_beyond(plan(SETTING[0]), {**dates, SELF_SCORED: ""}) == {}


def test_late_items_are_first() -> None:
    later = PlannedItem(PlanItem("3", "x", until="2027-01-18"))
    found = late_first(plan(PlannedItem(PlanItem("0", "x")), THEN, later, FIRST), "2027-01-19")
    assert [one.item.code for one, _ in found] == ["1", "3", "2", "0"]


def test_the_plan_of_the_next_year_is_a_year_later_on_working_days() -> None:
    items = {"1": PlanItem("1", "x", since="2024-02-29", until="2026-01-15"), "2": THEN.item}
    [first, then] = next_year(items)
    assert (first.since, first.until) == ("2025-03-03", "2027-01-15")
    assert then == THEN.item


def test_the_costs_of_a_survey_are_exact() -> None:
    costs = (CostLine("a", SurveyMode.POST, 3, "0.1"), CostLine("b", SurveyMode.ONLINE, 2_550, "45000.5"))
    total = cost_of(replace(plan(), costs=costs, contingency="2.5"))
    assert (total.lines[0], total.subtotal) == (exact("0.3"), exact("114751275.3"))
    assert total.total == exact("114751275.3") * exact("1.025")
