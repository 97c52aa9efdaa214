"""A client that hangs, thousands that are slow, one that sends a gibibyte: nothing is written, others are served."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from parindex.servers.rabbitmq_folder import free_ports
from parindex.testing.harm import Victim, count
from parindex.testing.postgres import Databases
from parindex.testing.serving import Served, served
from parindex.testing.toy import MIGRATIONS, SERVICE
from parindex.testing.toy.process import client, process

MIB = 2**20
SLOW = 2_000
CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"


@pytest_asyncio.fixture
async def toy(database: Databases) -> AsyncIterator[Served]:
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy:
        yield toy


@asynccontextmanager
async def running(
    toy: Served, folder: Path, silence: float = 20
) -> AsyncIterator[tuple[Victim, int, httpx.AsyncClient]]:
    [port] = free_ports(1)
    async with process(toy, folder, port, silence=silence) as server, client(folder, port) as http:
        yield server, port, http


def head(http: httpx.AsyncClient, *lines: str) -> bytes:
    """The beginning of an order."""
    token = http.headers["authorization"]
    named = ["POST /v1/shops/H09.05/orders HTTP/1.1", "Host: toy", f"Authorization: {token}", *lines]
    return "\r\n".join([*named, "Content-Type: application/json", "", ""]).encode()


async def problem(reader: asyncio.StreamReader) -> tuple[str, dict[str, Any]]:
    """Read a refusal: its status line and its document."""
    async with asyncio.timeout(30):
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        [length] = [line.split(":")[1] for line in lines if line.lower().startswith("content-length")]
        return lines[0], json.loads(await reader.readexactly(int(length)))


async def ordered(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/shops/H09.06/orders", json={"count": 1})
    assert answer.status_code == 201


async def test_a_client_that_hangs_in_the_middle_of_a_body_is_let_go_and_nothing_is_written(
    toy: Served, tmp_path: Path
) -> None:
    async with running(toy, tmp_path, silence=1) as (_, port, http):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head(http, "Content-Length: 12") + b'{"cou')
        await ordered(http)  # nobody waits for it
        status, told = await problem(reader)
        assert ("408" in status, told["code"]) == (True, "body-stalled")
        assert await reader.read() == b""  # and the connection is closed
        writer.close()
    assert await count(toy.log) == 1


async def test_thousands_of_slow_connections_keep_nobody_out(toy: Served, tmp_path: Path) -> None:
    async with running(toy, tmp_path) as (_, port, http):
        slow = []
        for _ in range(SLOW // 100):
            slow += await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(100)))
        for _, writer in slow:
            writer.write(b"POST /v1/shops/H09.05/orders HTTP/1.1\r\nHost: to")
        for _ in range(10):
            await ordered(http)
        for _, writer in slow:
            writer.close()
    assert await count(toy.log) == 10


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks without an end"])
async def test_a_gibibyte_is_refused_early_and_never_held(toy: Served, tmp_path: Path, *, announced: bool) -> None:
    async with running(toy, tmp_path) as (server, port, http):
        await ordered(http)
        before = server.memory()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head(http, f"Content-Length: {2**30}" if announced else "Transfer-Encoding: chunked"))
        pouring = asyncio.create_task(pour(writer, b" " * 0x10000 if announced else CHUNK))
        status, told = await problem(reader)
        poured = await stopped(pouring)
        assert ("413" in status, told["code"]) == (True, "body-too-large")
        assert poured < 64 * MIB
        assert server.memory() - before < 64 * MIB
        await ordered(http)
        writer.close()
    assert await count(toy.log) == 2


async def pour(writer: asyncio.StreamWriter, chunk: bytes) -> int:
    """Send up to a gibibyte, as fast as it is taken; return how much it was."""
    poured = 0
    with suppress(ConnectionError):
        while poured < 2**30:
            writer.write(chunk)
            await writer.drain()
            poured += len(chunk)
    return poured


async def stopped(pouring: "asyncio.Task[int]") -> int:
    """Wait until the other side has closed the connection, and return what it took."""
    async with asyncio.timeout(30):
        return await pouring
