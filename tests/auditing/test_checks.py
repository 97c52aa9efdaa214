"""The catalogue of checks, and the page that prints it."""

from pathlib import Path

from parindex.auditing.checks import CHECKS

PAGE = Path(__file__).parents[2] / "docs" / "formats" / "audit.md"


def test_the_page_prints_every_check() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ") and line[2].isupper()]
    printed = [row for row in rows if row[2].isupper() and row[3].isdigit()]
    assert printed == [f"| {number} | {check.en} | {check.vi} |" for number, check in CHECKS.items()]
