"""Saves one thing of a stream that several people edit: a form is stale only where its own thing has changed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from parindex.eventstore.appending import Appended, StreamMovedError
from parindex.eventstore.registry import Recorded
from parindex.http.write_endpoints import WriteRequest

TRIES: Final = 5
"""How often one thing of a stream is written again while others write other things of it."""


async def save_beside_others(
    attempt: Callable[[WriteRequest], Awaitable[Appended]],
    last: Callable[[], Awaitable[Recorded | None]],
    write: WriteRequest,
) -> None:
    """Write one thing of a stream; `last` returns the entry that says what the thing is now.

    Others may have written other things since the page was opened, but not this one. Raises StreamMovedError, and the
    refusals of the attempt.
    """
    seen = write.if_match or 0
    for _ in range(TRIES - 1):
        try:
            await attempt(write)
        except StreamMovedError as moved:
            changed = await last()
            if changed is not None and changed.entry.version > seen:
                raise
            write = replace(write, if_match=moved.present)
        else:
            return
    await attempt(write)
