"""Missing servers: tests without their server are skipped, the summary lists them, and in CI the run fails.

A test declares its server by a mark: `@pytest.mark.rabbitmq`, `@pytest.mark.browser`.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

NEEDS: Mapping[str, Sequence[str]] = {
    "rabbitmq": ("/usr/lib/rabbitmq/bin/rabbitmq-server",),
    "seaweedfs": ("var/seaweedfs/bin/weed",),
    "strace": ("/usr/bin/strace",),
    "clamd": ("/usr/sbin/clamd",),
    "curl": ("/usr/bin/curl",),
    "caddy": ("/usr/bin/caddy",),
    "browser": ("/usr/bin/chromium", "/usr/bin/chromedriver"),
    "axe": ("var/page-checks/node_modules/axe-core/axe.min.js",),
}
"""The programs of each mark; a relative path is below the folder in which the tests run."""
REMEDY = "Install it with deploy/install-test-servers.sh (as root, or with sudo) and deploy/install-page-checks.sh."


def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin."""
    config.pluginmanager.register(MissingServers(config, NEEDS, in_ci=os.environ.get("CI", "") in {"1", "true"}))


class MissingServers:
    """Skips tests whose programs are not installed, and counts them. `needs` has the programs of each mark.

    The reports of all workers reach the process that started the run; so the counts are complete there.
    """

    def __init__(self, config: pytest.Config, needs: Mapping[str, Sequence[str]], *, in_ci: bool) -> None:
        self._in_ci = in_ci
        self._is_worker = hasattr(config, "workerinput")
        self._skipped = Counter[str]()
        self._reasons = {mark: f"{mark}: {', '.join(missing)} not installed" for mark, missing in _missing(needs)}
        for mark, programs in needs.items():
            config.addinivalue_line("markers", f"{mark}: needs {', '.join(programs)}")

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a test whose server is missing."""
        for mark, reason in self._reasons.items():
            if item.get_closest_marker(mark):
                pytest.skip(reason)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test that was skipped because its server is missing."""
        said = str(report.longrepr[2]) if report.skipped and isinstance(report.longrepr, tuple) else ""
        self._skipped.update(reason for reason in self._reasons.values() if said.endswith(reason))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """In CI a missing server is a failure."""
        if self._skipped and self._in_ci and not self._is_worker and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """List the tests that did not run, in red."""
        if not self._skipped:
            return
        title = f"{self._skipped.total()} TESTS DID NOT RUN: A SERVER IS MISSING"
        terminalreporter.write_sep("!", title, red=True, bold=True)
        for reason, count in self._skipped.items():
            terminalreporter.write_line(f"{count} × {reason}", red=True)
        verdict = "CI=true: this run FAILS because of it." if self._in_ci else "With CI=true this would be a failure."
        terminalreporter.write_line(f"{REMEDY} {verdict}", red=True)


def _missing(needs: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, list[str]]]:
    for mark, programs in needs.items():
        if missing := [program for program in programs if not Path(program).exists()]:
            yield mark, missing
