"""From a log over a real RabbitMQ into a projection: relay, confirms, eight quorum queues, exactly-once counting.

Relay and consumer are two processes, as in two services. The relay is stopped (SIGSTOP) while events are appended; the
clock starts when it continues.
"""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from sqlalchemy import BigInteger, Column, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import create_async_engine

from bench.appending import BATCH
from bench.measuring import Aim, Plan, Result, Runs, cpu_s
from bench.press_log import BUS_KEY, METADATA, PARTITIONS, Counted, open_log
from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.consuming import ConsumerRunner
from parindex.bus.feed import FeedClient
from parindex.bus.message import Received
from parindex.bus.rabbit_consuming import RabbitSubscriber
from parindex.eventstore.appending import Append, Decided
from parindex.eventstore.log import Log
from parindex.eventstore.projection import PROJECTION
from parindex.instant import utc_now
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.servers.lifeline import Lifeline, Recipe
from parindex.servers.rabbitmq_node import PrivateBroker
from parindex.testing.bus_fixture import client_of

UNITS = 200
NEVER = 3_600.0
TABLES = MetaData(schema=PROJECTION)
COUNTS = Table("counts", TABLES, Column("unit", Text, primary_key=True), Column("count", BigInteger))
INSERT = insert(COUNTS)
ADD = INSERT.on_conflict_do_update(index_elements=["unit"], set_={"count": COUNTS.c.count + INSERT.excluded.count})


async def pipeline(server: EmbeddedPostgres, folder: Path, plan: Plan) -> Result:
    """Measure events per second from the relay's start until the last event is counted."""
    count, broker = plan.of(60_000), PrivateBroker(folder / "rabbitmq")
    values, used = [], 0.0
    try:
        await asyncio.to_thread(broker.start)
        async with _both_ends(server, folder, broker.url) as (source, runner, relay):
            for turn in range(plan.runs + 1):
                os.kill(relay.pid, signal.SIGSTOP)
                await _append(source, count)
                cpu, took = await _carried(source, runner, relay)
                if turn:  # the first one warms up
                    values.append(count / took)
                    used += cpu
            await _check(source, runner)
    finally:
        await asyncio.to_thread(broker.end)
    return Result("pipeline", "events/s", 30_000, Aim.AT_LEAST, Runs(values, used / count / plan.runs * 1e6))


@asynccontextmanager
async def _both_ends(
    server: EmbeddedPostgres, folder: Path, url: str
) -> AsyncIterator[tuple[Log, ConsumerRunner, Lifeline]]:
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        source, listener = await enter(open_log(server, "source")), await enter(open_log(server, "listener"))
        engine = create_async_engine(server.url("listener"), pool_size=10)
        stack.push_async_callback(engine.dispose)
        feeds = FeedClient({"source": await enter(client_of(source, "service@services"))})
        consumer = Consumer("listener.counting", 1, ("source",), _count, TABLES)
        subscriber = await enter(RabbitSubscriber([url], key=BUS_KEY))
        runner = ConsumerRunner(consumer, listener, engine, subscriber, feeds, now=utc_now, look_every=NEVER)
        await runner.prepare()
        task = asyncio.create_task(runner.run())
        stack.push_async_callback(_ended, task)
        command = [sys.executable, "-m", "bench.relaying", server.dsn("source"), url]
        relay = Lifeline(Recipe(command, folder / "relay.log", dict(os.environ), cwd=Path.cwd()))
        stack.push_async_callback(asyncio.to_thread, relay.cut)
        await asyncio.sleep(5)  # queues are declared, the empty feed was polled once, the relay is active
        yield source, runner, relay


async def _append(source: Log, count: int) -> None:
    for _ in range(count // BATCH):
        facts = [Counted(f"H09.{n % UNITS:03}", n) for n in range(BATCH)]
        await source.append(Append("units", METADATA, lambda _, facts=facts: Decided(facts), BATCH))


async def _carried(source: Log, runner: ConsumerRunner, relay: Lifeline) -> tuple[float, float]:
    """Return the CPU time of both processes, and the time that passed."""
    newest = "SELECT partition, max(position) AS last FROM events WHERE partition >= 0 GROUP BY 1"
    last = {row["partition"]: row["last"] for row in await source.pool.fetch(newest)}
    began, used = time.perf_counter(), time.process_time() + cpu_s(relay.pid)
    os.kill(relay.pid, signal.SIGCONT)
    await asyncio.gather(*(runner.reached("source", k, last[k]) for k in range(PARTITIONS) if k in last))
    took = time.perf_counter() - began
    return time.process_time() + cpu_s(relay.pid) - used, took


async def _count(context: HandlerContext, received: Sequence[Received]) -> None:
    counts = Counter(each.contract.unit for each in received)
    rows = [{"unit": unit, "count": count} for unit, count in sorted(counts.items())]
    await context.connection.execute(ADD, rows)


async def _check(source: Log, runner: ConsumerRunner) -> None:
    """Check that every event was counted once, and that none was read from the feed."""
    counted = await source.pool.fetchval("SELECT count(*) FROM events WHERE partition IS NOT NULL")
    status = await runner.status()
    if sum(each.applied for each in status) != counted or any(each.gaps_filled for each in status):
        raise RuntimeError(f"{counted} were counted: {status}")


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
