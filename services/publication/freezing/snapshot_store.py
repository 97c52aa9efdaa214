"""Content-addressed snapshot store: writes are idempotent, and reads check the bytes against their checksum.

Bytes are stored before the event that names them is appended. A crash in between leaves unused bytes, which is
harmless; the other way round a public checksum could have no bytes.
"""

import hashlib
from collections.abc import Sequence

import structlog

from parindex.eventstore.log import Log
from publication.freezing.refusals import SnapshotDamagedError

STORE = "INSERT INTO snapshots (checksum, content) VALUES ($1, $2) ON CONFLICT (checksum) DO NOTHING"
LOAD = "SELECT content FROM snapshots WHERE checksum = $1"
INTACT = "SELECT checksum FROM snapshots WHERE checksum = ANY($1::text[]) AND encode(sha256(content), 'hex') = checksum"

logger = structlog.stdlib.get_logger(__name__)


async def store_snapshot(log: Log, checksum: str, raw: bytes) -> None:
    """Store a snapshot durably; the database refuses bytes that do not have this checksum."""
    await log.pool.execute(STORE, checksum, raw)


async def load_snapshot(log: Log, checksum: str) -> bytes:
    """Return the exact bytes; raise SnapshotDamagedError where the stored ones do not have this checksum, or are gone.

    The table's own check holds for writes by SQL, but a superuser can switch it off.
    """
    content: bytes | None = await log.pool.fetchval(LOAD, checksum)
    if content is None or hashlib.sha256(content).hexdigest() != checksum:
        logger.error("snapshot_damaged", checksum=checksum, gone=content is None)
        raise SnapshotDamagedError(checksum)
    return content


async def intact_snapshots(log: Log, checksums: Sequence[str]) -> frozenset[str]:
    """Return those checksums whose stored bytes have them."""
    return frozenset(row["checksum"] for row in await log.pool.fetch(INTACT, list(checksums)))
