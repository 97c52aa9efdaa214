"""A tail reader beside eight writer processes misses none; without the lock on the head it would."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from parindex.eventstore import writing
from parindex.eventstore.log import Log
from parindex.testing.fault_injection import ChildProcess, child_process, count
from parindex.testing.postgres import Databases
from parindex.testing.shop import TYPES, bake, build

WRITERS = 8
EACH = 60
UNLOCKED = """
SELECT origin, installation, partitions, nextval('numbers') - 1 AS position, gen_random_uuid()::text AS hash, earlier,
    clock_timestamp() AS at, pg_sleep(random() * 0.01)
FROM log_head
"""
"""Numbers from a sequence, as most event tables have them: who got the lower number may commit later."""


@asynccontextmanager
async def writers(dsn: str, how: str) -> AsyncIterator[list[ChildProcess]]:
    """Eight processes that are ready to write."""
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(child_process(__file__, dsn, n, how)) for n in range(WRITERS)]
        for each in found:
            assert await each.said() == "ready"
        yield found


async def read_beside(dsn: str, how: str) -> tuple[list[int], list[int]]:
    """Return what a tail reader has seen while eight processes wrote, and what there was to see."""
    async with Log.open(dsn, TYPES) as log, writers(dsn, how) as every:
        seen: list[int] = []
        writing_all = asyncio.gather(*(run(each) for each in every))
        while not writing_all.done() or await log.read_after(seen[-1] if seen else 0, 1):
            seen += [each.position for each in await log.read_after(seen[-1] if seen else 0, 50)]
            await asyncio.sleep(0)
        await writing_all
        return seen, [row["position"] for row in await log.pool.fetch("SELECT position FROM events ORDER BY position")]


async def run(writer: ChildProcess) -> None:
    await writer.tell("go")
    assert await writer.ended() == 0


async def test_a_tail_reader_misses_nothing_that_eight_processes_write(database: Databases) -> None:
    dsn = (await database("shop", build)).dsn
    seen, there = await read_beside(dsn, "locked")
    assert seen == there == list(range(1, WRITERS * EACH + 1))
    async with Log.open(dsn, TYPES) as log:
        assert await count(log) == WRITERS * EACH


async def test_without_the_lock_on_the_head_the_same_reader_misses_some(database: Databases) -> None:
    made = await database("shop", build)
    async with Log.open(made.dsn, TYPES) as log:
        await log.pool.execute("CREATE SEQUENCE numbers")
    seen, there = await read_beside(made.dsn, "unlocked")
    assert len(there) == WRITERS * EACH
    assert set(seen) < set(there)


async def write(dsn: str, number: str, how: str) -> None:
    """One of the eight; `unlocked`: with the defect that the test wants to see caught."""
    if how == "unlocked":
        writing.LOCK_HEAD = UNLOCKED
    async with Log.open(dsn, TYPES) as log:
        print("ready", flush=True)  # noqa: T201  # the test reads it
        await asyncio.to_thread(sys.stdin.readline)
        for _ in range(EACH):
            await log.append(bake(f"o{number}"))


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
