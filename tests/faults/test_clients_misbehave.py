"""A client that hangs, thousands that are slow, one that sends a gibibyte: nothing is written, others are served."""

import asyncio
import json
import resource
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from uvicorn.importer import import_from_string

from parindex.hosting import slow_clients
from parindex.hosting.process_limits import allow_many_connections
from parindex.servers.rabbitmq_folder import free_ports
from parindex.testing.fault_injection import ChildProcess, child_process, count
from parindex.testing.postgres import Databases
from parindex.testing.serving import Served, served
from parindex.testing.toy import MIGRATIONS, SERVICE
from parindex.testing.toy.process import client, process
from parindex_cli.local.process_specs import ProcessSpec

ROOT = Path(__file__).parents[2]
MIB = 2**20
CLIENTS = 2
SLOW = 5_000
"""Connections of each client."""
SILENCE_S = 30.0
"""Silence that the server allows; all connections must be open before it closes the first."""
AT_ONCE = 250
CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"


@pytest_asyncio.fixture
async def toy(database: Databases) -> AsyncIterator[Served]:
    async with served(database, SERVICE, migrations=MIGRATIONS) as toy:
        yield toy


@asynccontextmanager
async def running(
    toy: Served, folder: Path, silence: float = 20
) -> AsyncIterator[tuple[ChildProcess, int, httpx.AsyncClient]]:
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
        await ordered(http)  # no client waits for it
        status, told = await problem(reader)
        assert ("408" in status, told["code"]) == (True, "body-stalled")
        assert await reader.read() == b""  # and the connection is closed
        writer.close()
    assert await count(toy.log) == 1


@contextmanager
def as_from_a_shell() -> Iterator[None]:
    """What starts here may open 1,024 files, unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not true():  # noqa: ASYNC110  # the kernel sends no notification
            await asyncio.sleep(0.1)


async def test_ten_thousand_slow_connections_keep_nobody_out_and_are_let_go(toy: Served, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        with as_from_a_shell():
            server, port, http = await stack.enter_async_context(running(toy, tmp_path, silence=SILENCE_S))
            await ordered(http)
            before, token = server.descriptors(), http.headers["authorization"]
            began = time.monotonic()
            slow = [await stack.enter_async_context(child_process(__file__, port, token)) for _ in range(CLIENTS)]
        assert [await client.said() for client in slow] == ["open"] * CLIENTS
        await until(lambda: server.descriptors() >= CLIENTS * SLOW)
        served_beside_them = 0
        for _ in range(9):
            await ordered(http)
            all_there = server.descriptors() >= CLIENTS * SLOW
            assert all_there or time.monotonic() - began >= SILENCE_S, "some were let go before their time"
            served_beside_them += all_there
        assert served_beside_them  # all nine, unless they took longer than a silence may last
        assert [await client.said() for client in slow] == ["shut"] * CLIENTS
        await until(lambda: server.descriptors() <= before)
    assert await count(toy.log) == 10


async def test_a_head_without_an_end_is_refused_before_it_fills_the_memory(toy: Served, tmp_path: Path) -> None:
    async with running(toy, tmp_path) as (server, port, http):
        await ordered(http)
        before = server.memory()
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: toy\r\n")
        pouring = asyncio.create_task(pour(writer, (b"x: " + b"y" * 1_000 + b"\r\n") * 64))
        assert await stopped(pouring) < 64 * MIB  # of a gibibyte; who is still sending may never see the answer
        assert server.memory() - before < 8 * MIB
        writer.close()


@pytest.mark.parametrize(
    "lines",
    [b"x: " + b"y" * 70_000, b"\r\n".join(b"x%d: y" % n for n in range(5_000)), b"x: " + b"y" * 65_100],
    ids=["70 kB", "5,000 headers", "65 kB and an address"],
)
@pytest.mark.parametrize("pieces", [1, 7])
async def test_a_head_is_too_large_however_it_is_cut(toy: Served, tmp_path: Path, lines: bytes, pieces: int) -> None:
    async with running(toy, tmp_path) as (_, port, http):
        await ordered(http)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        whole = b"GET /v1/" + b"a" * 500 + b" HTTP/1.1\r\nHost: toy\r\n" + lines + b"\r\n\r\n"
        size = len(whole) // pieces + 1
        for start in range(0, len(whole), size):
            writer.write(whole[start : start + size])
            await writer.drain()
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.endswith(b"The head of the request is too large.")
        writer.close()
        await ordered(http)


@pytest.mark.parametrize("size", [4 * MIB, 9 * MIB, 20 * MIB])
async def test_who_sends_all_before_reading_still_gets_the_early_refusal(
    toy: Served, tmp_path: Path, size: int
) -> None:
    async with running(toy, tmp_path) as (_, port, http):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /v1/shops/H09.05/orders HTTP/1.1\r\nHost: toy\r\n")
        writer.write(b"Authorization: " + http.headers["Authorization"].encode() + b"\r\n")
        writer.write(b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size // MIB):
            writer.write(b" " * MIB)
            await writer.drain()
        status, told = await problem(reader)
        code = "malformed-request" if size < 8 * MIB else "body-too-large"
        assert (told["code"], status.split()[1]) == (code, "422" if size < 8 * MIB else "413")
        writer.close()


async def test_trailers_without_an_end_are_cut_off_before_they_fill_the_memory(toy: Served, tmp_path: Path) -> None:
    async with running(toy, tmp_path) as (server, port, http):
        await ordered(http)
        before = server.memory()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /nowhere HTTP/1.1\r\nHost: toy\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n")
        status, _ = await problem(reader)
        assert "404" in status
        assert await stopped(asyncio.create_task(pour(writer, (b"x: " + b"y" * 1_000 + b"\r\n") * 64))) < 64 * MIB
        assert server.memory() - before < 8 * MIB
        writer.close()


async def test_who_sends_a_body_after_an_early_answer_may_go_on_with_another_request(
    toy: Served, tmp_path: Path
) -> None:
    async with running(toy, tmp_path) as (_, port, http):
        await ordered(http)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /nowhere HTTP/1.1\r\nHost: toy\r\nContent-Length: 200000\r\n\r\n")
        status, _ = await problem(reader)
        writer.write(b" " * 200_000 + b"GET /nowhere HTTP/1.1\r\n")
        await writer.drain()
        writer.write(b"Host: toy\r\n\r\n")
        again, _ = await problem(reader)
        assert ("404" in status, "404" in again) == (True, True)
        writer.close()


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
        assert server.memory() - before < (6 if announced else 8 + 12) * MIB  # 8 MiB is the largest body
        await ordered(http)
        writer.close()
    assert await count(toy.log) == 2


def test_whoever_starts_an_http_process_makes_it_patient() -> None:
    spec = ProcessSpec("toy", True, 1, Path("log"), {})
    assert spec.command[spec.command.index("--http") + 1] == slow_clients.NAME
    assert f"UVICORN_HTTP={slow_clients.NAME} " in (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    assert import_from_string(slow_clients.NAME) is slow_clients.SlowClientProtocol


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


class Slow(asyncio.Protocol):
    """A client that says a byte now and then, of what it will never finish."""

    def __init__(self, beginning: bytes) -> None:
        self._beginning = beginning
        self._transport: asyncio.Transport | None = None
        self.shut = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._beginning)

    def connection_lost(self, _: Exception | None) -> None:
        self.shut.set()

    def go_on(self) -> None:
        if self._beginning and self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"a")


def beginnings(token: str) -> list[bytes]:
    """Nothing; half a head; a head and half a body; the same at a door that has answered already."""
    head = b"POST /v1/shops/H09.05/orders HTTP/1.1\r\nHost: toy\r\nAuthorization: " + token.encode() + b"\r\nX-Slow: "
    body = head + b"y\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"
    return [b"", head, body, body.replace(b"/orders", b"/nowhere")]


async def be_slow(port: int, token: str) -> None:
    """Open many connections, be slow on all of them, and say when the server has shut the last."""
    allow_many_connections()
    loop, every = asyncio.get_running_loop(), [Slow(each) for each in beginnings(token) * (SLOW // 4)]
    saying = asyncio.create_task(say_now_and_then(every))
    for start in range(0, SLOW, AT_ONCE):
        some = every[start : start + AT_ONCE]
        await asyncio.gather(*(loop.create_connection(lambda each=each: each, "127.0.0.1", port) for each in some))  # type: ignore[misc]
    print("open", flush=True)  # noqa: T201  # the test reads it
    await asyncio.gather(*(each.shut.wait() for each in every))
    print("shut", flush=True)  # noqa: T201
    saying.cancel()


async def say_now_and_then(every: Sequence[Slow]) -> None:
    while True:
        await asyncio.sleep(2)
        for each in every:
            each.go_on()


if __name__ == "__main__":
    asyncio.run(be_slow(int(sys.argv[1]), sys.argv[2]))
