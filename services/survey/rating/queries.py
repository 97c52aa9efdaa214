"""The queries of recorded presses."""

from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from survey.enrolling.events import stream_of
from survey.enrolling.state import kiosk_of
from survey.rating.events import RatingRecorded

NOT_COUNTED = """
SELECT position, entry FROM events
WHERE stream = $1 AND version BETWEEN $2 AND $3 AND type = 'RatingRecorded'
    AND position('"set_aside":""'::bytea IN entry) = 0
ORDER BY version LIMIT $4
"""
"""A press that counts has no reason, and says so in its entry; one of before reasons were recorded says nothing."""


BETWEEN = "SELECT position, entry FROM events WHERE stream = $1 AND version BETWEEN $2 AND $3 ORDER BY version"


async def recorded_presses(log: Log, kiosk: str, first: int, last: int) -> dict[int, RatingRecorded]:
    """Return the presses of a kiosk by their numbers, from `first` to `last`.

    A press's version in its stream is its number plus the few facts about the kiosk itself before it.
    """
    head = await log.stream_head(stream_of(kiosk))
    others = head.version - kiosk_of(head).last_seq
    rows = await log.pool.fetch(BETWEEN, stream_of(kiosk), first, last + others)
    facts = [log.recorded(row).fact for row in rows]
    return {fact.seq: fact for fact in facts if isinstance(fact, RatingRecorded)}


async def presses_not_counted(log: Log, kiosk: str, first: int, last: int, limit: int) -> list[Recorded]:
    """Return presses that do not say that they count, among the versions from `first` to `last` of a kiosk's stream."""
    rows = await log.pool.fetch(NOT_COUNTED, stream_of(kiosk), first, last, limit)
    return [log.recorded(row) for row in rows]
