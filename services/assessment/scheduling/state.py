"""State of an authority's plans, folded from their events. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from assessment.scheduling.events import (
    PlanIssued,
    PlanItemEntered,
    PlanItemMarked,
    PlanItemRemoved,
    PlanPrepared,
    SurveyCostEstimated,
)
from assessment.scheduling.items import CostLine, PlanItem, WorkState

PlanFact = PlanPrepared | PlanItemEntered | PlanItemRemoved | PlanItemMarked | PlanIssued | SurveyCostEstimated


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An item with its state, the day from which that holds, and the commitment to its note; "" for none."""

    item: PlanItem
    state: WorkState = WorkState.NOT_BEGUN
    on: str = ""
    note: str = ""

    @property
    def settled(self) -> bool:
        """Whether the item is done or dropped, so that it can't be late."""
        return self.state in {WorkState.DONE, WorkState.DROPPED}


@dataclass(frozen=True, slots=True)
class ExercisePlan:
    """The plan of one year: its items by code in their order, the document that issued it, the survey's costs."""

    authority: str
    year: int
    title: str
    based_on: str = ""
    items: Mapping[str, PlannedItem] = field(default_factory=dict)
    number: str = ""
    issued_on: str = ""
    costs: tuple[CostLine, ...] = ()
    contingency: str = "0"


@dataclass(frozen=True, slots=True)
class ExercisePlans:
    """The plans of an authority by year."""

    years: Mapping[int, ExercisePlan] = field(default_factory=dict)


def evolve(plans: ExercisePlans, fact: PlanFact) -> ExercisePlans:
    """Return the plans after an event."""
    return ExercisePlans({**plans.years, fact.year: _after(plans.years.get(fact.year), fact)})


def _after(plan: ExercisePlan | None, fact: PlanFact) -> ExercisePlan:
    if isinstance(fact, PlanPrepared):
        items = {item.code: PlannedItem(item) for item in fact.items}
        return ExercisePlan(fact.authority, fact.year, fact.title, fact.based_on, items)
    known = plan or ExercisePlan(fact.authority, fact.year, "")
    match fact:
        case PlanItemEntered():
            former = known.items.get(fact.item.code, PlannedItem(fact.item))
            return replace(known, items={**known.items, fact.item.code: replace(former, item=fact.item)})
        case PlanItemRemoved():
            return replace(known, items={code: one for code, one in known.items.items() if code != fact.code})
        case PlanItemMarked():
            marked = replace(known.items[fact.code], state=fact.state, on=fact.on, note=fact.note)
            return replace(known, items={**known.items, fact.code: marked})
        case PlanIssued():
            return replace(known, number=fact.number, issued_on=fact.issued_on)
        case SurveyCostEstimated():
            return replace(known, costs=fact.lines, contingency=fact.contingency)
        case _:
            assert_never(fact)
