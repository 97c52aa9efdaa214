"""The disk fills up, or fails, while an entry is written: refused clearly, nothing half-written, and it recovers."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from parindex.eventstore.appending import Append, Appended, Decided, OutcomeUnknownError, StorageFullError
from parindex.eventstore.log import Log
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.testing.fault_injection import count
from parindex.testing.shop import TYPES, PizzaBaked, bake, build, metadata

MOUNT = ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=160m,mode=0755", "tmpfs"]
STRACE = ["/usr/bin/strace", "-f", "-qq", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=4", "-p"]
LARGE = "x" * 30_000


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own that is soon full."""
    folder = Path(tempfile.mkdtemp(prefix="parindex-disk-"))
    mounted = subprocess.run([*MOUNT, folder], capture_output=True, text=True, check=False)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"no file system of our own may be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["/usr/bin/umount", "-l", folder], check=True)
    folder.rmdir()


@pytest_asyncio.fixture
async def log(small_disk: Path) -> AsyncIterator[Log]:
    with EmbeddedPostgres(small_disk / "postgres") as server:
        await server.ensure_database("shop")
        await build(server.dsn("shop"))
        async with Log.open(server.dsn("shop"), TYPES) as log:
            yield log


def fill(folder: Path) -> Path:
    """Take all the room there is."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        free = shutil.disk_usage(folder).free
        os.posix_fallocate(file.fileno(), 0, free)
    return ballast


def heavy(key: str) -> Append:
    """Some hundred kilobytes of facts, for which a table has to grow."""
    baked = [PizzaBaked(LARGE, "o1")] * 10
    return Append("oven-o1", metadata(key, key), lambda _: Decided(baked), 10)


async def test_a_full_disk_refuses_clearly_and_room_is_all_it_takes_to_go_on(log: Log, small_disk: Path) -> None:
    await log.append(bake("o2"))
    ballast = fill(small_disk)
    refused, written = None, 0
    while refused is None:
        try:
            await log.append(heavy(f"k-{written}"))
        except (StorageFullError, OutcomeUnknownError) as error:
            refused = error
        else:
            written += 1
    assert isinstance(refused, StorageFullError)
    assert await count(log) == 1 + 10 * written
    ballast.unlink()
    again = await log.append(heavy(f"k-{written}"))
    assert not again.repeated
    assert await count(log) == 11 + 10 * written


@contextmanager
def failing_disk(folder: Path) -> Iterator[None]:
    """Let the fourth fdatasync of every process that PostgreSQL starts from now on fail, as a broken disk would."""
    postmaster = (folder / "data" / "postmaster.pid").read_text("ascii").split()[0]
    with tempfile.TemporaryFile() as said:
        tracer = subprocess.Popen([*STRACE, postmaster], stderr=said)
        until_traced(postmaster)
        yield
        tracer.terminate()
        tracer.wait()


def until_traced(pid: str) -> None:
    """Wait until a tracer is attached to a process."""
    while "TracerPid:\t0" in Path(f"/proc/{pid}/status").read_text("ascii"):
        time.sleep(0.01)


@pytest.mark.strace
async def test_an_error_of_the_disk_leaves_the_outcome_open_and_the_same_key_settles_it(
    own_postgres: EmbeddedPostgres,
) -> None:
    await own_postgres.ensure_database("shop")
    dsn = own_postgres.dsn("shop")
    await build(dsn)
    async with AsyncExitStack() as stack:
        with failing_disk(own_postgres.folder):
            log = await stack.enter_async_context(Log.open(dsn, TYPES))
            done = await until_unsure(log)
        first = await settled(log, f"k-{done}")
        assert (await log.append(bake(acting=metadata(f"k-{done}", "k")))).first == first.first
        assert await count(log) == done + 1


async def until_unsure(log: Log) -> int:
    """Append until the disk fails; return how many were acknowledged before."""
    for done in range(50):
        try:
            await log.append(bake(acting=metadata(f"k-{done}", "k")))
        except OutcomeUnknownError:
            return done
    raise AssertionError("the disk never failed")


async def settled(log: Log, key: str) -> Appended:
    """Send the same until the server has come back."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await log.append(bake(acting=metadata(key, "k")))
            except OutcomeUnknownError:
                await asyncio.sleep(0.05)
