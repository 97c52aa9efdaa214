"""The health probe of a container: `python -m parindex.monitoring.probe /health/ready`.

It imports no module of parindex, because it starts every few seconds; and no urllib, which would use a proxy.
"""

import http.client
import os
import sys

TIMEOUT_S = 3


def main(path: str = "/health/live") -> int:
    """Return 0 if that page answers 200, and 1 otherwise."""
    own = http.client.HTTPConnection("127.0.0.1", int(os.environ["PARINDEX_HEALTH_PORT"]), timeout=TIMEOUT_S)
    try:
        own.request("GET", path)
        return int(own.getresponse().status != http.client.OK)
    except OSError:
        return 1
    finally:
        own.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
