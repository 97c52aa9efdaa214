"""When a reminder of a deadline is due, and to whom it goes. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from assessment.opening.stages import ValueStage
from parindex.instant import instant
from parindex.values.days import VIETNAM, moment

WEEK: Final = timedelta(days=7)
EARLIEST: Final = time(7, tzinfo=VIETNAM)
"""No letter is made earlier on a day."""
TOO_LATE: Final = timedelta(days=7)
"""After this time a passed deadline is a matter for the office, and no letter is made any more."""


class Occasion(StrEnum):
    """Why a reminder is made: a week before the deadline, on its day, on the day after it, or the office asks."""

    WEEK_BEFORE = "week-before"
    ON_THE_DAY = "on-the-day"
    OVERDUE = "overdue"
    BY_HAND = "by-hand"


class MailboxRole(StrEnum):
    """Whose mailbox of an agency it is. The one of `OFFICE` is where people ask."""

    UNIT = "unit"
    LEADER = "leader"
    APPRAISER = "appraiser"
    OFFICE = "office"


class WhyFailed(StrEnum):
    """Why a reminder is not sent: the server does not take it, it was deferred too long, no mailbox, nothing owed."""

    BY_SERVER = "refused-by-server"
    DEFERRED_TOO_LONG = "deferred-too-long"
    NO_MAILBOX = "no-mailbox"
    NOT_NEEDED = "not-needed"


@dataclass(frozen=True, slots=True)
class Awaited:
    """What an agency owes at a stage until a deadline: its own sheet, or the appraisal of these units."""

    agency: str
    stage: ValueStage
    until: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReminderKey:
    """A reminder as its key has it: of a deadline, on an occasion, for a mailbox. Only by hand is one made again."""

    stage: ValueStage
    until: str
    occasion: Occasion
    role: MailboxRole


def periods(until: str) -> Iterator[tuple[Occasion, str, str]]:
    """Yield each occasion of a deadline with the instants between which its reminder is made; "" has none."""
    if not until:
        return
    end = moment(until)
    last = (end - timedelta(microseconds=1)).astimezone(VIETNAM)
    morning = datetime.combine(last, EARLIEST)
    after = datetime.combine(last + timedelta(days=1), EARLIEST)
    yield Occasion.WEEK_BEFORE, instant(morning - WEEK), instant(morning)
    yield Occasion.ON_THE_DAY, instant(morning), instant(end)
    yield Occasion.OVERDUE, instant(after), instant(end + TOO_LATE)


def occasion_now(until: str, now: str) -> Occasion | None:
    """Return the occasion on which a deadline is to be reminded of now; earlier ones that were missed are left out."""
    return next((occasion for occasion, since, before in periods(until) if since <= now < before), None)


def next_occasion(until: str, now: str) -> tuple[Occasion, str] | None:
    """Return the next occasion of a deadline after now, and when it begins."""
    return next(((occasion, since) for occasion, since, before in periods(until) if now < since < before), None)


def roles_for(stage: ValueStage, occasion: Occasion) -> tuple[MailboxRole, ...]:
    """Return whose mailboxes get a reminder: the first one always, others where they have an address."""
    if stage not in {ValueStage.SELF, ValueStage.EXPLANATION}:
        return (MailboxRole.APPRAISER,)
    return (MailboxRole.UNIT, MailboxRole.LEADER) if occasion is Occasion.OVERDUE else (MailboxRole.UNIT,)


def wanted_for(awaited: Awaited, occasion: Occasion, has: frozenset[MailboxRole]) -> list[ReminderKey]:
    """Return the reminders of an agency on an occasion; `has` are the roles with an address."""
    first, *others = roles_for(awaited.stage, occasion)
    return [
        ReminderKey(awaited.stage, awaited.until, occasion, role)
        for role in (first, *(each for each in others if each in has))
    ]
