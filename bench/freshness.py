"""The delay from a rating accepted by survey to the index that it changed, through eight processes and RabbitMQ.

A rating is visible when the unit's newest index, in the table that scoring's API reads, is based on a tally that covers
the rating's position in the log. The benchmark polls both tables from outside, and the system has no code for it.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import msgspec

from bench.kiosks import Kiosk
from bench.measuring import Aim, Plan, Result, Runs, percentile
from bench.round import open_round, units
from parindex.auth.issuer import LocalIssuer
from parindex.instant import utc_now
from parindex_cli.local.processes import Processes, eight_processes

RATE = 2_000
BATCH = 20
KIOSKS = 20
LOOK_S = 0.02
TIMEOUT_S = 60.0
INDICES = "SELECT unit, score_lines FROM live.unit_indices"
TALLIES = "SELECT position, convert_from(entry, 'UTF8')::json->'data'->>'covers' AS covers FROM events WHERE type = $1"


@dataclass(slots=True)
class Seen:
    """The times at which each tally (by its position in survey's log) was first seen in a unit's index."""

    at: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    def note(self, unit: str, tally: int) -> None:
        known = self.at.setdefault(unit, [])
        if not known or known[-1][1] < tally:
            known.append((time.perf_counter(), tally))


Accepted = list[tuple[str, int, float]]


async def freshness(folder: Path, plan: Plan) -> Result:
    """Measure the 99th percentile of the delay, at 2,000 ratings a second."""
    async with eight_processes(folder) as system:
        async with office(system, "assessment") as assessment, office(system, "survey") as survey:
            await open_round(assessment, KIOSKS)
            await tallying_known(survey)
            kiosks = [await Kiosk.enrolled(survey, f"k{n}", unit) for n, unit in enumerate(units(KIOSKS))]
        seen, accepted = Seen(), list[tuple[str, int, float]]()
        watching = asyncio.create_task(_watch(system.postgres.dsn("scoring"), seen))
        rate = await _press(kiosks, 5 if plan.quick else 20, accepted)
        waits = await _waits(system.postgres.dsn("survey"), seen, accepted)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    extra = {"p50_s": percentile(waits, 0.5), "ratings_per_s": rate}
    return Result("freshness_p99_s", "s", 1, Aim.AT_MOST, Runs([percentile(waits, 0.99)], extra=extra))


async def _press(kiosks: Sequence[Kiosk], seconds: int, accepted: Accepted) -> float:
    """Press at an even rate; return the reached rate, without the first seconds (warm-up)."""
    began, turns = time.perf_counter(), (seconds + 3) * RATE // BATCH // KIOSKS
    pause = KIOSKS * BATCH / RATE

    async def one(number: int, kiosk: Kiosk) -> None:
        for turn in range(turns):
            due = began + (turn + number / KIOSKS) * pause
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            position = await kiosk.press(BATCH)
            if due - began > 3:
                accepted.append((kiosk.unit, position, time.perf_counter()))

    await asyncio.gather(*(one(number, kiosk) for number, kiosk in enumerate(kiosks)))
    times = [at for _, _, at in accepted]
    return len(accepted) * BATCH / (max(times) - min(times))


async def _watch(dsn: str, seen: Seen) -> None:
    connection = await asyncpg.connect(dsn)
    while True:
        for row in await connection.fetch(INDICES):
            causes = [cause for line in msgspec.json.decode(row["score_lines"]) for cause in line.get("causes", ())]
            tallies = [int(cause.partition("/")[2]) for cause in causes if cause.startswith("survey/")]
            if tallies:
                seen.note(row["unit"], max(tallies))
        await asyncio.sleep(LOOK_S)


async def _waits(dsn: str, seen: Seen, accepted: Accepted) -> list[float]:
    """Wait until all batches were seen; return the delay of each."""
    connection = await asyncpg.connect(dsn)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                covers = {
                    row["position"]: int(row["covers"]) for row in await connection.fetch(TALLIES, "TallyUpdated")
                }
                found = [_wait(seen.at.get(unit, []), covers, position, at) for unit, position, at in accepted]
                if None not in found:
                    return [wait for wait in found if wait is not None]
                await asyncio.sleep(0.5)
    finally:
        await connection.close()


def _wait(known: list[tuple[float, int]], covers: dict[int, int], position: int, accepted: float) -> float | None:
    visible = (at for at, tally in known if covers.get(tally, 0) >= position)
    return next((at - accepted for at in visible), None)


async def tallying_known(survey: httpx.AsyncClient) -> None:
    """Wait until survey knows the round."""
    async with asyncio.timeout(TIMEOUT_S):
        while not (await survey.get("/v1/rounds/bench/tallying")).is_success:
            await asyncio.sleep(0.1)


def office(system: Processes, service: str) -> httpx.AsyncClient:
    """Return a client of one service, signed in as the office."""
    return httpx.AsyncClient(
        base_url=system.urls[service], headers=office_headers(system.issuer), trust_env=False, timeout=60
    )


def office_headers(issuer: LocalIssuer) -> dict[str, str]:
    token = issuer.mint("bench", ["office@H09"], timedelta(hours=1), utc_now())
    return {"Authorization": f"Bearer {token}"}
