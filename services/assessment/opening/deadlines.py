"""The deadlines of a round: its five dates, and those that a block or a unit has of its own. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from itertools import pairwise
from typing import Final

from assessment.scheduling.items import RoundDeadline
from parindex.instant import instant
from parindex.values.days import VIETNAM


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The five dates of a round, in their order. Each is an instant; "" stands for none.

    The second and the third of the four ends are for a round with two appraisals. `appraisal_until` is the deadline of
    the last appraisal.
    """

    self_scoring_from: str = ""
    self_scoring_until: str = ""
    first_appraisal_until: str = ""
    explanation_until: str = ""
    appraisal_until: str = ""


@dataclass(frozen=True, slots=True)
class OwnDeadlines:
    """The dates of one block, or of one unit, that replace those of the round; "" leaves the round's date."""

    deadlines: Deadlines
    block: str = ""
    unit: str = ""


NO_DEADLINES = Deadlines()
NAMES = tuple(each.name for each in fields(Deadlines))
FIELDS = {
    "self_scoring_from": "self_scoring_from",
    "self_scoring": "self_scoring_until",
    "first_appraisal": "first_appraisal_until",
    "explanation": "explanation_until",
    "appraisal": "appraisal_until",
}
"""The date of each field in the body that opens a round, in the order of the dates."""
OF_TWO_APPRAISALS = frozenset({"first_appraisal_until", "explanation_until"})

BEGINNING: Final = RoundDeadline.SELF_SCORING_FROM
OF_PLAN: Final[Mapping[RoundDeadline, str]] = {
    each: each.value.replace("-", "_") for each in RoundDeadline if each is not RoundDeadline.NONE
}
"""The date of a round for each deadline that an item of a plan may set."""


def deadlines_from(days: Mapping[RoundDeadline, str], *, two_appraisals: bool) -> Deadlines:
    """Return the dates of a round from the days of a plan: self-scoring begins with its day, the others end theirs.

    A term of days ends with its last day. The dates of two appraisals are left out of a round with one.
    """
    instants = {OF_PLAN[name]: _at(day, time(0) if name is BEGINNING else time(23, 59)) for name, day in days.items()}
    return Deadlines(**{name: at for name, at in instants.items() if two_appraisals or name not in OF_TWO_APPRAISALS})


def deadlines_for(common: Deadlines, own: Sequence[OwnDeadlines], block: str, unit: str) -> Deadlines:
    """Return the dates of a unit of a block: its own first, then those of its block, then those of the round."""
    of_block = (each.deadlines for each in own if each.block == block and not each.unit)
    of_unit = (each.deadlines for each in own if each.unit == unit)
    for given in (*of_block, *of_unit):
        common = laid_over(common, given)
    return common


def laid_over(common: Deadlines, own: Deadlines) -> Deadlines:
    """Return dates of which those that `own` gives replace the common ones."""
    return replace(common, **{name: at for name in NAMES if (at := getattr(own, name))})


def reversed_dates(dates: Deadlines) -> Iterator[tuple[str, str]]:
    """Yield each pair of neighbouring dates, by their names, of which the later one is not after the earlier one."""
    given = [name for name in NAMES if getattr(dates, name)]
    for earlier, later in pairwise(given):
        if getattr(dates, later) <= getattr(dates, earlier):
            yield earlier, later


def _at(day: str, at: time) -> str:
    return instant(datetime.combine(date.fromisoformat(day), at, VIETNAM))
