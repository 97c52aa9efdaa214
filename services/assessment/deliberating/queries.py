"""Queries for a round's council, and for the criteria that are before it; all from the log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assessment.appraising.state import FOR_OFFICIALS
from assessment.deliberating.decisions import deliberating
from assessment.deliberating.state import Council
from assessment.opening.events import council_of
from assessment.opening.queries import UnitInRound, round_of, units_of_rounds
from assessment.opening.stages import CouncilVotes
from assessment.opening.state import FoundRound
from assessment.self_scoring.events import ClaimCorrected, ClaimUpheld, stream_of
from assessment.self_scoring.queries import sheets_of
from assessment.self_scoring.state import FindingFact, Sheet, evolve
from assessment.self_scoring.texts import shown_texts, verified_texts
from parindex.auth import Asker
from parindex.eventstore.command_handling import Loaded, load
from parindex.eventstore.log import Log


@dataclass(frozen=True, slots=True)
class CouncilItem:
    """A criterion of a unit that is before the council (`open`), or that it decided by `votes`.

    `reason` is why it was put before the council; "" where the explanation did not settle it.
    """

    unit: UnitInRound
    criterion: str
    open: bool
    reason: str
    votes: CouncilVotes | None


@dataclass(frozen=True, slots=True)
class SessionDecision:
    """What a session decided about a criterion of a unit: the finding, with the sheet that gives it its value."""

    unit: UnitInRound
    sheet: Sheet
    fact: FindingFact

    @property
    def votes(self) -> CouncilVotes:
        return self.fact.votes[0]


async def round_for(log: Log, round_id: str, asker: Asker) -> FoundRound:
    """Return a round. Raises RoundUnknownError, and ForbiddenError for an asker without a right at its authority."""
    found = await round_of(log, round_id)
    asker.require(found.opened.authority)
    return found


async def council_in(log: Log, round_id: str) -> Loaded[Council]:
    """Return the council of a round, and the version of its stream; without one, empty and 0."""
    return await load(log, council_of(round_id), deliberating)


async def texts_of(log: Log, council: Council) -> Mapping[str, str]:
    """Return the names and positions of the members, now and at each session, and the places of the sessions.

    An erased one has words that say so: for a reader, and not for a form.
    """
    return await shown_texts(log, _commitments(council))


async def typed_texts_of(log: Log, council: Council) -> Mapping[str, str]:
    """Return the same texts without the erased ones, for a form."""
    return await verified_texts(log, _commitments(council))


async def items_in(log: Log, found: FoundRound) -> list[CouncilItem]:
    """Return the criteria that wait for the council of a round, and those that it decided, in the order of the round.

    A round without a council has none.
    """
    if not found.opened.council:
        return []
    [units] = await units_of_rounds(log, [found], lambda _: True)
    sheets = await sheets_of(log, [unit.terms for unit in units], (*FOR_OFFICIALS, ClaimUpheld, ClaimCorrected))
    items = [one for unit in units for one in _of_unit(unit, sheets[stream_of(unit.terms.round, unit.terms.unit)])]
    reasons = await shown_texts(log, [one.reason for one in items if one.reason])
    return [CouncilItem(one.unit, one.criterion, one.open, reasons.get(one.reason, ""), one.votes) for one in items]


async def decisions_in(log: Log, found: FoundRound, session: int) -> list[SessionDecision]:
    """Return what a session decided, in the order of the round; also a decision that a later session replaced."""
    [units] = await units_of_rounds(log, [found], lambda _: True)
    streams = await log.read_streams(stream_of(unit.terms.round, unit.terms.unit) for unit in units)
    decisions: list[SessionDecision] = []
    for unit in units:
        sheet, said = Sheet(), dict[str, SessionDecision]()
        for recorded in streams[stream_of(unit.terms.round, unit.terms.unit)]:
            sheet = evolve(sheet, recorded.fact)
            if any(votes.session == session for votes in getattr(recorded.fact, "votes", ())):
                said[recorded.fact.criterion] = SessionDecision(unit, sheet, recorded.fact)
        decisions += [said[code] for code in unit.terms.appraisers if code in said]
    return decisions


def _commitments(council: Council) -> list[str]:
    members = [*council.members, *(one for held in council.sessions.values() for one in held.members)]
    texts = [text for one in members for text in (one.name, one.position)]
    places = [held.place for held in council.sessions.values()]
    return list(dict.fromkeys(filter(None, (*texts, *places))))


def _of_unit(unit: UnitInRound, sheet: Sheet) -> Iterator[CouncilItem]:
    due = sheet.completed_for < unit.terms.due
    items = sheet.open_items(unit.terms.due) if due and sheet.submitted else frozenset[str]()
    for code in unit.terms.appraisers:
        last = sheet.findings.get(code)
        votes = last.votes[0] if last and last.votes else None
        if code in items or votes:
            yield CouncilItem(unit, code, code in items, sheet.referred.get(code, ""), votes)
