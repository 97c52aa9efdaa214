"""What a log tells others, partition by partition: what the relay sends, read by whoever lost it, in the same bytes.

It is stored nowhere: a translation of the log.
"""

from collections.abc import Sequence

import msgspec

from parindex.bus.envelopes import cut, message_after
from parindex.bus.message import LARGEST_PAGE, MOST_IN_PAGE, Message
from parindex.bus.untranslated import EntryUntranslatedError, until_untranslated
from parindex.eventstore.log import Log
from parindex.eventstore.log_head import log_head
from parindex.eventstore.registry import EVERY_PARTITION
from parindex.eventstore.schema import told_in

TOLD = f"""
(SELECT position, entry FROM events WHERE {told_in("$1", "$3")} ORDER BY partition, position LIMIT $4)
UNION ALL
(SELECT position, entry FROM events WHERE {told_in("$2", "$3")} ORDER BY partition, position LIMIT $4)
ORDER BY position LIMIT $4
"""  # noqa: S608  # the names of parameters, no values
MOST_AHEAD = 50_000
"""Contracts of a partition's own, and as many told to every partition; whoever is further behind is just far behind."""
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


async def contract_feed(log: Log, partition: int, after: int, limit: int = MOST_IN_PAGE) -> Message:
    """Return the next contracts of a partition after a position; none: an empty message that ends where it began.

    Raises EntryUntranslatedError where the next one cannot be made; those before it come first.
    """
    rows = await log.pool.fetch(TOLD, partition, EVERY_PARTITION, after, min(limit, MOST_IN_PAGE))
    events, failing = until_untranslated(log, rows)
    if failing and not events:
        raise EntryUntranslatedError(failing.line)
    head = await log_head(log)
    message = message_after(log.origin, head.epoch, partition, after, cut(events, LARGEST_PAGE))
    return msgspec.structs.replace(message, head=head.position)


async def ahead(log: Log, after: Sequence[int]) -> list[int]:
    """Count what is told in each partition after a position; counting ends between MOST_AHEAD and twice as many."""
    return [row["count"] for row in await log.pool.fetch(AHEAD, after, MOST_AHEAD, EVERY_PARTITION)]
