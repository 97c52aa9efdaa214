"""Queries for the year that a round was opened with, and for the set and the round under the codes of a planned one."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from assessment.enacting.queries import criteria_set_of, criteria_sets_of, enacted_sets, is_same
from assessment.opening.bodies import RoundIn
from assessment.opening.deadlines import NAMES, deadlines_from, laid_over
from assessment.opening.events import RoundOpened
from assessment.opening.queries import ListedRound, listed_rounds, round_of, rounds_of
from assessment.planning.years import Year
from assessment.scheduling.queries import exercise_plans
from assessment.scheduling.state import round_days
from parindex.auth import covers
from parindex.canonical import canonical
from parindex.contracts.criteria import CriteriaSet
from parindex.eventstore.log import Log


@dataclass(frozen=True, slots=True)
class Existing:
    """The set and the round under the codes of a planned year. `sets`: those that its blocks may use, its own included.

    `set_taken`, `round_taken`: the authority that has something else under the code of the set, the id of the round;
    "" for none. `set_in_force`, `opened`: the very same is there, so nothing is left to do for it.
    """

    sets: Mapping[str, CriteriaSet]
    set_taken: str = ""
    set_in_force: bool = False
    round_taken: str = ""
    opened: bool = False


async def existing_under(log: Log, authority: str, year: Year, body: RoundIn) -> Existing:
    """Return the set and the round under the codes of a planned year, from the log: seen as soon as written."""
    own = year.criteria_set
    enacted = await criteria_sets_of(log, {own.code, *(block.criteria_set for block in year.blocks)})
    usable = {code: each.criteria_set for code, each in enacted.items() if covers(each.authority, authority)}
    sets, before = {**usable, own.code: own}, enacted.get(own.code)
    same_set = before is not None and is_same(before, authority, own)
    found = [one.opened for one in await rounds_of(log, [year.round])]
    same_round = bool(found) and _is_opened(found[0], body, sets)
    return Existing(
        sets,
        before.authority if before and not same_set else "",
        same_set,
        found[0].authority if found and not same_round else "",
        same_round,
    )


def _is_opened(opened: RoundOpened, body: RoundIn, sets: Mapping[str, CriteriaSet]) -> bool:
    command = body.command(sets, "")
    asked = {each.name: getattr(command, each.name) for each in fields(RoundOpened) if hasattr(command, each.name)}
    asked |= {name: getattr(command.deadlines, name) for name in NAMES}
    return all(getattr(opened, name) == value for name, value in asked.items())


def digest_of_year(authority: str, year: Year) -> str:
    """Return the SHA-256, hex, of a year: the page and the form name the shown year by it."""
    return hashlib.sha256(canonical({"authority": authority, "year": year})).hexdigest()


async def year_of(log: Log, round_id: str) -> tuple[str, Year]:
    """Return the authority of a round, and the year that it was opened with. Raises RoundUnknownError.

    Its set is that of the first block; blocks with other sets name them.
    """
    opened = (await round_of(log, round_id)).opened
    enacted = await criteria_set_of(log, opened.blocks[0].criteria_set)
    return opened.authority, Year(
        enacted.criteria_set,
        opened.round,
        opened.year,
        opened.title,
        opened.reference,
        opened.blocks,
        opened.appraisers,
        opened.deadlines,
        opened.own_deadlines,
        opened.pressed_from,
        opened.pressed_until,
        opened.four_eyes,
        opened.approval,
        opened.two_appraisals,
        opened.training,
        opened.council,
    )


async def with_planned_dates(log: Log, authority: str, year: Year) -> Year:
    """Return a year with the dates that the authority's plan of that year sets; without a plan, as it is."""
    plan = (await exercise_plans(log, authority)).state.years.get(year.year)
    if plan is None:
        return year
    planned = deadlines_from(round_days(plan), two_appraisals=year.two_appraisals)
    return replace(year, deadlines=laid_over(year.deadlines, planned))


async def rounds_under(engine: AsyncEngine, authority: str) -> list[ListedRound]:
    """Return the rounds of an authority and of those below it, the newest first."""
    return [each for each in await listed_rounds(engine) if covers(authority, each.authority)]


async def opened_under(log: Log, authority: str, round_id: str) -> RoundOpened | None:
    """Return a round of an authority, or of one below it, from the log: seen as soon as written."""
    found = [one.opened for one in await rounds_of(log, [round_id])]
    return found[0] if found and covers(authority, found[0].authority) else None


async def set_before(engine: AsyncEngine, log: Log, authority: str, year: Year) -> str:
    """Return the code of last year's set: that of the latest round of an earlier year, else the newest set; or ""."""
    earlier = [each for each in await rounds_under(engine, authority) if each.year < year.year]
    if earlier:
        last = max(earlier, key=lambda each: each.year)
        return (await round_of(log, last.round)).opened.blocks[0].criteria_set
    others = (each for each in await enacted_sets(engine) if covers(authority, each.authority))
    return next((each.code for each in others if each.code != year.criteria_set.code), "")
