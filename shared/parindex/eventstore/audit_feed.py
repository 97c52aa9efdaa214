"""The audit feed: each entry of the log in its exact bytes, as NDJSON for auditors. It is stored nowhere."""

import hashlib
from collections.abc import AsyncIterator, Callable

import asyncpg

from parindex.eventstore.entries import decode_entry
from parindex.eventstore.log import PAGE, Log
from parindex.instant import instant

ENTRIES = (
    "SELECT position, recorded_at, entry FROM events WHERE position > $1 AND position <= $3 ORDER BY position LIMIT $2"
)

Shown = Callable[[str], bool]
"""Whether the auditor may read the entries of an authority."""


async def audit_feed(
    log: Log, after: int, limit: int, shown: Shown | None = None, until: int = 2**63 - 1
) -> AsyncIterator[bytes]:
    """Yield NDJSON lines `{"entry":…,"position":…,"recorded_at":…}` with the exact entry bytes, page by page.

    Positions are dense: a client that gets n lines after position p has all up to p + n. The feed ends at `until`, the
    head in the response's headers, even if the log has grown meanwhile. Where several authorities share the log and
    `shown` hides some, their lines hold the SHA-256 of the entry instead of it: so no entry can be omitted unnoticed,
    and each entry's nonce makes its hash impossible to guess.
    """
    while limit > 0:
        rows = await log.pool.fetch(ENTRIES, after, min(limit, PAGE), until)
        if not rows:
            return
        yield b"".join(_line(row, shown) for row in rows)
        after, limit = rows[-1]["position"], limit - len(rows)


def _line(row: asyncpg.Record, shown: Shown | None) -> bytes:
    entry, recorded_at = row["entry"], instant(row["recorded_at"]).encode()
    if shown is None or shown(decode_entry(entry).authority):
        return b'{"entry":%b,"position":%d,"recorded_at":"%b"}\n' % (entry, row["position"], recorded_at)
    digest = hashlib.sha256(entry).hexdigest().encode()
    return b'{"position":%d,"recorded_at":"%b","sha256":"%b"}\n' % (row["position"], recorded_at, digest)
