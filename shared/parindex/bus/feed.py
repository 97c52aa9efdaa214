"""The bus without a broker: consumers read the sources' feeds and wait there for more.

It is the way by which every consumer gets back what a broker lost, used alone: the embedded mode's bus is the
recovery path of the distributed one, not a stand-in for it.
"""

from collections.abc import AsyncGenerator, Mapping

import httpx
import structlog

from parindex.backoff import Backoff, raise_if_cancelled
from parindex.bus.message import MOST_IN_PAGE, Message, decode_message
from parindex.bus.protocols import Delivery, FeedAwayError, Subscription, nothing_to_ack

LONG_POLL = 20.0
"""Seconds that a source holds a question to which it has no answer yet."""

logger = structlog.stdlib.get_logger(__name__)


class FeedClient:
    """Reads the contract feeds of other services.

    `clients` has an HTTP client for each source, whose base address is the source's root and which signs in by itself.
    """

    def __init__(self, clients: Mapping[str, httpx.AsyncClient], page: int = MOST_IN_PAGE) -> None:
        self._clients = clients
        self._page = page

    async def read(self, source: str, partition: int, after: int, wait: float = 0.0) -> Message:
        """Return the next contracts after a position, waiting for some up to `wait` seconds; raise FeedAwayError."""
        client = self._clients[source]
        asked = {"partition": partition, "after": after, "limit": self._page, "wait": wait}
        try:
            answer = await client.get("/v1/contracts", params=asked)
            answer.raise_for_status()
            message = decode_message(answer.content)
        except Exception as error:  # an application in our own process lets its errors through
            raise_if_cancelled()
            raise FeedAwayError(f"{source}: {type(error).__name__}: {error}") from error
        if (message.source, message.partition, message.prev) != (source, partition, after):
            raise FeedAwayError(f"{source} answered another question than was asked")
        return message


class FeedBus:
    """An Intake on feeds: as soon as a source has something new, its answer comes."""

    def __init__(self, client: FeedClient, long_poll: float = LONG_POLL) -> None:
        self._client = client
        self._long_poll = long_poll

    async def deliveries(self, subscription: Subscription) -> AsyncGenerator[Delivery, None]:
        """Yield the feed's messages, reading one ahead of what the consumer has applied."""
        after, patience = subscription.position(), Backoff()
        while True:
            raise_if_cancelled()
            try:
                message = await self._client.read(subscription.source, subscription.partition, after, self._long_poll)
            except FeedAwayError as error:
                logger.warning("feed_away", source=subscription.source, error=str(error))
                await patience.wait()
                continue
            patience.reset()
            if message.events:
                yield Delivery(message, nothing_to_ack)
            after = max(message.last, subscription.position())
