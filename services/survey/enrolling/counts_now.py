"""The open round that counts a kiosk's presses now, or why none does. The office sees it before presses are lost."""

from collections.abc import Mapping, Sequence

import msgspec

from parindex.eventstore.appending import StreamHead
from parindex.instant import instant
from parindex.service import ServiceContext
from survey.admitting.admissions import answered_outside
from survey.admitting.events import authority_of, presses_stream, tally_stream
from survey.admitting.queries import NOW, opened_rounds_until, survey_named
from survey.admitting.questions import Asked, Question
from survey.admitting.routing import Asking, counting_at, rounds_asking
from survey.admitting.state import Admissions, Admitted, admissions_of
from survey.enrolling.state import CountsNow, Kiosk

HEADS = "SELECT stream, version, state FROM streams WHERE stream = ANY($1::text[])"


class CountingRounds:
    """Answers for kiosks as they are; what a round asks is read once in each process."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._asked: dict[str, Mapping[str, tuple[Asked, ...]]] = {}

    async def __call__(self, kiosks: Sequence[Kiosk]) -> list[CountsNow]:
        """Return which round counts each kiosk's presses, in the order of the kiosks."""
        questions = [(each.unit, each.question, each.group) for each in kiosks]
        asking = await self._asking(questions)
        names = {tally_stream(one.round, unit) for (unit, *_), each in asking.items() for one in each.open}
        rows = await self._context.log.pool.fetch(HEADS, list(names))
        heads = dict.fromkeys(names, StreamHead(0)) | {row[0]: StreamHead(row[1], row[2]) for row in rows}
        now = instant(self._context.now())
        found = []
        for kiosk, question in zip(kiosks, questions, strict=True):
            answered = answered_outside(heads, asking[question], question)
            (round_id, reason), unknown = counting_at(asking[question], now, kiosk.options, answered)
            found.append(CountsNow(round_id, reason, unknown))
        return found

    async def _asking(self, questions: Sequence[Question]) -> dict[Question, Asking]:
        heads = {authority: await self._head(authority) for authority in {authority_of(unit) for unit, *_ in questions}}
        rounds = {authority: admissions_of(head).rounds for authority, head in heads.items()}
        for admitted in [each for known in rounds.values() for each in known if each.round not in self._asked]:
            self._asked[admitted.round] = (await survey_named(self._context.log, admitted.round)).asked_by_unit()
        return {each: rounds_asking(rounds[authority_of(each[0])], self._asked, each) for each in questions}

    async def _head(self, authority: str) -> StreamHead:
        """Return the head of the authority's rounds; before the first press, as the first press would make it."""
        head = await self._context.log.stream_head(presses_stream(authority))
        if head.version:
            return head
        older = (await opened_rounds_until(self._context.log, NOW)).rounds
        mine = [each for each in older if authority_of(each.authority) == authority]
        admitted = tuple(Admitted(each.round, closed=bool(each.closed_at)) for each in mine)
        return StreamHead(0, msgspec.json.encode(Admissions(admitted)))
