"""Limits of a server process: open files, and how often the garbage collector looks for cycles."""

import gc
import resource

MOST = 65_536
"""Open files. More would only cost: some programs that we start make room for as many as they may open."""


def allow_many_connections() -> None:
    """Raise this process's own limit of open files as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def tune_garbage_collection() -> None:
    """Let Python look for cycles less often, and never again among what a process is made of.

    Requests and facts leave no cycles; what looking for them costs is in docs/performance.md.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
