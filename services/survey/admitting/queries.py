"""The queries of rounds and tallies. They read stored states, which are as new as the log."""

from collections.abc import Iterable

from parindex.contracts.unknown import RoundUnknownError
from parindex.eventstore.appending import StreamHead
from parindex.eventstore.log import Log
from survey.admitting.events import set_stream, tally_stream, tallying_stream
from survey.admitting.opened_rounds import OpenedRounds, opened_rounds_of
from survey.admitting.questions import Asked
from survey.admitting.state import Survey, UnitTallies, questions_of, survey_of, tallies_of_unit

NOW = 2**62
"""Beyond every position of a log."""

STATES = "SELECT stream, state FROM streams WHERE stream = ANY($1::text[])"


ALL = "SELECT stream, version, state FROM streams WHERE starts_with(stream, $1)"


async def surveys(log: Log) -> dict[str, Survey]:
    """Return every round that survey knows, by one query."""
    rows = await log.pool.fetch(ALL, tallying_stream(""))
    found = {row["stream"]: survey_of(StreamHead(row["version"], row["state"])) for row in rows}
    return {stream.removeprefix(tallying_stream("")): survey for stream, survey in found.items() if survey.opened}


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


async def opened_rounds_until(log: Log, position: int) -> OpenedRounds:
    """Return the rounds as of a position of the log."""
    return opened_rounds_of(await log.read_category("tallying", position))
