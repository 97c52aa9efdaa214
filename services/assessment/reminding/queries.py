"""Queries for reminders: the work that agencies owe in rounds, their reminders, and the next ones.

The work is read from the log, as the office's page of a round reads it. The number of queries grows neither with
rounds nor with units.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assessment.appraising.worklist import SheetsToAppraise, SheetToAppraise, sheets_to_appraise
from assessment.opening.queries import UnitInRound, round_of, units_of_rounds
from assessment.opening.stages import ValueStage
from assessment.opening.state import FoundRound
from assessment.reminding.decisions import keeping_mailboxes, reminding
from assessment.reminding.events import ReminderQueued, mailboxes_of, reminders_of
from assessment.reminding.occasions import Awaited, MailboxRole, Occasion, ReminderKey, next_occasion, wanted_for
from assessment.reminding.refusals import NothingToRemindError
from assessment.reminding.state import Mailboxes, Reminder, Reminders, ReminderState
from assessment.self_scoring.state import stage_deadline
from parindex.auth import Asker
from parindex.eventstore.command_handling import Loaded, load
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from parindex.eventstore.vault import open_sealed
from parindex.service import ServiceContext

OF_THE_UNIT = frozenset({ValueStage.SELF, ValueStage.EXPLANATION})


@dataclass(frozen=True, slots=True)
class AgencyReminders:
    """An agency in a round: what it owes, its reminders, when each last changed, and the position that queued each."""

    agency: str
    name: str
    awaited: Sequence[Awaited]
    reminders: Reminders
    changed: Mapping[int, str]
    queued: Mapping[int, int]

    def owes(self, reminder: Reminder) -> Awaited | None:
        """Return what a reminder is about, as long as the agency owes it."""
        about = (reminder.key.stage, reminder.key.until)
        return next((one for one in self.awaited if (one.stage, one.until) == about), None)

    def late(self, now: str) -> bool:
        return any("" < one.until <= now for one in self.awaited)


@dataclass(frozen=True, slots=True)
class RoundReminders:
    """A round with its agencies: the units in their order, then those that appraise."""

    found: FoundRound
    agencies: Sequence[AgencyReminders]

    def of(self, agency: str) -> AgencyReminders:
        """Return one of its agencies. Raises NothingToRemindError."""
        for one in self.agencies:
            if one.agency == agency:
                return one
        raise NothingToRemindError(agency)

    def state_of(self, reminder: Reminder) -> ReminderState:
        """Return how far a reminder is; the closing of the round ends those that wait."""
        dropped = self.found.state.closed and reminder.state is ReminderState.QUEUED
        return ReminderState.FAILED if dropped else reminder.state


async def reminders_in_round(context: ServiceContext, round_id: str) -> RoundReminders:
    """Return the reminders of a round; raise RoundUnknownError."""
    [found] = await reminders_in(context, [await round_of(context.log, round_id)])
    return found


async def reminders_for(context: ServiceContext, asker: Asker, round_id: str) -> RoundReminders:
    """Return the reminders of a round to one who may see them.

    Raises RoundUnknownError, and ForbiddenError before it reads more than the round.
    """
    opened = await round_of(context.log, round_id)
    asker.require(opened.opened.authority)
    [found] = await reminders_in(context, [opened])
    return found


async def reminders_in(context: ServiceContext, rounds: Sequence[FoundRound]) -> list[RoundReminders]:
    """Return the reminders of some rounds."""
    by_round = await units_of_rounds(context.log, rounds, lambda _: True)
    seen = await sheets_to_appraise(context, [unit for units in by_round for unit in units])
    names = [_names(found, units) for found, units in zip(rounds, by_round, strict=True)]
    streams = await context.log.read_streams(
        reminders_of(found.opened.round, agency) for found, named in zip(rounds, names, strict=True) for agency in named
    )
    return [
        _in_round(found, named, [] if found.state.closed else awaited_of(units, seen), streams)
        for found, named, units in zip(rounds, names, by_round, strict=True)
    ]


def awaited_of(units: Sequence[UnitInRound], seen: SheetsToAppraise) -> list[Awaited]:
    """Return what agencies owe for these units: each its sheet or explanation, and appraisers their findings."""
    owed: dict[tuple[str, ValueStage, str], list[str]] = {}
    for unit in seen.due(units):
        one = seen.of(unit)
        until = stage_deadline(unit.terms, one.sheet, one.stage)
        for agency in _owing(unit, one):
            owed.setdefault((agency, one.stage, until), []).append(unit.terms.unit)
    return [Awaited(*key, tuple(of)) for key, of in owed.items()]


def next_reminders(found: RoundReminders, now: str) -> list[tuple[AgencyReminders, Awaited, Occasion, str]]:
    """Return the next reminder of each agency and deadline, and when it is due, the earliest first."""
    following = [
        (agency, one, *after)
        for agency in found.agencies
        for one in agency.awaited
        if (after := next_occasion(one.until, now))
    ]
    return sorted(following, key=lambda each: each[3])


async def mailboxes_in(log: Log, authority: str) -> Loaded[Mailboxes]:
    """Return the commitments to the addresses that an authority keeps."""
    return await load(log, mailboxes_of(authority), keeping_mailboxes)


async def addresses_of(log: Log, mailboxes: Mailboxes) -> dict[tuple[str, MailboxRole], str]:
    """Return the addresses, or a note where an address can't be shown, by agency and role in their order."""
    opened = await open_sealed(log, list(mailboxes.addresses.values()))
    return {key: opened[one].shown for key, one in sorted(mailboxes.addresses.items())}


def by_hand(agency: AgencyReminders, mailboxes: Mailboxes) -> list[ReminderKey]:
    """Return the reminders that the office may send to an agency now."""
    has = mailboxes.roles(agency.agency)
    return [key for one in agency.awaited if one.until for key in wanted_for(one, Occasion.BY_HAND, has)]


def _names(found: FoundRound, units: Sequence[UnitInRound]) -> dict[str, str]:
    named = {unit.terms.unit: unit.name for unit in units}
    appraisers = dict.fromkeys(agency for unit in units for agency in unit.terms.appraisers.values())
    known = {found.opened.authority: "Cơ quan chủ trì", **named}
    return {**named, **{agency: known.get(agency, agency) for agency in appraisers}}


def _owing(unit: UnitInRound, seen: SheetToAppraise) -> Iterator[str]:
    if seen.stage in OF_THE_UNIT:
        yield unit.terms.unit
        return
    yield from dict.fromkeys(agency for code, agency in unit.terms.appraisers.items() if code in seen.waiting)


def _in_round(
    found: FoundRound, names: Mapping[str, str], awaited: Sequence[Awaited], streams: Mapping[str, Sequence[Recorded]]
) -> RoundReminders:
    return RoundReminders(
        found,
        [
            _of_agency(
                agency,
                name,
                [one for one in awaited if one.agency == agency],
                streams[reminders_of(found.opened.round, agency)],
            )
            for agency, name in names.items()
        ],
    )


def _of_agency(agency: str, name: str, awaited: Sequence[Awaited], recorded: Sequence[Recorded]) -> AgencyReminders:
    return AgencyReminders(
        agency,
        name,
        awaited,
        reminding.fold(each.fact for each in recorded),
        {each.fact.number: each.at for each in recorded},
        {each.fact.number: each.position for each in recorded if isinstance(each.fact, ReminderQueued)},
    )
