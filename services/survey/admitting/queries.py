"""The queries of rounds and tallies. They read stored states, which are as new as the log."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from parindex.contracts.unknown import RoundUnknownError
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from survey.admitting.events import RatingClosed, SurveyOpened, set_stream, tally_stream, tallying_stream
from survey.admitting.questions import Asked, Question, options_of_older
from survey.admitting.state import Survey, UnitTallies, questions_of, survey_of, tallies_of_unit

STATES = "SELECT stream, state FROM streams WHERE stream = ANY($1::text[])"


async def survey_named(log: Log, round_id: str) -> Survey:
    """Return a round's survey; raise RoundUnknownError where survey has not received its opening."""
    survey = survey_of(await log.stream_head(tallying_stream(round_id)))
    if not survey.opened:
        raise RoundUnknownError(round_id)
    return survey


async def tallies_of_units(log: Log, round_id: str, units: Iterable[str]) -> dict[str, UnitTallies]:
    """Return the tallies of these units in a round; those of a unit without any counted press are empty."""
    streams = {tally_stream(round_id, unit): unit for unit in units}
    rows = await log.pool.fetch(STATES, list(streams))
    states = {streams[row["stream"]]: row["state"] for row in rows}
    return {unit: tallies_of_unit(states.get(unit)) for unit in streams.values()}


async def questions_in(log: Log, criteria_set: str) -> tuple[Asked, ...] | None:
    """Return what a criteria set asks; None where the set was never received."""
    return questions_of(await log.stream_head(set_stream(criteria_set)))


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


async def surveys_until(log: Log, position: int) -> Surveys:
    """Return the rounds as of a position of the log."""
    return recall(await log.read_category("tallying", position))


def recall(facts: Iterable[Recorded]) -> Surveys:
    """Return the rounds as of these facts of all `tallying-` streams, given in the log's order."""
    surveys = Surveys()
    for recorded in facts:
        surveys = surveys.after(recorded)
    return surveys


def _closed(survey: OpenedSurvey, fact: RatingClosed, position: int) -> OpenedSurvey:
    if survey.round != fact.round:
        return survey
    return OpenedSurvey(survey.authority, survey.round, survey.asked, position)


NOW = 2**62
"""Beyond every position of a log."""
