"""Finds the type of a received file by its content, and refuses types and files that are not accepted.

The file is examined in a process of its own with bounds of processor, memory and time (`examining.py`): a hostile file
ends that process, and nothing else.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from parindex.files import refusals
from parindex.files.kinds import ending_of
from parindex.files.refusals import FileTooComplexError
from parindex.refusal import Refused

WITHIN: Final = 20.0
"""Seconds that one examination may take."""
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
        FileExpandsTooMuchError, PictureTooLargeError, FileDamagedError and FileTooComplexError.
        """
        async with self._turns:
            answer = await _examined(path, ending_of(name))
        if code := answer.get("refused"):
            raise _REFUSALS[code](**answer["values"])
        return Inspected(answer["media_type"], answer["pages"])


async def _examined(path: Path, ending: str) -> dict[str, Any]:
    command = (sys.executable, "-I", "-B", "-m", "parindex.files.examining", str(path), ending)
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *command, stdin=quiet, stdout=asyncio.subprocess.PIPE, stderr=quiet, env={}
    )
    try:
        async with asyncio.timeout(WITHIN):
            said, _ = await process.communicate()
    except TimeoutError:
        raise FileTooComplexError from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:  # the bounds ended it
        raise FileTooComplexError
    answer: dict[str, Any] = json.loads(said)
    return answer
