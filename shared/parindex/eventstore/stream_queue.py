"""Writers of one stream in this process go one after another, in the order in which they came.

Each of them reads the stream and appends to it. Side by side all but one would read in vain, and read again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar
from weakref import WeakValueDictionary

from parindex.eventstore.appending import StreamBusyError, StreamMovedError

TRIES = 5
"""How often a decision is made anew when another process moved the stream meanwhile."""

Done = TypeVar("Done")


class StreamQueue:
    """The writers of each stream. A stream that has none costs nothing."""

    def __init__(self) -> None:
        self.under_way = 0  # writers who have come and are not done, those who wait for their turn included
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def take(self, stream: str, attempt: Callable[[], Awaitable[Done]]) -> Done:
        """Read, decide and append in `attempt`, which runs again where another process moved the stream meanwhile.

        Raises StreamBusyError where that happened TRIES times, and whatever else `attempt` raises.
        """
        lock = self._locks.get(stream)
        if lock is None:
            lock = self._locks[stream] = asyncio.Lock()
        self.under_way += 1
        try:
            async with lock:
                return await _repeated(stream, attempt)
        finally:
            self.under_way -= 1


async def _repeated(stream: str, attempt: Callable[[], Awaitable[Done]]) -> Done:
    for _ in range(TRIES):
        with suppress(StreamMovedError):
            return await attempt()
    raise StreamBusyError(stream)
