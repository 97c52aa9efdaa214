"""Asks the process in this container how it is: `python -m parindex.monitoring.probe /health/ready`. For health checks.

It imports nothing of ours, because it starts every few seconds; and no urllib, which would ask a proxy first.
"""

import http.client
import os
import sys

PATIENCE_S = 3


def main(path: str = "/health/live") -> int:
    """Return 0 where that page answers 200, and 1 otherwise."""
    ours = http.client.HTTPConnection("127.0.0.1", int(os.environ["PARINDEX_HEALTH_PORT"]), timeout=PATIENCE_S)
    try:
        ours.request("GET", path)
        return int(ours.getresponse().status != http.client.OK)
    except OSError:
        return 1
    finally:
        ours.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
