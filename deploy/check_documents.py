"""Checks the OpenAPI and AsyncAPI documents with the programs that integrators use: a part of `make check`.

A linter and a parser find no errors, and two small clients compile: one in strict TypeScript against types generated
from the documents, and one in Go against generated packages. The programs are installed in `var/api-clients/`. If a
prerequisite is missing or a registry can't be reached, the script prints that and checks nothing; with CI=true missing
programs fail.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import go_client

ROOT = Path(__file__).parent.parent
SOURCE = Path(__file__).with_name("api-clients")
WORK = ROOT / "var" / "api-clients"
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
STEPS = {
    "a linter and a parser": ("node", "check.mjs", str(ROOT / "docs"), "."),
    "a strict client": ("node", "node_modules/typescript/bin/tsc", "--project", "."),
}
AT_MOST_S = 300


IN_CI = os.environ.get("CI", "") in {"1", "true"}


def main() -> int:
    """Return 1 if a document is wrong, or a program is missing in CI; 0 otherwise."""
    return max(check_with_node(), check_with_go())


def check_with_node() -> int:
    """Lint and parse the documents, and compile the client in TypeScript."""
    if missing := [program for program in ("node", "npm") if shutil.which(program) is None]:
        say(f"SKIPPED, no document was linted: {' and '.join(missing)} not installed (Debian: nodejs, npm).")
        return 1 if IN_CI else 0
    prepare()
    if not installed():
        say("SKIPPED, no document was linted: the programs can't be had from npm's registry.")
        return 0
    return 1 if any(failed(what, command) for what, command in STEPS.items()) else 0


def check_with_go() -> int:
    """Generate and compile the client in Go."""
    if missing := go_client.missing():
        say(f"SKIPPED, no Go client was compiled: Debian's {', '.join(missing)} not installed.")
        return 1 if IN_CI else 0
    if not go_client.installed():
        say("SKIPPED, no Go client was compiled: the generator can't be had from PyPI.")
        return 0
    found = go_client.mistakes(sorted((ROOT / "docs" / "openapi").glob("*.json")))
    say(f"FAILED, a generated Go client:\n{found}" if found else "a generated Go client: right.")
    return 1 if found else 0


def prepare() -> None:
    """Copy the checking programs to a folder of their own, where node's modules may be."""
    WORK.mkdir(parents=True, exist_ok=True)
    for file in SOURCE.iterdir():
        shutil.copy(file, WORK)


def installed() -> bool:
    """Return whether the locked programs are installed; they are fetched once per lock file."""
    lock, known = SOURCE / "package-lock.json", WORK / "node_modules" / ".installed"
    if known.exists() and known.read_bytes() == lock.read_bytes():
        return True
    if run(INSTALL).returncode != 0:
        return False
    known.write_bytes(lock.read_bytes())
    return True


def failed(what: str, command: Sequence[str]) -> bool:
    """Run one step, and print its output if it failed."""
    done = run(command)
    if done.returncode != 0:
        say(f"FAILED, {what}:\n{done.stdout}{done.stderr}")
    else:
        say(f"{what}: right.")
    return done.returncode != 0


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program in the folder."""
    return subprocess.run(command, cwd=WORK, capture_output=True, text=True, timeout=AT_MOST_S, check=False)


def say(text: str) -> None:
    print(f"documents: {text}")  # noqa: T201  # a command


if __name__ == "__main__":
    sys.exit(main())
