"""Every module of rules is changed by `make mutants`, and the tests that must notice exist."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LISTED = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text())


def test_every_module_of_rules_is_listed() -> None:
    rules = {str(file.relative_to(ROOT)) for file in (ROOT / "services").glob("*/*/decisions.py")}
    assert rules <= LISTED.keys()


def test_what_is_listed_exists() -> None:
    named = [*LISTED, *(test for module in LISTED.values() for test in module["tests"])]
    assert [each for each in named if not (ROOT / each.partition("::")[0]).exists()] == []


def test_every_survivor_has_a_reason() -> None:
    assert [each for module in LISTED.values() for each in module.get("survivors", []) if not each["why"]] == []
