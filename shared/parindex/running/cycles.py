"""How often a process of ours looks for cycles among its objects."""

import gc


def spare_the_collector() -> None:
    """Let Python look for cycles less often, and never again among what a process is made of.

    Requests and facts leave no cycles; what looking for them costs is in docs/performance.md.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
