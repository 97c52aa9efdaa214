"""A missing server is never hidden."""

import pytest

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]

CONFTEST = """
import os
from parindex.testing.missing_servers import MissingServers

def pytest_configure(config):
    needs = {"teapot": ("/bin/sh", "/no/such/teapot"), "shell": ("/bin/sh",)}
    config.pluginmanager.register(MissingServers(config, needs, in_ci=os.environ["CI"] == "true"))
"""
TESTS = """
import pytest

@pytest.mark.teapot
def test_of_a_missing_server(): raise AssertionError

@pytest.mark.teapot
def test_of_a_missing_server_again(): raise AssertionError

@pytest.mark.shell
def test_of_a_present_server(): pass
"""


def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, *words: str) -> pytest.RunResult:
    monkeypatch.setenv("CI", ci)
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(TESTS)
    return pytester.runpytest_subprocess("--strict-markers", *words)


def test_the_end_of_a_run_says_what_did_not_run_and_why(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(pytester, monkeypatch, "false")
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(["*2 TESTS DID NOT RUN*", "2 × teapot: /no/such/teapot not installed", "Install*"])
    assert result.ret == pytest.ExitCode.OK


def test_a_run_on_several_cores_counts_what_its_workers_skip(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(pytester, monkeypatch, "true", "-n", "2")
    result.stdout.fnmatch_lines(["*2 TESTS DID NOT RUN*", "2 × teapot: /no/such/teapot not installed", "Install*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_in_ci_a_missing_server_fails_the_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(pytester, monkeypatch, "true")
    result.stdout.fnmatch_lines(["*2 TESTS DID NOT RUN*", "*CI=true: this run FAILS*"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_nothing_missing_says_nothing(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(pytester, monkeypatch, "true", "-k", "shell")
    result.stdout.no_fnmatch_line("*DID NOT RUN*")
    assert result.ret == pytest.ExitCode.OK
