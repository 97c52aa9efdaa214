"""Runs a module in a process of its own, for a file that a stranger made: a hostile file ends that process alone.

The module, `python -I -B -m MODULE PATH …`, calls `bounds.bound` before it opens the file.
"""

import asyncio
import sys
from typing import Final

from parindex.files.refusals import FileTooComplexError

WITHIN: Final = 20.0
"""Seconds that such a process may take."""
MOST_SAID: Final = 16 * 2**20
"""Bytes that the parent takes from the process."""


async def run_bounded(module: str, *arguments: str) -> bytes:
    """Return what a module prints in a process of its own. Raises FileTooComplexError where the bounds end it."""
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-B", "-m", module, *arguments),
        stdin=quiet,
        stdout=asyncio.subprocess.PIPE,
        stderr=quiet,
        env={},
    )
    said = bytearray()
    try:
        async with asyncio.timeout(WITHIN):
            while process.stdout and (block := await process.stdout.read(2**16)):
                said += block
                if len(said) > MOST_SAID:
                    raise FileTooComplexError
            await process.wait()
    except TimeoutError:
        raise FileTooComplexError from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:  # the bounds ended it
        raise FileTooComplexError
    return bytes(said)
