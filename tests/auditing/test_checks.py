"""The catalogue of checks, and the page that prints it."""

import re
from pathlib import Path

from parindex_cli.auditing.checks import CHECKS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "formats" / "audit.md"


def test_the_page_prints_every_check() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ") and line[2].isupper()]
    printed = [row for row in rows if row[2].isupper() and row[3].isdigit()]
    assert printed == [f"| {number} | {check.en} | {check.vi} |" for number, check in CHECKS.items()]


def test_every_number_that_the_code_can_report_is_in_the_catalogue() -> None:
    sources = [*(ROOT / "shared").rglob("*.py"), *(ROOT / "services").rglob("*.py")]
    reported = {
        number for file in sources for number in re.findall(r'"([LASCPEK][0-9]{1,2})"', file.read_text("utf-8"))
    }
    assert reported == set(CHECKS)
