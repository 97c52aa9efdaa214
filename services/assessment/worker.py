"""The bus process of this service: `python -m assessment.worker`."""

from assessment.service import SERVICE
from parindex.running.settings import Settings
from parindex.running.working import run_worker


def main() -> None:
    run_worker(SERVICE, Settings())


if __name__ == "__main__":
    main()
