"""Whose turn it is where one works at a time: those who are known first, then address by address."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parindex.auth.refusals import TooManyAttemptsError

MOST_OF_ONE = 20
"""Sign-ins of one client address that may wait; an address that sends more holds up itself, and no other for long."""
MOST_WAITING = 100
"""Sign-ins that may wait altogether, of those who are known and again of those who are not."""

_Turn = asyncio.Future[None]


class _Line:
    """Turns that wait, by address. Each address gets one before any gets its second."""

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, deque[_Turn]] = OrderedDict()
        self._waiting = 0

    def enter(self, address: str, turn: _Turn) -> None:
        """Raises TooManyAttemptsError where this address, or everybody together, has too many there."""
        own = self._by_address.get(address, ())
        if len(own) >= MOST_OF_ONE:
            raise TooManyAttemptsError(1)
        if self._waiting >= MOST_WAITING:
            self._make_room(len(own))
        self._by_address.setdefault(address, deque()).append(turn)
        self._waiting += 1

    def next(self) -> _Turn | None:
        """Take out the turn that comes next; None where none waits."""
        while self._by_address:
            address, queue = self._by_address.popitem(last=False)
            turn = queue.popleft()
            self._waiting -= 1
            if queue:
                self._by_address[address] = queue
            if not turn.done():  # its sender may have gone away
                return turn
        return None

    def leave(self, address: str, turn: _Turn) -> None:
        """Take out a turn whose sender went away; harmless where it is no longer there."""
        queue = self._by_address.get(address, deque())
        if turn in queue:
            self._take_out(address, turn)

    def _make_room(self, own: int) -> None:
        """Send away the last of the address that has most; the newcomer's own must not be that one."""
        address, longest = max(self._by_address.items(), key=lambda item: len(item[1]))
        if len(longest) <= own + 1:
            raise TooManyAttemptsError(1)
        last = longest[-1]
        self._take_out(address, last)
        if not last.done():
            last.set_exception(TooManyAttemptsError(1))

    def _take_out(self, address: str, turn: _Turn) -> None:
        queue = self._by_address[address]
        queue.remove(turn)
        self._waiting -= 1
        if not queue:
            del self._by_address[address]


class FairQueue:
    """One at a time: argon2 takes memory and both cores, and a flood must not get either."""

    def __init__(self) -> None:
        self._busy = False
        self._known = _Line()
        self._strangers = _Line()

    @asynccontextmanager
    async def one(self, address: str, *, known: bool) -> AsyncIterator[None]:
        """Wait for a turn, and have it. Raises TooManyAttemptsError instead of waiting in too long a line."""
        if self._busy:
            await self._wait(self._known if known else self._strangers, address)
        self._busy = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, line: _Line, address: str) -> None:
        turn: _Turn = asyncio.get_running_loop().create_future()
        line.enter(address, turn)
        try:
            await turn
        except asyncio.CancelledError:
            line.leave(address, turn)
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._pass_on()  # the turn had been given already
            raise

    def _pass_on(self) -> None:
        turn = self._known.next() or self._strangers.next()
        self._busy = turn is not None  # it stays busy for whom it is given to
        if turn is not None:
            turn.set_result(None)
