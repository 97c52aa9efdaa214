"""The import of a unit's sheet from Excel: 120 criteria with 300 files, each criterion changed.

    python -m bench import

One import is an upload of the workbook, the difference that it answers with, and the application, as one client sends
them over loopback; the writing of the workbook is not in it. The peer is that of the reads of a unit: a bare FastAPI
and asyncpg read of the entries of the same sheet.
"""

import asyncio
import time
from dataclasses import replace

import httpx

from assessment.filling_in.queries import filling_of
from assessment.filling_in.writing import write_workbook
from assessment.opening.queries import unit_in_round
from assessment.self_scoring.queries import SheetRow
from bench.large_unit import API, ROUND, UNIT, LargeUnit
from bench.measuring import Aim, Plan, Result, Runs
from bench.reads_of_a_unit import CRITERIA, MeasuredUnit, percentile_ms

WORKBOOK = f"{API}/self-score/workbook"
AT_MOST_S = 2.0


async def imports_of_a_sheet(of: MeasuredUnit, plan: Plan) -> Result:
    """Measure imports that change every criterion, in turn with the peer."""
    whole, applied, theirs = [], [], []
    async with httpx.AsyncClient(base_url=of.ours, headers=dict(of.unit.program), timeout=60) as http:
        for turn in range(plan.runs + 1):  # the first one only warms up
            workbook = await _changed(of.unit, turn)
            theirs.append(await percentile_ms(of.bare, "/", {}, requests=10) / 1_000)
            compared_s, applied_s = await _imported(http, workbook)
            whole.append(compared_s + applied_s)
            applied.append(applied_s)
    applied_s = Runs(applied[1:]).median
    extra = {"applied_s": applied_s, "first_s": whole[0]}
    note = f"raw: reads of the entries; {applied_s:.2f} s of it is the application"
    return Result(
        "import of a sheet", "s", AT_MOST_S, Aim.AT_MOST, Runs(whole[1:], 0.0, extra), raw=Runs(theirs[1:]), note=note
    )


async def _changed(unit: LargeUnit, turn: int) -> bytes:
    """Return the workbook of the sheet with another explanation of every criterion."""

    def changed(row: SheetRow) -> SheetRow:
        return replace(row, claim=replace(row.claim, explanation=f"Lần {turn}.")) if row.claim else row

    log = unit.served.log
    filling = await filling_of(log, await unit_in_round(log, ROUND, UNIT))
    areas = [(area, [changed(row) for row in rows]) for area, rows in filling.areas]
    return await asyncio.to_thread(write_workbook, replace(filling, areas=areas))


async def _imported(http: httpx.AsyncClient, workbook: bytes) -> tuple[float, float]:
    """Import a workbook; return the seconds of the upload with its difference, and of the application."""
    began = time.perf_counter()
    compared = (await http.post(WORKBOOK, content=workbook)).raise_for_status()
    seen = time.perf_counter()
    found = compared.json()
    if len(found["changes"]) != CRITERIA or found["errors"]:
        raise AssertionError(f"{len(found['changes'])} changes, errors: {found['errors'][:3]}")
    headers = {"If-Match": compared.headers["etag"]}
    (await http.post(f"{WORKBOOK}/{found['sha256']}/application", json={}, headers=headers)).raise_for_status()
    return seen - began, time.perf_counter() - seen
