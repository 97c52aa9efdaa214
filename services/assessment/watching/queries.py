"""Queries for a round as its office watches it: how far each unit and each agency is, and what comes next."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assessment.appraising.worklist import SheetsToAppraise, SheetToAppraise, impartial, sheets_to_appraise
from assessment.opening.queries import UnitInRound, round_of, unit_in_round, units_of_rounds
from assessment.opening.stages import ValueStage
from assessment.opening.state import FoundRound
from assessment.self_scoring.state import Sheet, stage_deadline
from parindex.auth import Asker
from parindex.auth.principal import Principal
from parindex.instant import instant
from parindex.service import ServiceContext
from parindex.values.days import day_in_vietnam


class NextStep(StrEnum):
    """What an office may do with a unit now, through the same commands as the API."""

    ANNOUNCE = "announce"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class WatchedUnit:
    """A unit of a round: its sheet without its claims, how many criteria are claimed and found, and what comes next.

    `open_items` is the number of criteria that wait for the council. `mine`: the person has no right in the unit, and
    so may end its appraisal.
    """

    unit: UnitInRound
    sheet: Sheet
    stage: ValueStage
    claimed: int
    found: int
    waiting: int
    open_items: int
    next: NextStep | None
    mine: bool

    @property
    def completed(self) -> bool:
        """Whether the appraisal is complete for the coming closing."""
        return self.sheet.completed_for >= self.unit.terms.due

    @property
    def until(self) -> str:
        """The deadline of its stage; "" where it has none, or the appraisal is complete."""
        return "" if self.completed else stage_deadline(self.unit.terms, self.sheet, self.stage)

    def late(self, at: str) -> bool:
        return "" < self.until <= at

    def days_left(self, at: str) -> int | None:
        """Return the days of the calendar until its deadline, negative after it; None without one."""
        if not self.until:
            return None
        return (date.fromisoformat(day_in_vietnam(self.until)) - date.fromisoformat(day_in_vietnam(at))).days


@dataclass(frozen=True, slots=True)
class WatchedRound:
    """A round at an instant: its units in order, and by agency how many items of submitted units have a finding."""

    found: FoundRound
    units: Sequence[WatchedUnit]
    agencies: Mapping[str, tuple[int, int]]
    at: str

    @property
    def late(self) -> list[WatchedUnit]:
        """The units whose deadline has passed."""
        return [each for each in self.units if each.late(self.at)]

    def ready(self, step: NextStep) -> list[WatchedUnit]:
        """Return the units for which this is the next step."""
        return [each for each in self.units if each.next is step and each.mine]

    @property
    def all_completed(self) -> bool:
        return all(each.completed for each in self.units)


async def watched_round(context: ServiceContext, asker: Asker, round_id: str) -> WatchedRound:
    """Return a round as its office watches it, each write as soon as it is acknowledged.

    Raises RoundUnknownError, and ForbiddenError before it reads more than the round.
    """
    found = await round_of(context.log, round_id)
    asker.require(found.opened.authority)
    [units] = await units_of_rounds(context.log, [found], lambda _: True)
    seen = await sheets_to_appraise(context, units)
    watched = [_watched(asker.principal, unit, seen.of(unit)) for unit in units]
    return WatchedRound(found, watched, _by_agency(watched, seen), instant(await context.moment()))


async def watched_unit(context: ServiceContext, asker: Asker, round_id: str, unit: str) -> WatchedUnit:
    """Return a unit of a round in the same way; raise RoundUnknownError, UnitUnknownError, ForbiddenError."""
    found = await unit_in_round(context.log, round_id, unit)
    asker.require(found.terms.authority)
    return _watched(asker.principal, found, (await sheets_to_appraise(context, [found])).of(found))


def _watched(principal: Principal, unit: UnitInRound, seen: SheetToAppraise) -> WatchedUnit:
    sheet, stage, waiting, items = seen.sheet, seen.stage, len(seen.waiting), len(seen.open_items)
    criteria = [seen.progress_of(code) for code in unit.terms.appraisers]
    return WatchedUnit(
        unit,
        sheet,
        stage,
        claimed=sum(each.claimed > 0 for each in criteria),
        found=sum(each.found > 0 for each in criteria),
        waiting=waiting,
        open_items=items,
        next=_next(unit, sheet, stage, waiting, items, corrected=any(each.corrected for each in criteria)),
        mine=impartial(principal, unit),
    )


def _next(
    unit: UnitInRound, sheet: Sheet, stage: ValueStage, waiting: int, items: int, *, corrected: bool
) -> NextStep | None:
    if not sheet.submitted or waiting or stage is ValueStage.EXPLANATION or sheet.completed_for >= unit.terms.due:
        return None
    first = unit.terms.two_appraisals and stage is ValueStage.APPRAISAL_1
    if first and corrected:
        return NextStep.ANNOUNCE
    return None if items else NextStep.COMPLETE


def _by_agency(watched: Sequence[WatchedUnit], seen: SheetsToAppraise) -> dict[str, tuple[int, int]]:
    done, every = Counter[str](), Counter[str]()
    for each in watched:
        if not each.sheet.submitted:
            continue
        waiting = seen.of(each.unit).waiting
        agencies = each.unit.terms.appraisers
        every.update(agencies.values())
        done.update(agency for code, agency in agencies.items() if code not in waiting)
    return {agency: (done[agency], total) for agency, total in every.items()}
