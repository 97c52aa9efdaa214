"""The rate of an upload, as a ratio of writing and hashing the same bytes alone.

    python -m bench uploads

Both end on the disk (fsync). The client is a process of its own, and sends over loopback; nothing but the route is
between it and the store: no database, no inspection. The best of a few turns, taken in turn.
"""

import asyncio
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import cast

from fastapi import FastAPI, Request
from starlette.types import ASGIApp

from bench.measuring import Aim, Plan, Result, Runs
from parindex.auth.fastapi import public
from parindex.files.folder import BLOCK, FolderStore
from parindex.hosting.server import listening
from parindex.http.limits import FileLimit, limit_body
from parindex.http.problem_handlers import install
from parindex.http.route_table import STREAMED
from parindex.http.way_in import check_requests, takes_files

SIZE = 256 * BLOCK
AT_LEAST = 0.5
CLIENT = """
import http.client, sys, time
block = bytes(2**20)
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
began = time.perf_counter()
body = (block for _ in range(int(sys.argv[2]) // len(block)))
connection.request("POST", "/files", body, {"Content-Length": sys.argv[2]})
assert connection.getresponse().status == 200
print(time.perf_counter() - began)
"""


def served(store: FolderStore) -> FastAPI:
    """Return an app whose one route keeps a file."""
    app = FastAPI()

    @app.post("/files", dependencies=[public], openapi_extra=STREAMED)
    async def upload(request: Request) -> str:
        async with store.receive(request.stream(), SIZE) as draft:
            await draft.keep()
        return draft.digest

    check_requests(app)
    files = FileLimit(SIZE, takes_files(app))
    app.add_middleware(cast("type[ASGIApp]", limit_body), max_bytes=2**20, files=files)  # type: ignore[arg-type]
    install(app)
    return app


def alone(path: Path) -> float:
    """Write and hash the bytes, and return the seconds that it took."""
    block, digest, began = bytes(BLOCK), hashlib.sha256(), time.perf_counter()
    with path.open("wb", buffering=0) as file:
        for _ in range(SIZE // BLOCK):
            digest.update(block)
            file.write(block)
        os.fsync(file.fileno())
    return time.perf_counter() - began


def sent(url: str) -> float:
    """Send the bytes from another process, and return the seconds until the answer."""
    command = [sys.executable, "-c", CLIENT, url.rpartition(":")[2], str(SIZE)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


async def uploads(folder: Path, plan: Plan) -> Result:
    """Measure uploads, in turn with the peer; the best of each counts, as a disk has slow moments."""
    ours, theirs = [], []
    async with listening(served(FolderStore(folder / "files"))) as url:
        for _ in range(plan.runs):
            theirs.append(await asyncio.to_thread(alone, folder / "alone"))
            ours.append(await asyncio.to_thread(sent, url))
    rates = [[SIZE / taken / 2**20 for taken in times] for times in (ours, theirs)]
    ratio = max(rates[0]) / max(rates[1])
    note = f"the best of {plan.runs}: {max(rates[0]):.0f} MiB/s, alone {max(rates[1]):.0f} MiB/s"
    return Result(
        "upload / alone",
        "×",
        AT_LEAST,
        Aim.AT_LEAST,
        Runs([ratio], 0.0, {"slowest": min(rates[0]) / max(rates[1])}),
        note=note,
    )
