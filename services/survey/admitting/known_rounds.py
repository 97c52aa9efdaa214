"""The rounds that count presses, cached in a process, so that a press costs no query.

Under the lock of the log's head a decision compares the version of `presses-<authority>` with the cached one. If
rounds have been opened or closed, the decision is Undecided (`RoundsNeeded`); the API reads them and sends the command
again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from parindex.eventstore.appending import Metadata, StreamHead, Undecided
from parindex.service import ServiceContext
from survey.admitting.admissions import admit_older
from survey.admitting.events import authority_of, presses_stream, tally_stream
from survey.admitting.queries import survey_named
from survey.admitting.questions import Asked, Question
from survey.admitting.routing import Asking, FindRoute, Route, asking_of, judge
from survey.admitting.state import OUTSIDE, Admissions, Survey, admissions_of, tallies_of_unit


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
            found = known.asking[question] = asking_of(known.admissions.rounds, self._asked, question)
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
        self._asked |= {round_id: survey.asked_of() for round_id, survey in surveys.items()}
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
