"""Reports the results as a table and as a JSON file."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measuring import Aim, Result, Runs


def show(results: Sequence[Result], console: Console) -> None:
    """Print the table: medians, ranges of the runs, and the load of the machine."""
    table = Table(
        "what", "ours", "±", "eventsourcing", "asyncpg", "ratio", "target", "", "CPU µs", "load", title="make bench"
    )
    for result in results:
        ratio = "" if result.ratio is None else f"{result.ratio:.1f} ×"
        target = f"{result.target:,g} ×" if result.aim is Aim.TIMES_PEER else f"{result.aim.value} {result.target:,g}"
        table.add_row(
            result.name, f"{_figure(result.ours)} {result.unit}", f"{result.ours.spread:.0%}",
            _figure(result.peer), _figure(result.raw), ratio, target, "✓" if result.met else "✗",
            f"{result.ours.cpu_us:.1f}" if result.ours.cpu_us else "", f"{result.load:.1f}",
        )  # fmt: skip
    console.print(table)
    for result in results:
        if result.note:
            console.print(f"{result.name}: {result.note}")


def write(results: Sequence[Result], file: Path, *, quick: bool) -> None:
    """Write the results by name; results of earlier runs are not kept."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        json.dumps({result.name: {**result.as_json(), "quick": quick} for result in results}, indent=1) + "\n", "utf-8"
    )


def _figure(runs: Runs | None) -> str:
    return "" if runs is None else f"{runs.median:,.4g}" if runs.median < 1_000 else f"{runs.median:,.0f}"
