"""Replaying: the whole log in order, with every entry decoded to its event."""

import asyncpg

from bench import peers
from bench.appending import BATCH
from bench.measuring import Aim, Plan, Result, Runs, per_second
from bench.press_log import new_database, open_log, press, pressed
from parindex.eventstore.log import Log
from parindex.servers.embedded_postgres import EmbeddedPostgres

READ = "SELECT position, entry FROM presses WHERE position > $1 ORDER BY position LIMIT 2000"


async def replay(server: EmbeddedPostgres, plan: Plan) -> Result:
    """Measure reading a log of presses from beginning to end."""
    count = plan.of(100_000)
    async with open_log(server, "ours") as log:
        await fill(log, count)
        ours = await per_second(lambda: read_all(log), plan.runs)
    with peers.eventsourcing_at(await new_database(server, "peer")) as peer:
        peer.append(count, BATCH)
        theirs = await per_second(lambda: _read_peer(peer), plan.runs)
    raw = await _raw(await new_database(server, "raw"), plan, count)
    return Result("replay", "events/s", 2, Aim.TIMES_PEER, ours, theirs, raw)


async def fill(log: Log, count: int, streams: int = 50) -> None:
    """Append `count` presses, spread over several streams."""
    for turn in range(count // BATCH):
        await log.append(press(f"kiosk-{turn % streams}", [pressed(seq) for seq in range(BATCH)]))


async def read_all(log: Log) -> int:
    """Read all events, decoded; return their number."""
    position, count = 0, 0
    while page := await log.read_after(position):
        position, count = page[-1].position, count + len(page)
    return count


async def _read_peer(peer: peers.EventSourcing) -> int:
    return peer.replay()


async def _raw(dsn: str, plan: Plan, count: int) -> Runs:
    async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:
        await pool.execute(peers.TABLE)
        await peers.raw_append(pool, "s", 0, range(count))
        return await per_second(lambda: _read_raw(pool), plan.runs)


async def _read_raw(pool: asyncpg.Pool) -> int:
    position, count = 0, 0
    while rows := await pool.fetch(READ, position):
        position, count = rows[-1]["position"], count + len(rows)
    return count
