"""An upload is killed in its middle, or meets a full disk: nothing is left, and the same upload then succeeds."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from tests.faults.assessment_process import UNIT, client, open_round, process

from assessment.service import SERVICE
from parindex.files.folder import FolderStore
from parindex.files.refusals import NoRoomForFilesError
from parindex.servers.rabbitmq_folder import free_ports
from parindex.testing.made_files import jpeg
from parindex.testing.postgres import Databases
from parindex.testing.serving import home_of

MOUNT = ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=8m,mode=0755", "tmpfs"]
PHOTO = jpeg(scan=b"\x12" * 6_000_000)
DIGEST = hashlib.sha256(PHOTO).hexdigest()
FILES = f"{UNIT}/files"


def stored(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "files").rglob("*") if path.is_file() and path.name != ".lock")


def until_stored(folder: Path) -> None:
    """Wait until a draft has its first bytes."""
    while not any(path.stat().st_size for path in (folder / "files" / "drafts").iterdir()):
        time.sleep(0.01)


async def test_kill_9_in_the_middle_of_an_upload_leaves_nothing_after_the_next_start(
    database: Databases, tmp_path: Path
) -> None:
    urls = await home_of(database, SERVICE)
    [port] = free_ports(1)
    async with process(urls.database_url, tmp_path, port) as first:
        await open_round(tmp_path, port)

        async def half() -> AsyncIterator[bytes]:
            yield PHOTO[:3_000_000]
            await asyncio.to_thread(until_stored, tmp_path)
            await first.kill()
            yield PHOTO[3_000_000:]

        async with client(tmp_path, port) as unit:
            with pytest.raises(httpx.TransportError):
                await unit.post(FILES, content=half())
    assert len(stored(tmp_path)) == 1
    async with process(urls.database_url, tmp_path, port), client(tmp_path, port) as unit:
        assert stored(tmp_path) == []
        assert (await unit.get(FILES)).json()["files"] == []
        assert (await unit.post(FILES, content=PHOTO)).status_code == 201
        assert stored(tmp_path) == [DIGEST]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of its own that is soon full."""
    folder = Path(tempfile.mkdtemp(prefix="parindex-files-"))
    mounted = subprocess.run([*MOUNT, folder], capture_output=True, text=True, check=False)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"no file system of our own may be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["/usr/bin/umount", "-l", folder], check=True)
    folder.rmdir()


async def test_a_full_disk_refuses_in_words_and_leaves_nothing(small_disk: Path) -> None:
    store = FolderStore(small_disk / "files")
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(small_disk).free - 2_500_000)

    async def photo() -> AsyncIterator[bytes]:
        for at in range(0, len(PHOTO), 65_536):
            yield PHOTO[at : at + 65_536]

    with pytest.raises(NoRoomForFilesError):
        async with store.receive(photo(), 10**9):
            pass
    assert stored(small_disk) == []
    ballast.unlink()
    async with store.receive(photo(), 10**9) as draft:
        await draft.keep()
    assert stored(small_disk) == [DIGEST]
