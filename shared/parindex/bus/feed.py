"""The bus without a broker: consumers long-poll the sources' feeds.

With a broker the same feeds fill the gaps that it leaves. So the embedded installation runs the recovery path of the
distributed one, not a substitute for it.
"""

from collections.abc import AsyncGenerator, Mapping

import httpx
import structlog

from parindex.backoff import Backoff, raise_if_cancelled
from parindex.bus.message import MOST_IN_PAGE, Message, decode_message
from parindex.bus.protocols import Delivery, FeedAwayError, Feeds, Subscription, nothing_to_ack

LONG_POLL = 20.0
"""Seconds that a source holds a request while it has no new contract."""

logger = structlog.stdlib.get_logger(__name__)


class FeedClient:
    """Reads the contract feeds of other services.

    `clients` has an HTTP client for each source. Its base address is the source's root, and it authenticates itself.
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
        except Exception as error:  # an application in this process raises its own errors through the client
            raise_if_cancelled()
            raise FeedAwayError(f"{source}: {type(error).__name__}: {error}") from error
        if (message.source, message.partition, message.prev) != (source, partition, after):
            raise FeedAwayError(f"{source} returned another page than was requested")
        return message


class FeedBus:
    """A Subscriber over feeds. A source answers as soon as it has a new contract."""

    def __init__(self, client: Feeds, long_poll: float = LONG_POLL) -> None:
        self._client = client
        self._long_poll = long_poll

    async def deliveries(self, subscription: Subscription) -> AsyncGenerator[Delivery, None]:
        """Yield the feed's messages forever, reading one page ahead of the consumer's position."""
        after, backoff = subscription.position(), Backoff()
        while True:
            raise_if_cancelled()
            try:
                message = await self._client.read(subscription.source, subscription.partition, after, self._long_poll)
            except FeedAwayError as error:
                logger.warning("feed_away", source=subscription.source, error=str(error))
                await backoff.wait()
                continue
            backoff.reset()
            if message.events:
                yield Delivery(message, nothing_to_ack)
            after = max(message.last, subscription.position())
