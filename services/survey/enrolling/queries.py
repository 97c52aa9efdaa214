"""The queries of kiosks."""

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.eventstore.appending import StreamHead
from parindex.eventstore.log import Log
from survey.enrolling.events import stream_of
from survey.enrolling.refusals import KioskUnknownError
from survey.enrolling.state import Kiosk, kiosk_of

ALL = """
SELECT stream, version, state FROM streams
WHERE starts_with(stream, $1) AND stream COLLATE "C" > $2 ORDER BY stream COLLATE "C"
"""

AT_UNIT = """
SELECT stream, version, state FROM streams
WHERE starts_with(stream, :kiosks) AND position(CAST(:at AS bytea) IN state) > 0
"""
"""Kiosks whose stored state names a unit: a unit's code is written in it as it is."""


async def kiosk_named(log: Log, kiosk: str) -> Kiosk:
    """Return the kiosk as of its newest fact; an unknown one is not `registered`."""
    return kiosk_of(await log.stream_head(stream_of(kiosk)))


async def registered_kiosk(log: Log, kiosk: str) -> Kiosk:
    """Return the kiosk; raise KioskUnknownError where it is not registered."""
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
