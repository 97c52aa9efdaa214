"""Measures the CPU share of a process and all its descendants from /proc, such as an idle `parindex serve`.

python -m bench.idle PID
"""

import argparse
import os
import sys
import time
from pathlib import Path

from bench.measuring import cpu_s


def tree_of(root: int) -> set[int]:
    """Return a process and its descendants."""
    parents = {int(entry.name): _parent(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found, fresh = set[int](), {root}
    while fresh:
        found |= fresh
        fresh = {pid for pid, parent in parents.items() if parent in fresh}
    return found


def used_by(root: int) -> dict[int, float]:
    """Return the seconds of CPU that each process of the tree has used."""
    used = {}
    for pid in tree_of(root):
        try:
            used[pid] = cpu_s(pid)
        except FileNotFoundError:
            if pid == root:
                raise
    return used


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text("ascii").rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.idle", description="Measure a process and its descendants.")
    parser.add_argument("pid", type=int)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    before, began = used_by(asked.pid), time.monotonic()
    time.sleep(asked.seconds)
    after, took = used_by(asked.pid), time.monotonic() - began
    used = sum(cpu - before.get(pid, 0.0) for pid, cpu in after.items())
    load = os.getloadavg()[0]
    sys.stdout.write(f"{used / took:.2%} of one core, {len(after)} processes, {took:.0f} s, load {load:.1f}\n")


if __name__ == "__main__":
    main()
