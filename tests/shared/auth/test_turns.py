"""Of those who wait to sign in, the known come first; then each address gets one turn before any gets its second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parindex.auth.refusals import TooManyAttemptsError
from parindex.auth.turns import MOST_OF_ONE, MOST_WAITING, Turns


class Hall:
    """Those who wait while somebody has the turn; `had` says in what order they got it, or were sent away."""

    def __init__(self, turns: Turns) -> None:
        self.had: list[str] = []
        self.sent_away: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        self._turns = turns

    async def comes(self, address: str, *, known: bool = False) -> None:
        self.tasks.append(asyncio.create_task(self._one(address, known)))
        await asyncio.sleep(0)

    async def _one(self, address: str, known: bool) -> None:
        try:
            async with self._turns.one(address, known=known):
                self.had.append(address)
        except TooManyAttemptsError:
            self.sent_away.append(address)


@asynccontextmanager
async def waiting() -> AsyncIterator[Hall]:
    turns = Turns()
    hall = Hall(turns)
    async with turns.one("somebody", known=False):
        yield hall
    await asyncio.gather(*hall.tasks, return_exceptions=True)
    async with asyncio.timeout(10), turns.one("the next", known=False):
        pass  # the turn is free again, whatever became of the others


async def test_address_by_address_whoever_sends_how_many() -> None:
    async with waiting() as hall:
        for address in ("a", "a", "a", "b", "a", "c"):
            await hall.comes(address)
    assert hall.had == ["a", "b", "c", "a", "a", "a"]


async def test_who_is_known_goes_first() -> None:
    async with waiting() as hall:
        for number in range(50):
            await hall.comes(f"stranger-{number}")
        await hall.comes("office", known=True)
    assert hall.had[0] == "office"


async def test_one_address_can_not_fill_the_line() -> None:
    async with waiting() as hall:
        for _ in range(MOST_OF_ONE + 1):
            await hall.comes("a")
    assert (len(hall.had), hall.sent_away) == (MOST_OF_ONE, ["a"])


async def test_a_full_line_makes_room_for_an_address_that_has_less_in_it() -> None:
    async with waiting() as hall:
        for number in range(MOST_WAITING):
            await hall.comes(f"flood-{number % 10}")
        await hall.comes("office")
    assert "office" in hall.had[:11]
    assert len(hall.had) == MOST_WAITING
    assert hall.sent_away[0].startswith("flood-")


async def test_a_line_of_as_many_addresses_as_it_holds_takes_nobody_more() -> None:
    async with waiting() as hall:
        for number in range(MOST_WAITING):
            await hall.comes(f"flood-{number}")
        await hall.comes("office")
        await hall.comes("known", known=True)
    assert hall.sent_away == ["office"]
    assert hall.had[0] == "known"


async def test_who_goes_away_holds_up_nobody() -> None:
    async with waiting() as hall:
        await hall.comes("a")
        await hall.comes("b")
        hall.tasks[0].cancel()
    assert hall.had == ["b"]


async def test_a_turn_that_was_given_to_one_who_is_just_leaving_is_passed_on() -> None:
    turns = Turns()
    hall = Hall(turns)
    async with turns.one("somebody", known=False):
        await hall.comes("a")
        await hall.comes("b")
    hall.tasks[0].cancel()  # its turn has been given, and it has not yet woken up
    await asyncio.gather(*hall.tasks, return_exceptions=True)
    assert hall.had == ["b"]
