"""Commands that answer at once import nothing of what serves, stores or publishes."""

import inspect
import json
import subprocess
import sys

import pytest
import typer

from parindex.cli import ORDER, summary_of
from parindex.installed import COMMANDS, installed

HEAVY = {"aio_pika", "alembic", "asyncpg", "fastapi", "opentelemetry", "prometheus_client", "sqlalchemy", "starlette"}
RUN = """
import json, sys
sys.argv = ["parindex", *sys.argv[1:]]
from parindex.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print(json.dumps(sorted(sys.modules)))
"""


def imported_by(*arguments: str) -> set[str]:
    """Run a command; return what it imported."""
    ended = subprocess.run([sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, check=True)
    return set(json.loads(ended.stdout.splitlines()[-1]))


@pytest.mark.parametrize("command", ["--help", "version", "round schema"])
def test_a_quick_command_imports_little(command: str) -> None:
    imported = imported_by(*command.split())
    assert "typer" in imported
    assert {name.partition(".")[0] for name in imported} & HEAVY == set()


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
