"""A file store in a folder: `ab/ab12…`, and `drafts/` for files that are being received."""

import asyncio
import errno
import fcntl
import hashlib
import os
import re
import threading
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

from parindex.files.refusals import (
    FileEmptyError,
    FileTooLargeError,
    NoRoomForFilesError,
    StoredFileAlteredError,
    StoredFileMissingError,
)
from parindex.files.store import StoredFile

BLOCK: Final = 2**20
"""Bytes that are collected before a thread hashes and writes them; a few such blocks are all that is in memory."""
SYNCED_EVERY: Final = 64 * BLOCK
"""Bytes after which a draft is synced, so that the last sync, for which the sender waits, is short."""
DIGEST: Final = re.compile("[0-9a-f]{64}")
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class FolderStore:
    """See `FileStore`. Its processes are on one machine, or share a file system that knows `flock`."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, and remove drafts of processes that ended while they received them."""
        self._folder = folder
        self._drafts = folder / "drafts"
        self._drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked(fcntl.LOCK_EX):
            for path in self._drafts.iterdir():
                _remove_unless_locked(path)

    @asynccontextmanager
    async def receive(self, chunks: AsyncIterable[bytes], at_most: int) -> AsyncIterator["_Draft"]:
        """See `FileStore`."""
        draft = await asyncio.to_thread(self._begin)
        try:
            await draft.fill(chunks, at_most)
            yield draft
        finally:
            await draft.discard()

    async def size_of(self, digest: str) -> int | None:
        """See `FileStore`."""
        with suppress(FileNotFoundError):
            return (await asyncio.to_thread(self._path(digest).stat)).st_size
        return None

    async def read(self, digest: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """See `FileStore`."""
        try:
            file = await asyncio.to_thread(self._path(digest).open, "rb", 0)
        except FileNotFoundError as error:
            raise StoredFileMissingError(digest) from error
        with file:
            left = os.fstat(file.fileno()).st_size - start if length is None else length
            check = hashlib.sha256() if start == 0 and length is None else None
            file.seek(start)
            while left > 0 and (block := await asyncio.to_thread(file.read, min(BLOCK, left))):
                left -= len(block)
                if check is not None:
                    await asyncio.to_thread(check.update, block)
                    if left <= 0 and check.hexdigest() != digest:
                        raise StoredFileAlteredError(digest)
                yield block

    @asynccontextmanager
    async def at_hand(self, digest: str) -> AsyncIterator[Path]:
        """See `FileStore`."""
        if await self.size_of(digest) is None:
            raise StoredFileMissingError(digest)
        yield self._path(digest)

    async def remove(self, digest: str, kept_before: float) -> bool:
        """See `FileStore`."""
        return await asyncio.to_thread(self._remove, digest, kept_before)

    async def listed(self, kept_before: float) -> AsyncIterator[StoredFile]:
        """See `FileStore`."""
        for shelf in await asyncio.to_thread(lambda: sorted(self._folder.glob("[0-9a-f][0-9a-f]"))):
            for found in await asyncio.to_thread(_files_in, shelf):
                if found.kept_at < kept_before:
                    yield found

    def _begin(self) -> "_Draft":
        with _room_needed(), self._locked(fcntl.LOCK_SH):  # else a start could remove it before it is locked
            return _Draft(self, self._drafts / token_hex(16))

    def _remove(self, digest: str, kept_before: float) -> bool:
        path = self._path(digest)
        with self._locked(fcntl.LOCK_EX), suppress(FileNotFoundError):
            if path.stat().st_mtime < kept_before:
                path.unlink()
                return True
        return False

    def place(self, draft: Path, digest: str) -> None:
        """Move a draft to its place, durably."""
        target = self._path(digest)
        with self._locked(fcntl.LOCK_SH):
            target.parent.mkdir(mode=0o700, exist_ok=True)
            os.utime(draft)
            draft.replace(target)
            for folder in (target.parent, self._folder):
                _sync_folder(folder)

    def _path(self, digest: str) -> Path:
        if not DIGEST.fullmatch(digest):
            raise ValueError(f"not a SHA-256: {digest[:80]!r}")
        return self._folder / digest[:2] / digest

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Hold the folder's lock: shared while a file gets to its place, exclusive while files are removed."""
        lock = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, how)
            yield
        finally:
            os.close(lock)


class _Draft:
    """A file that is being received. It is locked for its life, so that only a dead process's draft is removed."""

    def __init__(self, store: FolderStore, path: Path) -> None:
        self.path, self.size, self.digest = path, 0, ""
        self._store = store
        self._hash = hashlib.sha256()
        self._unsynced = 0
        self._writing: asyncio.Future[None] | None = None
        self._alone = threading.Lock()
        self._file = path.open("xb", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    async def fill(self, chunks: AsyncIterable[bytes], at_most: int) -> None:
        """Write the stream; one block is written while the next one is collected."""
        block = bytearray()
        async for chunk in chunks:
            self.size += len(chunk)
            if self.size > at_most:
                raise FileTooLargeError(at_most)
            block += chunk
            if len(block) >= BLOCK:
                await self._write_behind(block)
                block = bytearray()
        if not self.size:
            raise FileEmptyError
        await self._write_behind(block)
        await self._written()
        self.digest = self._hash.hexdigest()

    async def keep(self) -> None:
        """See `ReceivedFile`."""
        await asyncio.to_thread(self._keep)

    async def discard(self) -> None:
        """Remove the draft unless it was kept, after the last write under way has ended."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
            self._writing.exception()  # known by then, or of no interest
        await asyncio.to_thread(self._discard)

    async def _write_behind(self, block: bytearray) -> None:
        await self._written()
        self._writing = asyncio.get_running_loop().run_in_executor(None, self._write, block)

    async def _written(self) -> None:
        if self._writing is not None:
            await asyncio.shield(self._writing)

    def _write(self, block: bytearray) -> None:
        with self._alone, _room_needed():
            self._hash.update(block)
            view = memoryview(block)
            while view:
                view = view[self._file.write(view) :]
            self._unsynced += len(block)
            if self._unsynced >= SYNCED_EVERY:
                os.fdatasync(self._file.fileno())
                self._unsynced = 0

    def _keep(self) -> None:
        with self._alone, _room_needed():
            os.fsync(self._file.fileno())
            self._store.place(self.path, self.digest)

    def _discard(self) -> None:
        with self._alone:
            self.path.unlink(missing_ok=True)  # kept, it is no longer there
            self._file.close()


@contextmanager
def _room_needed() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise NoRoomForFilesError from error
        raise


def _remove_unless_locked(path: Path) -> None:
    with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()


def _files_in(shelf: Path) -> list[StoredFile]:
    found = []
    for path in sorted(shelf.iterdir()):
        if DIGEST.fullmatch(path.name):
            with suppress(FileNotFoundError):
                status = path.stat()
                found.append(StoredFile(path.name, status.st_size, status.st_mtime))
    return found


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
