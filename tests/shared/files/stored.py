"""A file, and how the tests of stores keep and read it."""

import hashlib
from collections.abc import AsyncIterator

from parindex.files.store import FileStore

CONTENT = b"Minh ch\xe1\xbb\xa9ng" * 900_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
FOREVER = 2.0**40
"""An instant after all others, in seconds since 1970."""


async def in_chunks(content: bytes, size: int = 70_000) -> AsyncIterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]


async def kept(store: FileStore, content: bytes = CONTENT) -> str:
    async with store.receive(in_chunks(content), len(content)) as draft:
        await draft.keep()
        assert draft.size == len(content)
        return draft.digest


async def read(store: FileStore, digest: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join([block async for block in store.read(digest, start, length)])
