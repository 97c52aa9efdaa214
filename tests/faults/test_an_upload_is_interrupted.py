"""An upload is killed in its middle, or meets a full disk: nothing is left, and the same upload then succeeds."""

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from assessment.service import SERVICE
from parindex.auth.fastapi import Authenticator, authenticate_with
from parindex.auth.issuer import LocalIssuer, key_in
from parindex.auth.tokens import Tokens
from parindex.files.folder import FolderStore
from parindex.files.refusals import NoRoomForFilesError
from parindex.hosting.databases import DatabaseUrls, settings_in
from parindex.hosting.http_process import service_app
from parindex.hosting.resources import open_resources
from parindex.hosting.server import LOOPBACK, listening
from parindex.instant import utc_now
from parindex.servers.rabbitmq_folder import free_ports
from parindex.testing.fault_injection import ChildProcess, child_process
from parindex.testing.made_files import jpeg
from parindex.testing.postgres import Databases
from parindex.testing.serving import home_of

MOUNT = ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=8m,mode=0755", "tmpfs"]
PHOTO = jpeg(scan=b"\x12" * 6_000_000)
DIGEST = hashlib.sha256(PHOTO).hexdigest()
FILES = "/v1/rounds/r/units/H16.01/files"
LEAF = {"code": "1.1", "name": "a", "level": "criterion", "parent": "1", "maximum": "1", "rule": {"kind": "yes_no"}}
AREA = {"code": "1", "name": "a", "level": "area", "maximum": "1"}
SET = {"code": "s", "title": "a", "reference": "a", "criteria": [AREA, LEAF]}
BLOCK = {"code": "b", "name": "a", "criteria_set": "s", "units": [{"code": "H16.01", "name": "a"}]}
ROUND = {"authority": "H16", "round": "r", "year": 2026, "title": "a", "blocks": [BLOCK]}


def token(folder: Path, right: str) -> dict[str, str]:
    minted = LocalIssuer(key_in(folder / "issuer.key"), "https://issuer.example").mint(
        "a", [right], timedelta(hours=1), utc_now()
    )
    return {"Authorization": f"Bearer {minted}", "Content-Disposition": 'attachment; filename="anh.jpg"'}


@asynccontextmanager
async def process(url: str, folder: Path, port: int) -> AsyncIterator[ChildProcess]:
    async with child_process(__file__, url, folder, port) as found:
        assert await found.said() == "ready"
        yield found


def client(folder: Path, port: int, right: str = "unit@H16.01") -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=f"http://{LOOPBACK}:{port}", headers=token(folder, right), timeout=60, trust_env=False
    )


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
        async with client(tmp_path, port, "office@H16") as office:
            body: Any = {"authority": "H16", "criteria_set": SET}
            assert (await office.post("/v1/criteria-sets", json=body)).status_code == 201
            assert (await office.post("/v1/rounds", json=ROUND)).status_code == 201

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


async def main(url: str, folder: Path, port: int) -> None:
    """Serve until killed."""
    settings = settings_in(DatabaseUrls(url, url), folder / "files")
    async with open_resources(SERVICE, settings, utc_now) as resources:
        app = service_app(SERVICE, resources.context, settings)
        keys = LocalIssuer(key_in(folder / "issuer.key"), "https://issuer.example").keys()
        authenticate_with(app, Authenticator(Tokens(keys, utc_now)))
        async with listening(app, port=port):
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
