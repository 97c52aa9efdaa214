"""The pages and reads of a unit with 120 criteria and 300 files, beside a bare FastAPI and asyncpg read of its entries.

    python -m bench reads

Each figure is the 95th percentile of requests that one client sends one after the other over loopback, in milliseconds.
The peer reads and parses the same entries of the log and sends them as JSON: no rights, no rules, no page, no trace.
"""

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from bench.large_unit import PAGES, READS, ROUND, UNIT, LargeUnit, open_unit
from bench.measuring import Aim, Plan, Result, Runs
from parindex.eventstore.log import Log
from parindex.hosting.server import listening
from parindex.testing.postgres import Databases

CRITERIA, FILES = 120, 300
AT_MOST_MS = 300.0
SHARE = 0.95
STREAMS = [f"sheet-{ROUND}/{UNIT}", f"files-{ROUND}/{UNIT}"]
ENTRIES = "SELECT entry FROM events WHERE stream = ANY($1) ORDER BY position"


@dataclass(frozen=True, slots=True)
class MeasuredUnit:
    """The unit with the addresses of its service and of the peer, both on loopback."""

    unit: LargeUnit
    ours: str
    bare: str


@asynccontextmanager
async def measured_unit(databases: Databases, folder: Path) -> AsyncIterator[MeasuredUnit]:
    """Serve the unit beside the peer."""
    async with (
        open_unit(databases, folder, CRITERIA, FILES) as unit,
        listening(_bare(unit.served.log)) as bare,
        listening(unit.served.app) as ours,
    ):
        yield MeasuredUnit(unit, ours, bare)


async def reads_of_a_unit(of: MeasuredUnit, plan: Plan) -> AsyncIterator[Result]:
    """Measure each page and each read, in turn with the peer."""
    requests = 20 if plan.quick else 60
    for path in (*PAGES, *READS):
        headers = of.unit.program if path in READS else of.unit.browser
        mine, theirs = [], []
        for _ in range(plan.runs):
            theirs.append(await percentile_ms(of.bare, "/", {}, requests))
            mine.append(await percentile_ms(of.ours, path, headers, requests))
        note = "" if path != "/" else "the peer: the entries of the unit's sheet and files, parsed and sent as JSON"
        yield Result(f"p95 GET {path}", "ms", AT_MOST_MS, Aim.AT_MOST, Runs(mine), raw=Runs(theirs), note=note)


async def percentile_ms(url: str, path: str, headers: Mapping[str, str], requests: int) -> float:
    """Return the 95th percentile of some requests, in milliseconds."""
    times = []
    async with httpx.AsyncClient(base_url=url, headers=dict(headers), timeout=60) as http:
        (await http.get(path)).raise_for_status()
        for _ in range(requests):
            began = time.perf_counter()
            (await http.get(path)).raise_for_status()
            times.append(time.perf_counter() - began)
    return sorted(times)[int(SHARE * requests)] * 1_000


def _bare(log: Log) -> FastAPI:
    """Return an app whose one route reads the same entries."""
    app = FastAPI()

    @app.get("/")
    async def entries() -> list[Any]:
        return [json.loads(row["entry"]) for row in await log.pool.fetch(ENTRIES, STREAMS)]

    return app
