"""What is asked about a kiosk: how it stands, and which presses were recorded under some numbers."""

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.eventstore.appending import StreamHead
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from survey.rating.events import RatingRecorded, stream_of
from survey.rating.kiosk import Kiosk, kiosk_of
from survey.rating.refusals import KioskUnknownError

ALL = """
SELECT stream, version, state FROM streams
WHERE starts_with(stream, $1) AND stream COLLATE "C" > $2 ORDER BY stream COLLATE "C"
"""
AT_UNIT = """
SELECT stream, version, state FROM streams
WHERE starts_with(stream, :kiosks) AND position(CAST(:at AS bytea) IN state) > 0
"""
"""Kiosks whose small state names a unit: a unit's code is written in it as it is."""
NOT_COUNTED = """
SELECT position, entry FROM events
WHERE stream = $1 AND version BETWEEN $2 AND $3 AND type = 'RatingRecorded'
    AND position('"set_aside":""'::bytea IN entry) = 0
ORDER BY version LIMIT $4
"""
"""A press that counts has no reason, and says so in its entry; one of before reasons were recorded says nothing."""
BETWEEN = "SELECT position, entry FROM events WHERE stream = $1 AND version BETWEEN $2 AND $3 ORDER BY version"


async def kiosk_named(log: Log, kiosk: str) -> Kiosk:
    """Return the kiosk as of its newest fact; one that nobody registered is not `registered`."""
    return kiosk_of(await log.stream_head(stream_of(kiosk)))


async def registered_kiosk(log: Log, kiosk: str) -> Kiosk:
    """Return the kiosk; raise KioskUnknownError where nobody registered it."""
    found = await kiosk_named(log, kiosk)
    if not found.registered:
        raise KioskUnknownError(kiosk)
    return found


async def all_kiosks(log: Log, after: str) -> dict[str, Kiosk]:
    """Return every kiosk whose id comes after this one, in the order of their ids."""
    rows = await log.pool.fetch(ALL, stream_of(""), stream_of(after))
    return {
        row["stream"].removeprefix(stream_of("")): kiosk_of(StreamHead(row["version"], row["state"])) for row in rows
    }


async def kiosks_at(connection: AsyncConnection, unit: str) -> list[Kiosk]:
    """Return the kiosks of a unit, as the caller's transaction sees them."""
    at = b'"unit":' + msgspec.json.encode(unit)
    rows = await connection.execute(text(AT_UNIT), {"kiosks": stream_of(""), "at": at})
    found = [kiosk_of(StreamHead(row.version, row.state)) for row in rows]
    return [each for each in found if each.unit == unit]


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
