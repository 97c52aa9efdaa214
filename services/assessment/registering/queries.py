"""Queries for the register of an authority's units. They read the log: seen as soon as written."""

from assessment.registering.decisions import registering
from assessment.registering.events import stream_of
from assessment.registering.refusals import RegisterUnknownError
from assessment.registering.state import UnitRegister
from parindex.eventstore.command_handling import load
from parindex.eventstore.log import Log


async def register_of(log: Log, authority: str) -> tuple[UnitRegister, int]:
    """Return the register of an authority, and the version of its stream; raise RegisterUnknownError."""
    loaded = await load(log, stream_of(authority), registering)
    if not loaded.version:
        raise RegisterUnknownError(authority)
    return loaded.state, loaded.version
