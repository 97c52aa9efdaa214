"""The growth of costs with the log: the same small operations on logs of ten thousand to a million events.

    python -m bench growth

Costs are CPU time per event of this process and of its PostgreSQL connections, so that other work on the machine
does not show.
"""

import time
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
from rich.console import Console
from rich.table import Table

from bench.measuring import Plan, cpu_s
from bench.press_log import open_log, press, pressed
from parindex.bus.outbox import read_outbox
from parindex.eventstore.log import Log
from parindex.servers.embedded_postgres import EmbeddedPostgres

SIZES = (10_000, 100_000, 1_000_000)
LONG = 500
GROW = """
WITH made AS (SELECT n AS position, 1 + (n - 1) % 500 AS version, 'grown-' || (n - 1) / 500 AS stream
              FROM generate_series((SELECT position + 1 FROM log_head), $1::bigint) AS n)
INSERT INTO events (position, stream, version, type, recorded_at, entry)
SELECT position, stream, version, 'Pressed', clock_timestamp(), convert_to(replace(replace(replace(
    $2, '"version":0', '"version":' || version), 'grown', stream), 'NONCE', md5(position::text)), 'UTF8') FROM made
"""
ENTRY = (
    '{"actor":"kiosk-k1","authority":"H09","correlation":"0123456789abcdef0123456789abcdef","data":{"accuracy_s":0,'
    '"group":"","kiosk":"k1","option":"5","pressed_at":"2026-07-01T12:00:00.000000Z","question":"hai-long","seq":1,'
    '"unit":"H09.05"},"nonce":"NONCE","occurred_at":"2026-07-01T12:00:00.000000Z","origin":"ours","stream":"grown",'
    '"type":"Pressed","v":1,"version":0}'
)


async def growth(server: EmbeddedPostgres, plan: Plan, console: Console) -> None:
    """Print one row for each size of the log."""
    table = Table(
        "events", "append 1", "append 500", "replay the newest 10,000", "fold 500", "relay looks, nothing new"
    )
    async with open_log(server, "ours") as log:
        for size in SIZES[:2] if plan.quick else SIZES:
            await _grow(log, size)
            table.add_row(f"{size:,}", *[f"{cost:,.1f}" for cost in await _costs(server, log)])
    console.print(table, "CPU microseconds for each event (the last: for each look)", sep="\n")


async def _grow(log: Log, size: int) -> None:
    async with log.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM log_head FOR UPDATE")
        await connection.execute(GROW, size, ENTRY, timeout=600)
        await connection.execute("UPDATE log_head SET position = $1, hash = repeat('f', 64)", size)
    await log.pool.execute("VACUUM ANALYZE events")
    await log.pool.execute("CHECKPOINT")


async def _costs(server: EmbeddedPostgres, log: Log) -> Sequence[float]:
    head = await log.head()
    cursors = dict.fromkeys(range(log.partitions), head)

    async def one() -> int:
        await log.append(press("kiosk-1", [pressed(1)]))
        return 1

    async def many() -> int:
        await log.append(press("kiosk-2", [pressed(seq) for seq in range(LONG)]))
        return LONG

    async def newest() -> int:
        return sum([len(await log.read_after(after)) for after in range(head - 10_000, head, 2_000)])

    async def fold() -> int:
        return len(await log.read_stream(f"grown-{head // LONG // 2}"))

    async def look() -> int:
        async with log.pool.acquire() as connection:
            await read_outbox(connection, log, 1, cursors)
        return 1

    works: list[tuple[Callable[[], Awaitable[int]], int]] = [
        (newest, 4),
        (fold, 40),
        (look, 100),
        (one, 200),
        (many, 10),
    ]
    replay, load, publish, single, batch = [await _cost(server, work, times) for work, times in works]
    return single, batch, replay, load, publish


async def _cost(server: EmbeddedPostgres, work: Callable[[], Awaitable[int]], times: int) -> float:
    """Return CPU microseconds per event, of this process and the database."""
    await work()
    used, events = time.process_time() + await _database_cpu_s(server), 0
    for _ in range(times):
        events += await work()
    return (time.process_time() + await _database_cpu_s(server) - used) / events * 1e6


async def _database_cpu_s(server: EmbeddedPostgres) -> float:
    connection = await asyncpg.connect(server.dsn("postgres"))
    rows = await connection.fetch("SELECT pid FROM pg_stat_activity WHERE datname = 'ours'")
    await connection.close()
    return sum(cpu_s(row["pid"]) for row in rows)
