"""Changes the rules one operator or constant at a time, and reports each change that no test notices: `make mutants`.

`tests/mutants.toml` names the modules, the tests that must notice, and the known survivors with a reason for each. The
program fails where a survivor is not listed, where a listed one is noticed by now, and where a module was not run to
its end. Mutmut does the work, in a copy of the tree: it needs modules below one `src` folder, and here there are two
source roots. JOBS says how many mutants run at a time, MINUTES how long a module may take.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LISTED = ROOT / "tests" / "mutants.toml"
JOBS = os.environ.get("JOBS", "3")
MINUTES = int(os.environ.get("MINUTES", "60"))
ENDLESS = "timeout"
NOTICED = {"killed", ENDLESS, "caught by type check"}
TIMEOUT_CONSTANT = 4.0
"""Seconds that a mutant's tests may take beside their own, times 15: a busy machine is no endless loop."""
NOT_RUN = "not checked"
NOT_CHANGED = ["case _:", r"assert_never\("]  # mypy proves that nothing comes there
# pytest runs several times in one process, so its plugins are imported before the second run can rewrite them
ARGUMENTS = ["-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore::pytest.PytestAssertRewriteWarning"]


class MutmutFailedError(Exception):
    """Mutmut did not come to an end: mostly because a test fails without any change."""


@dataclass(frozen=True, order=True)
class Mutant:
    """One change, by its function and its lines: their number in the file may change, and so may mutmut's own name."""

    function: str
    before: str
    after: str

    def __str__(self) -> str:
        return "".join(f"{name} = {toml(value)}\n" for name, value in vars(self).items())


@dataclass(frozen=True)
class Outcome:
    """What became of a module's mutants: those that survived, and how many were noticed, and never run."""

    survivors: set[Mutant]
    count: int
    killed: int
    not_run: int


def main(wanted: list[str]) -> int:
    """Return 1 where what survives is not what is listed. `wanted`: parts of the modules' paths; none means all."""
    modules = tomllib.loads(LISTED.read_text())
    rows = [
        run(module, listed)
        for module, listed in modules.items()
        if not wanted or any(part in module for part in wanted)
    ]
    say("\n" + " ".join(f"{name:>10}" for name in ("mutants", "killed", "listed", "unexpected", "not run", "seconds")))
    for module, *numbers in rows:
        say(" ".join(f"{number:10}" for number in numbers) + f"  {module}")
    return 1 if not rows or any(unexpected or not_run for *_, unexpected, not_run, _ in rows) else 0


def run(module: str, listed: Mapping[str, Any]) -> tuple[str, int, int, int, int, int, int]:
    """Run a module's mutants and report; return its row of the table."""
    began, expected = time.monotonic(), known(listed)
    found = outcome_of(module, listed["tests"])
    unexpected = compare(module, found, expected)
    seconds = round(time.monotonic() - began)
    return module, found.count, found.killed, len(expected), unexpected, found.not_run, seconds


def known(listed: Mapping[str, Any]) -> set[Mutant]:
    """Return the survivors that are listed with a reason."""
    return {
        Mutant(each["function"], each["before"], each["after"]) for each in listed.get("survivors", []) if each["why"]
    }


def compare(module: str, found: Outcome, expected: set[Mutant]) -> int:
    """Report the difference and return its size; what is listed may not have been run."""
    say(f"{module}: {found.count} mutants, {len(found.survivors)} survive, {len(expected)} are listed")
    for mutant in sorted(found.survivors - expected):
        say(f'\nNo test notices this. Write one, or list it with a reason:\n[["{module}".survivors]]\n{mutant}')
    gone = set() if found.not_run else expected - found.survivors
    for mutant in sorted(gone):
        say(f"\nThis is listed in {LISTED.name}, but it does not survive or does not exist any more:\n{mutant}")
    return len(found.survivors - expected) + len(gone)


def outcome_of(module: str, tests: list[str]) -> Outcome:
    """Run the tests against each mutant of a module, as long as MINUTES allow."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        prepare(copy, module, tests)
        mutmut(copy, "run", "--max-children", JOBS, seconds=60 * MINUTES)
        lines = mutmut(copy, "results", "--all", "true").splitlines()
        statuses = dict(line.strip().rsplit(": ", 1) for line in lines if "__mutmut_" in line)
        if not statuses:
            raise MutmutFailedError(f"{module}: no mutant was run")
        alive = [name for name, status in statuses.items() if status not in {*NOTICED, NOT_RUN}]
        not_run = list(statuses.values()).count(NOT_RUN)
        for name in [name for name, status in statuses.items() if status == ENDLESS]:
            say(f"Its tests did not end, so it counts as noticed:\n{read_mutant(name, mutmut(copy, 'show', name))}")
        survivors = {read_mutant(name, mutmut(copy, "show", name)) for name in alive}
        return Outcome(survivors, len(statuses), len(statuses) - len(alive) - not_run, not_run)


def prepare(copy: Path, module: str, tests: list[str]) -> None:
    """Copy what the tests need, with both source roots as one, and configure mutmut."""
    without = shutil.ignore_patterns("__pycache__")
    for root in ("services", "shared"):
        shutil.copytree(ROOT / root, copy / "src", ignore=without, dirs_exist_ok=True)
    shutil.copytree(ROOT / "tests", copy / "tests", ignore=without)
    inside = Path("src", *Path(module).parts[1:])
    settings = {
        "source_paths": ["src"],
        "only_mutate": [str(inside)],
        "do_not_mutate_patterns": NOT_CHANGED,
        "pytest_add_cli_args": ARGUMENTS,
        "pytest_add_cli_args_test_selection": tests,
        "timeout_constant": TIMEOUT_CONSTANT,
        "use_git_change_detection": False,
        "track_dependencies": False,
    }
    ours = (ROOT / "pyproject.toml").read_text()
    added = "".join(f"{name} = {toml(value)}\n" for name, value in settings.items())
    (copy / "pyproject.toml").write_text(f"{ours}\n[tool.mutmut]\n{added}")


def mutmut(copy: Path, *arguments: str, seconds: int | None = None) -> str:
    """Run mutmut in the copy and return its output; after so many seconds end it. Raise MutmutFailedError."""
    program = Path(sys.executable).with_name("mutmut")
    with subprocess.Popen(
        [program, *arguments],
        cwd=copy,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its workers and their servers, too
            return ""
    if process.returncode:
        raise MutmutFailedError(output[-8_000:])
    return output


def read_mutant(name: str, diff: str) -> Mutant:
    """Read a mutant from what `mutmut show` prints."""
    function = name.rpartition(".")[2].partition("__mutmut_")[0].removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    return Mutant(function, changed(lines, "-"), changed(lines, "+"))


def changed(lines: Iterable[str], sign: str) -> str:
    """Return the lines of a diff that have a sign, in one line."""
    return " ".join(line[1:].strip() for line in lines if line.startswith(sign))


def toml(value: object) -> str:
    """Write a text, a list or a truth value as TOML, which has these in common with JSON."""
    return json.dumps(value, ensure_ascii=False)


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201  # a program


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
