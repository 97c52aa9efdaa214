"""The result of pip-audit decides `make check`: a vulnerability with a fix fails it."""

import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "deploy" / "audit_dependencies.py"
MENDED = {"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": ["CVE-1"], "description": "…"}
OPEN = {"id": "PYSEC-2", "fix_versions": [], "aliases": [], "description": "…"}
WELL = {"name": "httpx", "version": "1.0", "vulns": []}
UNKNOWN = {"name": "httpx", "skip_reason": "Dependency not found on PyPI and could not be audited: httpx (1.0)"}


def ill(*vulns: Mapping[str, object]) -> dict[str, object]:
    return {"name": "jinja2", "version": "1.0", "vulns": [*vulns]}


@pytest.fixture
def audit(tmp_path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit_dependencies", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    accepted = tmp_path / "accepted.toml"
    accepted.touch()
    vars(module)["ACCEPTED"] = accepted
    return module


def run(audit: ModuleType, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str = "") -> int:
    """Run the check with a pip-audit program that prints this output."""
    program = tmp_path / "python"
    (tmp_path / "output").write_text(output)
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/output\necho '{error}' >&2\nexit 1\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    return int(audit.main())


@pytest.mark.parametrize(
    ("dependencies", "status", "said"),
    [
        ([WELL], 0, "1 of 1 packages looked up, 0 to be raised"),
        ([WELL, ill(MENDED)], 1, "jinja2 1.0: PYSEC-1 is mended in 2.0"),
        ([ill(OPEN)], 0, "PYSEC-2 has no fix yet"),
        ([ill(OPEN, MENDED)], 1, "PYSEC-1 is mended"),
        ([WELL, UNKNOWN], 0, "1 of 2 packages looked up"),
        ([UNKNOWN, UNKNOWN], 0, "SKIPPED, nothing was checked"),
    ],
)
def test_what_is_known_decides(
    audit: ModuleType,
    dependencies: list[dict[str, object]],
    status: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(audit, json.dumps({"dependencies": dependencies, "fixes": []}), tmp_path, monkeypatch) == status
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("error", ["requests.exceptions.ProxyError: x", "urllib3 … ReadTimeout(…)"])
def test_no_network_is_said_and_fails_nothing(
    audit: ModuleType, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(audit, "", tmp_path, monkeypatch, error) == 0
    assert "SKIPPED, nothing was checked" in capsys.readouterr().out


@pytest.mark.parametrize("output", ["", "rubbish", "{}"])
def test_an_audit_that_can_not_be_done_for_another_reason_fails(
    audit: ModuleType, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(audit, output, tmp_path, monkeypatch, "InvalidVersion: x") == 1
    assert "FAILED: InvalidVersion: x" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["PYSEC-1", "CVE-1"])
def test_one_that_is_accepted_passes_with_its_reason(
    audit: ModuleType, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    audit.ACCEPTED.write_text(f'[[accepted]]\nid = "{name}"\nreason = "never called"\n')
    output = json.dumps({"dependencies": [ill(MENDED)], "fixes": []})
    assert run(audit, output, tmp_path, monkeypatch) == 0
    assert "is accepted: never called" in capsys.readouterr().out


def test_one_that_is_accepted_for_nothing_is_told(audit: ModuleType) -> None:
    failing, remarks = audit.judged([WELL], {"PYSEC-9": "was so once"})
    assert (failing, len(remarks)) == ([], 1)
    assert "for nothing" in remarks[0]
