"""Everything in one process, until it is killed: `test_a_round_is_interrupted.py` runs this as a program."""

import asyncio
import sys
from pathlib import Path

from parindex.hosting.logging import configure_logs
from parindex.hosting.server import listening
from parindex.instant import utc_now
from parindex_cli.local.embedded import embedded


async def main(folder: Path, port: int) -> None:
    async with (
        embedded(folder, base_url=f"http://127.0.0.1:{port}", now=utc_now) as system,
        listening(system.app, port=port),
    ):
        print("ready", flush=True)  # noqa: T201  # the test reads it
        await asyncio.Event().wait()


if __name__ == "__main__":
    configure_logs("warning", "parindex")
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
