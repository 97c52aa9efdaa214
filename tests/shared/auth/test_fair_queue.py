"""Of those who wait to sign in, the known come first; then each address gets one turn before any gets its second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parindex.auth.fair_queue import MOST_OF_ONE, MOST_WAITING, FairQueue
from parindex.auth.refusals import TooManyAttemptsError


class BusFixture:
    """Those who wait while somebody has the turn; `had` says in what order they got it, or were sent away."""

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
async def waiting() -> AsyncIterator[BusFixture]:
    queue = FairQueue()
    bus_fixture = BusFixture(queue)
    async with queue.one("somebody", known=False):
        yield bus_fixture
    await asyncio.gather(*bus_fixture.tasks, return_exceptions=True)
    async with asyncio.timeout(10), queue.one("the next", known=False):
        pass  # the turn is free again, whatever became of the others


async def test_address_by_address_whoever_sends_how_many() -> None:
    async with waiting() as bus_fixture:
        for address in ("a", "a", "a", "b", "a", "c"):
            await bus_fixture.comes(address)
    assert bus_fixture.had == ["a", "b", "c", "a", "a", "a"]


async def test_who_is_known_goes_first() -> None:
    async with waiting() as bus_fixture:
        for number in range(50):
            await bus_fixture.comes(f"stranger-{number}")
        await bus_fixture.comes("office", known=True)
    assert bus_fixture.had[0] == "office"


async def test_one_address_can_not_fill_the_line() -> None:
    async with waiting() as bus_fixture:
        for _ in range(MOST_OF_ONE + 1):
            await bus_fixture.comes("a")
    assert (len(bus_fixture.had), bus_fixture.sent_away) == (MOST_OF_ONE, ["a"])


async def test_a_full_line_makes_room_for_an_address_that_has_less_in_it() -> None:
    async with waiting() as bus_fixture:
        for number in range(MOST_WAITING):
            await bus_fixture.comes(f"flood-{number % 10}")
        await bus_fixture.comes("office")
    assert "office" in bus_fixture.had[:11]
    assert len(bus_fixture.had) == MOST_WAITING
    assert bus_fixture.sent_away[0].startswith("flood-")


async def test_a_line_of_as_many_addresses_as_it_holds_takes_nobody_more() -> None:
    async with waiting() as bus_fixture:
        for number in range(MOST_WAITING):
            await bus_fixture.comes(f"flood-{number}")
        await bus_fixture.comes("office")
        await bus_fixture.comes("known", known=True)
    assert bus_fixture.sent_away == ["office"]
    assert bus_fixture.had[0] == "known"


async def test_who_goes_away_holds_up_nobody() -> None:
    async with waiting() as bus_fixture:
        await bus_fixture.comes("a")
        await bus_fixture.comes("b")
        bus_fixture.tasks[0].cancel()
    assert bus_fixture.had == ["b"]


async def test_a_turn_that_was_given_to_one_who_is_just_leaving_is_passed_on() -> None:
    queue = FairQueue()
    bus_fixture = BusFixture(queue)
    async with queue.one("somebody", known=False):
        await bus_fixture.comes("a")
        await bus_fixture.comes("b")
    bus_fixture.tasks[0].cancel()  # its turn has been given, and it has not yet woken up
    await asyncio.gather(*bus_fixture.tasks, return_exceptions=True)
    assert bus_fixture.had == ["b"]
