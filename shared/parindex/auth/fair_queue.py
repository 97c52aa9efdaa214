"""A fair queue for sign-ins, one at a time: known clients first, then one turn per address."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parindex.auth.refusals import TooManyAttemptsError

MOST_OF_ONE = 20
"""Waiting sign-ins of one client address; so an address that sends many delays mostly itself."""
MOST_WAITING = 100
"""Waiting sign-ins altogether, of known clients, and as many of unknown ones."""

_Turn = asyncio.Future[None]


class _WaitingTurns:
    """Waiting turns by address. Each address gets one turn before any gets its second."""

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, deque[_Turn]] = OrderedDict()
        self._waiting = 0

    def enter(self, address: str, turn: _Turn) -> None:
        """Add a turn. Raises TooManyAttemptsError if the address, or all together, have too many waiting."""
        own = self._by_address.get(address, ())
        if len(own) >= MOST_OF_ONE:
            raise TooManyAttemptsError(1)
        if self._waiting >= MOST_WAITING:
            self._make_room(len(own))
        self._by_address.setdefault(address, deque()).append(turn)
        self._waiting += 1

    def next(self) -> _Turn | None:
        """Remove and return the next turn; None if none waits."""
        while self._by_address:
            address, queue = self._by_address.popitem(last=False)
            turn = queue.popleft()
            self._waiting -= 1
            if queue:
                self._by_address[address] = queue
            if not turn.done():  # the client may have disconnected
                return turn
        return None

    def leave(self, address: str, turn: _Turn) -> None:
        """Remove a turn whose client disconnected; does nothing if it is no longer waiting."""
        queue = self._by_address.get(address, deque())
        if turn in queue:
            self._take_out(address, turn)

    def _make_room(self, own: int) -> None:
        """Refuse the last turn of the address with the most turns; if it is the newcomer's, refuse the newcomer."""
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
    """Runs one sign-in at a time, because argon2 takes memory and CPU, which a flood of requests must not exhaust."""

    def __init__(self) -> None:
        self._busy = False
        self._known = _WaitingTurns()
        self._unknown = _WaitingTurns()

    @asynccontextmanager
    async def one(self, address: str, *, known: bool) -> AsyncIterator[None]:
        """Wait for a turn and hold it. Raises TooManyAttemptsError if the queue is full."""
        if self._busy:
            await self._wait(self._known if known else self._unknown, address)
        self._busy = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, waiting: _WaitingTurns, address: str) -> None:
        turn: _Turn = asyncio.get_running_loop().create_future()
        waiting.enter(address, turn)
        try:
            await turn
        except asyncio.CancelledError:
            waiting.leave(address, turn)
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._pass_on()  # this task already had the turn
            raise

    def _pass_on(self) -> None:
        turn = self._known.next() or self._unknown.next()
        self._busy = turn is not None  # it stays busy for the next sign-in
        if turn is not None:
            turn.set_result(None)
