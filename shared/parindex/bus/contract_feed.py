"""The contract feed: a log's integration events, partition by partition, for consumers that have a gap.

The contracts have the same bytes as those that the relay publishes. The feed is stored nowhere: it translates the log.
"""

from collections.abc import Sequence

import msgspec

from parindex.bus.envelopes import cut, message_after
from parindex.bus.message import LARGEST_PAGE, MOST_IN_PAGE, Message
from parindex.bus.untranslated import EntryUntranslatedError, until_untranslated
from parindex.eventstore.log import Log
from parindex.eventstore.log_head import LogHead, log_head
from parindex.eventstore.registry import EVERY_PARTITION
from parindex.eventstore.schema import published_in

PUBLISHED = f"""
(SELECT position, entry FROM events WHERE {published_in("$1", "$3")} ORDER BY partition, position LIMIT $4)
UNION ALL
(SELECT position, entry FROM events WHERE {published_in("$2", "$3")} ORDER BY partition, position LIMIT $4)
ORDER BY position LIMIT $4
"""  # noqa: S608  # the names of parameters, no values
MOST_AHEAD = 50_000
"""Limit of a count, for a partition's own contracts and for those that are published to every partition."""
AHEAD = f"""
SELECT (
    SELECT count(*) FROM (
        (SELECT FROM events WHERE {published_in("reader.number - 1", "reader.after")}
        ORDER BY partition, position LIMIT $2)
        UNION ALL
        (SELECT FROM events WHERE {published_in("$3", "reader.after")} ORDER BY partition, position LIMIT $2)
    ) AS published
) AS count
FROM unnest($1::bigint[]) WITH ORDINALITY AS reader(after, number) ORDER BY number
"""  # noqa: S608  # as above


async def contract_feed(log: Log, partition: int, after: int, limit: int = MOST_IN_PAGE) -> Message:
    """Return the next contracts of a partition after a position. An empty message ends where it began.

    Raises EntryUntranslatedError where the first of them cannot be made from its entry.
    """
    message, _ = await feed_page(log, partition, after, limit)
    return message


async def feed_page(log: Log, partition: int, after: int, limit: int) -> tuple[Message, LogHead]:
    """Return the same as `contract_feed`, and where the log ends.

    Raises EntryUntranslatedError where the first of them cannot be made from its entry.
    """
    rows = await log.pool.fetch(PUBLISHED, partition, EVERY_PARTITION, after, min(limit, MOST_IN_PAGE))
    events, failing = until_untranslated(log, rows)
    if failing and not events:
        raise EntryUntranslatedError(failing.line)
    head = await log_head(log)
    message = message_after(log.origin, head.epoch, partition, after, cut(events, LARGEST_PAGE))
    return msgspec.structs.replace(message, head=head.position), head


async def ahead(log: Log, after: Sequence[int]) -> list[int]:
    """Count each partition's contracts after a position; a count stops between MOST_AHEAD and twice as many."""
    return [row["count"] for row in await log.pool.fetch(AHEAD, after, MOST_AHEAD, EVERY_PARTITION)]
