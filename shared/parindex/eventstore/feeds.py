"""Two readings of one log: every entry for auditors, and the contracts of a partition for other services.

Neither is stored twice. The contract feed is what the relay sends and what a consumer refills from, in the same bytes.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import asyncpg

from parindex.bus.message import LARGEST_PAGE, MOST_IN_PAGE, Envelope, Message, encode_contract
from parindex.eventstore.entries import decode_entry
from parindex.eventstore.log import PAGE, Log
from parindex.eventstore.registry import EVERY_PARTITION, Recorded
from parindex.eventstore.schema import told_in
from parindex.instant import instant

ENTRIES = "SELECT position, recorded_at, entry FROM events WHERE position > $1 ORDER BY position LIMIT $2"
TOLD = f"""
(SELECT position, entry FROM events WHERE {told_in("$1", "$3")} ORDER BY partition, position LIMIT $4)
UNION ALL
(SELECT position, entry FROM events WHERE {told_in("$2", "$3")} ORDER BY partition, position LIMIT $4)
ORDER BY position LIMIT $4
"""  # noqa: S608  # the names of parameters, no values
MOST_AHEAD = 50_000
"""Contracts; whoever is further behind is just far behind."""
AHEAD = f"""
SELECT (
    SELECT count(*) FROM (
        (SELECT FROM events WHERE {told_in("stand.number - 1", "stand.after")} ORDER BY partition, position LIMIT $2)
        UNION ALL
        (SELECT FROM events WHERE {told_in("$3", "stand.after")} ORDER BY partition, position LIMIT $2)
    ) AS told
) AS count
FROM unnest($1::bigint[]) WITH ORDINALITY AS stand(after, number) ORDER BY number
"""  # noqa: S608  # as above


Shown = Callable[[str], bool]
"""Whether somebody may see the entries of an authority."""


async def audit_feed(log: Log, after: int, limit: int, shown: Shown | None = None) -> AsyncIterator[bytes]:
    """Yield NDJSON lines `{"entry":…,"position":…,"recorded_at":…}` with the exact entry bytes, page by page.

    Positions are dense: a reader who gets n lines after position p has all up to p + n. Where several authorities share
    the log and `shown` hides some, their lines hold the SHA-256 of the entry instead of it: nothing can be left out
    unseen, and each entry's nonce keeps its hash from being guessed.
    """
    while limit > 0:
        rows = await log.pool.fetch(ENTRIES, after, min(limit, PAGE))
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


async def contract_feed(log: Log, partition: int, after: int, limit: int = MOST_IN_PAGE) -> Message:
    """Return the next contracts of a partition after a position; none: an empty message that ends where it began."""
    rows = await log.pool.fetch(TOLD, partition, EVERY_PARTITION, after, min(limit, MOST_IN_PAGE))
    events = [envelope(log, log.recorded(row)) for row in rows]
    return chain(log.origin, await log.epoch(), partition, after, cut(events, LARGEST_PAGE))


async def ahead(log: Log, after: Sequence[int]) -> list[int]:
    """Count what is told in each partition after a position; counting ends somewhere past MOST_AHEAD."""
    return [row["count"] for row in await log.pool.fetch(AHEAD, after, MOST_AHEAD, EVERY_PARTITION)]


def cut(events: list[Envelope], largest: int) -> list[Envelope]:
    """Return as many of the events as fit into so many bytes, at least one."""
    size = 0
    for index, event in enumerate(events):
        size += len(bytes(event.data)) + 300
        if index and size > largest:
            return events[:index]
    return events


def chain(source: str, epoch: int, partition: int, prev: int, events: list[Envelope]) -> Message:
    """Make the message that follows `prev` in its partition."""
    first, last = (events[0].position, events[-1].position) if events else (prev, prev)
    return Message(source=source, epoch=epoch, partition=partition, prev=prev, first=first, last=last, events=events)


def envelope(log: Log, recorded: Recorded) -> Envelope:
    """Translate a told fact into its contract, in an envelope."""
    entry, contract = recorded.entry, translate(log.types.tellings, recorded)
    return Envelope(
        id=f"{log.origin}/{recorded.position}", source=log.origin, type=contract.TYPE, subject=entry.stream,
        time=entry.occurred_at, position=recorded.position, authority=entry.authority,
        correlationid=entry.correlation, causationid=entry.causation, data=encode_contract(contract),
    )  # fmt: skip


def translate(tellings: Any, recorded: Recorded) -> Any:
    """Return the contract of a told fact; KeyError where the fact is private."""
    return tellings[type(recorded.fact)].contract(recorded)
