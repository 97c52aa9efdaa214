"""How a loop that runs for ever goes on: it waits longer after each failure, says it in a line, ends when it is to."""

import asyncio
import random
from collections.abc import Callable

JITTER = 0.5
"""The part of a pause that is left to chance, so that those who failed together do not all come back together."""


class Backoff:
    """Waits longer after each failure in a row: from `first` seconds, `growth` times as long each time, up to `most`.

    Each pause is shortened by chance, by JITTER of it at most; `chance` returns a number from 0 to 1.
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
        """Wait for a pause, or for `at_least` so many seconds."""
        raise_if_cancelled()
        await asyncio.sleep(max(self.pause(), at_least))

    def reset(self) -> None:
        """Start anew: something went well."""
        self._next = self._first


def raise_if_cancelled() -> None:
    """End here if the task was cancelled before, and somebody swallowed it. Every loop that runs for ever asks this.

    Libraries turn a cancellation into errors of their own, and `asyncio.wait_for` of Python 3.11 forgets one that comes
    together with the result; a loop that then went on would never be cancelled again, and its owner waits for it.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def in_one_line(error: BaseException) -> str:
    """Return an error as one line for a status or a row: its type and its message, at most 2,000 characters.

    Of a database error only the driver's own message is kept, without SQLAlchemy's copy of the statement and its
    parameters. Control characters become spaces, because a database cannot hold U+0000.
    """
    said = getattr(error, "orig", None) or error
    plain = "".join(max(character, " ") for character in f"{type(error).__name__}: {said}")
    return " ".join(plain.split())[:2_000]
