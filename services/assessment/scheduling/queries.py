"""Queries for plans: the plans of an authority, a plan with its days and states, what the survey costs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from assessment.registering.queries import NamedUnit, UnitWarning, warnings_about
from assessment.registering.state import UnitRegister
from assessment.scheduling.checks import takes_part
from assessment.scheduling.decisions import scheduling
from assessment.scheduling.events import PlanItemEntered, PlanItemMarked, PlanItemRemoved, plans_of
from assessment.scheduling.items import PlanItem, RoundDeadline
from assessment.scheduling.refusals import PlanUnknownError, PlanWithoutDatesError
from assessment.scheduling.state import (
    ExercisePlan,
    ExercisePlans,
    ItemTiming,
    PlanFact,
    PlannedItem,
    round_days,
    timings,
)
from parindex.auth import Asker, ForbiddenError, covers
from parindex.eventstore.command_handling import Loaded, load
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from parindex.numbers import exact


@dataclass(frozen=True, slots=True)
class CostTotal:
    """The exact costs in đồng: of each line, their sum, the contingency, and all together."""

    lines: tuple[Fraction, ...]
    subtotal: Fraction
    contingency: Fraction

    @property
    def total(self) -> Fraction:
        """The sum with the contingency."""
        return self.subtotal + self.contingency


@dataclass(frozen=True, slots=True)
class DatedRound:
    """A round of the authority in the year of a plan. Its deadlines are instants; "" stands for none."""

    round: str
    title: str
    training: bool
    deadlines: Mapping[RoundDeadline, str]

    @property
    def shown_title(self) -> str:
        """The title as people read it: that of a training round says so."""
        return f"{self.title} (tập huấn)" if self.training else self.title


async def exercise_plans(log: Log, authority: str) -> Loaded[ExercisePlans]:
    """Return the plans of an authority, and the version of their stream; without any, empty and 0."""
    return await load(log, plans_of(authority), scheduling)


async def plans_for(log: Log, authority: str, asker: Asker) -> Loaded[ExercisePlans]:
    """Return the plans of an authority. Raises ForbiddenError for an asker without a right within it or above it."""
    if not takes_part([right.node for right in asker.principal.rights], authority):
        raise ForbiddenError(node=authority)
    return await exercise_plans(log, authority)


async def exercise_plan(log: Log, authority: str, year: int, asker: Asker) -> tuple[ExercisePlan, int]:
    """Return the plan of a year, and the version of the stream. Raises PlanUnknownError, and as `plans_for` does."""
    loaded = await plans_for(log, authority, asker)
    if year not in loaded.state.years:
        raise PlanUnknownError(authority, year)
    return loaded.state.years[year], loaded.version


async def last_of_item(log: Log, authority: str, year: int, code: str) -> Recorded | None:
    """Return the last entry about an item of a plan, or None."""

    def about(fact: PlanFact) -> bool:
        entered = isinstance(fact, PlanItemEntered) and fact.item.code == code
        return entered or (isinstance(fact, PlanItemMarked | PlanItemRemoved) and fact.code == code)

    return await _last(log, authority, year, about)


async def last_of_kind(log: Log, authority: str, year: int, kind: type) -> Recorded | None:
    """Return the last entry of a kind about a plan, such as its issuance, or None."""
    return await _last(log, authority, year, lambda fact: isinstance(fact, kind))


async def _last(log: Log, authority: str, year: int, about: Callable[[PlanFact], bool]) -> Recorded | None:
    stream = await log.read_stream(plans_of(authority))
    return next((one for one in reversed(stream) if one.fact.year == year and about(one.fact)), None)


def agencies_compared(register: UnitRegister, plan: ExercisePlan) -> Sequence[tuple[str, UnitWarning]]:
    """Return the agencies within the authority that the register does not have on the last day of the plan's year.

    Each is with the code of the item that names it. The authority itself is in no register of its own.
    """
    on = f"{plan.year:04}-12-31"
    there, named = register.on(on), dict[str, list[str]]()
    for code, one in plan.items.items():
        for agency in one.item.agencies:
            if agency != plan.authority and covers(plan.authority, agency):
                named.setdefault(agency, []).append(code)
    units = [
        NamedUnit(agency, f"nội dung {', '.join(codes)}") for agency, codes in named.items() if agency not in there
    ]
    return [(code, warning) for warning in warnings_about(register, units, on) for code in named[warning.unit]]


async def days_for_round(log: Log, authority: str, year: int) -> Mapping[RoundDeadline, str]:
    """Return the days that the plan of a year sets. Raises PlanUnknownError, PlanWithoutDatesError."""
    plan = (await exercise_plans(log, authority)).state.years.get(year)
    if plan is None:
        raise PlanUnknownError(authority, year)
    if not (days := round_days(plan)):
        raise PlanWithoutDatesError(authority, year)
    return days


async def plans_above(log: Log, nodes: Iterable[str]) -> Sequence[ExercisePlan]:
    """Return the plans of these nodes and of those above them, read in one query."""
    parts = [node.split(".") for node in nodes]
    streams = sorted({plans_of(".".join(each[: at + 1])) for each in parts for at in range(len(each))})
    found = await log.read_streams(streams) if streams else {}
    return [
        plan for recorded in found.values() for plan in scheduling.fold([each.fact for each in recorded]).years.values()
    ]


def due_items(plan: ExercisePlan, today: str, days: int) -> Sequence[tuple[PlannedItem, ItemTiming]]:
    """Return the items that are late or end within so many days, and are neither done nor dropped."""
    last = (date.fromisoformat(today) + timedelta(days=days)).isoformat()
    return [(one, timing) for one, timing in late_first(plan, today) if not one.settled and "" < timing.until <= last]


def late_first(plan: ExercisePlan, today: str) -> Sequence[tuple[PlannedItem, ItemTiming]]:
    """Return the items with their timing: the latest first, then by planned end, those without one at the end."""
    timed = timings(plan, today)
    found = [(one, timed[code]) for code, one in plan.items.items()]
    return sorted(found, key=lambda each: (-each[1].days_late, each[0].settled, each[1].until or "~"))


def items_of(plan: ExercisePlan) -> dict[str, PlanItem]:
    """Return the items of a plan by code."""
    return {code: one.item for code, one in plan.items.items()}


def cost_of(plan: ExercisePlan) -> CostTotal:
    """Return what the survey costs, exactly."""
    lines = tuple(line.forms * exact(line.unit_cost) for line in plan.costs)
    subtotal = sum(lines, Fraction(0))
    return CostTotal(lines, subtotal, subtotal * exact(plan.contingency) / 100)
