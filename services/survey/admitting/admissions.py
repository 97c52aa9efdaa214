"""Admissions: the appends that let a round count presses, or no longer, and the rounds that count them, cached.

The cache of a process makes a press cost no query. Under the lock of the log's head a decision compares the version of
`presses-<authority>` with the cached one. If rounds have been opened or closed, the decision is Undecided
(`RoundsNeeded`); the API reads them and sends the command again. In older logs the first press admits the rounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.eventstore.appending import Append, Metadata, StreamHead, Undecided
from parindex.eventstore.command_handling import decide_at_head
from parindex.eventstore.log import Log
from parindex.service import ServiceContext
from survey.admitting.commands import AdmissionCommand, AdmitPresses, CutOffPresses
from survey.admitting.decisions import admitting
from survey.admitting.events import authority_of, presses_stream, tally_stream
from survey.admitting.opened_rounds import OpenedRound
from survey.admitting.queries import NOW, opened_rounds_until, survey_named
from survey.admitting.questions import Asked, Question
from survey.admitting.routing import Asking, FindRoute, Route, judge, rounds_asking
from survey.admitting.state import ADMISSIONS_CODEC, OUTSIDE, Admissions, Survey, admissions_of, tallies_of_unit


class RoundsNeeded(Undecided):
    """Rounds were opened or closed since this process last read them."""

    __slots__ = ()


@dataclass(slots=True)
class _KnownAuthority:
    version: int
    admissions: Admissions
    asking: dict[Question, Asking] = field(default_factory=dict)


class KnownRounds:
    """The rounds of every authority whose kiosks press at this process."""

    def __init__(self) -> None:
        self._known: dict[str, _KnownAuthority] = {}
        self._asked: dict[str, Mapping[str, tuple[Asked, ...]]] = {}

    def reads(self, unit: str) -> tuple[str, ...]:
        """Return the streams that a decision about presses at a unit depends on."""
        authority = authority_of(unit)
        known = self._known.get(authority)
        rounds = known.admissions.rounds if known else ()
        asking = [each.round for each in rounds if not each.closed and unit in self._asked[each.round]]
        return presses_stream(authority), *(tally_stream(round_id, unit) for round_id in asking)

    def route_finder(self, reads: tuple[str, ...]) -> FindRoute:
        """Return how to route presses, where the append reads these streams. Undecided: RoundsNeeded."""

        def find_route(question: Question, read: Sequence[StreamHead]) -> Route | Undecided:
            asking, heads = self._asking(question, read[0]), dict(zip(reads, read, strict=True))
            if asking is None or not heads.keys() >= {tally_stream(each.round, question[0]) for each in asking.open}:
                return RoundsNeeded()
            answered = answered_outside(heads, asking, question)
            return lambda at, accuracy_s, option: judge(asking, at, accuracy_s, option, answered)

        return find_route

    def _asking(self, question: Question, head: StreamHead) -> Asking | None:
        """Return the rounds that ask a question; None if those known here are not as of this head."""
        known = self._known.get(authority_of(question[0]))
        if known is None or known.version != head.version:
            return None
        found = known.asking.get(question)
        if found is None:
            found = known.asking[question] = rounds_asking(known.admissions.rounds, self._asked, question)
        return found

    async def refresh(self, context: ServiceContext, unit: str, metadata: Metadata) -> None:
        """Read what has changed in the log."""
        authority = authority_of(unit)
        head = await context.log.stream_head(presses_stream(authority))
        if not head.version:
            head = await self._admit_older(context, authority, metadata)
        unknown = self.unknown_in(head)
        self.learn(authority, head, {round_id: await survey_named(context.log, round_id) for round_id in unknown})

    def unknown_in(self, head: StreamHead) -> list[str]:
        """Return the rounds of which it is not known here what they ask; a round asks the same for ever."""
        return [each.round for each in admissions_of(head).rounds if each.round not in self._asked]

    def learn(self, authority: str, head: StreamHead, surveys: Mapping[str, Survey]) -> None:
        """Know the rounds of an authority as of the head of its stream."""
        self._asked |= {round_id: survey.asked_by_unit() for round_id, survey in surveys.items()}
        self._known[authority] = _KnownAuthority(head.version, admissions_of(head))

    async def _admit_older(self, context: ServiceContext, authority: str, metadata: Metadata) -> StreamHead:
        async with context.engine.begin() as connection:
            await context.log.lock(connection)
            await admit_older(context.log, connection, authority, metadata)
        return await context.log.stream_head(presses_stream(authority))


def answered_outside(heads: Mapping[str, StreamHead], asking: Asking, question: Question) -> tuple[str, ...]:
    """Return the rounds in which an outside survey answers the question; `heads` has the unit's tallies in each."""
    unit, *key = question
    heads_of = {each.round: heads[tally_stream(each.round, unit)] for each in asking.open}
    return tuple(
        round_id for round_id, head in heads_of.items() if tallies_of_unit(head.state).line(*key).origin == OUTSIDE
    )


async def admit_older(log: Log, connection: AsyncConnection, authority: str, metadata: Metadata) -> None:
    """Admit presses to the rounds that were opened before windows were recorded: they have none. Needs the lock."""
    stream = presses_stream(authority)
    if await log.heads_within(connection, [stream]):
        return
    opened = await opened_rounds_until(log, NOW)
    older = [each for each in opened.rounds if authority_of(each.authority) == authority and not each.training]
    await log.append_within(connection, [append for each in older for append in _as_it_is(each, metadata)])


def admit(authority: str, round_id: str, window: tuple[str, str], metadata: Metadata) -> Append:
    """Let presses count in a round from here on."""
    return _append(AdmitPresses(authority_of(authority), round_id, *window), metadata)


def cut_off(authority: str, round_id: str, metadata: Metadata) -> Append:
    """Let no press count in a round any more."""
    return _append(CutOffPresses(authority_of(authority), round_id), metadata)


def _as_it_is(opened: OpenedRound, metadata: Metadata) -> list[Append]:
    admitted = admit(opened.authority, opened.round, ("", ""), metadata)
    return [admitted, cut_off(opened.authority, opened.round, metadata)] if opened.closed_at else [admitted]


def _append(command: AdmissionCommand, metadata: Metadata) -> Append:
    unkeyed = Metadata(metadata.actor, metadata.at, metadata.authority, metadata.correlation, metadata.causation)
    return Append(presses_stream(command.authority), unkeyed, decide_at_head(admitting, command, ADMISSIONS_CODEC))
