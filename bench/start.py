"""Measures the CPU of `parindex serve` in an empty folder until it is ready, beside what no start can do without.

python -m bench.start [--runs 5] [--python OTHER/.venv/bin/python]

The peer is measured in turns with it: Python that imports FastAPI and SQLAlchemy and starts an empty PostgreSQL. CPU is
user and system time of all processes of a start, also of those that have ended, such as `initdb`. `--python` is that of
another version, to compare versions in the same minutes.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import httpx

from bench.idle import tree_of
from bench.measuring import cpu_with_ended_s
from parindex.hosting.server import LOOPBACK
from parindex.servers.rabbitmq_folder import free_ports
from parindex.testing.postgres import fast_file_system

PEER = """
import sys, pathlib, fastapi, sqlalchemy.ext.asyncio
from parindex.servers.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(pathlib.Path(sys.argv[1]) / "postgres"):
    pathlib.Path(sys.argv[1], "ready").touch()
    sys.stdin.read()
"""
SERVE = "from parindex.cli import main; main()"
LONGEST_S = 300.0
LOOK_EVERY_S = 0.05

Ready = Callable[[], bool]


def serving(python: str, folder: Path) -> float:
    """Return the CPU seconds of `parindex serve` until all services are ready."""
    [port] = free_ports(1)
    waiting = ["publication", "scoring", "survey", "assessment"]

    def ready() -> bool:
        while waiting and _answers(f"http://{LOOPBACK}:{port}/{waiting[-1]}/health/ready"):
            waiting.pop()
        return not waiting

    return cpu_until([python, "-c", SERVE, "serve", "--folder", str(folder), "--port", str(port)], ready)


def peer(python: str, folder: Path) -> float:
    """Return the CPU seconds of a start that imports the two largest libraries and makes an empty database."""
    return cpu_until([python, "-c", PEER, str(folder)], (folder / "ready").exists)


def cpu_until(command: Sequence[str], ready: Ready) -> float:
    """Run a command until it is ready; return the CPU seconds of its processes, and end it."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env
    )
    try:
        deadline = time.monotonic() + LONGEST_S
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"not ready: {command}")
            time.sleep(LOOK_EVERY_S)
        return sum(map(cpu_with_ended_s, tree_of(process.pid)))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=10).is_success
    except httpx.TransportError:
        return False


def measured(start: Callable[[str, Path], float], python: str) -> float:
    """Return the CPU seconds of one start, in a new folder.

    It is on the memory file system if there is one: on ext4 a start costs seconds more CPU if the folders of other
    starts were deleted in the last minutes (see `fast_file_system`).
    """
    with tempfile.TemporaryDirectory(dir=fast_file_system()) as folder:
        return start(python, Path(folder))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.start", description="Measure the start of an installation.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--python", default=sys.executable)
    asked = parser.parse_args()
    measured(serving, asked.python)  # writes the bytecode
    ours, peers = [], []
    for _ in range(asked.runs):
        ours.append(measured(serving, asked.python))
        peers.append(measured(peer, asked.python))
    ratios = [one / other for one, other in zip(ours, peers, strict=True)]
    sys.stdout.write(
        f"start {median(ours):.2f} s of CPU ({min(ours):.2f} to {max(ours):.2f}), peer {median(peers):.2f} s, "
        f"{median(ratios):.2f} times the peer, load {os.getloadavg()[0]:.1f}\n"
    )


if __name__ == "__main__":
    main()
