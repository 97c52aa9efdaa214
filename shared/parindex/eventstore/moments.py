"""A moment of a log, and the events of a stream that were there at that moment."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from weakref import WeakKeyDictionary

from parindex.eventstore.log import Log
from parindex.eventstore.registry import Recorded


@dataclass(frozen=True, slots=True)
class Until:
    """The moment of a question: entries recorded until `at`, and up to a `position` of the log. "" and 0: now."""

    at: str = ""
    position: int = 0

    @property
    def past(self) -> bool:
        """Whether the question is about another moment than now."""
        return bool(self.at or self.position)

    def includes(self, recorded: Recorded) -> bool:
        """Return whether an entry was there at that moment."""
        late = self.position and recorded.position > self.position
        return not late and (not self.at or recorded.at <= self.at)


NOW = Until()
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


async def pages_until(log: Log, stream: str, until: Until, size: int) -> AsyncIterator[Sequence[Recorded]]:
    """Yield the events of a stream up to a moment, `size` of them at most at once; none after it is read."""
    version = 0
    while page := await log.read_stream_after(stream, version, size):
        there = list(takewhile(until.includes, page))
        if there:
            yield there
        if len(there) < len(page):
            return
        version = page[-1].entry.version


async def moment_elsewhere(log: Log, until: Until) -> str:
    """Return the moment for another service, as a query: there, a position of this log is the time of its entry."""
    entries = await log.read_after(until.position - 1, 1) if until.position else []
    at = min(filter(None, [until.at, *(each.at for each in entries)]), default="")
    return f"?at={at}" if at else ""


def turn_to_fold() -> asyncio.Lock:
    """Return the lock under which a process folds one long stream at a time, outside its event loop."""
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
