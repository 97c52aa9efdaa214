"""What cannot run is skipped, but never quietly: the end of the run says what and why, and in CI it fails.

A test says what it needs by a mark: `@pytest.mark.rabbitmq`, `@pytest.mark.browser`.
"""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

NEEDS: Mapping[str, tuple[str, ...]] = {
    "rabbitmq": ("/usr/lib/rabbitmq/bin/rabbitmq-server",),
    "browser": ("/usr/bin/chromium", "/usr/bin/chromedriver"),
}
REMEDY = "Install them with deploy/install-test-servers.sh (as root, or with sudo)."
SKIPPED = pytest.StashKey[Counter[str]]()


def missing(mark: str) -> list[str]:
    """The programs that a mark needs and that are not on this machine."""
    return [program for program in NEEDS[mark] if not Path(program).exists()]


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks, and start counting."""
    config.stash[SKIPPED] = Counter()
    for mark, programs in NEEDS.items():
        config.addinivalue_line("markers", f"{mark}: needs {', '.join(programs)}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose server is missing, and count it."""
    for mark in NEEDS:
        if item.get_closest_marker(mark) and (programs := missing(mark)):
            reason = f"{mark}: {', '.join(programs)} not installed"
            item.config.stash[SKIPPED][reason] += 1
            pytest.skip(reason)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a missing server is a failure."""
    if session.config.stash[SKIPPED] and _in_ci() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly what did not run."""
    skipped = config.stash[SKIPPED]
    if not skipped:
        return
    terminalreporter.write_sep("!", f"{skipped.total()} TESTS DID NOT RUN: A SERVER IS MISSING", red=True, bold=True)
    for reason, count in skipped.items():
        terminalreporter.write_line(f"{count} × {reason}", red=True)
    verdict = "CI=true: this run has FAILED because of it." if _in_ci() else "With CI=true this would be a failure."
    terminalreporter.write_line(f"{REMEDY} {verdict}", red=True)


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}
