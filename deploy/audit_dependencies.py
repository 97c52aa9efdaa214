"""Checks the pinned packages for known vulnerabilities at the package registry: the last part of `make check`.

A vulnerability with a fix fails the check, unless `accepted-advisories.toml` beside this file says why it may stay. One
without a fix gives a remark. If the registry's advisories can't be reached, the check says so and checks nothing.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

LOCK = "requirements.lock"
ACCEPTED = Path(__file__).with_name("accepted-advisories.toml")
TIMEOUT_S = 15
"""Seconds for one answer of the registry."""
AT_MOST_S = 180

AWAY = re.compile(r"ConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError")
"""The errors of `requests` for a missing network."""

Dependency = Mapping[str, Any]


class AuditFailedError(Exception):
    """pip-audit could not do its work, and not because of the network."""


def main() -> int:
    """Return 1 if a package has to be updated or the audit itself failed, and 0 otherwise."""
    try:
        dependencies = audited()
    except AuditFailedError as error:
        return say([f"FAILED: {error}"], 1)
    known = [each for each in dependencies if "skip_reason" not in each]
    if not known:
        return say(["SKIPPED, nothing was checked: the registry's advisories can't be reached from here."], 0)
    accepted = {each["id"]: each["reason"] for each in tomllib.loads(ACCEPTED.read_text("utf-8")).get("accepted", [])}
    failing, remarks = judged(known, accepted)
    summary = f"{len(known)} of {len(dependencies)} packages looked up, {len(failing)} to be raised."
    return say([*remarks, *failing, summary], int(bool(failing)))


def say(lines: Sequence[str], status: int) -> int:
    """Print the result of the check; return the exit status."""
    sys.stdout.writelines(f"audit: {line}\n" for line in lines)
    return status


def audited() -> list[Dependency]:
    """Return pip-audit's result for each pinned package; nothing if the registry can't be reached.

    Raises AuditFailedError.
    """
    options = ["-s", "pypi", "-r", LOCK, "--disable-pip", "--require-hashes", "-f", "json", "--progress-spinner", "off"]
    command = [sys.executable, "-m", "pip_audit", *options, "--timeout", str(TIMEOUT_S)]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=AT_MOST_S, check=False)
    except subprocess.TimeoutExpired:
        return []
    if not ran.stdout and AWAY.search(ran.stderr):
        return []
    try:
        found: list[Dependency] = json.loads(ran.stdout)["dependencies"]
    except (ValueError, LookupError):
        raise AuditFailedError(ran.stderr.strip().rpartition("\n")[2] or "pip-audit said nothing") from None
    return found


def judged(known: Sequence[Dependency], accepted: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the advisories that fail the check, and those that only give a remark."""
    failing, remarks, met = [], [], set[str]()
    for package, advisory in _advisories(known):
        names = {advisory["id"], *advisory.get("aliases", ())}
        what, fixes = f"{package}: {advisory['id']}", ", ".join(advisory["fix_versions"])
        met |= names & accepted.keys()
        if names & accepted.keys():
            remarks.append(f"{what} is accepted: {accepted[min(names & accepted.keys())]}")
        elif fixes:
            failing.append(f"{what} is mended in {fixes}: raise it in pyproject.toml, then `make lock`.")
        else:
            remarks.append(f"{what} has no fix yet.")
    remarks += [f"{name} is accepted in {ACCEPTED.name} for nothing: take it out." for name in accepted.keys() - met]
    return failing, remarks


def _advisories(known: Sequence[Dependency]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for each in known:
        for advisory in each["vulns"]:
            yield f"{each['name']} {each['version']}", advisory


if __name__ == "__main__":
    sys.exit(main())
