"""State of an authority's plans, folded from their events, and when items end, as planned and as expected. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from assessment.scheduling.events import (
    PlanIssued,
    PlanItemEntered,
    PlanItemMarked,
    PlanItemRemoved,
    PlanPrepared,
    SurveyCostEstimated,
)
from assessment.scheduling.items import CostLine, PlanItem, RoundDeadline, WorkState
from parindex.values.days import day_in_vietnam
from parindex.values.working_days import add_working_days, is_working_day

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


Ends = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ItemTiming:
    """The planned end of an item, the end that is expected today, and by how many days it is late; "" is unknown."""

    until: str
    expected: str
    days_late: int = 0


def timings(plan: ExercisePlan, today: str) -> Mapping[str, ItemTiming]:
    """Return the timing of each item on a day.

    An item that is not settled is expected today at the earliest. Items that count from it shift with it; once it is
    done, the day on which it was done counts where that is later than planned.
    """
    items = {code: one.item for code, one in plan.items.items()}

    def expected(item: PlanItem, until: str) -> str:
        one = plan.items[item.code]
        if one.state is WorkState.DROPPED or not until:
            return until
        return max(until, one.on if one.state is WorkState.DONE else today)

    planned, shifted = _ends(items, lambda _, until: until), _ends(items, expected)
    return {
        code: ItemTiming(
            planned[code], shifted[code], 0 if one.settled or not planned[code] else max(0, _days(planned[code], today))
        )
        for code, one in plan.items.items()
    }


def round_days(plan: ExercisePlan) -> Mapping[RoundDeadline, str]:
    """Return the day of each deadline that a plan sets: the planned end of the item, unless the item was dropped."""
    ends = _ends({code: one.item for code, one in plan.items.items()}, lambda _, until: until)
    setting = [one for one in plan.items.values() if one.item.sets is not RoundDeadline.NONE]
    kept = [one.item for one in setting if one.state is not WorkState.DROPPED]
    return {item.sets: ends[item.code] for item in kept if ends[item.code]}


def days_beyond(plan: ExercisePlan, deadlines: Mapping[RoundDeadline, str]) -> Mapping[RoundDeadline, int]:
    """Return by how many days each deadline of a round lies beyond the day that the plan sets; negative: before it.

    Deadlines are instants. Those that the round or the plan does not have are absent.
    """
    planned = round_days(plan)
    return {name: _days(planned[name], day_in_vietnam(at)) for name, at in deadlines.items() if at and name in planned}


def working_days_after(day: str, count: int) -> str:
    """Return the day that is so many working days after a day; with 0 the day itself, or the next working day."""
    at = date.fromisoformat(day)
    if count == 0 and not is_working_day(at):
        return add_working_days(at, 1).isoformat()
    return add_working_days(at, count).isoformat()


def next_year(items: Mapping[str, PlanItem]) -> tuple[PlanItem, ...]:
    """Return the items of a plan for the year after: each day a year later, or the next working day after that."""
    return tuple(replace(one, since=_year_later(one.since), until=_year_later(one.until)) for one in items.values())


def _ends(items: Mapping[str, PlanItem], end: Callable[[PlanItem, str], str]) -> Ends:
    found: dict[str, str] = {}

    def of(code: str) -> str:
        if code not in found:
            item = items[code]
            before = of(item.after) if item.after in items else ""
            until = working_days_after(before, item.working_days) if before else "" if item.after else item.until
            found[code] = end(item, until)
        return found[code]

    return {code: of(code) for code in items}


def _days(since: str, until: str) -> int:
    return (date.fromisoformat(until) - date.fromisoformat(since)).days


def _year_later(day: str) -> str:
    if not day:
        return ""
    at = date.fromisoformat(day)
    later = at.replace(year=at.year + 1) if (at.month, at.day) != (2, 29) else date(at.year + 1, 3, 1)
    return working_days_after(later.isoformat(), 0)
