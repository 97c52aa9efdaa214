"""A runbook names tests, commands and pages that are there."""

import re
from pathlib import Path
from typing import cast

import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command

from parindex.cli import app

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "deploy" / "runbooks").glob("*.md"))

COMMAND = re.compile(r"`parindex ([a-z -]+)")
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([\w-]+\.md)\)")


def test_some_runbooks_name_commands_and_some_name_others() -> None:
    texts = [page.read_text("utf-8") for page in PAGES]
    assert sum(bool(COMMAND.search(text)) for text in texts) > len(texts) // 2
    assert any(LINK.search(text) for text in texts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_names_only_tests_that_are_there(page: Path) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page.read_text("utf-8"))
    assert named or page.name == "README.md"
    for path, test in named:
        assert f"def {test}(" in (ROOT / path).read_text("utf-8"), f"{path} has no {test}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_runbook_names_only_commands_and_pages_that_are_there(page: Path) -> None:
    text = page.read_text("utf-8")
    group = cast(TyperGroup, get_command(app))
    context = typer.Context(group)
    for words in COMMAND.findall(text):
        word, *rest = words.split()
        assert word in group.list_commands(context)
        if word == "log":
            assert rest[0] in cast(TyperGroup, group.get_command(context, "log")).commands
    for target in LINK.findall(text):
        assert (page.parent / target).exists()


def test_the_vietnamese_half_of_a_restore_names_all_settings_and_commands_of_the_english_half() -> None:
    text = (ROOT / "deploy" / "runbooks" / "restore-a-database.md").read_text("utf-8")
    vietnamese, _, rest = text.partition("*English.*")
    english, _, _ = rest.partition("Bài kiểm thử")
    named = set(CODE.findall(english))
    assert "AbortIncompleteMultipartUpload" in named
    assert named <= set(CODE.findall(vietnamese))


def test_the_doctor_points_at_pages_that_are_there() -> None:
    sources = [*(ROOT / "shared" / "parindex").rglob("*.py")]
    named = {name for path in sources for name in re.findall(r'see\("([\w-]+)"\)', path.read_text("utf-8"))}
    assert named == {page.stem for page in PAGES} & named
    assert named
