"""Both stores keep a file whole and under its digest, or not at all: a folder, and a bucket on a real S3 server."""

import asyncio
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store
from tests.shared.files.stored import CONTENT, DIGEST, FOREVER, in_chunks, kept, read

from parindex.files.bucket import BucketSettings, BucketStore
from parindex.files.folder import FolderStore
from parindex.files.refusals import (
    FileStoreAwayError,
    FileTooLargeError,
    StoredFileAlteredError,
    StoredFileMissingError,
)
from parindex.files.store import FileStore
from parindex.testing.seaweedfs import SeaweedFS

KEY, NOTICE = f"files/{DIGEST[:2]}/{DIGEST}", f"removals/{DIGEST}"


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.seaweedfs)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return FolderStore(tmp_path)
    server: SeaweedFS = request.getfixturevalue("seaweedfs")
    return BucketStore(server.bucket(), tmp_path)


@pytest.fixture
def settings(seaweedfs: SeaweedFS) -> BucketSettings:
    return seaweedfs.bucket()


def left_in(folder: Path) -> Iterator[Path]:
    return (folder / "drafts").iterdir()


def bucket_of(settings: BucketSettings) -> S3Store:
    return S3Store(
        settings.name,
        endpoint=settings.endpoint,
        region=settings.region,
        access_key_id=settings.access_key,
        secret_access_key=settings.secret_key,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )


async def test_a_file_is_found_by_its_digest_whole_in_ranges_and_as_a_path(store: FileStore, tmp_path: Path) -> None:
    assert await kept(store) == DIGEST
    assert await store.size_of(DIGEST) == len(CONTENT)
    assert await read(store, DIGEST) == CONTENT
    assert await read(store, DIGEST, 1_000_000, 2_500_000) == CONTENT[1_000_000:3_500_000]
    assert await read(store, DIGEST, len(CONTENT) - 5) == CONTENT[-5:]
    async with store.at_hand(DIGEST) as path:
        assert path.read_bytes() == CONTENT
    assert [found.digest async for found in store.listed(FOREVER)] == [DIGEST]
    assert [found async for found in store.listed(0)] == []
    assert not list(left_in(tmp_path))


async def test_a_file_that_is_not_kept_leaves_nothing(store: FileStore, tmp_path: Path) -> None:
    await kept(store, b"another")
    async with store.receive(in_chunks(CONTENT), len(CONTENT)) as draft:
        assert (draft.digest, draft.size, draft.path.read_bytes()) == (DIGEST, len(CONTENT), CONTENT)
    with pytest.raises(FileTooLargeError):
        async with store.receive(in_chunks(CONTENT), 100_000):
            pass
    assert await store.size_of(DIGEST) is None
    assert len([found async for found in store.listed(FOREVER)]) == 1
    assert not list(left_in(tmp_path))


async def test_the_same_bytes_at_once_are_one_file(store: FileStore, tmp_path: Path) -> None:
    assert set(await asyncio.gather(*(kept(store) for _ in range(8)))) == {DIGEST}
    assert [found.digest async for found in store.listed(FOREVER)] == [DIGEST]
    assert not list(left_in(tmp_path))
    assert await read(store, DIGEST) == CONTENT


async def test_a_file_goes_only_if_it_was_not_kept_since(store: FileStore) -> None:
    before = time.time() - 3_600
    await kept(store)
    assert not await store.remove(DIGEST, before)
    assert await read(store, DIGEST) == CONTENT
    assert await store.remove(DIGEST, FOREVER)
    assert not await store.remove(DIGEST, FOREVER)
    assert await store.size_of(DIGEST) is None


async def test_a_file_that_is_gone_is_missed_and_nothing_but_a_digest_is_a_place(store: FileStore) -> None:
    with pytest.raises(StoredFileMissingError):
        await read(store, DIGEST)
    with pytest.raises(StoredFileMissingError):
        async with store.at_hand(DIGEST):
            pass
    for name in ("../../etc/passwd", "a" * 63, "A" * 64, ""):
        with pytest.raises(ValueError, match="not a SHA-256"):
            await store.size_of(name)


async def test_memory_does_not_grow_with_the_file(store: FileStore) -> None:
    async def large() -> AsyncIterator[bytes]:
        for _ in range(600):
            yield bytes(100_000)

    tracemalloc.start()
    try:
        async with store.receive(large(), 2**30) as draft:
            await draft.keep()
        read_back = 0
        async for block in store.read(draft.digest):
            read_back += len(block)
        assert (read_back, tracemalloc.get_traced_memory()[1] < 16 * 2**20) == (60_000_000, True)
    finally:
        tracemalloc.stop()


@pytest.mark.seaweedfs
async def test_an_object_that_was_changed_is_not_passed_off_as_the_file(
    settings: BucketSettings, tmp_path: Path
) -> None:
    store = BucketStore(settings, tmp_path)
    await kept(store)
    await obstore.put_async(bucket_of(settings), KEY, b"!" + CONTENT[1:])
    with pytest.raises(StoredFileAlteredError):
        await read(store, DIGEST)


@pytest.mark.seaweedfs
async def test_what_is_kept_while_another_machine_removes_it_is_there_afterwards(
    settings: BucketSettings, tmp_path: Path
) -> None:
    store, bucket = BucketStore(settings, tmp_path), bucket_of(settings)
    await obstore.put_async(bucket, NOTICE, b"removing")
    keeping = asyncio.create_task(kept(store))
    while await store.size_of(DIGEST) is None:
        assert not keeping.done()
    await obstore.delete_async(bucket, KEY)  # the older one, as the other machine thinks
    assert not keeping.done()
    await obstore.delete_async(bucket, NOTICE)
    assert await keeping == DIGEST
    assert await read(store, DIGEST) == CONTENT


@pytest.mark.seaweedfs
async def test_a_wrong_key_is_no_missing_file(settings: BucketSettings, tmp_path: Path) -> None:
    await kept(BucketStore(settings, tmp_path))
    store = BucketStore(settings.model_copy(update={"secret_key": "wrong"}), tmp_path)
    with pytest.raises(FileStoreAwayError):
        await kept(store)
    with pytest.raises(FileStoreAwayError):
        await read(store, DIGEST)


async def test_a_bucket_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    away = BucketSettings(name="evidence", endpoint="http://127.0.0.1:9", access_key="key", secret_key="secret")
    with pytest.raises(FileStoreAwayError):
        await BucketStore(away, tmp_path).size_of(DIGEST)
