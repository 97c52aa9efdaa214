"""`make bench`: runs all benchmarks, prints a table, and writes `var/bench/latest.json`."""

import argparse
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from itertools import count
from pathlib import Path

import uvloop
from rich.console import Console

from bench.appending import SLOW_DISK_US, append_batch, append_single
from bench.compared_block import compared_block
from bench.freshness import freshness
from bench.growth import growth
from bench.import_of_a_set import import_of_a_set
from bench.import_of_a_sheet import imports_of_a_sheet
from bench.measuring import Plan, Result
from bench.pipeline import pipeline
from bench.province import full_province
from bench.ratings import ratings
from bench.reads_of_a_unit import measured_unit, reads_of_a_unit
from bench.rebuilding import rebuild
from bench.replaying import replay
from bench.reporting import show, write
from bench.trying import sensitivity, trial_of_a_round
from bench.uploads import uploads
from parindex.hosting.logging import configure_logs
from parindex.hosting.process_limits import tune_garbage_collection
from parindex.servers.embedded_postgres import EmbeddedPostgres
from parindex.testing.postgres import Databases

PARTS = (
    "append",
    "replay",
    "pipeline",
    "ratings",
    "freshness",
    "rebuild",
    "reads",
    "import",
    "uploads",
    "compared",
    "set",
    "trial",
    "province",
)

WIDTH = 130
"""Columns of the table, also if the output is no terminal."""


async def measure(folder: Path, plan: Plan, parts: Sequence[str]) -> AsyncIterator[Result]:
    """Run the benchmarks one after the other, so that none shares the machine with another one."""
    with EmbeddedPostgres(folder / "postgres") as server:
        if "append" in parts:
            for flush_us in (0, SLOW_DISK_US):
                yield await append_single(server, plan, flush_us)
                yield await append_batch(server, plan, flush_us)
        if "trial" in parts:
            yield trial_of_a_round(plan)
            yield sensitivity(plan)
        if "replay" in parts:
            yield await replay(server, plan)
        if "pipeline" in parts:
            yield await pipeline(server, folder, plan)
        if "ratings" in parts:
            for result in await ratings(server, _in(folder, "ratings"), plan):
                yield result
        async for result in _measure_a_service(Databases(server, set(), count()), folder, plan, parts):
            yield result
    async for result in _measure_installations(folder, plan, parts):
        yield result


async def _measure_a_service(
    databases: Databases, folder: Path, plan: Plan, parts: Sequence[str]
) -> AsyncIterator[Result]:
    if "compared" in parts:
        yield await compared_block(databases, plan)
    if "set" in parts:
        yield await import_of_a_set(databases, _in(folder, "set"), plan)
    if "province" in parts:
        async for result in full_province(databases, _in(folder, "province"), plan):
            yield result
    if not {"reads", "import"}.isdisjoint(parts):
        async for result in _measure_a_unit(databases, _in(folder, "unit"), plan, parts):
            yield result


async def _measure_a_unit(
    databases: Databases, folder: Path, plan: Plan, parts: Sequence[str]
) -> AsyncIterator[Result]:
    async with measured_unit(databases, folder) as unit:
        if "reads" in parts:
            async for result in reads_of_a_unit(unit, plan):
                yield result
        if "import" in parts:
            yield await imports_of_a_sheet(unit, plan)


async def _measure_installations(folder: Path, plan: Plan, parts: Sequence[str]) -> AsyncIterator[Result]:
    if "uploads" in parts:
        yield await uploads(_in(folder, "uploads"), plan)
    if "freshness" in parts:
        yield await freshness(folder / "eight", plan)
    if "rebuild" in parts:
        yield await rebuild(folder / "embedded", plan)


def _in(folder: Path, part: str) -> Path:
    """Make the folder of a part."""
    made = folder / part
    made.mkdir()
    return made


async def _run(folder: Path, plan: Plan, parts: Sequence[str], console: Console) -> list[Result]:
    results = []
    async for result in measure(folder, plan, parts):
        console.print(f"{result.name}: {result.ours.median:,.4g} {result.unit}")
        results.append(result)
    return results


async def _grow(folder: Path, plan: Plan, console: Console) -> None:
    with EmbeddedPostgres(folder / "postgres") as server:
        await growth(server, plan, console)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work: to try it, not to tell the figures")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none is named. Or: growth"
    )
    asked = parser.parse_args()
    console = Console(width=max(Console().width, WIDTH))
    os.environ["NO_PROXY"] = "127.0.0.1"
    configure_logs("error", "bench")
    tune_garbage_collection()  # as in every process of the system; the peer gets the same
    folder = Path(tempfile.mkdtemp(prefix="parindex-bench-"))
    folder.chmod(0o755)  # the database server may run as `nobody`
    try:
        if asked.parts == ["growth"]:
            uvloop.run(_grow(folder, Plan(asked.quick), console))
            return
        results = uvloop.run(_run(folder, Plan(asked.quick), asked.parts or PARTS, console))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(results, console)
    write(results, Path("var/bench/latest.json"), quick=asked.quick)


if __name__ == "__main__":
    main()
