"""A plan's items are added, changed, removed and marked; nonsense is refused whole, with its place."""

from dataclasses import replace

import pytest

from assessment.scheduling.commands import (
    EnterPlanItem,
    EnterSurveyCost,
    IssuePlan,
    PlanCommand,
    PreparePlan,
    RecordItemState,
    RemovePlanItem,
)
from assessment.scheduling.decisions import scheduling
from assessment.scheduling.events import (
    PlanIssued,
    PlanItemEntered,
    PlanItemMarked,
    PlanItemRemoved,
    PlanPrepared,
    SurveyCostEstimated,
)
from assessment.scheduling.items import TEMPLATES, CostLine, PlanItem, RoundDeadline, SurveyMode, WorkState
from assessment.scheduling.refusals import (
    PlanExistsError,
    PlanInvalidError,
    PlanItemNeededError,
    PlanItemUnknownError,
    PlanUnknownError,
)
from assessment.scheduling.state import ExercisePlans, PlanFact
from parindex.refusal import Refused
from parindex.testing.rules import Rules

SELF_SCORED = PlanItem("1", "Tự chấm", "H16.01", until="2027-01-15", sets=RoundDeadline.SELF_SCORING_UNTIL)
APPRAISED = PlanItem("2", "Thẩm định", "H16.02", after="1", working_days=10)
DRAWN_UP = PlanPrepared("H16", 2026, "Kế hoạch", items=(SELF_SCORED, APPRAISED))
PLANS: Rules[PlanCommand, ExercisePlans, PlanFact] = Rules(scheduling).given(DRAWN_UP)


def refused(command: PlanCommand, error: type[Refused] = PlanInvalidError) -> list[str]:
    with pytest.raises(error) as caught:
        PLANS.when(command)
    return [place.at for place in caught.value.places]


def test_a_plan_is_drawn_up_once_a_year() -> None:
    again = PreparePlan("H16", 2026, "Kế hoạch", items=(SELF_SCORED, APPRAISED))
    assert Rules(scheduling).when(again) == (DRAWN_UP,)
    refused(again, PlanExistsError)
    assert PLANS.when(replace(again, year=2027)) == (replace(DRAWN_UP, year=2027),)


def test_an_item_that_changes_keeps_its_state() -> None:
    changed = replace(SELF_SCORED, until="2027-01-20")
    after = PLANS.after(RecordItemState("H16", 2026, "1", WorkState.UNDER_WAY, "2027-01-04")).after(
        EnterPlanItem("H16", 2026, changed)
    )
    one = after.state.years[2026].items["1"]
    assert (one.item.until, one.state, one.on) == ("2027-01-20", WorkState.UNDER_WAY, "2027-01-04")
    assert after.when(EnterPlanItem("H16", 2026, changed)) == ()


@pytest.mark.parametrize(
    ("item", "places"),
    [
        (PlanItem("3", "x", since="2027-02-02", until="2027-02-01"), ["/until"]),
        (PlanItem("3", "x", until="2027-02-01", after="1", working_days=1), ["/until"]),
        (PlanItem("3", "x", after="1"), ["/working_days"]),
        (PlanItem("3", "x", after="9", working_days=1), ["/after"]),
        (PlanItem("1", "x", after="2", working_days=1), ["/after"]),
        (PlanItem("1", "x", after="1", working_days=1), ["/after"]),
        (PlanItem("3", "x", sets=RoundDeadline.SELF_SCORING_UNTIL), ["/sets"]),
        (PlanItem("3", "x", "H16.01", ("H16.01",)), ["/partners"]),
    ],
)
def test_an_item_that_makes_no_sense_is_refused_at_its_field(item: PlanItem, places: list[str]) -> None:
    assert refused(EnterPlanItem("H16", 2026, item)) == places


def test_an_item_from_which_another_counts_is_not_removed() -> None:
    refused(RemovePlanItem("H16", 2026, "1"), PlanItemNeededError)
    refused(RemovePlanItem("H16", 2026, "7"), PlanItemUnknownError)
    assert PLANS.when(RemovePlanItem("H16", 2026, "2")) == (PlanItemRemoved("H16", 2026, "2"),)


def test_a_state_that_holds_already_is_no_event() -> None:
    done = RecordItemState("H16", 2026, "2", WorkState.DONE, "2027-01-28", "plan-note:00")
    assert PLANS.when(done) == (PlanItemMarked("H16", 2026, "2", WorkState.DONE, "2027-01-28", "plan-note:00"),)
    assert PLANS.after(done).when(done) == ()
    refused(replace(done, code="7"), PlanItemUnknownError)


def test_a_plan_is_issued_and_its_survey_estimated_with_exact_numbers() -> None:
    issued = IssuePlan("H16", 2026, "06/KH-UBND", "2026-11-17")
    assert PLANS.when(issued) == (PlanIssued("H16", 2026, "06/KH-UBND", "2026-11-17"),)
    lines = (CostLine("Người dân", SurveyMode.POST, 3, "0.1"),)
    assert PLANS.when(EnterSurveyCost("H16", 2026, lines, "5")) == (SurveyCostEstimated("H16", 2026, lines, "5"),)
    wrong = [replace(lines[0], unit_cost="-1"), replace(lines[0], unit_cost="1e5")]
    assert refused(EnterSurveyCost("H16", 2026, wrong, "nhiều")) == [
        "/lines/0/unit_cost", "/lines/1/unit_cost", "/contingency"
    ]  # fmt: skip


def test_nothing_is_recorded_in_a_year_without_a_plan() -> None:
    refused(IssuePlan("H16", 2025, "06/KH-UBND", "2026-11-17"), PlanUnknownError)


@pytest.mark.parametrize("code", TEMPLATES)
def test_every_template_makes_a_plan_and_each_of_its_items_names_its_source(code: str) -> None:
    items = TEMPLATES[code].items
    assert Rules(scheduling).when(PreparePlan("H16", 2026, "Kế hoạch", code, items))
    assert all(item.source and not item.until for item in items)


@pytest.mark.parametrize(
    ("command", "error", "said"),
    [
        (PreparePlan("H16", 2026, "x"), PlanExistsError, "H16 has a plan of 2026 already."),
        (IssuePlan("H16", 2025, "1", "2026-11-17"), PlanUnknownError, "H16 has no plan of the exercise of 2025."),
        (RemovePlanItem("H16", 2026, "7"), PlanItemUnknownError, "The plan has no item “7”."),
    ],
)
def test_a_refusal_names_what_is_in_the_way(command: PlanCommand, error: type[Refused], said: str) -> None:
    with pytest.raises(error, match=said):
        PLANS.when(command)


def test_the_items_that_count_from_another_are_named() -> None:
    third = EnterPlanItem("H16", 2026, PlanItem("3", "x", after="1", working_days=1))
    assert PLANS.when(third) == (PlanItemEntered("H16", 2026, third.item),)
    with pytest.raises(PlanItemNeededError, match="Item 2, 3 depends on item “1”"):
        PLANS.after(third).when(RemovePlanItem("H16", 2026, "1"))


def test_what_is_recorded_again_is_no_event() -> None:
    issued = IssuePlan("H16", 2026, "06/KH-UBND", "2026-11-17")
    assert PLANS.after(issued).when(issued) == ()
    costs = EnterSurveyCost("H16", 2026, (CostLine("Người dân", SurveyMode.POST, 3, "0.1"),), "5")
    assert PLANS.after(costs).when(costs) == ()


def test_a_plan_with_wrong_items_is_not_prepared() -> None:
    wrong = PreparePlan("H16", 2027, "Kế hoạch", items=(SELF_SCORED, APPRAISED, APPRAISED))
    assert refused(wrong) == ["/items/2/code"]
