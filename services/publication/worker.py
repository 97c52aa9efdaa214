"""The bus process of this service: `python -m publication.worker`."""

from parindex.running.settings import Settings
from parindex.running.working import run_worker
from publication.service import SERVICE


def main() -> None:
    run_worker(SERVICE, Settings())


if __name__ == "__main__":
    main()
