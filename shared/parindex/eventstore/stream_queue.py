"""The queue of writers of each stream: in this process they run one after another, in their order of arrival.

Each writer reads the stream and appends to it. Concurrently all but one would fail and have to read it again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar
from weakref import WeakValueDictionary

from parindex.eventstore.appending import StreamBusyError, StreamMovedError

TRIES = 5
"""Attempts of one writer, when other processes append to the stream between its read and its append."""

Done = TypeVar("Done")


class StreamQueue:
    """The writers of each stream. A stream without writers uses no memory."""

    def __init__(self) -> None:
        self.under_way = 0  # unfinished writers, including those that wait for their turn
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def take(self, stream: str, attempt: Callable[[], Awaitable[Done]]) -> Done:
        """Run `attempt` (read, decide, append) in turn, again where another process appended meanwhile.

        Raises StreamBusyError where that happened TRIES times, and each other error of `attempt`.
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
