"""Among waiting sign-ins, known clients come first; then each address gets one turn before any gets its second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parindex.auth.fair_queue import MOST_OF_ONE, MOST_WAITING, FairQueue
from parindex.auth.refusals import TooManyAttemptsError


class WaitingClients:
    """Clients that wait while another one has the turn; `served` and `refused` have their order."""

    def __init__(self, queue: FairQueue) -> None:
        self.served: list[str] = []
        self.refused: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        self._queue = queue

    async def send(self, address: str, *, known: bool = False) -> None:
        self.tasks.append(asyncio.create_task(self._one(address, known)))
        await asyncio.sleep(0)

    async def _one(self, address: str, known: bool) -> None:
        try:
            async with self._queue.one(address, known=known):
                self.served.append(address)
        except TooManyAttemptsError:
            self.refused.append(address)


@asynccontextmanager
async def waiting() -> AsyncIterator[WaitingClients]:
    queue = FairQueue()
    clients = WaitingClients(queue)
    async with queue.one("first", known=False):
        yield clients
    await asyncio.gather(*clients.tasks, return_exceptions=True)
    async with asyncio.timeout(10), queue.one("last", known=False):
        pass  # the turn is free again in any case


async def test_each_address_gets_one_turn_before_any_gets_its_second() -> None:
    async with waiting() as clients:
        for address in ("a", "a", "a", "b", "a", "c"):
            await clients.send(address)
    assert clients.served == ["a", "b", "c", "a", "a", "a"]


async def test_a_known_client_goes_first() -> None:
    async with waiting() as clients:
        for number in range(50):
            await clients.send(f"unknown-{number}")
        await clients.send("office", known=True)
    assert clients.served[0] == "office"


async def test_one_address_can_not_fill_the_queue() -> None:
    async with waiting() as clients:
        for _ in range(MOST_OF_ONE + 1):
            await clients.send("a")
    assert (len(clients.served), clients.refused) == (MOST_OF_ONE, ["a"])


async def test_a_full_queue_makes_room_for_an_address_with_fewer_turns_in_it() -> None:
    async with waiting() as clients:
        for number in range(MOST_WAITING):
            await clients.send(f"flood-{number % 10}")
        await clients.send("office")
    assert "office" in clients.served[:11]
    assert len(clients.served) == MOST_WAITING
    assert clients.refused[0].startswith("flood-")


async def test_a_queue_full_of_different_addresses_refuses_a_further_one() -> None:
    async with waiting() as clients:
        for number in range(MOST_WAITING):
            await clients.send(f"flood-{number}")
        await clients.send("office")
        await clients.send("known", known=True)
    assert clients.refused == ["office"]
    assert clients.served[0] == "known"


async def test_a_client_that_disconnects_delays_no_other() -> None:
    async with waiting() as clients:
        await clients.send("a")
        await clients.send("b")
        clients.tasks[0].cancel()
    assert clients.served == ["b"]


async def test_a_turn_given_to_a_client_that_is_disconnecting_is_passed_on() -> None:
    queue = FairQueue()
    clients = WaitingClients(queue)
    async with queue.one("first", known=False):
        await clients.send("a")
        await clients.send("b")
    clients.tasks[0].cancel()  # it has got the turn and has not run yet
    await asyncio.gather(*clients.tasks, return_exceptions=True)
    assert clients.served == ["b"]
