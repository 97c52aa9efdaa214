"""Finds the type of a received file by its content, and refuses types and files that are not accepted.

The file is examined in a process of its own with bounds of processor, memory and time (`examining.py`): a hostile file
ends that process, and nothing else.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from parindex.files import refusals
from parindex.files.bounded import run_bounded
from parindex.files.kinds import XLSX, ending_of
from parindex.files.refusals import FileNotAsNamedError, FileNotWorkbookError
from parindex.refusal import Refused

AT_ONCE: Final = 2
"""Examinations at the same time in one process of a service."""

_REFUSALS: Final = {
    each.code: each for each in vars(refusals).values() if isinstance(each, type) and issubclass(each, Refused)
}


@dataclass(frozen=True, slots=True)
class Inspected:
    """An accepted file: its media type, and its pages (0 where they are not known)."""

    media_type: str
    pages: int


class Inspector:
    """Inspects files, a few at a time."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def inspect(self, path: Path, name: str) -> Inspected:
        """Return what a file with this name is.

        Raises FileTypeNotAcceptedError, FileNotAsNamedError, FileEncryptedError, FileHasMacrosError,
        FileHasDdeLinksError, FileExpandsTooMuchError, PictureTooLargeError, FileDamagedError and FileTooComplexError.
        """
        async with self._turns:
            answer = json.loads(await run_bounded("parindex.files.examining", str(path), ending_of(name)))
        if code := answer.get("refused"):
            raise _REFUSALS[code](**answer["values"])
        return Inspected(answer["media_type"], answer["pages"])

    async def inspect_workbook(self, path: Path, name: str = "") -> None:
        """Check a workbook under any name. `name`: as it was sent, for the refusal; "" where it has none.

        Raises FileNotWorkbookError, and as `inspect` does for a workbook.
        """
        try:
            await self.inspect(path, f"workbook{XLSX.endings[0]}")
        except FileNotAsNamedError as refused:
            raise FileNotWorkbookError(name, refused.looks) from None
