"""Commands that answer at once import nothing of what serves, stores or publishes."""

import inspect
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
import typer
from bench.round_of_units import round_of

from parindex.cli import ORDER, summary_of
from parindex.installed import COMMANDS, installed

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HEAVY = {"aio_pika", "alembic", "asyncpg", "fastapi", "httpx", "joserfc", "opentelemetry", "prometheus_client"}
HEAVY |= {"sqlalchemy", "starlette", "structlog"}
SHIPPED = [path for path in sorted((ROOT / "deploy" / "demo").glob("*.yaml")) if path.name != "accounts.yaml"]
RIGHT = [*SHIPPED, ROOT / "tests" / "journeys" / "all-kinds.yaml", ROOT / "tests" / "auditing" / "audited-round.yaml"]
WRONG = {
    "nothing": b"",
    "zero bytes": b"round: \x00\x00",
    "not UTF-8": b"round: \xff",
    "not YAML": b"round: [",
    "of another shape": SHIPPED[0].read_bytes().replace(b"\nyear:", b"\nyaer:"),
    "refused by a service": SHIPPED[0].read_bytes().replace(b"criterion: ", b"criterion: x", 1),
}
RUN = """
import json, sys
sys.argv = ["parindex", *sys.argv[1:]]
from parindex.cli import main
try:
    main()
except SystemExit as ended:
    code = ended.code
print(json.dumps([code or 0, sorted(sys.modules)]))
"""
BARE = [sys.executable, "-c", "import msgspec, yaml, typer, rich"]
PARINDEX = [sys.executable, "-c", "from parindex.cli import main; main()"]
RUNS = 5
MOST, MOST_OF_A_CHECK = 4, 6
"""Times the CPU of BARE that a quick command may take; a check also imports and runs the rules of the services."""


def imported_by(*arguments: str, code: int = 0) -> set[str]:
    """Run a command, which has to end with this code; return what it imported."""
    ended = subprocess.run([sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, check=True)
    ended_with, modules = json.loads(ended.stdout.splitlines()[-1])
    assert ended_with == code, ended.stdout
    return set(modules)


def heavy(modules: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules} & HEAVY


def cpu_of(command: Sequence[str]) -> float:
    """Run a command, which has to succeed; return the seconds of CPU that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.fixture
def many_units(tmp_path: Path) -> Path:
    file = tmp_path / "many.json"
    file.write_text(json.dumps(round_of(136), ensure_ascii=False), encoding="utf-8")
    return file


@pytest.mark.parametrize("command", ["--help", "version", "round schema"])
def test_a_quick_command_imports_little(command: str) -> None:
    imported = imported_by(*command.split())
    assert "typer" in imported
    assert heavy(imported) == set()


@pytest.mark.parametrize("file", RIGHT, ids=lambda file: str(file.stem))
def test_the_check_of_a_right_file_imports_the_rules_and_nothing_that_serves(file: Path) -> None:
    imported = imported_by("round", "check", str(file))
    assert {"assessment.rehearsal", "assessment.client_checks"} <= imported
    assert heavy(imported) == set()


@pytest.mark.parametrize("wrong", WRONG)
def test_the_check_of_a_wrong_file_imports_nothing_that_serves(wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "round.yaml"
    file.write_bytes(WRONG[wrong])
    assert heavy(imported_by("round", "check", str(file), code=1)) == set()


def test_a_file_that_is_not_there_is_refused_without_importing_a_rule(tmp_path: Path) -> None:
    imported = imported_by("round", "check", str(tmp_path / "none.yaml"), code=1)
    assert heavy(imported) == set()
    assert {"assessment", "survey"} & imported == set()


def test_a_file_that_no_kiosk_and_no_tally_is_in_needs_no_rule_of_survey(many_units: Path) -> None:
    imported = imported_by("round", "check", str(many_units))
    assert {"survey", "jsonschema"} & imported == set()
    assert heavy(imported) == set()


@pytest.mark.parametrize("service", ["assessment", "survey"])
def test_a_check_that_needs_a_service_that_is_not_installed_is_refused_by_its_name(service: str) -> None:
    absent = f"import sys; sys.modules[{service!r}] = None; from parindex.cli import main; main()"
    command = [sys.executable, "-c", absent, "round", "check", str(SHIPPED[0])]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "200"})
    assert (ended.returncode, ended.stderr) == (1, "")
    assert f"Máy này chưa cài dịch vụ {service}," in ended.stdout
    assert f"The service {service} is not installed here," in ended.stdout


@pytest.mark.parametrize("service", ["assessment", "survey"])
def test_the_checks_of_a_service_import_nothing_that_serves(service: str) -> None:
    run = f"import sys, {service}.client_checks, {service}.rehearsal; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True)
    assert f"{service}.rehearsal" in ended.stdout.split()
    assert heavy(ended.stdout.split()) == set()


def test_a_quick_command_takes_a_few_times_the_cpu_of_its_libraries_at_most(many_units: Path) -> None:
    most = {("--help",): MOST, ("version",): MOST, ("round", "schema"): MOST}
    most |= {("round", "check", str(file)): MOST_OF_A_CHECK for file in (SHIPPED[0], many_units)}
    bare, least = cpu_of(BARE), dict.fromkeys(most, float("inf"))
    for _ in range(RUNS):  # the least of several is what a command takes where nothing disturbs it
        bare = min(bare, cpu_of(BARE))
        least = {arguments: min(took, cpu_of([*PARINDEX, *arguments])) for arguments, took in least.items()}
    assert {arguments: took / bare for arguments, took in least.items() if took > most[arguments] * bare} == {}


def test_a_system_whose_bus_is_the_feeds_imports_no_client_of_a_broker() -> None:
    serving = "import json, sys, parindex_cli.commands.serve; print(json.dumps(sorted(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", serving], capture_output=True, text=True, check=True)
    imported = set(json.loads(ended.stdout))
    assert "fastapi" in imported
    assert {"aio_pika", "aiormq"} & imported == set()


def test_the_list_of_commands_imports_no_command() -> None:
    assert {"parindex_cli.commands.serve", "parindex.commands.log"} & imported_by("--help") == set()
    command = [sys.executable, "-c", "from parindex.cli import main; main()", "--help"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    listed = [line.split()[1] for line in ended.stdout.splitlines() if line[:2] == "│ " and line[2].isalpha()]
    assert listed == ORDER


@pytest.mark.parametrize("name", ORDER)
def test_what_the_list_says_of_a_command_is_what_the_command_says(name: str) -> None:
    point = installed(COMMANDS)[name]
    loaded = point.load()
    said = loaded.info.help if isinstance(loaded, typer.Typer) else inspect.getdoc(loaded)
    assert summary_of(point) == said
    assert said
