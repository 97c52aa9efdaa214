"""The loops beside the requests: bytes that no event names or that were erased are removed, and files are scanned.

The collector of orphans asks the log itself, which an append reaches seconds after the file was kept, and no read
model, because that may lag, or be stopped for days. What an event has ever named stays, also after its removal from a
unit's list, until the office erases it. The later scan finds files that were uploaded before the installation had a
scanner.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from itertools import islice
from typing import Final

import structlog

from assessment.proving.commands import RecordScan
from assessment.proving.decisions import proving
from assessment.self_scoring.events import FileUploaded
from parindex.eventstore.appending import Metadata
from parindex.eventstore.command_handling import execute, load
from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded
from parindex.files.refusals import FileNotScannedError, FileTooLargeToScanError, StoredFileMissingError
from parindex.files.scanning import Scanner
from parindex.files.store import FileStore
from parindex.instant import instant
from parindex.service import ServiceContext

ORPHANED_AFTER: Final = 3_600
"""Seconds; the time between keeping a file and appending its event is bounded by that of an answer, half a minute."""
PAUSE: Final = 600
"""Seconds between two rounds of the collector."""
AT_ONCE: Final = 20_000
"""Digests in one query."""

NAMED: Final = """
SELECT DISTINCT found[1]
FROM events, regexp_matches(convert_from(entry, 'UTF8'), '"sha256":"([0-9a-f]{64})"', 'g') AS found
WHERE type IN ('FileUploaded', 'ClaimEntered', 'CutExplained') AND found[1] = ANY($1::text[])
"""

ERASED: Final = """
WITH erased AS (
    SELECT found[1] AS digest, max(position) AS at
    FROM events, regexp_matches(convert_from(entry, 'UTF8'), '"sha256":"([0-9a-f]{64})"') AS found
    WHERE type = 'FileErased' GROUP BY digest
)
SELECT digest FROM erased WHERE NOT EXISTS (
    SELECT FROM events WHERE type = 'FileUploaded' AND events.position > erased.at
    AND position(convert_to('"sha256":"' || digest || '"', 'UTF8') IN entry) > 0
)
"""

UPLOADS: Final = """
SELECT position FROM events WHERE type = 'FileUploaded' AND position > $1 ORDER BY position LIMIT 100
"""
SCANNER: Final = "assessment.proving.scan"
"""The actor of a scan that no upload waited for."""

logger = structlog.stdlib.get_logger(__name__)

Time = float
"""Seconds, as a file system has them."""
NamedAmong = Callable[[Collection[str]], Awaitable[set[str]]]
"""Returns those of some digests that an event names."""


class Collector:
    """Collects the orphans of one store. A digest that an event names is named for ever, so it is asked about once."""

    def __init__(self, files: FileStore, named_among: NamedAmong) -> None:
        self._files = files
        self._named_among = named_among
        self._known: set[str] = set()

    async def collect(self, kept_before: Time) -> int:
        """Remove the orphans that were kept last before this instant; return how many there were."""
        found = [file.digest async for file in self._files.listed(kept_before) if file.digest not in self._known]
        removed, rest = 0, iter(found)
        while page := list(islice(rest, AT_ONCE)):
            named = await self._named_among(page)
            self._known |= named
            for digest in page:
                removed += digest not in named and await self._files.remove(digest, kept_before)
        return removed


async def collect_orphans(context: ServiceContext) -> None:
    """Collect orphans until cancelled."""
    if context.files is None:
        await asyncio.Event().wait()
        return
    collector = Collector(context.files, lambda digests: named_among(context.log, digests))
    while True:
        kept_before = time.time() - ORPHANED_AFTER
        if removed := await collector.collect(kept_before):
            logger.info("orphans_removed", files=removed)
        if removed := await remove_erased(context.files, context.log, kept_before):
            logger.info("erased_files_removed", files=removed)
        await asyncio.sleep(PAUSE)


async def named_among(log: Log, digests: Collection[str]) -> set[str]:
    """Return those of some digests that an event of this log names."""
    return {row[0] for row in await log.pool.fetch(NAMED, list(digests))}


async def remove_erased(files: FileStore, log: Log, kept_before: Time) -> int:
    """Remove bytes that are stored although they were erased, and were not sent again since; return how many files.

    An erasure removes them itself, but its process may end before that, or the store may not answer.
    """
    removed = 0
    for row in await log.pool.fetch(ERASED):
        digest = row["digest"]
        removed += await files.size_of(digest) is not None and await files.remove(digest, kept_before)
    return removed


async def scan_the_unscanned(context: ServiceContext) -> None:
    """Scan files that were uploaded without a scanner, until cancelled."""
    if context.files is None or context.scanner is None:
        await asyncio.Event().wait()
        return
    after = 0
    while True:
        try:
            after = await scan_page(context, context.scanner, after)
        except FileNotScannedError:
            logger.warning("scanner_away", scanned_until=after)
        await asyncio.sleep(PAUSE)


async def scan_page(context: ServiceContext, scanner: Scanner, after: int) -> int:
    """Scan the unscanned uploads after a position; return the position of the last upload.

    Raises FileNotScannedError; the scans before it are recorded.
    """
    while rows := await context.log.pool.fetch(UPLOADS, after):
        for row in rows:
            [upload] = await context.log.read_after(row["position"] - 1, 1)
            await _scan(context, scanner, upload)
            after = row["position"]
    return after


async def _scan(context: ServiceContext, scanner: Scanner, upload: Recorded) -> None:
    fact: FileUploaded = upload.fact
    stream, cause = upload.entry.stream, f"{context.log.origin}/{upload.position}"
    files = (await load(context.log, stream, proving)).state
    if fact.sha256 not in files.uploaded or fact.sha256 in files.scanned or fact.sha256 in files.erased:
        return
    try:
        async with context.file_store.at_hand(fact.sha256) as path:
            scan = await scanner.scan(path)
    except (StoredFileMissingError, FileTooLargeToScanError) as refused:
        logger.warning("file_stays_unscanned", position=upload.position, code=refused.code)
        return
    command = RecordScan(fact.round, fact.unit, fact.sha256, scan.signature, scan.scanner)
    metadata = Metadata(SCANNER, instant(await context.moment()), upload.entry.authority, cause, causation=cause)
    await execute(context.log, stream, proving, command, metadata)
