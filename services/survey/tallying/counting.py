"""Which presses belong where: a page of the log, in its order, becomes what to add to each unit's tallies. Pure.

A press says itself which round counts it, or why none does: that was decided where it was recorded. Presses of before
rounds had windows don't. Those count in every round that is open where they stand in the log and asks their question of
their unit. Only where the newest of those rounds is closed already, they are late, in that round.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from parindex.contracts.survey import SetAside
from parindex.eventstore.registry import Recorded
from survey.rating.events import RatingRecorded
from survey.tallying.commands import CountPresses, Key, Presses
from survey.tallying.events import KIOSK, RatingClosed, SurveyOpened
from survey.tallying.questions import Asked, options_of_older
from survey.tallying.survey import LATE, UNFIT, Book

Question = tuple[str, str, str]
"""Unit, question, group."""


@dataclass(frozen=True)
class OpenedSurvey:
    """A round whose presses are counted, until `closed_at`, a position of the log (0: open still)."""

    authority: str
    round: str
    asked: dict[str, tuple[Asked, ...]]
    closed_at: int = 0

    def options(self, question: Question) -> tuple[str, ...] | None:
        unit, *asked = question
        return options_of_older(self.asked.get(unit, ()), *asked)


@dataclass(frozen=True)
class Surveys:
    """Every round so far, in the order of opening."""

    rounds: tuple[OpenedSurvey, ...] = ()

    @cached_property
    def _known(self) -> dict[Question, list[tuple[OpenedSurvey, tuple[str, ...]]]]:
        return {}

    def asking(self, question: Question) -> list[tuple[OpenedSurvey, tuple[str, ...]]]:
        """Return the rounds in which a press at this question counts or is late, each with the options that count."""
        if question not in self._known:
            every = [(survey, survey.options(question)) for survey in self.rounds]
            asking = [(survey, options) for survey, options in every if options is not None]
            self._known[question] = [one for one in asking if not one[0].closed_at or one is asking[-1]]
        return self._known[question]

    def named(self, round_id: str) -> OpenedSurvey:
        return next(survey for survey in self.rounds if survey.round == round_id)

    def after(self, recorded: Recorded) -> "Surveys":
        """Return the rounds after a fact of `tallying-<round>`."""
        fact = recorded.fact
        if isinstance(fact, SurveyOpened):
            asked = {unit: block.questions for block in fact.blocks for unit in block.units}
            return Surveys((*self.rounds, OpenedSurvey(fact.authority, fact.round, asked)))
        if isinstance(fact, RatingClosed):
            return Surveys(tuple(_closed(survey, fact, recorded.position) for survey in self.rounds))
        return self


@dataclass(slots=True)
class Pile:
    """Presses at one question of one unit, while they are being counted."""

    counts: dict[str, int] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)


Piles = defaultdict[tuple[str, str], defaultdict[Key, Pile]]


@dataclass(frozen=True, slots=True)
class Count:
    """What a page came to: presses to add, and rounds whose cut-off was reached at a position."""

    surveys: Surveys
    seen: int
    presses: dict[tuple[str, str], dict[Key, Presses]] = field(default_factory=dict)
    closings: list[tuple[str, int]] = field(default_factory=list)

    def commands(self) -> list[CountPresses]:
        """Return one command for each unit that was touched, in each round."""
        reached = dict(self.closings)
        return [
            CountPresses(round_id, unit, reached.get(round_id, self.seen), self.seen, presses)
            for (round_id, unit), presses in sorted(self.presses.items())
        ]


def count(page: Sequence[Recorded], surveys: Surveys) -> Count:
    """Count a page of the log (not empty)."""
    piles: Piles = defaultdict(lambda: defaultdict(Pile))
    closings: list[tuple[str, int]] = []
    for recorded in page:
        fact = recorded.fact
        if isinstance(fact, RatingRecorded):
            _add(piles, surveys, fact)
        elif isinstance(fact, SurveyOpened | RatingClosed):
            surveys = surveys.after(recorded)
            if isinstance(fact, RatingClosed):
                closings.append((fact.round, recorded.position))
    return Count(surveys, page[-1].position, _presses(piles), closings)


def totals_of(books: Iterable[Book]) -> tuple[int, tuple[SetAside, ...]]:
    """Return how many presses count in a round at its cut-off, and how many do not, by reason.

    What is late came after the cut-off, perhaps in the same page; so the answer is the same however the log is cut.
    """
    lines = [line for book in books for line in book.lines]
    counted = sum(sum(line.counts.values()) for line in lines if line.origin == KIOSK)
    aside = sum((Counter(line.aside) for line in lines), Counter[str]())
    del aside[LATE]
    return counted, tuple(SetAside(reason=reason, count=count) for reason, count in sorted(aside.items()))


def verdicts_of_older(surveys: Surveys, fact: RatingRecorded) -> list[tuple[str, str]]:
    """Return the rounds that a press of before rounds had windows belongs to, each with why it does not count there.

    No reason: it counts. `surveys` are as they stood where the press stands in the log.
    """
    asking = surveys.asking((fact.unit, fact.question, fact.group))
    return [(survey.round, _reason_of_older(survey, options, fact.option)) for survey, options in asking]


def recall(facts: Iterable[Recorded]) -> Surveys:
    """Return the rounds as they stood after these facts of all `tallying-` streams, given in the log's order."""
    surveys = Surveys()
    for recorded in facts:
        surveys = surveys.after(recorded)
    return surveys


def _presses(piles: Piles) -> dict[tuple[str, str], dict[Key, Presses]]:
    return {
        where: {key: Presses(pile.counts, pile.aside) for key, pile in by_key.items()}
        for where, by_key in piles.items()
    }


def _add(piles: Piles, surveys: Surveys, fact: RatingRecorded) -> None:
    if not fact.decided:
        _add_older(piles, surveys, fact)
    elif fact.round:
        found = piles[fact.round, fact.unit][fact.question, fact.group]
        pile, kind = (found.aside, fact.set_aside) if fact.set_aside else (found.counts, fact.option)
        pile[kind] = pile.get(kind, 0) + 1


def _add_older(piles: Piles, surveys: Surveys, fact: RatingRecorded) -> None:
    for round_id, reason in verdicts_of_older(surveys, fact):
        found = piles[round_id, fact.unit][fact.question, fact.group]
        pile, kind = (found.aside, reason) if reason else (found.counts, fact.option)
        pile[kind] = pile.get(kind, 0) + 1


def _reason_of_older(survey: OpenedSurvey, options: tuple[str, ...], option: str) -> str:
    if survey.closed_at:
        return LATE
    return UNFIT if options and option not in options else ""


def _closed(survey: OpenedSurvey, fact: RatingClosed, position: int) -> OpenedSurvey:
    if survey.round != fact.round:
        return survey
    return OpenedSurvey(survey.authority, survey.round, survey.asked, position)
