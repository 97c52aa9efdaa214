"""Changes the rules one operator or constant at a time, and reports each change that no test notices: `make mutants`.

`tests/mutants.toml` names the modules, the tests that must notice, and the known survivors with a reason for each. The
program fails where a survivor is not listed, and where a listed one is noticed by now. Mutmut does the work, in a copy
of the tree: it wants modules below one `src` folder, and here there are two source roots.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
LISTED = ROOT / "tests" / "mutants.toml"
NOTICED = {"killed", "timeout", "caught by type check"}
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


def main(wanted: list[str]) -> int:
    """Return 1 where what survives is not what is listed. `wanted`: parts of the modules' paths; none means all."""
    modules = tomllib.loads(LISTED.read_text())
    failures = 0
    for module, listed in modules.items():
        if not wanted or any(part in module for part in wanted):
            survivors, count = survivors_of(module, listed["tests"])
            failures += compare(module, count, survivors, known(listed))
    return 1 if failures else 0


def known(listed: Mapping[str, Any]) -> set[Mutant]:
    """Return the survivors that are listed with a reason."""
    return {
        Mutant(each["function"], each["before"], each["after"]) for each in listed.get("survivors", []) if each["why"]
    }


def compare(module: str, count: int, survivors: set[Mutant], expected: set[Mutant]) -> int:
    """Report the difference and return its size."""
    say(f"{module}: {count} mutants, {len(survivors)} survive, {len(expected)} are listed")
    for mutant in sorted(survivors - expected):
        say(f'\nNo test notices this. Write one, or list it with a reason:\n[["{module}".survivors]]\n{mutant}')
    for mutant in sorted(expected - survivors):
        say(f"\nThis is listed in {LISTED.name}, but it does not survive or does not exist any more:\n{mutant}")
    return len(survivors ^ expected)


def survivors_of(module: str, tests: list[str]) -> tuple[set[Mutant], int]:
    """Run the tests against each mutant of a module; return those that survive, and how many there were."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        prepare(copy, module, tests)
        mutmut(copy, "run", "--max-children", os.environ.get("JOBS", "2"))
        lines = mutmut(copy, "results", "--all", "true").splitlines()
        statuses = dict(line.strip().rsplit(": ", 1) for line in lines if "__mutmut_" in line)
        alive = [name for name, status in statuses.items() if status not in NOTICED]
        return {read_mutant(name, mutmut(copy, "show", name)) for name in alive}, len(statuses)


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
        "pytest_add_cli_args": ARGUMENTS,
        "pytest_add_cli_args_test_selection": tests,
        "use_git_change_detection": False,
        "track_dependencies": False,
    }
    ours = (ROOT / "pyproject.toml").read_text()
    added = "".join(f"{name} = {toml(value)}\n" for name, value in settings.items())
    (copy / "pyproject.toml").write_text(f"{ours}\n[tool.mutmut]\n{added}")


def mutmut(copy: Path, *arguments: str) -> str:
    """Run mutmut in the copy and return its output; raise MutmutFailedError."""
    program = Path(sys.executable).with_name("mutmut")
    ended = subprocess.run([program, *arguments], cwd=copy, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise MutmutFailedError(ended.stdout[-4_000:] + ended.stderr[-4_000:])
    return ended.stdout


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
