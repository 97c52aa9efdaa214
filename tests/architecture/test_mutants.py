"""Every module of rules is changed by `make mutants`, and the tests that must notice exist."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LISTED = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text())
ROW = re.compile(r"^\| (\S+\.py) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def test_every_module_of_rules_is_listed() -> None:
    rules = {str(file.relative_to(ROOT)) for file in (ROOT / "services").glob("*/*/decisions.py")}
    assert rules <= LISTED.keys()


def test_what_is_listed_exists() -> None:
    named = [*LISTED, *(test for module in LISTED.values() for test in module["tests"])]
    assert [each for each in named if not (ROOT / each.partition("::")[0]).exists()] == []


def test_every_survivor_has_a_reason() -> None:
    assert [each for module in LISTED.values() for each in module.get("survivors", []) if not each["why"]] == []


def test_every_survivor_is_of_a_function_that_exists() -> None:
    named = [
        (module, each["function"].split(".")[-1]) for module, of in LISTED.items() for each in of.get("survivors", [])
    ]
    assert [each for each in named if f"def {each[1]}(" not in (ROOT / each[0]).read_text()] == []


def test_the_table_of_mutants_names_each_module_and_how_many_of_it_are_listed() -> None:
    rows = ROW.findall((ROOT / "docs" / "testing.md").read_text())
    assert {module: int(listed) for module, _, _, listed in rows} == {
        module: len(entry.get("survivors", [])) for module, entry in LISTED.items()
    }
    assert [row for row in rows if int(row[1]) != int(row[2]) + int(row[3])] == []
