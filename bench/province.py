"""The pages and reads of a full province, an upholding of 1,000 items and a closing, each beside a bare read.

    python -m bench province

20 departments and 130 communes with 100 criteria each have submitted, were appraised once, and have explained. A figure
of a read is the 95th percentile of requests that one client sends one after the other over loopback. The peer is a bare
FastAPI and asyncpg read of the same rows: those of the read model for what is about all units, the entries of the log
for the rest. It parses them and sends them as JSON: no rights, no rules, no page, no trace.
"""

import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import FastAPI

from assessment.self_scoring.events import ClaimUpheld
from bench.full_province import AUTHORITY, ROUND, Size, agency_of
from bench.measuring import Aim, Plan, Result, Runs
from bench.reads_of_a_unit import AT_MOST_MS, ENTRIES, percentile_ms
from bench.served_province import AGENCY, API, COUNCIL, READS, UNIT, Rights, ServedProvince, headers_of, open_province
from parindex.eventstore.log import Log
from parindex.hosting.server import listening
from parindex.testing.postgres import Databases

UPHELD: Final = 1_000
UPHELD_AT_MOST_S, CLOSED_AT_MOST_S = 5.0, 10.0
UPHOLDING: Final = f"/rounds/{ROUND}/appraisal/upholding"
SAID: Final = """
SELECT entry FROM events WHERE position IN (
    SELECT unnest(ARRAY[claimed, explained, appraisal_1, appraisal_2]) FROM live.criterion_progress
    WHERE round = $1 AND criterion = $2
)
"""
ROWS: Final = "SELECT to_jsonb(one) FROM live.criterion_progress one WHERE round = $1"
PEERS: Final = {
    "/rows": "the criteria of all units",
    "/sheet": "the entries of one sheet",
    "/criterion": "the entries about one criterion of all units",
    "/item": "the criteria of all units and the entries of one sheet",
}
"""What the routes of the peer read."""
HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@dataclass(frozen=True, slots=True)
class MeasuredProvince:
    """The province with the addresses of its service and of the peer, both on loopback."""

    province: ServedProvince
    ours: str
    bare: str

    async def timed(self, rights: Rights, path: str, **sent: Any) -> tuple[float, httpx.Response]:
        """Send a write of a person; return the seconds that it took, and its answer."""
        async with httpx.AsyncClient(base_url=self.ours, headers=dict(headers_of(rights, path)), timeout=60) as http:
            began = time.perf_counter()
            answer = await http.post(path, **sent)
            return time.perf_counter() - began, answer


async def full_province(databases: Databases, folder: Path, plan: Plan) -> AsyncIterator[Result]:
    """Measure a round from the submission of all units to its closing."""
    async with (
        open_province(databases, folder, Size()) as province,
        listening(_bare(province.served.log)) as bare,
        listening(province.served.app) as ours,
    ):
        of, units = MeasuredProvince(province, ours, bare), [*province.size.codes]
        await province.submit(units)
        yield await _upholding(of)
        await province.find(units)
        await province.explain(units)
        async for result in _reads(of, plan):
            yield result
        await province.complete(units)
        yield await _closing(of)


async def _upholding(of: MeasuredProvince) -> Result:
    """Measure how long an agency waits that upholds the 1,000 items of its field that it has not appraised yet."""
    field = [code for code in of.province.size.criteria_codes if code.partition(".")[0] == "1"]
    others = [unit for unit in of.province.size.codes if unit != agency_of(1)]
    await of.province.find(others[: len(others) - UPHELD // len(field)], field, AGENCY)
    page = await of.province.read(AGENCY, UPHOLDING)
    head = await of.province.served.log.head()
    seconds, answer = await of.timed(AGENCY, UPHOLDING, data=dict(HIDDEN.findall(page.text)))
    written = await of.province.served.log.read_after(head)
    if answer.status_code != 303 or sum(isinstance(each.fact, ClaimUpheld) for each in written) != UPHELD:
        raise AssertionError(f"{answer.status_code}: {len(written)} events instead of {UPHELD}")
    await of.province.catch_up()
    peer = Runs([await percentile_ms(of.bare, "/rows", {}, requests=5) / 1_000])
    note = f"over {UPHELD // len(field)} units, one append for each; raw: a read of the criteria of all units"
    return Result("uphold 1,000 items", "s", UPHELD_AT_MOST_S, Aim.AT_MOST, Runs([seconds]), raw=peer, note=note)


async def _reads(of: MeasuredProvince, plan: Plan) -> AsyncIterator[Result]:
    """Measure each page and each read, in turn with the peer."""
    requests, runs = (10, 1) if plan.quick else (40, 3)
    for rights, path in READS:
        peer = _peer_of(path, rights)
        mine, theirs = [], []
        for _ in range(runs):
            theirs.append(await percentile_ms(of.bare, peer, {}, requests))
            mine.append(await percentile_ms(of.ours, path, headers_of(rights, path), requests))
        name, note = f"p95 GET {path} as {rights[0]}", f"raw: {PEERS[peer]}"
        yield Result(name, "ms", AT_MOST_MS, Aim.AT_MOST, Runs(mine), raw=Runs(theirs), note=note)


def _peer_of(path: str, rights: Rights) -> str:
    """Return the address of the peer that reads the same rows as a page."""
    if path.endswith("/units"):
        return "/criterion"
    if "/criteria/" in path:
        return "/item"
    return "/sheet" if "/units/" in path or rights == UNIT else "/rows"


async def _closing(of: MeasuredProvince) -> Result:
    """Measure a closing, which reads the sheet of each unit from the log."""
    peer = Runs([await percentile_ms(of.bare, "/sheets", {}, requests=1) / 1_000])
    seconds, answer = await of.timed(COUNCIL, f"{API}/closing")
    answer.raise_for_status()
    note = "raw: a read of the entries of all sheets, parsed and sent as JSON"
    return Result("close the round", "s", CLOSED_AT_MOST_S, Aim.AT_MOST, Runs([seconds]), raw=peer, note=note)


def _bare(log: Log) -> FastAPI:
    """Return an app whose routes read the same rows."""
    app = FastAPI()
    sheets = [f"sheet-{ROUND}/{unit}" for unit in Size().codes]

    async def entries(streams: list[str]) -> list[Any]:
        return [json.loads(row["entry"]) for row in await log.pool.fetch(ENTRIES, streams)]

    @app.get("/rows")
    async def rows() -> list[Any]:
        return [json.loads(row[0]) for row in await log.pool.fetch(ROWS, ROUND)]

    @app.get("/sheet")
    async def sheet() -> list[Any]:
        return await entries([f"sheet-{ROUND}/{AUTHORITY}.X001"])

    @app.get("/criterion")
    async def criterion() -> list[Any]:
        return [json.loads(row["entry"]) for row in await log.pool.fetch(SAID, ROUND, "1.1")]

    @app.get("/item")
    async def item() -> list[Any]:
        return [await rows(), await sheet()]

    @app.get("/sheets")
    async def every_sheet() -> list[Any]:
        return await entries(sheets)

    return app
