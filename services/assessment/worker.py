"""The bus process of this service: `python -m assessment.worker`."""

from assessment.service import SERVICE
from parindex.hosting.bus_process import run_worker
from parindex.hosting.settings import Settings


def main() -> None:
    run_worker(SERVICE, Settings())


if __name__ == "__main__":
    main()
