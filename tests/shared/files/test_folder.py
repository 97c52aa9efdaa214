"""What a folder does beside what every store does: nothing is left of a file that is refused, cut off or killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.shared.files.stored import CONTENT, DIGEST, FOREVER, in_chunks, kept, read

from parindex.files.folder import FolderStore
from parindex.files.refusals import (
    FileEmptyError,
    FileTooLargeError,
    StoredFileAlteredError,
)

RECEIVER = """
import asyncio, sys
from pathlib import Path
from parindex.files.folder import FolderStore

async def chunks():
    yield b"x" * 3_000_000
    print("under way", flush=True)
    await asyncio.sleep(3600)

async def main():
    async with FolderStore(Path(sys.argv[1])).receive(chunks(), 10**9):
        pass

asyncio.run(main())
"""


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


async def test_what_is_too_large_is_refused_while_it_comes_and_leaves_nothing(
    store: FolderStore, tmp_path: Path
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100_000
            yield b"x" * 100_000

    with pytest.raises(FileTooLargeError):
        async with store.receive(endless(), 5_000_000):
            pass
    assert sent == 5_100_000
    assert files_in(tmp_path) == []


async def test_an_empty_file_is_refused(store: FolderStore, tmp_path: Path) -> None:
    with pytest.raises(FileEmptyError):
        async with store.receive(in_chunks(b""), 10):
            pass
    assert files_in(tmp_path) == []


async def test_a_sender_that_breaks_off_leaves_nothing(store: FolderStore, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield CONTENT
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        async with store.receive(broken(), 2 * len(CONTENT)):
            pass
    assert files_in(tmp_path) == []


async def test_a_request_that_is_cancelled_leaves_nothing(store: FolderStore, tmp_path: Path) -> None:
    arrived = asyncio.Event()

    async def waiting() -> AsyncIterator[bytes]:
        yield CONTENT
        arrived.set()
        await asyncio.Event().wait()

    async def receive() -> None:
        async with store.receive(waiting(), 2 * len(CONTENT)):
            pass

    receiving = asyncio.create_task(receive())
    await arrived.wait()
    receiving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await receiving
    assert files_in(tmp_path) == []


def test_after_a_kill_the_next_start_removes_the_draft_and_not_one_that_is_under_way(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RECEIVER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"under way\n"
        FolderStore(tmp_path)
        assert len(files_in(tmp_path)) == 1
        os.kill(process.pid, signal.SIGKILL)
    assert len(files_in(tmp_path)) == 1
    FolderStore(tmp_path)
    assert files_in(tmp_path) == []


async def test_a_file_goes_only_if_it_was_not_kept_since(store: FolderStore, tmp_path: Path) -> None:
    await kept(store)
    path = tmp_path / DIGEST[:2] / DIGEST
    os.utime(path, (1_000, 1_000))
    assert [found.digest async for found in store.listed(2_000)] == [DIGEST]
    await kept(store)  # between the list and the removal
    assert not await store.remove(DIGEST, 2_000)
    assert await read(store, DIGEST) == CONTENT
    assert await store.remove(DIGEST, FOREVER)
    assert not await store.remove(DIGEST, FOREVER)
    assert files_in(tmp_path) == []


async def test_bytes_that_were_changed_are_not_passed_off_as_the_file(store: FolderStore, tmp_path: Path) -> None:
    await kept(store)
    with (tmp_path / DIGEST[:2] / DIGEST).open("r+b") as file:
        file.seek(1_000)
        file.write(b"!")
    with pytest.raises(StoredFileAlteredError):
        await read(store, DIGEST)
