"""The kernel knows no service: neither by an import (import-linter sees it) nor by a name or an address in a string."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
KERNEL = ROOT / "shared" / "parindex"
SERVICES = sorted(folder.name for folder in (ROOT / "services").iterdir() if (folder / "service.py").exists())
NAMED = re.compile(rf"(?:^|[/\"'`({{ ,@.]|//)(?:{'|'.join(SERVICES)})(?:$|[/\"'`)}} ,@.:])")
NOT_LOOKED_AT = {"contracts"}
"""The contracts are what the services publish, one module for each publisher."""


def strings(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the strings of a file that are no docstring."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docstrings = {
        id(statement.value)
        for statement in ast.walk(tree)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def named_in(folder: Path) -> list[str]:
    return [
        f"{file.relative_to(folder)}:{line}: {text[:60]!r}"
        for file in sorted(folder.rglob("*.py"))
        if file.relative_to(folder).parts[0] not in NOT_LOOKED_AT
        for line, text in strings(file)
        if NAMED.search(text)
    ]


def test_no_string_of_the_kernel_names_a_service() -> None:
    assert named_in(KERNEL) == []


def test_a_planted_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(
        '"""Not survey."""\nPATH = "/survey/v1/kiosks"\nNAME = "scoring"\nLISTED = "a,survey,b"\n', encoding="utf-8"
    )
    assert named_in(tmp_path) == [
        "planted.py:2: '/survey/v1/kiosks'",
        "planted.py:3: 'scoring'",
        "planted.py:4: 'a,survey,b'",
    ]
