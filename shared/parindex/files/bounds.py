"""The bounds of a process that opens a file of a stranger. It imports little, because each such process pays for it."""

import os
import resource
from typing import Final

MEMORY: Final = 512 * 2**20
"""Bytes of the process's address space, Python and the mapped file apart."""
SECONDS: Final = 10
"""Of the processor."""


def bound(size: int) -> None:
    """Bound this process, which opens a file of this size: it can't hang, fill the memory or write."""
    os.nice(5)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY + size),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))
