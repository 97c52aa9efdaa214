"""A file that was kept until a person confirms its content, read again by its digest.

compared = await read_kept(context.file_store, digest, LARGEST_WORKBOOK, self._read, ListGoneError)
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from parindex.files.refusals import may_pass
from parindex.files.store import FileStore
from parindex.refusal import Refused

T = TypeVar("T")


async def read_kept(
    store: FileStore, digest: str, largest: int, read: Callable[[Path], Awaitable[T]], gone: type[Refused]
) -> T:
    """Return what a kept file says; raise `gone` where it is not there, has more than `largest` bytes, or is refused.

    The store holds the files of all units. Any other file is refused as if it were not there: a person who has a
    document does not find out here whether others have sent it. A refusal that may pass is raised as it is, because
    the file is still there.
    """
    size = await store.size_of(digest)
    if size is None or size > largest:
        raise gone
    try:
        async with store.at_hand(digest) as path:
            return await read(path)
    except Refused as refused:
        if may_pass(refused):
            raise
        raise gone from None
