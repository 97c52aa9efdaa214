"""`kill -9` in the middle of an import: the sheet has all of its changes or none, and the same import then succeeds."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from tests.assessment.conftest import AT_THE_HEAD, all_claims, ca_mau_set
from tests.assessment.filling_in.altered import Altered
from tests.faults.assessment_process import UNIT, client, open_round, process

from assessment.service import SERVICE
from parindex.hosting.databases import DatabaseUrls
from parindex.servers.rabbitmq_folder import free_ports
from parindex.testing.postgres import Databases
from parindex.testing.serving import home_of

WORKBOOK = f"{UNIT}/self-score/workbook"
NEW = "Giải trình mới."
HOLD = "LOCK TABLE events IN SHARE MODE"
"""While this lock is held, events are read and none is appended."""


@pytest.fixture
async def home(database: Databases) -> DatabaseUrls:
    return await home_of(database, SERVICE)


async def claimed(folder: Path, port: int) -> None:
    """Open the round of the test's criteria set; the unit claims every criterion."""
    enacted = msgspec.to_builtins(ca_mau_set()) | {"code": "s"}
    await open_round(folder, port, enacted)
    async with client(folder, port) as unit:
        assert (await unit.put(f"{UNIT}/claims", json=all_claims())).status_code == 201


async def compared(unit: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    """Upload the sheet with another explanation of every criterion; return how it is applied."""
    book = Altered((await unit.get(WORKBOOK)).content)
    for claim in all_claims():
        book.put(claim["criterion"], explanation=NEW)
    found = await unit.post(WORKBOOK, content=book.saved())
    assert len(found.json()["changes"]) == len(all_claims()), found.text
    return f"{WORKBOOK}/{found.json()['sha256']}/application", {
        "If-Match": found.headers["ETag"],
        "Idempotency-Key": "k",
    }


async def explanations(unit: httpx.AsyncClient) -> Sequence[str]:
    claims: list[dict[str, Any]] = (await unit.get(f"{UNIT}/claims")).json()
    return [claim["explanation"] for claim in claims]


async def test_an_import_that_is_killed_before_its_commit_changes_nothing(home: DatabaseUrls, tmp_path: Path) -> None:
    [port] = free_ports(1)
    url = home.database_url
    async with process(url, tmp_path, port) as first, client(tmp_path, port) as unit:
        await claimed(tmp_path, port)
        before = await explanations(unit)
        address, headers = await compared(unit)
        holder = await asyncpg.connect(url.replace("+asyncpg", ""))
        async with holder.transaction():
            await holder.execute(HOLD)
            importing = asyncio.create_task(unit.post(address, json={}, headers=headers))
            async with asyncio.timeout(60):
                while not await holder.fetchval(AT_THE_HEAD):  # until the append waits for the lock
                    assert not importing.done(), importing.result().text
            await first.kill()
            with pytest.raises(httpx.TransportError):
                await importing
        await holder.close()
    async with process(url, tmp_path, port), client(tmp_path, port) as unit:
        assert await explanations(unit) == before
        again = await unit.post(address, json={}, headers=headers)
        assert again.json()["facts"] == ["ClaimEntered"] * len(before), again.text
        assert await explanations(unit) == [NEW] * len(before)


async def test_an_import_that_is_killed_after_its_commit_is_answered_when_it_is_sent_again(
    home: DatabaseUrls, tmp_path: Path
) -> None:
    [port] = free_ports(1)
    url = home.database_url
    async with process(url, tmp_path, port):
        await claimed(tmp_path, port)
    async with process(url, tmp_path, port, strike=1) as struck, client(tmp_path, port) as unit:
        address, headers = await compared(unit)
        with pytest.raises(httpx.TransportError):
            await unit.post(address, json={}, headers=headers)
        await struck.killed()
    async with process(url, tmp_path, port), client(tmp_path, port) as unit:
        assert await explanations(unit) == [NEW] * len(all_claims())
        log = await asyncpg.connect(url.replace("+asyncpg", ""))
        head = await log.fetchval("SELECT max(position) FROM events")
        again = await unit.post(address, json={}, headers=headers)
        assert (again.status_code, again.json()["last_position"]) == (201, head), again.text
        assert await log.fetchval("SELECT max(position) FROM events") == head
        await log.close()
