"""The outbox: the published events of the log after each partition's cursor, as messages that follow one another.

The log itself is the outbox. An index by partition finds the events, so a million private events between two published
ones cost nothing.
"""

from collections.abc import Mapping, Sequence

import asyncpg

from parindex.bus.envelopes import cut, message_after
from parindex.bus.message import LARGEST, MOST_CONTRACTS, Envelope, Message
from parindex.bus.untranslated import until_untranslated
from parindex.eventstore.log import Log
from parindex.eventstore.registry import EVERY_PARTITION
from parindex.eventstore.schema import published_in
from parindex.eventstore.writing import DriverConnection

AT_ONCE = 300
"""Events of one partition in one read: enough for a few messages."""

PUBLISHED = f"""
SELECT c.partition, e.position, e.entry FROM unnest($1::int[], $2::bigint[]) AS c(partition, after)
CROSS JOIN LATERAL (
    SELECT position, entry FROM events WHERE {published_in("c.partition", "c.after")}
    ORDER BY partition, position LIMIT $3
) AS e
ORDER BY e.position
"""  # noqa: S608  # the names of columns, no values


async def read_outbox(
    connection: DriverConnection, log: Log, epoch: int, cursors: Mapping[int, int]
) -> dict[int, list[Message]]:
    """Return the next messages of each partition that has any after its cursor.

    A partition ends before an entry from which no contract can be made.
    """
    wanted = {**cursors, EVERY_PARTITION: min(cursors.values())}
    rows = await connection.fetch(PUBLISHED, list(wanted), list(wanted.values()), AT_ONCE)
    published = _by_partition(rows)
    for_all = published.pop(EVERY_PARTITION, [])
    messages = {
        partition: _messages(log.origin, epoch, partition, after, until_untranslated(log, found)[0])
        for partition, after in cursors.items()
        if (found := _merge(published.get(partition, []), for_all, after))
    }
    return {partition: found for partition, found in messages.items() if found}


def _by_partition(rows: Sequence[asyncpg.Record]) -> dict[int, list[asyncpg.Record]]:
    published: dict[int, list[asyncpg.Record]] = {}
    for row in rows:
        published.setdefault(row["partition"], []).append(row)
    return published


def _merge(own: list[asyncpg.Record], for_all: list[asyncpg.Record], after: int) -> list[asyncpg.Record]:
    """Merge both in order, as far as both were read: a list of full length may have more rows behind its end."""
    ends = [rows[-1]["position"] for rows in (own, for_all) if len(rows) == AT_ONCE]
    until = min(ends, default=2**63)
    both = [row for row in (*own, *for_all) if after < row["position"] <= until]
    return sorted(both, key=lambda row: row["position"])


def _messages(source: str, epoch: int, partition: int, after: int, events: list[Envelope]) -> list[Message]:
    messages: list[Message] = []
    while events:
        part = cut(events[:MOST_CONTRACTS], LARGEST)
        messages.append(message_after(source, epoch, partition, after, part))
        after, events = part[-1].position, events[len(part) :]
    return messages
