"""Rebuilds scoring from a million tallies in survey's contract feed, until every index is in scoring's read model.

Scoring's bus process and survey's relay are stopped while the tallies are written, so that the broker has none of them.
The benchmark measures a bus process that starts without state and reads the whole feed over HTTP, as after a disaster.
Publication reads the same feed, and has read all of it before the clock starts, as it would have then.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import asyncpg

from bench.freshness import office, tallying_known
from bench.measuring import Aim, Plan, Result, Runs, peak_mib
from bench.round import open_round, units
from parindex.eventstore.registry import partition_of
from parindex_cli.local.processes import eight_processes

UNITS = 200
PARTITIONS = 8
LOOK_S = 0.05
TIMEOUT_S = 1_800
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
POSITIONS = "SELECT partition, position FROM reader_positions WHERE reader LIKE $1 AND source = 'survey'"
SHOWN = """
SELECT bool_and(position = (SELECT position FROM log_head)) FROM reader_positions
WHERE reader LIKE 'projection:unit_indices:%'
"""
COMPUTED = "SELECT count(*) FROM live.unit_indices WHERE round = 'bench' AND survey <> '0'"

Condition = Callable[[asyncpg.Connection], Awaitable[bool]]


async def rebuild(folder: Path, plan: Plan) -> Result:
    """Measure the seconds from the start of scoring's bus process to the last index, and its peak memory."""
    count = plan.of(1_000_000)
    async with eight_processes(folder) as system:
        async with office(system, "assessment") as assessment, office(system, "survey") as survey:
            await open_round(assessment, UNITS)
            await tallying_known(survey)
        scoring, translation = system.every["scoring bus"], system.every["survey bus"]
        await asyncio.gather(*(asyncio.to_thread(process.lifeline.cut) for process in (scoring, translation)))
        last = await _fill(system.postgres.dsn("survey"), count)
        await _when(system.postgres.dsn("publication"), _read_by("publication.freezing:%", last))
        began = time.perf_counter()
        await asyncio.to_thread(scoring.start)
        await _when(system.postgres.dsn("scoring"), _read_by("scoring.computing:%", last), _shown)
        took = time.perf_counter() - began
        memory = {
            "scoring_bus_peak_mib": peak_mib(scoring.lifeline.pid),
            "survey_http_peak_mib": peak_mib(system.every["survey http"].lifeline.pid),
        }
    note = "" if count == 1_000_000 else f"reckoned from {count:,} tallies: the start weighs too much"
    runs = Runs([took * 1_000_000 / count], extra={"events": count, **memory})
    return Result("rebuild_million_s", "s", 15, Aim.AT_MOST, runs, note=note)


async def _fill(dsn: str, count: int) -> Mapping[int, int]:
    """Write the log's rows in one go; return the last position of each partition."""
    codes = units(UNITS)
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM log_head FOR UPDATE")
            await connection.execute(FILL, codes, [partition_of(code, PARTITIONS) for code in codes], count)
            await connection.execute("UPDATE log_head SET position = position + $1, hash = repeat('f', 64)", count)
        await connection.execute("VACUUM ANALYZE events")  # as the server does by itself, a little later
        last = await connection.fetch(
            "SELECT partition, max(position) AS p FROM events WHERE partition >= 0 GROUP BY 1"
        )
        return {row["partition"]: row["p"] for row in last}
    finally:
        await connection.close()


async def _when(dsn: str, *conditions: Condition) -> None:
    """Wait until all conditions hold in a database, polled every LOOK_S."""
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            for condition in conditions:
                while not await condition(connection):
                    await asyncio.sleep(LOOK_S)
    finally:
        await connection.close()


def _read_by(reader: str, last: Mapping[int, int]) -> Condition:
    async def read(connection: asyncpg.Connection) -> bool:
        reached = {row["partition"]: row["position"] for row in await connection.fetch(POSITIONS, reader)}
        return all(reached.get(partition, 0) >= position for partition, position in last.items())

    return read


async def _shown(connection: asyncpg.Connection) -> bool:
    """Return whether all computed indices are in the read model."""
    return bool(await connection.fetchval(SHOWN) and await connection.fetchval(COMPUTED) == UNITS)
