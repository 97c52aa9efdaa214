"""What is asked about tallies. Answers come from the streams' small states, which are as new as the log."""

from collections.abc import Iterable

from parindex.contracts.unknown import RoundUnknownError
from parindex.eventstore.log import Log
from survey.tallying.counting import Surveys, recall
from survey.tallying.events import set_stream, tally_stream, tallying_stream
from survey.tallying.questions import Asked
from survey.tallying.survey import Book, Survey, book_of, questions_of, survey_of

STATES = "SELECT stream, state FROM streams WHERE stream = ANY($1::text[])"
READER = "survey.tallying.fold"
COUNTED = "SELECT position FROM reader_positions WHERE reader = $1 AND source = $2 AND partition = 0"


async def counted_until(log: Log) -> int:
    """Return the position up to which presses stand in the tallies."""
    return await log.pool.fetchval(COUNTED, READER, log.origin) or 0


async def survey_named(log: Log, round_id: str) -> Survey:
    """Return a round as the tallies know it; raise RoundUnknownError where survey has not heard of it."""
    survey = survey_of(await log.stream_head(tallying_stream(round_id)))
    if not survey.opened:
        raise RoundUnknownError(round_id)
    return survey


async def books_of(log: Log, round_id: str, units: Iterable[str]) -> dict[str, Book]:
    """Return the tallies of these units in a round; a unit of which nothing was counted has an empty book."""
    streams = {tally_stream(round_id, unit): unit for unit in units}
    rows = await log.pool.fetch(STATES, list(streams))
    states = {streams[row["stream"]]: row["state"] for row in rows}
    return {unit: book_of(states.get(unit)) for unit in streams.values()}


async def questions_in(log: Log, criteria_set: str) -> tuple[Asked, ...] | None:
    """Return what a criteria set asks; None where the set was never told."""
    return questions_of(await log.stream_head(set_stream(criteria_set)))


async def surveys_until(log: Log, position: int) -> Surveys:
    """Return the rounds as they stood at a position of the log."""
    return recall(await log.read_category("tallying", position))
