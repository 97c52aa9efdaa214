"""Presses that a round does not count, from the log, in pages whose cost is bounded.

A press says itself which round counts it, or why none does. For one of before rounds had windows the older rule is
applied again, on the rounds as of its position in the log.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from parindex.values.identifiers import ID, Form
from survey.admitting.opened_rounds import OpenedRounds, opened_rounds_of
from survey.admitting.queries import tallies_of_units
from survey.admitting.routing import Verdict, verdicts_of_older
from survey.admitting.state import OUTSIDE, OUTSIDE_SURVEY, UNFIT, UnitTallies
from survey.enrolling.events import stream_of
from survey.rating.events import RatingRecorded
from survey.rating.queries import presses_not_counted

SCANNED: Final = 20_000
"""Entries that one page looks at."""

LOOK: Final = 100
"""What looking at a kiosk costs at least, in entries."""

PLACE = Form(
    rf"^{ID.pattern[1:-1]}/(0|[1-9][0-9]{{0,14}})$", ID.longest + 16,
    "Phải là giá trị `next` của trang trước.",
    "It has to be the `next` of the page before.",
    "kiosk-1/250",
)  # fmt: skip
"""A place in the list: a kiosk, and the version of its stream up to which everything has been looked at."""


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A press and why a round does not count it; `counted_in` has the rounds that count it all the same."""

    recorded: Recorded
    round: str
    reason: str
    counted_in: tuple[str, ...]


async def page_of(log: Log, kiosks: Iterable[str], after: str, limit: int) -> tuple[list[NotCounted], str]:
    """Return what comes after a place ("": from the first), and the place to go on from ("": that was all).

    The kiosks come in the order of their ids. At most `limit` presses are looked at; a page may be empty, and still
    not be the last.
    """
    reached, _, seen = after.partition("/")
    found: list[Recorded] = []
    left = SCANNED
    for kiosk in kiosks:
        if kiosk < reached:
            continue
        first = int(seen) + 1 if kiosk == reached else 1
        last = min((await log.stream_head(stream_of(kiosk))).version, first + left - 1)
        if last < first:
            continue  # this is where the page before ended; looking at it again gets no further
        found += await presses_not_counted(log, kiosk, first, last, limit - len(found))
        left -= max(LOOK, last - first + 1)
        if len(found) == limit:
            return await _judged(log, found), f"{kiosk}/{found[-1].entry.version}"
        if left <= 0:
            return await _judged(log, found), f"{kiosk}/{last}"
    return await _judged(log, found), ""


async def _judged(log: Log, found: Sequence[Recorded]) -> list[NotCounted]:
    undecided = [each.position for each in found if not each.fact.decided]
    rounds = await log.read_category("tallying", max(undecided)) if undecided else []
    judging = _Verdicts(log, rounds)
    return [one for each in found for one in _not_counted(each, await judging.of(each))]


def _not_counted(recorded: Recorded, verdicts: Sequence[Verdict]) -> Iterator[NotCounted]:
    counted_in = tuple(round_id for round_id, reason in verdicts if not reason)
    for round_id, reason in verdicts:
        if reason:
            yield NotCounted(recorded, round_id, reason, counted_in)


class _Verdicts:
    """The verdicts on presses. Before rounds had windows the tallies decided, and stored sums alone."""

    def __init__(self, log: Log, rounds: Sequence[Recorded]) -> None:
        self._log = log
        self._rounds = rounds
        self._opened: dict[int, OpenedRounds] = {}
        self._tallies: dict[tuple[str, str], UnitTallies] = {}

    async def of(self, recorded: Recorded) -> list[Verdict]:
        press: RatingRecorded = recorded.fact
        if press.decided:
            return [(press.round, press.set_aside)]
        before = bisect_left(self._rounds, recorded.position, key=lambda each: each.position)
        if before not in self._opened:
            self._opened[before] = opened_rounds_of(self._rounds[:before])
        question = (press.unit, press.question, press.group)
        found = verdicts_of_older(self._opened[before], question, press.option)
        return [(name, reason or await self._outside(name, press)) for name, reason in found] or [("", UNFIT)]

    async def _outside(self, round_id: str, press: RatingRecorded) -> str:
        """No outside survey was taken beside presses that count: where there is one, they did not."""
        where = round_id, press.unit
        if where not in self._tallies:
            self._tallies[where] = (await tallies_of_units(self._log, round_id, [press.unit]))[press.unit]
        line = self._tallies[where].line(press.question, press.group)
        return OUTSIDE_SURVEY if line.origin == OUTSIDE else ""
