"""README begins with a description of the system and of the round, which agrees with the folders."""

import re
from pathlib import Path

from parindex.auth import Role
from parindex_cli import flow

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| (\w+) \| (\w+) \| (.+) \|$", re.MULTILINE)


def test_the_round_in_readme_is_that_of_the_folders() -> None:
    written = [flow.Step(int(number), *words) for number, *words in ROW.findall(README)]
    assert written == flow.steps(ROOT / "services"), "copy the captions of `make flow` into the table of README"


def test_readme_and_architecture_say_event_sourcing_before_anything_else() -> None:
    for page in ("README.md", "ARCHITECTURE.md"):
        beginning = (ROOT / page).read_text(encoding="utf-8")[:300].lower().replace("-", " ")
        assert re.search(r"\bevent sourc(?:ing|ed)\b", beginning), page


def test_readme_shows_the_round_then_the_two_commands_then_the_server() -> None:
    places = [README.index(text) for text in ("| 1 |", "\nmake demo ", "\nmake test ", "\nmake serve ", "\n## ")]
    assert places == sorted(places)


def test_the_round_in_architecture_has_the_steps_of_the_folders() -> None:
    block = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("```")[1]
    written = re.findall(r"^(?:\w+)? +(\d+) (\w+) ", block, re.MULTILINE)
    assert written == [(str(step.number), step.name) for step in flow.steps(ROOT / "services")]


def test_architecture_names_every_role_in_both_languages() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(role for role, *_ in rows) == sorted(Role)
