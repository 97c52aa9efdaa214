"""Limits of a server process: open files, and the thresholds of the garbage collector."""

import gc
import resource
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 65_536
"""Open files. A higher limit costs memory: some child processes allocate space for as many as they may open."""


def allow_many_connections() -> None:
    """Raise the soft limit of open files to the hard one, or to MOST."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def collection_paused() -> Iterator[None]:
    """Look for no cycles while modules are imported and apps are built.

    These objects live as long as the process: looking through them, again and again while they grow in number, frees
    next to nothing and costs a tenth of the CPU of a start.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def tune_garbage_collection() -> None:
    """Freeze start-up objects and raise the GC thresholds.

    Requests and events create no reference cycles; docs/performance.md has the cost of looking for them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
