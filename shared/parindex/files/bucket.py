"""A file store in an S3-compatible bucket, for a service whose processes are on several machines: `files/ab/ab12…`.

A file is received in a folder of this machine, because it is inspected before it is kept, and is then sent in parts;
the bucket shows it under its digest when the last part is there, and never a piece of it.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store
from pydantic import BaseModel, Field

from parindex.files.folder import BLOCK, DIGEST, FolderStore
from parindex.files.refusals import FileStoreAwayError, StoredFileAlteredError, StoredFileMissingError
from parindex.files.store import ReceivedFile, StoredFile

PART: Final = 8 * BLOCK
PARTS_AT_ONCE: Final = 2
"""Parts of one file that are in memory and on their way."""
REQUEST_WITHIN: Final = timedelta(seconds=20)
RETRIES: Final = 2
LONGEST_REMOVAL: Final = 60.0
"""Seconds after which a removal gives up, and a notice of it that is still there is of a process that ended."""
LOOK_EVERY: Final = 0.2
NOTICE: Final = b"removing"


class BucketSettings(BaseModel):
    """Where a bucket is, and the key for it. `endpoint` is the address of the S3 API, without the bucket's name."""

    name: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str = Field(default="", repr=False)
    secret_key: str = Field(default="", repr=False)


class BucketStore:
    """See `FileStore`. `folder` is on this machine, for files while they are received or read by a program."""

    def __init__(self, settings: BucketSettings, folder: Path) -> None:
        self._local = FolderStore(folder)
        self._bucket = S3Store(
            settings.name,
            endpoint=settings.endpoint,
            region=settings.region,
            access_key_id=settings.access_key,
            secret_access_key=settings.secret_key,
            virtual_hosted_style_request=False,
            client_options={"allow_http": settings.endpoint.startswith("http:"), "timeout": REQUEST_WITHIN},
            retry_config={"max_retries": RETRIES, "retry_timeout": REQUEST_WITHIN},
        )

    @asynccontextmanager
    async def receive(self, chunks: AsyncIterable[bytes], at_most: int) -> AsyncIterator["_BucketDraft"]:
        """See `FileStore`."""
        async with self._local.receive(chunks, at_most) as draft:
            yield _BucketDraft(self, draft)

    async def size_of(self, digest: str) -> int | None:
        """See `FileStore`."""
        with _answering(), suppress(FileNotFoundError):
            return (await obstore.head_async(self._bucket, _key(digest)))["size"]
        return None

    async def read(self, digest: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """See `FileStore`."""
        size = await self.size_of(digest)
        if size is None:
            raise StoredFileMissingError(digest)
        left = max(0, min(size - start, size if length is None else length))
        check = hashlib.sha256() if start == 0 and length is None else None
        while left:
            block = await self._range(digest, start, min(BLOCK, left))
            start, left = start + len(block), left - len(block)
            if check is not None:
                await asyncio.to_thread(check.update, block)
                if not left and check.hexdigest() != digest:
                    raise StoredFileAlteredError(digest)
            yield block

    @asynccontextmanager
    async def at_hand(self, digest: str) -> AsyncIterator[Path]:
        """See `FileStore`. The file is copied to this machine while the context is open."""
        size = await self.size_of(digest)
        if size is None:
            raise StoredFileMissingError(digest)
        async with self._local.receive(self.read(digest), size) as copy:
            yield copy.path

    async def remove(self, digest: str, kept_before: float) -> bool:
        """See `FileStore`.

        A notice is in the bucket while it looks and removes: who keeps the file at that time waits, and looks after it.
        """
        begun = time.monotonic()
        with _answering():
            await obstore.put_async(self._bucket, _notice(digest), NOTICE)
            try:
                with suppress(FileNotFoundError):
                    found = await obstore.head_async(self._bucket, _key(digest))
                    late = time.monotonic() - begun > LONGEST_REMOVAL / 2
                    if found["last_modified"].timestamp() < kept_before and not late:
                        await obstore.delete_async(self._bucket, _key(digest))
                        return True
            finally:
                await obstore.delete_async(self._bucket, _notice(digest))
        return False

    async def listed(self, kept_before: float) -> AsyncIterator[StoredFile]:
        """See `FileStore`."""
        with _answering():
            async for page in obstore.list(self._bucket, "files/", chunk_size=1_000):
                for found in page:
                    digest, kept_at = found["path"].rpartition("/")[2], found["last_modified"].timestamp()
                    if DIGEST.fullmatch(digest) and kept_at < kept_before:
                        yield StoredFile(digest, found["size"], kept_at)

    async def place(self, draft: Path, digest: str) -> None:
        """Send a draft to its place, and see that it is there: another process may have been removing an older one."""
        with _answering():
            while True:
                await obstore.put_async(
                    self._bucket, _key(digest), draft, chunk_size=PART, max_concurrency=PARTS_AT_ONCE
                )
                while await self._being_removed(digest):  # noqa: ASYNC110  # another machine removes it
                    await asyncio.sleep(LOOK_EVERY)
                with suppress(FileNotFoundError):
                    await obstore.head_async(self._bucket, _key(digest))
                    return

    async def _being_removed(self, digest: str) -> bool:
        with suppress(FileNotFoundError):
            found = await obstore.head_async(self._bucket, _notice(digest))
            return time.time() - found["last_modified"].timestamp() < LONGEST_REMOVAL
        return False

    async def _range(self, digest: str, start: int, length: int) -> bytes:
        with _answering():
            try:
                return bytes(await obstore.get_range_async(self._bucket, _key(digest), start=start, length=length))
            except FileNotFoundError as error:
                raise StoredFileMissingError(digest) from error


class _BucketDraft:
    """A received file, in the folder of this machine until it is sent to the bucket."""

    def __init__(self, store: BucketStore, draft: ReceivedFile) -> None:
        self.path, self.digest, self.size = draft.path, draft.digest, draft.size
        self._store = store

    async def keep(self) -> None:
        """See `ReceivedFile`."""
        await self._store.place(self.path, self.digest)


def _key(digest: str) -> str:
    if not DIGEST.fullmatch(digest):
        raise ValueError(f"not a SHA-256: {digest[:80]!r}")
    return f"files/{digest[:2]}/{digest}"


def _notice(digest: str) -> str:
    return f"removals/{digest}"


@contextmanager
def _answering() -> Iterator[None]:
    """Raise FileStoreAwayError where the bucket does not answer, or refuses; a missing file is another thing."""
    try:
        yield
    except FileNotFoundError:
        raise
    except BaseError as error:
        raise FileStoreAwayError from error
