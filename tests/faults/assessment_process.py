"""A child process that serves assessment over a database of a test, with a round of one unit; a test kills it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from assessment.service import SERVICE
from parindex.auth.fastapi import Authenticator, authenticate_with
from parindex.auth.issuer import LocalIssuer, key_in
from parindex.auth.tokens import Tokens
from parindex.hosting.databases import DatabaseUrls, settings_in
from parindex.hosting.http_process import service_app
from parindex.hosting.resources import open_resources
from parindex.hosting.server import LOOPBACK, listening
from parindex.instant import utc_now
from parindex.testing.fault_injection import ChildProcess, Countdown, child_process, dies_answering

UNIT = "/v1/rounds/r/units/H16.01"
LEAF = {"code": "1.1", "name": "a", "level": "criterion", "parent": "1", "maximum": "1", "rule": {"kind": "yes_no"}}
AREA = {"code": "1", "name": "a", "level": "area", "maximum": "1"}
SET = {"code": "s", "title": "a", "reference": "a", "criteria": [AREA, LEAF]}
BLOCK = {"code": "b", "name": "a", "criteria_set": "s", "units": [{"code": "H16.01", "name": "a"}]}
ROUND = {"authority": "H16", "round": "r", "year": 2026, "title": "a", "blocks": [BLOCK]}


def token(folder: Path, right: str) -> dict[str, str]:
    """Make the headers of an account with one right."""
    minted = LocalIssuer(key_in(folder / "issuer.key"), "https://issuer.example").mint(
        "a", [right], timedelta(hours=1), utc_now()
    )
    return {"Authorization": f"Bearer {minted}", "Content-Disposition": 'attachment; filename="anh.jpg"'}


@asynccontextmanager
async def process(url: str, folder: Path, port: int, strike: int = 0) -> AsyncIterator[ChildProcess]:
    """Serve in a child process; with `strike` it dies when the n-th write is committed and not answered."""
    async with child_process(__file__, url, folder, port, strike) as found:
        assert await found.said() == "ready"
        yield found


def client(folder: Path, port: int, right: str = "unit@H16.01") -> httpx.AsyncClient:
    """Make a client of the child process."""
    return httpx.AsyncClient(
        base_url=f"http://{LOOPBACK}:{port}", headers=token(folder, right), timeout=60, trust_env=False
    )


async def open_round(folder: Path, port: int, criteria_set: Any = None) -> None:
    """Enact a set, by default one with one criterion, and open the round."""
    body = {"authority": "H16", "criteria_set": criteria_set or SET}
    async with client(folder, port, "office@H16") as office:
        assert (await office.post("/v1/criteria-sets", json=body)).status_code == 201
        assert (await office.post("/v1/rounds", json=ROUND)).status_code == 201


async def main(url: str, folder: Path, port: int, strike: int) -> None:
    """Serve until killed."""
    settings = settings_in(DatabaseUrls(url, url), folder / "files")
    async with open_resources(SERVICE, settings, utc_now) as resources:
        app = service_app(SERVICE, resources.context, settings)
        keys = LocalIssuer(key_in(folder / "issuer.key"), "https://issuer.example").keys()
        authenticate_with(app, Authenticator(Tokens(keys, utc_now)))
        async with listening(dies_answering(app, Countdown(strike)), port=port):
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
