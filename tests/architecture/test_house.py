"""House rules that a machine can check: exact numbers, imports without effects, lock files with hashes."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-services.lock", "requirements-bench.lock", "requirements-mutants.lock"]
NPM_LOCKS = sorted((ROOT / "deploy").glob("*/package-lock.json"))
SECONDS = {
    "services/assessment/proving/upkeep.py: float": "before which instant of the file system a file was kept",
    "services/survey/enrolling/devices.py: 2.0": "how long a kiosk's token is trusted without asking again",
    "services/survey/enrolling/devices.py: float": "what its clock reads, and until when each token is trusted",
    "services/survey/tallying/folding.py: 0.1": "how long the counting rests",
    "services/survey/tallying/folding.py: 5.0": "after how long it reads an unmoved log",
}
"""The floats of the services that are allowed, because they are times; each as often as now."""
ALLOWED = Counter(dict.fromkeys(SECONDS, 1) | {"services/survey/enrolling/devices.py: float": 2})
REGISTERS = re.compile(r"app\.(command|add_typer|callback)\(")
"""Typer's tree of commands is declared by calls; nothing runs before its `main`."""
LOGGER = "logger = structlog.stdlib.get_logger(__name__)"
"""ruff recognises a logger by this name (BLE001, TRY400), and `log` is the event log."""
NOT_OURS = {".git", ".venv", ".hypothesis", "var", "__pycache__"}
THIS_MACHINE = re.compile(r"/work/|/opt/(wheels|pypi)|/root/|/home/\w+/")


def python_files(*tops: str) -> list[Path]:
    return sorted(file for top in tops for file in (ROOT / top).rglob("*.py"))


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def nodes(file: Path) -> Iterator[ast.AST]:
    yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def test_no_float_comes_near_a_score() -> None:
    floats = Counter(
        f"{named(file)}: {ast.unparse(node)}"
        for file in python_files("services", "shared/parindex/numbers", "shared/parindex/contracts")
        for node in nodes(file)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    )
    assert floats == ALLOWED, "a float in a rule makes results inexact; a new time is listed in SECONDS"


def test_importing_a_module_does_nothing() -> None:
    doing = [
        f"{named(file)}:{node.lineno}: {ast.unparse(node)[:60]}"
        for file in python_files("services", "shared")
        if "migrations" not in file.parts  # alembic runs these on import
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if does_something(node)
    ]
    assert doing == []


def does_something(statement: ast.stmt) -> bool:
    match statement:
        case ast.For() | ast.While() | ast.With() | ast.Try():
            return True
        case ast.Expr(value=value):
            return not isinstance(value, ast.Constant) and not REGISTERS.match(ast.unparse(value))
        case ast.If(test=test):
            return "__name__" not in ast.unparse(test)
    return False


def test_importing_everything_starts_no_thread_and_warns_of_nothing() -> None:
    modules = [
        ".".join(file.with_suffix("").relative_to(ROOT).parts[1:]).removesuffix(".__init__")
        for file in python_files("services", "shared")
        if "migrations" not in file.parts
    ]
    script = "import importlib, sys, threading\nfor name in sys.argv[1:]: importlib.import_module(name)\n"
    script += "assert threading.active_count() == 1, threading.enumerate()"
    command = [sys.executable, "-W", "error", "-c", script, *modules]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def loggers() -> Iterator[tuple[str, str]]:
    for file in python_files("services", "shared"):
        yield from (
            (f"{named(file)}:{node.lineno}", ast.unparse(node))
            for node in nodes(file)
            if isinstance(node, ast.stmt) and not hasattr(node, "body") and "get_logger(" in ast.unparse(node)
        )


def test_the_logger_of_a_process_has_one_name_and_the_log_of_facts_the_other() -> None:
    found = dict(loggers())
    assert found
    assert {at: said for at, said in found.items() if said != LOGGER} == {}


def text_files() -> Iterator[Path]:
    for file in sorted(ROOT.rglob("*")):
        inside = file.relative_to(ROOT).parts
        if file.is_file() and not any(part in NOT_OURS or part.endswith("cache") for part in inside):
            yield file


def test_no_file_knows_the_machine_that_it_was_written_on() -> None:
    found = [
        f"{named(file)}: {match[0]}"
        for file in text_files()
        if file != Path(__file__) and (match := THIS_MACHINE.search(file.read_text(encoding="utf-8", errors="ignore")))
    ]
    assert not found


MADE_BY_THE_PROGRAM = {"docs/refusals.md"}
FOLDERS = [ROOT / top for top in ("bench", "deploy", "docs", "services", "shared", "tests")]
PAGES = sorted(ROOT.glob("*.md")) + sorted(page for folder in FOLDERS for page in folder.rglob("*.md"))
WRITTEN = [page for page in PAGES if named(page) not in MADE_BY_THE_PROGRAM]


def prose(page: Path) -> Iterator[str]:
    """Yield the lines that are neither table, heading, code nor comment."""
    is_code = False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            is_code = not is_code
        elif line and not is_code and not line.startswith(("|", "#", "    ", "<!--")):
            yield line


@pytest.mark.parametrize("page", WRITTEN, ids=named)
def test_a_document_has_one_sentence_on_a_line(page: Path) -> None:
    lines = [re.sub(r"^(?:\d+\. )?\*\*[^*]+\.\*\* |^\d+\. |^\W*English\.\* ", "", line.strip()) for line in prose(page)]
    assert lines
    assert [line for line in lines if re.search(r"[^.][.!?] [A-Z`\"]", line)] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "formats").glob("*.md")), ids=lambda page: page.name)
def test_a_page_on_formats_ends_no_line_in_a_sentence(page: Path) -> None:
    assert [line for line in prose(page) if line[0] not in "- 0123456789" and line[-1] not in ".:?"] == []


def pinned(lock: str) -> dict[str, Requirement]:
    logical_lines = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    wanted = (re.split(r"\s+(?:--hash|#)", line)[0] for line in logical_lines if line and line[0] not in "# ")
    return {canonicalize_name(each.name): each for each in map(Requirement, wanted)}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_index_and_hashes_everything(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|--(extra-)?index|--find-links|--trusted-host", text)
    assert text.count("==") >= len(pinned(lock)) > 30
    blocks = re.findall(r"^\S+==.*(?:\n    .*)*", text, re.MULTILINE)
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("lock", NPM_LOCKS, ids=named)
def test_an_npm_lock_file_names_no_registry_and_pins_everything(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    asked = json.loads(lock.with_name("package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert '"resolved"' not in text
    assert [name for name, each in packages.items() if not each["integrity"].startswith("sha512-")] == []
    assert asked == {name: packages[f"node_modules/{name}"]["version"] for name in asked}


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ["dev", "build"]), ("requirements-services.lock", [])]
)
def test_a_lock_file_gives_what_the_project_asks_for(lock: str, extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [Requirement(each) for each in project["dependencies"]]
    asked += [Requirement(each) for extra in extras for each in project["optional-dependencies"][extra]]
    pins = pinned(lock)

    def is_met(requirement: Requirement) -> bool:
        pin = pins.get(canonicalize_name(requirement.name))
        return pin is not None and requirement.specifier.contains(next(iter(pin.specifier)).version)

    assert [str(each) for each in asked if not is_met(each)] == [], "say `make lock`"
