"""Where the sealed bytes lie: under their own checksum, so that keeping twice is keeping once.

They are kept before the fact that names them is appended: a crash in between leaves bytes that nobody names, which
hurts nobody; the other way round a public checksum could have no bytes.
"""

from parindex.eventstore.log import Log

KEEP = "INSERT INTO snapshots (checksum, content) VALUES ($1, $2) ON CONFLICT (checksum) DO NOTHING"
TAKE = "SELECT content FROM snapshots WHERE checksum = $1"


async def keep(log: Log, checksum: str, raw: bytes) -> None:
    """Keep a snapshot, durably; the database refuses bytes that do not have this checksum."""
    await log.pool.execute(KEEP, checksum, raw)


async def take(log: Log, checksum: str) -> bytes:
    """Return the exact bytes; LookupError where nothing of that name was ever kept."""
    content: bytes | None = await log.pool.fetchval(TAKE, checksum)
    if content is None:
        raise LookupError(f"no snapshot {checksum} on the shelf")
    return content
