"""Scoring built anew from tallies in survey's contract feed, every one applied, every index computed exactly.

Everything runs in one process (the embedded mode), so the feed is served and consumed on the same core. A part of the
million is measured and the rest is reckoned from it (`events` says how many): at today's speed all would take too long.
"""

import asyncio
import resource
import time
from pathlib import Path

import asyncpg

from bench.freshness import office_headers
from bench.measuring import Aim, Plan, Result, Runs
from bench.round import open_round, units
from parindex.eventstore.registry import partition_of
from parindex.running.embedded import INSIDE, System, embedded

UNITS = 200
PARTITIONS = 8
KIB = 1024
RECKONED = "reckoned from `events` tallies, not a run over a million"
FILL = """
WITH made AS (
    SELECT head.position + n AS position, $1::text[] AS units, $2::int[] AS partitions, n,
           1 + n % cardinality($1::text[]) AS u, 1 + n / cardinality($1::text[]) AS version
    FROM log_head AS head, generate_series(1, $3::bigint) AS n
)
INSERT INTO events (position, stream, version, type, partition, recorded_at, entry)
SELECT position, 'made-' || units[u], version, 'TallyUpdated', partitions[u], clock_timestamp(), convert_to(
    '{"actor":"bench","authority":"H09","correlation":"bench","data":{"counts":[{"count":' || n || ',"option":"5"}],'
    || '"covers":' || position || ',"group":"","origin":"kiosk","out_of":"","question":"hai-long","round":"bench",'
    || '"score":"","unit":"' || units[u] || '"},"nonce":"AAAAAAAAAAAAAAAAAAAAAA",'
    || '"occurred_at":"2026-07-01T12:00:00.000000Z","origin":"survey","stream":"made-' || units[u]
    || '","type":"TallyUpdated","v":1,"version":' || version || '}', 'UTF8')
FROM made
"""


async def rebuild(folder: Path, plan: Plan) -> Result:
    """Seconds from the first contract to the last index; and how much memory that took."""
    count = 5_000 if plan.quick else 50_000
    async with embedded(folder) as system:
        async with system.client("bench", "office@H09") as http:
            http.base_url = f"{INSIDE}/assessment"
            http.headers.update(office_headers(system.issuer))
            await open_round(http, UNITS)
        dsn = system.resources["survey"].settings.owner_url.replace("+asyncpg", "")
        before = _peak_mib()
        filled = await _fill(dsn, count)
        began = time.perf_counter()
        await _consumed(system, filled)
        took = time.perf_counter() - began
    extra = {"events": count, "memory_growth_mib": _peak_mib() - before}
    return Result(
        "rebuild_million_s", "s", 15, Aim.AT_MOST, Runs([took * 1_000_000 / count], extra=extra), note=RECKONED
    )


async def _fill(dsn: str, count: int) -> dict[int, int]:
    """Write the log's rows in one go, told once they are there; return the last position of each partition."""
    codes = units(UNITS)
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM log_head FOR UPDATE")
            await connection.execute(FILL, codes, [partition_of(code, PARTITIONS) for code in codes], count)
            await connection.execute("UPDATE log_head SET position = position + $1", count)
        last = await connection.fetch(
            "SELECT partition, max(position) AS p FROM events WHERE partition >= 0 GROUP BY 1"
        )
        return {row["partition"]: row["p"] for row in last}
    finally:
        await connection.close()


async def _consumed(system: System, last: dict[int, int]) -> None:
    runner = system.benches["scoring"].runners["scoring.computing"]
    await asyncio.gather(*(runner.reached("survey", partition, position) for partition, position in last.items()))


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB
