"""The interface of a file store: files by the SHA-256 of their bytes, each stored once, never changed.

    async with store.receive(chunks, at_most=100 * 2**20) as draft:
        found = await inspect(draft.path, name)  # a refusal leaves nothing behind
        await draft.keep()                       # on the disk when it returns

`FolderStore` is one, `BucketStore` the other: its drafts are local files, too, because a file is inspected before it
is kept.
"""

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store: SHA-256 in hex, bytes, and when it was kept last (seconds since 1970)."""

    digest: str
    size: int
    kept_at: float


class ReceivedFile(Protocol):
    """A received file that is not kept yet. Its context removes it, unless `keep` was called."""

    @property
    def path(self) -> Path: ...
    @property
    def digest(self) -> str: ...
    @property
    def size(self) -> int: ...

    async def keep(self) -> None:
        """Store the file durably under its digest; one with the same bytes is replaced, and counts as kept now.

        Raises NoRoomForFilesError and FileStoreAwayError.
        """


class FileStore(Protocol):
    """A content-addressed file store; several processes may use one."""

    def receive(self, chunks: AsyncIterable[bytes], at_most: int) -> AbstractAsyncContextManager[ReceivedFile]:
        """Write a stream to a draft while its digest is computed, in memory bounded by a few blocks.

        Raises FileEmptyError, FileTooLargeError beyond `at_most` bytes (while they come), NoRoomForFilesError, and
        what `chunks` raises; then nothing is left behind.
        """

    async def size_of(self, digest: str) -> int | None:
        """Return a file's size in bytes; None where it is not in the store."""

    def read(self, digest: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Yield a file's bytes in blocks, from `start`, `length` of them or all.

        Raises StoredFileMissingError, and, where a whole file is read, StoredFileAlteredError before its last block.
        """

    def at_hand(self, digest: str) -> AbstractAsyncContextManager[Path]:
        """Have a file's bytes at a path of this machine, to be read there while the context is open.

        Raises StoredFileMissingError. Whether they are unaltered is for the reader to check.
        """

    async def remove(self, digest: str, kept_before: float) -> bool:
        """Remove a file that was kept last before this instant; return whether it was removed.

        A file that is kept at the same time stays, whichever comes first.
        """

    def listed(self, kept_before: float) -> AsyncIterator[StoredFile]:
        """Yield the files that were kept last before this instant."""
