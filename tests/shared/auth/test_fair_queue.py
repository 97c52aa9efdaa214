"""Among waiting sign-ins, known clients come first; then each address gets one turn before any gets its second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parindex.auth.fair_queue import MOST_OF_ONE, MOST_WAITING, FairQueue
from parindex.auth.refusals import TooManyAttemptsError


class WaitingClients:
    """Clients that wait while another one has the turn; `had` and `sent_away` have their order."""

    def __init__(self, queue: FairQueue) -> None:
        self.had: list[str] = []
        self.sent_away: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        self._queue = queue

    async def comes(self, address: str, *, known: bool = False) -> None:
        self.tasks.append(asyncio.create_task(self._one(address, known)))
        await asyncio.sleep(0)

    async def _one(self, address: str, known: bool) -> None:
        try:
            async with self._queue.one(address, known=known):
                self.had.append(address)
        except TooManyAttemptsError:
            self.sent_away.append(address)


@asynccontextmanager
async def waiting() -> AsyncIterator[WaitingClients]:
    queue = FairQueue()
    clients = WaitingClients(queue)
    async with queue.one("somebody", known=False):
        yield clients
    await asyncio.gather(*clients.tasks, return_exceptions=True)
    async with asyncio.timeout(10), queue.one("the next", known=False):
        pass  # the turn is free again in any case


async def test_address_by_address_whoever_sends_how_many() -> None:
    async with waiting() as clients:
        for address in ("a", "a", "a", "b", "a", "c"):
            await clients.comes(address)
    assert clients.had == ["a", "b", "c", "a", "a", "a"]


async def test_who_is_known_goes_first() -> None:
    async with waiting() as clients:
        for number in range(50):
            await clients.comes(f"stranger-{number}")
        await clients.comes("office", known=True)
    assert clients.had[0] == "office"


async def test_one_address_can_not_fill_the_line() -> None:
    async with waiting() as clients:
        for _ in range(MOST_OF_ONE + 1):
            await clients.comes("a")
    assert (len(clients.had), clients.sent_away) == (MOST_OF_ONE, ["a"])


async def test_a_full_line_makes_room_for_an_address_that_has_less_in_it() -> None:
    async with waiting() as clients:
        for number in range(MOST_WAITING):
            await clients.comes(f"flood-{number % 10}")
        await clients.comes("office")
    assert "office" in clients.had[:11]
    assert len(clients.had) == MOST_WAITING
    assert clients.sent_away[0].startswith("flood-")


async def test_a_line_of_as_many_addresses_as_it_holds_takes_nobody_more() -> None:
    async with waiting() as clients:
        for number in range(MOST_WAITING):
            await clients.comes(f"flood-{number}")
        await clients.comes("office")
        await clients.comes("known", known=True)
    assert clients.sent_away == ["office"]
    assert clients.had[0] == "known"


async def test_who_goes_away_holds_up_nobody() -> None:
    async with waiting() as clients:
        await clients.comes("a")
        await clients.comes("b")
        clients.tasks[0].cancel()
    assert clients.had == ["b"]


async def test_a_turn_that_was_given_to_one_who_is_just_leaving_is_passed_on() -> None:
    queue = FairQueue()
    clients = WaitingClients(queue)
    async with queue.one("somebody", known=False):
        await clients.comes("a")
        await clients.comes("b")
    clients.tasks[0].cancel()  # it has got the turn and has not run yet
    await asyncio.gather(*clients.tasks, return_exceptions=True)
    assert clients.had == ["b"]
