"""The import rules can fail: a planted violation is reported with file and line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANTED = {
    "services/survey/rating/queries.py": "from scoring.computing import queries as planted_neighbour",
    "shared/parindex/http/limits.py": "import survey.rating.events as planted_look_up",
    "services/assessment/opening/commands.py": "from assessment.opening import api as planted_turning_back",
    "services/assessment/opening/queries.py": "import assessment.appraising.queries as planted_later_step",
    "services/publication/freezing/drafts.py": "import publication.announcing.display as planted_later_step",
    "services/survey/admitting/queries.py": "import survey.tallying.events as planted_later_step",
    "services/scoring/computing/queries.py": "import scoring.settling.queries as planted_later_step",
    "services/scoring/computing/decisions.py": "import sqlalchemy as planted_database",
    "shared/parindex/numbers/exact.py": "import httpx as planted_call",
    "shared/parindex/eventstore/epochs.py": "import parindex.bus.consumer as planted_listener",
    "shared/parindex/auth/tokens.py": "import parindex.http.problems as planted_endpoint",
    "shared/parindex/contracts/base.py": "import parindex.eventstore.log as planted_log",
    "shared/parindex/service.py": "import parindex_cli.local.embedded as planted_client",
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    roots = os.pathsep.join(str(folder / top) for top in ("services", "shared"))
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = {"PATH": os.defpath, "PYTHONPATH": roots, "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def with_violations(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, int]]:
    """The linter's output for a copy with every violation planted, and the line of each."""
    copy = tmp_path_factory.mktemp("planted")
    for top in ("services", "shared"):
        shutil.copytree(ROOT / top, copy / top, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    lines = {}
    for file, violation in PLANTED.items():
        text = (copy / file).read_text(encoding="utf-8") + f"\n{violation}\n"
        (copy / file).write_text(text, encoding="utf-8")
        lines[file] = text.count("\n")
    return " ".join(lint(copy).stdout.split()), lines


def test_the_rules_are_kept() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "importer", "imported"),
    [
        ("services/survey/rating/queries.py", "survey.rating.queries", "scoring.computing.queries"),
        ("shared/parindex/http/limits.py", "parindex.http.limits", "survey.rating.events"),
        ("services/assessment/opening/commands.py", "assessment.opening.commands", "assessment.opening.api"),
        ("services/assessment/opening/queries.py", "assessment.opening.queries", "assessment.appraising.queries"),
        ("services/publication/freezing/drafts.py", "publication.freezing.drafts", "publication.announcing.display"),
        ("services/survey/admitting/queries.py", "survey.admitting.queries", "survey.tallying.events"),
        ("services/scoring/computing/queries.py", "scoring.computing.queries", "scoring.settling.queries"),
        ("services/scoring/computing/decisions.py", "scoring.computing.decisions", "sqlalchemy"),
        ("shared/parindex/numbers/exact.py", "parindex.numbers.exact", "httpx"),
        ("shared/parindex/eventstore/epochs.py", "parindex.eventstore.epochs", "parindex.bus.consumer"),
        ("shared/parindex/auth/tokens.py", "parindex.auth.tokens", "parindex.http.problems"),
        ("shared/parindex/contracts/base.py", "parindex.contracts.base", "parindex.eventstore.log"),
        ("shared/parindex/service.py", "parindex.service", "parindex_cli.local.embedded"),
    ],
)
def test_a_planted_violation_is_named_with_its_line(
    with_violations: tuple[str, dict[str, int]], file: str, importer: str, imported: str
) -> None:
    said, lines = with_violations
    assert f"{importer} -> {imported} (l.{lines[file]})" in said
