"""The bus process of this service: `python -m survey.worker`."""

from parindex.hosting.bus_process import run_worker
from parindex.hosting.settings import Settings
from survey.service import SERVICE


def main() -> None:
    run_worker(SERVICE, Settings())


if __name__ == "__main__":
    main()
