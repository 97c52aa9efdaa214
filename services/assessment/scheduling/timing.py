"""When the items of a plan end: as planned, and as expected today, with what slips. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from assessment.scheduling.items import PlanItem, RoundDeadline, WorkState
from assessment.scheduling.state import ExercisePlan
from parindex.values.days import day_in_vietnam
from parindex.values.working_days import add_working_days, is_working_day

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
