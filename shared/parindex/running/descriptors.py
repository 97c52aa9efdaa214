"""As many connections as the system lets us have: a login shell's 1,024 open files are no limit for a server."""

import resource

MOST = 65_536
"""Open files. More would only cost: some programs that we start make room for as many as they may open."""


def allow_many_connections() -> None:
    """Raise this process's own limit of open files as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
