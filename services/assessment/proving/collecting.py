"""The collector of orphans: removes stored bytes that no event names, an hour after they were kept.

It asks the log itself, which an append reaches seconds after the file was kept, and no read model, because that may
lag, or be stopped for days. What an event has ever named stays, also after its removal from a unit's list.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from itertools import islice
from typing import Final

import structlog

from parindex.eventstore.log import Log
from parindex.files.store import FileStore
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
WHERE type IN ('FileUploaded', 'ClaimEntered') AND found[1] = ANY($1::text[])
"""

logger = structlog.stdlib.get_logger(__name__)

NamedAmong = Callable[[Collection[str]], Awaitable[set[str]]]
"""Returns those of some digests that an event names."""


class Collector:
    """Collects the orphans of one store. A digest that an event names is named for ever, so it is asked about once."""

    def __init__(self, files: FileStore, named_among: NamedAmong) -> None:
        self._files = files
        self._named_among = named_among
        self._known: set[str] = set()

    async def collect(self, kept_before: float) -> int:
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
        if removed := await collector.collect(time.time() - ORPHANED_AFTER):
            logger.info("orphans_removed", files=removed)
        await asyncio.sleep(PAUSE)


async def named_among(log: Log, digests: Collection[str]) -> set[str]:
    """Return those of some digests that an event of this log names."""
    return {row[0] for row in await log.pool.fetch(NAMED, list(digests))}
