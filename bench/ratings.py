"""Ratings over HTTP, durable before the answer: survey's own process, started as an operator starts it."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from bench.kiosks import Kiosk, press_in_turn
from bench.measuring import Aim, Plan, Result, Runs, cpu_s, per_second, percentile
from parindex.auth.issuer import LocalIssuer, new_key
from parindex.hosting.databases import make_databases
from parindex.hosting.server import LOOPBACK
from parindex.hosting.settings import PREFIX
from parindex.instant import utc_now
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.servers.lifeline import Lifeline, Recipe
from parindex.servers.rabbitmq_folder import free_ports
from parindex_cli.local.process_specs import ProcessSpec

CLIENTS = 64
BATCH = 100


async def ratings(server: EmbeddedPostgres, folder: Path, plan: Plan) -> Sequence[Result]:
    """Measure single presses from 64 clients, and batches of 100 from 32."""
    async with survey_process(server, folder) as (office, pid):
        kiosks = [await Kiosk.enrolled(office, f"k{n}", f"H09.{n:02}") for n in range(CLIENTS)]
        singly = await _measured(kiosks, plan.of(12_800) // CLIENTS, 1, plan, pid)
        batched = await _measured(kiosks[: CLIENTS // 2], plan.of(96_000) // (CLIENTS // 2) // BATCH, BATCH, plan, pid)
        for kiosk in kiosks:
            kiosk.close()
    return [
        Result("ratings_batch", "ratings/s", 20_000, Aim.AT_LEAST, batched),
        Result("ratings_single", "ratings/s", 2_000, Aim.AT_LEAST, singly),
    ]


async def _measured(kiosks: Sequence[Kiosk], turns: int, batch: int, plan: Plan, pid: int) -> Runs:
    """Return the runs. The CPU time is the server's, without the warm-up."""
    await press_in_turn(kiosks, max(turns // 4, 1), batch)
    for kiosk in kiosks:
        kiosk.waits.clear()
    used = cpu_s(pid)
    runs = await per_second(lambda: press_in_turn(kiosks, turns, batch), plan.runs, warm_up=0)
    cpu_us = (cpu_s(pid) - used) / (plan.runs * len(kiosks) * turns * batch) * 1e6
    waits = [wait for kiosk in kiosks for wait in kiosk.waits]
    extra = {"p50_ms": percentile(waits, 0.5) * 1e3, "p99_ms": percentile(waits, 0.99) * 1e3}
    return Runs(runs.values, cpu_us, {**extra, "client_cpu_us": runs.cpu_us})


@asynccontextmanager
async def survey_process(server: EmbeddedPostgres, folder: Path) -> AsyncIterator[tuple[httpx.AsyncClient, int]]:
    """Start survey's HTTP process; yield the office's client and the process's id."""
    issuer, [port] = LocalIssuer(new_key(), "http://issuer"), free_ports(1)
    keys = folder / "keys.json"
    keys.write_text(json.dumps(issuer.jwks()))
    urls = (await make_databases(server, ["survey"]))["survey"]
    env = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | {
        f"{PREFIX}DATABASE_URL": urls.database_url,
        f"{PREFIX}JWKS_FILE": str(keys),
        f"{PREFIX}ISSUER": "http://issuer",
        f"{PREFIX}LOG_LEVEL": "warning",
    }
    spec = ProcessSpec("survey", serves=True, port=port, log=folder / "survey.log", env=env)
    process = Lifeline(Recipe(spec.command, spec.log, spec.env))
    headers = {"Authorization": f"Bearer {issuer.mint('bench', ['office@H09'], timedelta(hours=1), utc_now())}"}
    try:
        async with httpx.AsyncClient(
            base_url=f"http://{LOOPBACK}:{port}", headers=headers, trust_env=False, timeout=60
        ) as http:
            await _ready(http)
            yield http, process.pid
    finally:
        await asyncio.to_thread(process.cut)


async def _ready(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await http.get("/health/ready")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
