"""The backoff of endless loops, and their check for cancellation."""

import asyncio
import random
from collections.abc import Callable

JITTER = 0.5
"""The random part of a pause, so that clients that failed together do not all retry together."""


class Backoff:
    """Waits longer after each failure in a row: from `first` seconds, `growth` times as long each time, up to `most`.

    Each pause is shortened at random, by JITTER of it at most; `chance` returns a number from 0 to 1.
    """

    def __init__(
        self,
        first: float = 0.1,
        most: float = 5.0,
        growth: float = 2.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._first = first
        self._most = most
        self._growth = growth
        self._chance = chance
        self._next = first

    def pause(self) -> float:
        """Return how many seconds to wait now; the next pause is longer."""
        seconds, self._next = self._next, min(self._next * self._growth, self._most)
        return seconds * (1 - JITTER * self._chance())

    async def wait(self, at_least: float = 0.0) -> None:
        """Wait for the next pause, and for at least `at_least` seconds."""
        raise_if_cancelled()
        await asyncio.sleep(max(self.pause(), at_least))

    def reset(self) -> None:
        """Begin with the first pause again, after a success."""
        self._next = self._first


def raise_if_cancelled() -> None:
    """Raise CancelledError if the task was cancelled and a library swallowed it. Each endless loop must call this.

    Libraries turn a cancellation into errors of their own, and `asyncio.wait_for` of Python 3.11 loses one that comes
    together with the result; a loop that goes on then is never cancelled again, while its owner waits for its end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
