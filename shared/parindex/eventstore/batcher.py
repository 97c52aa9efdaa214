"""The batcher (group commit): it writes all waiting appends, up to a limit, in one transaction.

It never waits for a timer: while one batch commits, the next one gathers. Each process has one batcher. Several
processes stay correct, because the head row serialises them (docs/decisions/0001).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import asyncpg
import structlog

from parindex.eventstore.appending import (
    Append,
    Appended,
    LogBusyError,
    NotWrittenError,
    OutcomeUnknownError,
    StorageFullError,
    Undecided,
)
from parindex.eventstore.registry import EventTypes
from parindex.eventstore.write_batch import Outcome, WriteBatch
from parindex.eventstore.writing import write
from parindex.refusal import Refused

MOST_FACTS = 1_000
"""Events in one transaction. A single append that is heavier gets a transaction of its own."""
TURNS = 4
"""Turns of the event loop before a batch is closed, so that requests which have arrived by now are in it."""
UNSURE = ("08", "57P", "XX")
"""SQLSTATE classes after which the outcome is unknown; any other error of the server means a rollback."""
MOST_WAITING = 20_000
"""Appends that may wait; above that, new ones are refused with LogBusyError."""

logger = structlog.stdlib.get_logger(__name__)

Waiting = tuple[Append, "asyncio.Future[Appended | Undecided]"]


class Batcher:
    """Appends for many callers. `start` runs once, any task calls `append`, and `stop` finishes the waiting appends."""

    def __init__(self, pool: asyncpg.Pool, types: EventTypes, on_commit: Callable[[WriteBatch], None]) -> None:
        self._pool = pool
        self._types = types
        self._on_commit = on_commit
        self._waiting: deque[Waiting] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        """Start the task that writes."""
        self._task = asyncio.create_task(self._run(), name="log-batcher")

    async def stop(self) -> None:
        """Write the waiting appends, then end."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task

    async def append(self, append: Append) -> Appended | Undecided:
        """Append, durably: when this returns, the events survive a crash. On Undecided nothing was written.

        Raises the refusals of `append.decide`, KeyReusedError, LogBusyError; StorageFullError and NotWrittenError
        when the database could not write; and OutcomeUnknownError when its connection was lost. The append of a
        cancelled caller is written nevertheless.
        """
        if len(self._waiting) >= MOST_WAITING or self._stopping:
            raise LogBusyError
        future: asyncio.Future[Appended | Undecided] = asyncio.get_running_loop().create_future()
        self._waiting.append((append, future))
        self._wake.set()
        return await future

    async def _run(self) -> None:
        while not (self._stopping and not self._waiting):
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                for _ in range(TURNS):
                    await asyncio.sleep(0)
                await self._write(self._next())

    def _next(self) -> list[Waiting]:
        batch, weight = [self._waiting.popleft()], 0
        weight = batch[0][0].weight
        while self._waiting and weight + self._waiting[0][0].weight <= MOST_FACTS:
            batch.append(self._waiting.popleft())
            weight += batch[-1][0].weight
        return batch

    async def _write(self, batch: list[Waiting]) -> None:
        try:
            outcomes = await self._commit([append for append, _ in batch])
        except Exception as error:
            logger.exception("append_failed", appends=len(batch))
            outcomes = [_refusal(error) for _ in batch]
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            _resolve(future, outcome)

    async def _commit(self, appends: list[Append]) -> list[Outcome]:
        written: tuple[list[Outcome], WriteBatch] | None = None
        try:
            async with self._pool.acquire() as connection:
                async with connection.transaction():
                    decided = await write(connection, self._types, appends)
                written = decided  # committed: an error from here on does not undo it
        except Exception:
            if written is None:
                raise
            logger.exception("connection_not_released")
        outcomes, batch = written
        with suppress(Exception):
            self._on_commit(batch)
        return outcomes


def _refusal(error: Exception) -> Refused:
    if isinstance(error, asyncpg.DiskFullError):
        return StorageFullError()
    state = getattr(error, "sqlstate", None) or ""
    return NotWrittenError() if state and not state.startswith(UNSURE) else OutcomeUnknownError()


def _resolve(future: "asyncio.Future[Appended | Undecided]", outcome: Outcome) -> None:
    if future.done():  # the caller went away
        return
    if isinstance(outcome, Appended | Undecided):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)
