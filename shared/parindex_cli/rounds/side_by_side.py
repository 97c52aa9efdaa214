"""Sends independent sequences of requests concurrently; each keeps its own order."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from itertools import islice

AT_ONCE = 16
"""Concurrent sequences: enough to use a service fully, and not too many for a small machine."""

Requests = AsyncIterator[None]
"""Requests one after another; it yields after each that counts as progress."""


async def side_by_side(sequences: Iterable[Requests], at_once: int = AT_ONCE) -> AsyncGenerator[None, None]:
    """Run sequences concurrently, at most `at_once` of them, started in their order; yield at each progress of any.

    If some fail, the error of the first in order is raised, as if they had run one after another: the sequences before
    it run to their end, those after it are cancelled or not started.
    """
    waiting, errors = enumerate(sequences), dict[int, BaseException]()
    running: dict[asyncio.Task[bool], tuple[int, Requests]] = {}
    try:
        while True:
            for number, sequence in islice(waiting, 0 if errors else at_once - len(running)):
                running[asyncio.create_task(_progress(sequence))] = number, sequence
            if not running:
                break
            finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                number, sequence = running.pop(task)
                if task.cancelled():
                    continue
                if error := task.exception():
                    errors[number] = error
                    _cancel_after(number, running)
                elif task.result() and not (errors and number > min(errors)):
                    running[asyncio.create_task(_progress(sequence))] = number, sequence
                    yield
    finally:
        _cancel_after(-1, running)
        await asyncio.gather(*running, return_exceptions=True)
    if errors:
        raise errors[min(errors)]


async def _progress(sequence: Requests) -> bool:
    """Go on to the next progress; return False at the end."""
    async for _ in sequence:
        return True
    return False


def _cancel_after(first: int, running: dict[asyncio.Task[bool], tuple[int, Requests]]) -> None:
    for task, (number, _) in running.items():
        if number > first:
            task.cancel()
