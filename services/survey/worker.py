"""The bus process of this service: `python -m survey.worker`."""

from parindex.running.settings import Settings
from parindex.running.working import run_worker
from survey.service import SERVICE


def main() -> None:
    run_worker(SERVICE, Settings())


if __name__ == "__main__":
    main()
