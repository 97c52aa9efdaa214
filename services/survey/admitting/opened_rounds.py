"""The opened rounds as of a position of the log, folded from it and stored nowhere. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from parindex.eventstore.registry import Recorded
from survey.admitting.events import RatingClosed, SurveyOpened
from survey.admitting.questions import Asked, Question, asked_by_unit, options_of_older


@dataclass(frozen=True)
class OpenedRound:
    """A round whose presses are counted, until `closed_at`, a position of the log (0: open still).

    A training round counts none.
    """

    authority: str
    round: str
    asked: dict[str, tuple[Asked, ...]]
    closed_at: int = 0
    training: bool = False

    def options(self, question: Question) -> tuple[str, ...] | None:
        unit, *asked = question
        return options_of_older(self.asked.get(unit, ()), *asked)


@dataclass(frozen=True)
class OpenedRounds:
    """Every round so far, in the order of opening."""

    rounds: tuple[OpenedRound, ...] = ()

    @cached_property
    def _known(self) -> dict[Question, list[tuple[OpenedRound, tuple[str, ...]]]]:
        return {}

    def that_ask(self, question: Question) -> list[tuple[OpenedRound, tuple[str, ...]]]:
        """Return the rounds in which a press at this question counts or is late, each with the options that count."""
        if question not in self._known:
            every = [(each, each.options(question)) for each in self.rounds]
            asking = [(each, options) for each, options in every if options is not None]
            self._known[question] = [one for one in asking if not one[0].closed_at or one is asking[-1]]
        return self._known[question]

    def named(self, round_id: str) -> OpenedRound:
        return next(each for each in self.rounds if each.round == round_id)

    def after(self, recorded: Recorded) -> "OpenedRounds":
        """Return the rounds after a fact of `tallying-<round>`."""
        fact = recorded.fact
        if isinstance(fact, SurveyOpened):
            asked = asked_by_unit(fact.blocks)
            return OpenedRounds((*self.rounds, OpenedRound(fact.authority, fact.round, asked, training=fact.training)))
        if isinstance(fact, RatingClosed):
            return OpenedRounds(tuple(_closed(each, fact, recorded.position) for each in self.rounds))
        return self


def opened_rounds_of(facts: Iterable[Recorded]) -> OpenedRounds:
    """Return the rounds as of these facts of all `tallying-` streams, given in the log's order."""
    rounds = OpenedRounds()
    for recorded in facts:
        rounds = rounds.after(recorded)
    return rounds


def _closed(opened: OpenedRound, fact: RatingClosed, position: int) -> OpenedRound:
    if opened.round != fact.round:
        return opened
    return replace(opened, closed_at=position)
