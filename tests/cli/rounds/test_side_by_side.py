"""Sequences side by side: bounded, each in its own order, and an error as if they had run one after another."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from parindex_cli.rounds.side_by_side import side_by_side


class Sent:
    """Records the sent requests, and the largest number of concurrent ones."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.most = 0
        self._under_way = 0

    async def send(self, name: str, queue: int = 1) -> None:
        self._under_way += 1
        self.most = max(self.most, self._under_way)
        try:
            for _ in range(queue):
                await asyncio.sleep(0)
        finally:
            self._under_way -= 1
        self.done.append(name)

    async def of(self, name: str, queue: int = 1) -> AsyncIterator[None]:
        for number in range(3):
            await self.send(f"{name}{number}", queue)
            yield


class RefusedError(Exception):
    """A service refuses."""


async def refused(name: str, queue: int) -> AsyncIterator[None]:
    for _ in range(queue):
        await asyncio.sleep(0)
    if name:
        raise RefusedError(name)
    yield


async def run(sequences: list[AsyncIterator[None]], at_once: int) -> int:
    return len([None async for _ in side_by_side(sequences, at_once)])


async def test_each_sequence_keeps_its_order_and_no_more_than_so_many_run_at_once() -> None:
    sent = Sent()
    assert await run([sent.of(name, queue) for queue, name in enumerate("abcdefgh")], 3) == 24
    for name in "abcdefgh":
        assert [each for each in sent.done if each[0] == name] == [f"{name}{number}" for number in range(3)]
    assert sent.most == 3


async def test_one_at_once_is_one_after_another() -> None:
    sent = Sent()
    await run([sent.of(name) for name in "ab"], 1)
    assert sent.done == ["a0", "a1", "a2", "b0", "b1", "b2"]


async def test_of_several_errors_the_first_in_order_is_raised_and_nothing_later_is_begun() -> None:
    sent = Sent()
    with pytest.raises(RefusedError, match="second"):
        await run([sent.of("a", 20), refused("second", 9), refused("third", 3), sent.of("d", 2), sent.of("e")], 4)
    assert [each for each in sent.done if each[0] == "a"] == ["a0", "a1", "a2"], "what comes before runs to its end"
    assert "d2" not in sent.done
    assert "e0" not in sent.done


async def test_what_is_given_up_is_cancelled() -> None:
    sent = Sent()
    running: AsyncGenerator[None, None] = side_by_side([sent.of("a"), sent.of("b", 1_000)], 2)
    await anext(running)
    await running.aclose()
    done = list(sent.done)
    for _ in range(2_000):
        await asyncio.sleep(0)
    assert sent.done == done
    assert "b0" not in done


async def test_what_ends_in_the_same_turn_as_an_error_before_it_is_not_started_again() -> None:
    """Which of two finished tasks is looked at first is chance, so that both orders are tried."""

    async def later(sent: list[int]) -> AsyncIterator[None]:
        for number in range(50):
            sent.append(number)
            yield

    for _ in range(20):
        sent: list[int] = []
        with pytest.raises(RefusedError):
            await run([refused("first", 0), later(sent)], 2)
        assert len(sent) <= 2
