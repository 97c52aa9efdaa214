"""`python -m bench.uploads`: the rate of an upload, as a ratio of writing and hashing the same bytes alone.

Both end on the disk (fsync). The client is a process of its own, and sends over loopback; nothing but the route is
between it and the store: no database, no inspection. The best of a few turns, taken in turn.
"""

import asyncio
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

import uvloop
from fastapi import FastAPI, Request
from starlette.types import ASGIApp

from parindex.auth.fastapi import public
from parindex.files.folder import BLOCK, FolderStore
from parindex.hosting.server import listening
from parindex.http.limits import FileLimit, limit_body
from parindex.http.problem_handlers import install
from parindex.http.route_table import STREAMED
from parindex.http.way_in import check_requests, takes_files

SIZE, TURNS = 256 * BLOCK, 5
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


async def measure(folder: Path) -> None:
    """Print the ratio."""
    ours, theirs = [], []
    async with listening(served(FolderStore(folder / "files"))) as url:
        for _ in range(TURNS):
            theirs.append(await asyncio.to_thread(alone, folder / "alone"))
            ours.append(await asyncio.to_thread(sent, url))
    rates = [SIZE / min(times) / 2**20 for times in (ours, theirs)]
    sys.stdout.write(f"uploads: {rates[0]:.0f} MiB/s, alone {rates[1]:.0f} MiB/s, ratio {rates[0] / rates[1]:.2f}\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        uvloop.run(measure(Path(made)))
