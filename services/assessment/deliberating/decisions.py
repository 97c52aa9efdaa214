"""Rules of a round's council: its members, its sessions, referrals to it, and which votes carry. Pure."""

from collections.abc import Mapping, Sequence
from typing import assert_never

from assessment.appraising.checks import check_may_appraise
from assessment.deliberating.checks import (
    counted,
    mistakes_in_composition,
    mistakes_in_referrals,
    mistakes_in_session,
    mistakes_in_votes,
)
from assessment.deliberating.commands import (
    ComposeCouncil,
    ConcludeSession,
    CouncilCommand,
    RecordSession,
    ReferCriteria,
)
from assessment.deliberating.events import CouncilComposed, CouncilSessionConcluded, CouncilSessionRecorded
from assessment.deliberating.refusals import (
    CouncilInvalidError,
    CouncilNotComposedError,
    CouncilNotOfferedError,
    QuorumMissingError,
    ReferralsInvalidError,
    SessionConcludedError,
    SessionInvalidError,
    SessionUnknownError,
    VotesInvalidError,
)
from assessment.deliberating.state import Council, CouncilFact, CouncilSession, TakenVote, evolve
from assessment.opening.stages import CouncilVotes
from assessment.opening.terms import Terms
from assessment.self_scoring.events import CriterionReferred
from assessment.self_scoring.state import Sheet, SheetFact
from assessment.self_scoring.state import evolve as evolve_sheet
from parindex.eventstore.decider import Decider


def decide(command: CouncilCommand, council: Council) -> Sequence[CouncilFact]:
    """Return the events of a command, by the rule for its kind; raise its refusals."""
    match command:
        case ComposeCouncil():
            return _compose(command, council)
        case RecordSession():
            return _record(command, council)
        case ConcludeSession():
            running_session(council, command.session)
            return [CouncilSessionConcluded(command.round, command.session, command.minutes)]
        case _:
            assert_never(command)


def refer(command: ReferCriteria, sheet: Sheet) -> Sequence[CriterionReferred]:
    """Return the events that put criteria of a unit before the council; raise their refusals."""
    terms = command.terms
    check_may_appraise(terms, command.by, command.at, sheet)
    if not terms.council:
        raise CouncilNotOfferedError
    if places := mistakes_in_referrals(command, sheet):
        raise ReferralsInvalidError(places)
    return [CriterionReferred(terms.round, terms.unit, each.criterion, each.reason) for each in command.referrals]


def votes_of(council: Council, number: int, terms: Terms, taken: Sequence[TakenVote]) -> Mapping[str, CouncilVotes]:
    """Return the votes of a session that carry its decisions, by criterion; raise the refusals of a session's votes."""
    session = running_session(council, number)
    if not session.quorate:
        raise QuorumMissingError(number, len(session.taking_part), len(session.members))
    if places := mistakes_in_votes(taken, session, terms):
        raise VotesInvalidError(places)
    return {each.criterion: counted(each, session) for each in taken}


def running_session(council: Council, number: int) -> CouncilSession:
    """Return a session that is not concluded; raise SessionUnknownError, SessionConcludedError."""
    session = council.sessions.get(number)
    if session is None:
        raise SessionUnknownError(number)
    if session.concluded:
        raise SessionConcludedError(number)
    return session


def _compose(command: ComposeCouncil, council: Council) -> Sequence[CouncilComposed]:
    if not command.offered:
        raise CouncilNotOfferedError
    if places := mistakes_in_composition(command):
        raise CouncilInvalidError(places)
    fact = CouncilComposed(command.round, command.reference, command.decided_on, command.members)
    same = (council.reference, council.decided_on, council.members) == (fact.reference, fact.decided_on, fact.members)
    return [] if same else [fact]


def _record(command: RecordSession, council: Council) -> Sequence[CouncilSessionRecorded]:
    if not council.members:
        raise CouncilNotComposedError
    if command.session in council.sessions:
        running_session(council, command.session)
    if places := mistakes_in_session(command, council):
        raise SessionInvalidError(places)
    return [
        CouncilSessionRecorded(
            command.round,
            command.session,
            command.held_on,
            command.place,
            command.presiding,
            command.attending,
            command.written,
        )
    ]


deliberating = Decider(Council(), decide, evolve)
referring: Decider[ReferCriteria, Sheet, SheetFact] = Decider(Sheet(), refer, evolve_sheet)
