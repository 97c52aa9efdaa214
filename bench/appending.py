"""Appending: one event per call from 256 callers, and 500 per call; on this disk, and on one that flushes in 2 ms."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from bench import peers
from bench.measuring import Aim, Plan, Result, Runs, per_second, percentile
from bench.press_log import new_database, open_log, press, pressed
from parindex.eventstore.log import Log
from parindex.servers.embedded_postgres import EmbeddedPostgres

CALLERS = 256
BATCH = 500
SLOW_DISK_US = 2_000


async def append_single(server: EmbeddedPostgres, plan: Plan, flush_us: int = 0) -> Result:
    """Append one event per call from 256 concurrent callers."""
    count, slow = plan.of(25_600), flush_us > 0
    waits: list[float] = []
    async with open_log(server, "ours", flush_us) as log:
        ours = await per_second(lambda: _singly(log, count, waits), plan.runs)
    extra = {"p50_ms": percentile(waits, 0.5) * 1e3, "p99_ms": percentile(waits, 0.99) * 1e3}
    peer = await _peer_singly(server, plan, flush_us)
    raw = await _raw(server, plan, flush_us, CALLERS, 1, plan.of(12_800))
    ours = Runs(ours.values, ours.cpu_us, extra)
    return Result("append_single" + "_2ms" * slow, "events/s", 10, Aim.TIMES_PEER, ours, peer, raw)


async def append_batch(server: EmbeddedPostgres, plan: Plan, flush_us: int = 0) -> Result:
    """Append 500 events per call, one call after the other."""
    count, slow = plan.of(50_000), flush_us > 0
    async with open_log(server, "ours", flush_us) as log:
        ours = await per_second(lambda: _in_batches(log, count), plan.runs)
    dsn = await new_database(server, "peer", flush_us)
    with peers.eventsourcing_at(dsn) as peer:
        theirs = await per_second(lambda: _counted(count, peer.append, count, BATCH), plan.runs)
    raw = await _raw(server, plan, flush_us, 1, BATCH, count)
    return Result("append_batch" + "_2ms" * slow, "events/s", 3, Aim.TIMES_PEER, ours, theirs, raw)


async def _singly(log: Log, count: int, waits: list[float]) -> int:
    async def call(caller: int) -> None:
        for turn in range(count // CALLERS):
            began = time.perf_counter()
            await log.append(press(f"kiosk-{caller}", [pressed(turn)]))
            waits.append(time.perf_counter() - began)

    await asyncio.gather(*(call(caller) for caller in range(CALLERS)))
    return count // CALLERS * CALLERS


async def _in_batches(log: Log, count: int) -> int:
    for turn in range(count // BATCH):
        await log.append(press(f"kiosk-{turn % 20}", [pressed(seq) for seq in range(BATCH)]))
    return count // BATCH * BATCH


async def _peer_singly(server: EmbeddedPostgres, plan: Plan, flush_us: int) -> Runs:
    """Return the better figure of one thread and of 256, in favour of the peer."""
    count = plan.of(2_560)
    with peers.eventsourcing_at(await new_database(server, "peer", flush_us)) as peer:
        alone = await per_second(lambda: _counted(count, peer.append, count, 1), plan.runs)
        crowd = await per_second(
            lambda: _counted(count // CALLERS * CALLERS, peer.append_at_once, count, CALLERS), plan.runs
        )
    return max(alone, crowd, key=lambda runs: runs.median)


async def _counted(count: int, work: object, *arguments: int) -> int:
    await asyncio.to_thread(work, *arguments)  # type: ignore[arg-type]
    return count


async def _raw(server: EmbeddedPostgres, plan: Plan, flush_us: int, callers: int, batch: int, count: int) -> Runs:
    async with _raw_pool(server, flush_us) as pool:
        streams = (f"s{number}" for number in itertools.count())
        return await per_second(lambda: _raw_once(pool, streams, callers, batch, count), plan.runs)


async def _raw_once(pool: asyncpg.Pool, streams: Iterator[str], callers: int, batch: int, count: int) -> int:
    turns = count // callers // batch

    async def call(stream: str) -> None:
        for turn in range(turns):
            await peers.raw_append(pool, stream, turn * batch, range(batch))

    await asyncio.gather(*(call(next(streams)) for _ in range(callers)))
    return turns * callers * batch


@asynccontextmanager
async def _raw_pool(server: EmbeddedPostgres, flush_us: int) -> AsyncIterator[asyncpg.Pool]:
    dsn = await new_database(server, "raw", flush_us)
    async with asyncpg.create_pool(dsn, min_size=1, max_size=peers.POOL) as pool:
        with suppress(asyncpg.DuplicateTableError):
            await pool.execute(peers.TABLE)
        yield pool
