"""The bus process of this service: `python -m publication.worker`."""

from parindex.hosting.bus_process import run_worker
from parindex.hosting.settings import Settings
from publication.service import SERVICE


def main() -> None:
    run_worker(SERVICE, Settings())


if __name__ == "__main__":
    main()
