"""The commands about an authority's plans."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessment.scheduling.items import CostLine, PlanItem, WorkState


@dataclass(frozen=True, slots=True)
class PreparePlan:
    """Draw up the plan of a year with these items."""

    authority: str
    year: int
    title: str
    based_on: str = ""
    items: Sequence[PlanItem] = ()


@dataclass(frozen=True, slots=True)
class EnterPlanItem:
    """Add an item, or replace the one of the same code; a `new` one never replaces another."""

    authority: str
    year: int
    item: PlanItem
    new: bool = False


@dataclass(frozen=True, slots=True)
class RemovePlanItem:
    """Remove an item on which no other item depends."""

    authority: str
    year: int
    code: str


@dataclass(frozen=True, slots=True)
class RecordItemState:
    """Set the state of an item, from a day on; `note` is the commitment to a text."""

    authority: str
    year: int
    code: str
    state: WorkState
    on: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class IssuePlan:
    """Record the document that issues the plan."""

    authority: str
    year: int
    number: str
    issued_on: str


@dataclass(frozen=True, slots=True)
class EnterSurveyCost:
    """Record what the survey will cost; it replaces an earlier estimate."""

    authority: str
    year: int
    lines: Sequence[CostLine]
    contingency: str = "0"


PlanCommand = PreparePlan | EnterPlanItem | RemovePlanItem | RecordItemState | IssuePlan | EnterSurveyCost
