"""The contract feeds of logs that this process holds, read without HTTP: the bus of the embedded installation.

A consumer gets the same bytes as from `GET /v1/contracts`, so both paths have the same behaviour.
"""

from collections.abc import Callable

from parindex.backoff import raise_if_cancelled
from parindex.bus.contract_feed import contract_feed
from parindex.bus.message import MOST_IN_PAGE, Message, decode_message, encode_message
from parindex.bus.protocols import FeedAwayError
from parindex.eventstore.log import Log


class LocalFeeds:
    """Feeds of logs in this process; `log_of` finds a source's log, or raises KeyError."""

    def __init__(self, log_of: Callable[[str], Log]) -> None:
        self._log_of = log_of

    async def read(self, source: str, partition: int, after: int, wait: float = 0.0) -> Message:
        """Return the next contracts after a position, waiting for some up to `wait` seconds; raise FeedAwayError."""
        try:
            log = self._log_of(source)
            if wait:
                await log.watcher.wait_past(after, partition, wait)
            return decode_message(encode_message(await contract_feed(log, partition, after, MOST_IN_PAGE)))
        except Exception as error:
            raise_if_cancelled()
            raise FeedAwayError(f"{source}: {type(error).__name__}: {error}") from error
