"""The queries of tallying."""

from parindex.eventstore.log import Log

READER = "survey.tallying.fold"
COUNTED = "SELECT position FROM reader_positions WHERE reader = $1 AND source = $2 AND partition = 0"


async def counted_until(log: Log) -> int:
    """Return the position up to which presses are in the tallies."""
    return await log.pool.fetchval(COUNTED, READER, log.origin) or 0
