"""Pictures of the pages of stored files: JPEG of bounded size, drawn by the server, so that browsers need no viewer.

A page is drawn in a process of its own with bounds of processor, memory and time (`picturing.py`).
"""

import asyncio
import json
from collections import OrderedDict
from typing import Final

from parindex.files.bounded import run_bounded
from parindex.files.kinds import JPEG, PDF, PNG
from parindex.files.refusals import FileTooComplexError, PageNotDrawnError, StoredFileAlteredError
from parindex.files.store import FileStore

AT_ONCE: Final = 2
"""Pages that one process of a service draws at the same time."""
KEPT: Final = 32 * 2**20
"""Bytes of drawn pages that are kept in memory, those that were asked for last."""
SHOWN: Final = frozenset({PDF.media_type, JPEG.media_type, PNG.media_type})
"""The media types whose pages can be drawn. Office documents are downloaded."""
PICTURE: Final = "image/jpeg"
_JPEG: Final = b"\xff\xd8\xff"


class PagePictures:
    """Draws pages, a few at a time, and keeps the last ones."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()

    async def picture(self, store: FileStore, digest: str, media_type: str, page: int) -> bytes:
        """Return a page of a stored file, from 1, as JPEG.

        Raises PageNotDrawnError, StoredFileMissingError and StoredFileAlteredError.
        """
        if media_type not in SHOWN:
            raise PageNotDrawnError(page)
        async with self._turns:
            if (kept := self._kept.pop((digest, page), None)) is None:
                kept = await _drawn(store, digest, media_type, page)
            self._keep((digest, page), kept)
        return kept

    def _keep(self, of: tuple[str, int], picture: bytes) -> None:
        self._kept[of] = picture
        while sum(map(len, self._kept.values())) > KEPT:
            self._kept.popitem(last=False)


async def _drawn(store: FileStore, digest: str, media_type: str, page: int) -> bytes:
    async with store.at_hand(digest) as path:
        try:
            said = await run_bounded("parindex.files.picturing", str(path), media_type, digest, str(page))
        except FileTooComplexError:
            raise PageNotDrawnError(page) from None
    if said.startswith(_JPEG):
        return said
    if json.loads(said)["refused"] == StoredFileAlteredError.code:
        raise StoredFileAlteredError(digest)
    raise PageNotDrawnError(page)
