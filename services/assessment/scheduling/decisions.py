"""The rules of plans: an item that depends on others never closes a circle; a state that holds already is no event."""

from collections.abc import Sequence
from typing import assert_never

from assessment.scheduling.checks import mistakes_in_costs, mistakes_in_item, mistakes_in_items
from assessment.scheduling.commands import (
    EnterPlanItem,
    EnterSurveyCost,
    IssuePlan,
    PlanCommand,
    PreparePlan,
    RecordItemState,
    RemovePlanItem,
)
from assessment.scheduling.events import (
    PlanIssued,
    PlanItemEntered,
    PlanItemMarked,
    PlanItemRemoved,
    PlanPrepared,
    SurveyCostEstimated,
)
from assessment.scheduling.refusals import (
    PlanExistsError,
    PlanInvalidError,
    PlanItemNeededError,
    PlanItemUnknownError,
    PlanUnknownError,
)
from assessment.scheduling.state import ExercisePlan, ExercisePlans, PlanFact, PlannedItem, evolve
from parindex.eventstore.decider import Decider
from parindex.refusal import Place


def decide(command: PlanCommand, plans: ExercisePlans) -> Sequence[PlanFact]:
    """Return the events of a command. Raises the refusals of plans."""
    if isinstance(command, PreparePlan):
        if command.year in plans.years:
            raise PlanExistsError(command.authority, command.year)
        _refuse(mistakes_in_items(command.items))
        items = tuple(command.items)
        return [PlanPrepared(command.authority, command.year, command.title, command.based_on, items)]
    plan = plans.years.get(command.year)
    if plan is None:
        raise PlanUnknownError(command.authority, command.year)
    return [fact for fact in [_fact_of(command, plan)] if fact]


def _fact_of(
    command: EnterPlanItem | RemovePlanItem | RecordItemState | IssuePlan | EnterSurveyCost, plan: ExercisePlan
) -> PlanFact | None:
    match command:
        case EnterPlanItem():
            _refuse(mistakes_in_item(command.item, plan, new=command.new))
            former = plan.items.get(command.item.code)
            same = former is not None and former.item == command.item
            return None if same else PlanItemEntered(plan.authority, plan.year, command.item)
        case RemovePlanItem():
            return _removed(command.code, plan)
        case RecordItemState():
            return _marked(command, plan)
        case IssuePlan():
            issued = (plan.number, plan.issued_on) == (command.number, command.issued_on)
            return None if issued else PlanIssued(plan.authority, plan.year, command.number, command.issued_on)
        case EnterSurveyCost():
            return _estimated(command, plan)
        case _:
            assert_never(command)


def _removed(code: str, plan: ExercisePlan) -> PlanFact:
    item_of(plan, code)
    if others := [one.item.code for one in plan.items.values() if one.item.after == code]:
        raise PlanItemNeededError(code, ", ".join(others))
    return PlanItemRemoved(plan.authority, plan.year, code)


def _marked(command: RecordItemState, plan: ExercisePlan) -> PlanFact | None:
    former = item_of(plan, command.code)
    if (former.state, former.on, former.note) == (command.state, command.on, command.note):
        return None
    return PlanItemMarked(plan.authority, plan.year, command.code, command.state, command.on, command.note)


def _estimated(command: EnterSurveyCost, plan: ExercisePlan) -> PlanFact | None:
    _refuse(mistakes_in_costs(command.lines, command.contingency))
    lines = tuple(command.lines)
    same = (plan.costs, plan.contingency) == (lines, command.contingency)
    return None if same else SurveyCostEstimated(plan.authority, plan.year, lines, command.contingency)


def item_of(plan: ExercisePlan, code: str) -> PlannedItem:
    """Return an item of a plan. Raises PlanItemUnknownError."""
    if code not in plan.items:
        raise PlanItemUnknownError(code)
    return plan.items[code]


def _refuse(places: Sequence[Place]) -> None:
    if places:
        raise PlanInvalidError(places)


scheduling: Decider[PlanCommand, ExercisePlans, PlanFact] = Decider(ExercisePlans(), decide, evolve)
