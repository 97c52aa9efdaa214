"""Instruments a consumer: batch sizes for the metrics, and a log line that links a batch to the requests behind it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import structlog

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Received

MOST_NAMED = 20
"""Requests that one log line names."""

logger = structlog.stdlib.get_logger(__name__)


def watched(consumer: Consumer, sizes: Counter[int]) -> Consumer:
    """Return the consumer with instruments. `sizes` counts its batches by their number of contracts."""

    async def handle(context: HandlerContext, received: Sequence[Received]) -> None:
        await consumer.handle(context, received)
        sizes[len(received)] += 1
        if asked := requests_behind(received):
            logger.info(
                "contracts_handled",
                consumer=consumer.name,
                source=context.source,
                partition=context.partition,
                first=received[0].envelope.position,
                last=received[-1].envelope.position,
                count=len(received),
                correlation_ids=asked[:MOST_NAMED],
                requests=len(asked),
            )

    return replace(consumer, handle=handle)


def requests_behind(received: Sequence[Received]) -> list[str]:
    """Return the distinct request ids of contracts; the ids of background tasks name a position and are left out."""
    named = dict.fromkeys(each.envelope.correlationid for each in received)
    return [each for each in named if "/" not in each]
