"""What a loop that runs for ever says of a failure fits into a line, and a cancellation that was swallowed ends it."""

import asyncio

import pytest

from parindex.backoff import Backoff, raise_if_cancelled
from parindex.reasons import in_one_line


def test_an_error_of_many_lines_is_said_in_one_and_not_at_any_length() -> None:
    assert in_one_line(ValueError("sai\n[SQL: SELECT 1]\n\t(ở đây)")) == "ValueError: sai [SQL: SELECT 1] (ở đây)"
    assert len(in_one_line(ValueError("x" * 5_000))) == 2_000


async def test_a_task_that_swallowed_its_cancellation_ends_where_it_would_wait_for_another_try() -> None:
    begun = asyncio.Event()

    async def deaf() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await Backoff().wait()
        raise AssertionError

    task = asyncio.create_task(deaf())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_task_that_was_not_cancelled_goes_on() -> None:
    raise_if_cancelled()
    await Backoff(first=0).wait()


def pauses(backoff: Backoff, count: int = 5) -> list[float]:
    return [round(backoff.pause(), 6) for _ in range(count)]


def test_a_pause_grows_to_the_longest_and_begins_anew_after_a_success() -> None:
    backoff = Backoff(first=0.1, most=0.5, growth=2, chance=lambda: 0.0)
    assert pauses(backoff) == [0.1, 0.2, 0.4, 0.5, 0.5]
    backoff.reset()
    assert pauses(backoff, 1) == [0.1]


def test_chance_shortens_a_pause_by_half_at_most_and_not_what_was_asked_for() -> None:
    assert pauses(Backoff(first=0.1, most=0.2, chance=lambda: 1.0), 3) == [0.05, 0.1, 0.1]
    drawn = pauses(Backoff(first=1.0, most=1.0), 200)
    assert min(drawn) >= 0.5
    assert max(drawn) <= 1.0
    assert len(set(drawn)) > 100


async def test_a_service_that_asks_for_a_longer_pause_gets_it() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await Backoff(first=0.0, chance=lambda: 1.0).wait(at_least=0.05)
    assert loop.time() - began >= 0.05
