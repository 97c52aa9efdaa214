"""Which presses belong where: a page of the log, in its order, becomes what to add to each unit's tallies. Pure.

A press says itself which round counts it, or why none does: that was decided where it was recorded. Presses of before
rounds had windows don't. Those count in every round that is open at their position and asks their question of
their unit. Only where the newest of those rounds is closed already, they are late, in that round.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from parindex.contracts.survey import SetAside
from parindex.eventstore.registry import Recorded
from survey.admitting.events import RatingClosed, SurveyOpened
from survey.admitting.opened_rounds import OpenedRounds
from survey.admitting.questions import QuestionKey
from survey.admitting.routing import verdicts_of_older
from survey.admitting.state import KIOSK, LATE, UnitTallies
from survey.rating.events import RatingRecorded
from survey.tallying.commands import CountPresses
from survey.tallying.state import Presses


@dataclass(slots=True)
class Subtotal:
    """Presses at one question of one unit, while they are being counted."""

    counts: dict[str, int] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)


Subtotals = defaultdict[tuple[str, str], defaultdict[QuestionKey, Subtotal]]


@dataclass(frozen=True, slots=True)
class Count:
    """What a page came to: presses to add, and rounds whose cut-off was reached at a position."""

    opened: OpenedRounds
    seen: int
    presses: dict[tuple[str, str], dict[QuestionKey, Presses]] = field(default_factory=dict)
    closings: list[tuple[str, int]] = field(default_factory=list)

    def commands(self) -> list[CountPresses]:
        """Return one command for each unit that was touched, in each round."""
        reached = dict(self.closings)
        return [
            CountPresses(round_id, unit, reached.get(round_id, self.seen), self.seen, presses)
            for (round_id, unit), presses in sorted(self.presses.items())
        ]


def count(page: Sequence[Recorded], opened: OpenedRounds) -> Count:
    """Count a page of the log (not empty)."""
    subtotals: Subtotals = defaultdict(lambda: defaultdict(Subtotal))
    closings: list[tuple[str, int]] = []
    for recorded in page:
        fact = recorded.fact
        if isinstance(fact, RatingRecorded) and fact.decided:
            _add(subtotals, fact, fact.round, fact.set_aside)
        elif isinstance(fact, RatingRecorded):
            for verdict in verdicts_of_older(opened, (fact.unit, fact.question, fact.group), fact.option):
                _add(subtotals, fact, *verdict)
        elif isinstance(fact, SurveyOpened | RatingClosed):
            opened = opened.after(recorded)
            if isinstance(fact, RatingClosed):
                closings.append((fact.round, recorded.position))
    return Count(opened, page[-1].position, _presses(subtotals), closings)


def totals_of(by_unit: Iterable[UnitTallies]) -> tuple[int, tuple[SetAside, ...]]:
    """Return how many presses count in a round at its cut-off, and how many do not, by reason.

    A late press came after the cut-off, perhaps in the same page; so the answer is the same however the log is cut.
    """
    lines = [line for tallies in by_unit for line in tallies.lines]
    counted = sum(sum(line.counts.values()) for line in lines if line.origin == KIOSK)
    aside = sum((Counter(line.aside) for line in lines), Counter[str]())
    del aside[LATE]
    return counted, tuple(SetAside(reason=reason, count=count) for reason, count in sorted(aside.items()))


def _presses(subtotals: Subtotals) -> dict[tuple[str, str], dict[QuestionKey, Presses]]:
    return {
        where: {key: Presses(subtotal.counts, subtotal.aside) for key, subtotal in by_key.items()}
        for where, by_key in subtotals.items()
    }


def _add(subtotals: Subtotals, fact: RatingRecorded, round_id: str, reason: str) -> None:
    if round_id:
        found = subtotals[round_id, fact.unit][fact.question, fact.group]
        counts, kind = (found.aside, reason) if reason else (found.counts, fact.option)
        counts[kind] = counts.get(kind, 0) + 1
