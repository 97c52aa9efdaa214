"""Measurements: several runs of the same work after a warm-up, with the load of the machine."""

import gc
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any


class Aim(Enum):
    """The kind of a target: a ratio to the peer's figure, or an absolute figure."""

    TIMES_PEER = "× peer"
    AT_LEAST = "≥"
    AT_MOST = "≤"


@dataclass(frozen=True, slots=True)
class Runs:
    """The figures of several runs. `cpu_us`: this process's CPU time for one event, in microseconds (0: not known)."""

    values: Sequence[float]
    cpu_us: float = 0.0
    extra: dict[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """The range of the runs, as a share of the median."""
        return (max(self.values) - min(self.values)) / self.median if self.median else 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. `raw` is asyncpg alone, without order, decisions or typed facts."""

    name: str
    unit: str
    target: float
    aim: Aim
    ours: Runs
    peer: Runs | None = None
    raw: Runs | None = None
    note: str = ""  # the limits of the figure
    load: float = field(default_factory=lambda: os.getloadavg()[0])

    @property
    def ratio(self) -> float | None:
        return self.ours.median / self.peer.median if self.peer else None

    @property
    def met(self) -> bool:
        match self.aim:
            case Aim.TIMES_PEER:
                return self.ratio is not None and self.ratio >= self.target
            case Aim.AT_LEAST:
                return self.ours.median >= self.target
            case Aim.AT_MOST:
                return self.ours.median <= self.target

    def as_json(self) -> dict[str, Any]:
        """Return the result as in `latest.json`."""
        main = {
            "ours": _rounded(self.ours.median),
            "peer": _rounded(self.peer.median) if self.peer else None,
            "ratio": _rounded(self.ratio),
            "target": self.target,
            "unit": self.unit,
        }
        more = {
            "aim": self.aim.value,
            "met": self.met,
            "spread": _rounded(self.ours.spread),
            "peer_spread": _rounded(self.peer.spread) if self.peer else None,
            "raw_asyncpg": _rounded(self.raw.median) if self.raw else None,
            "cpu_us_per_event": _rounded(self.ours.cpu_us),
            "load": self.load,
            "note": self.note,
            "runs": [_rounded(value) for value in self.ours.values],
        }
        return main | more | {name: _rounded(value) for name, value in self.ours.extra.items()}


@dataclass(frozen=True, slots=True)
class Plan:
    """The amount of work. A short plan is for trying the benchmarks; its figures are not for publication."""

    quick: bool = False

    @property
    def runs(self) -> int:
        return 2 if self.quick else 5

    def of(self, full: int) -> int:
        """Return the number of events of this plan, for a full number."""
        return max(full // 10, 1_000) if self.quick else full


Work = Callable[[], Awaitable[int]]


async def per_second(work: Work, runs: int, *, warm_up: int = 1) -> Runs:
    """Run some work, which returns how many events it did; the figures are events per second."""
    for _ in range(warm_up):
        await work()
    values, events = [], 0
    cpu = 0.0
    for _ in range(runs):
        gc.collect()
        began, used = time.perf_counter(), time.process_time()
        done = await work()
        values.append(done / (time.perf_counter() - began))
        cpu += time.process_time() - used
        events += done
    return Runs(values, cpu / events * 1e6)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value at or below which this share of all values is."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def cpu_s(pid: int) -> float:
    """Return the seconds of CPU time that a process has used (proc(5): utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_with_ended_s(pid: int) -> float:
    """Return the same with the child processes that have ended and that it waited for (cutime and cstime)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def peak_mib(pid: int) -> float:
    """Return the peak memory of a process, in MiB (proc(5): VmHWM)."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
