"""What a loop that runs for ever says of a failure fits into a line, and a cancellation that was swallowed ends it."""

import asyncio

import pytest

from parindex.backoff import Backoff, in_one_line, raise_if_cancelled


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


async def test_a_task_that_nobody_cancelled_goes_on() -> None:
    raise_if_cancelled()
    await Backoff(first=0).wait()
