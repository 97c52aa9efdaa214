"""Documents, docstrings and comments are plain English: indirect idioms are counted, and their share only falls.

`python -m pytest -s tests/architecture/test_words.py` prints the share of each area. A failure names the lines.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
TOPS = ("services", "shared", "tests", "bench", "docs", "deploy")
GENERATED = {"docs/refusals.md", "docs/formats/events.md"}
CEILINGS = {
    "documents": 0.7,
    "generated documents": 1.4,
    "kernel": 0.3,
    "services": 0.7,
    "tests, bench and deploy": 0.4,
    "the whole tree": 0.6,
}
"""Idioms per 1,000 words that an area may have. A number only goes down: lower it when you have rewritten prose."""
IDIOM = re.compile(
    r"\b(?:whoever|whatever|nobody|somebody|anybody|everybody|what (?:is|was|came|comes)|told|tells?|telling|heard"
    r"|hears?|stands?(?!-| for\b)|stood|standing still|wish(?:es)?|mend(?:s|ed|ing)?|heed(?:s|ed)?|of ours"
    r"|is none|are none|one by one by)\b",
    re.IGNORECASE,
)
"""They hide the actor or the thing: say who acts (the relay, the unit, the client), and use the field's noun."""
WORD = re.compile(r"(?<!\w)[A-Za-z']+(?!\w)")
CODE = re.compile(r"`[^`]*`")


class Line(NamedTuple):
    """One line of prose, without its code."""

    place: str
    text: str


def prose_of(file: Path, root: Path = ROOT) -> Iterator[Line]:
    text = file.read_text(encoding="utf-8")
    lines = prose_of_page(text) if file.suffix == ".md" else prose_of_module(text)
    yield from (Line(f"{file.relative_to(root)}:{number}", CODE.sub("", line)) for number, line in lines)


def prose_of_page(text: str) -> Iterator[tuple[int, str]]:
    is_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code:
            yield number, line


def prose_of_module(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(said))):
                yield from enumerate(said.splitlines(), node.lineno)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def area_of(file: Path) -> str:
    name = file.relative_to(ROOT).as_posix()
    if name in GENERATED:
        return "generated documents"
    if file.suffix == ".md":
        return "documents"
    return {"shared": "kernel", "services": "services"}.get(name.split("/")[0], "tests, bench and deploy")


def files() -> list[Path]:
    found = [file for top in TOPS for suffix in ("*.md", "*.py") for file in (ROOT / top).rglob(suffix)]
    return sorted(file for file in [*found, *ROOT.glob("*.md")] if file != Path(__file__))


@pytest.fixture(scope="module")
def prose() -> dict[str, list[Line]]:
    areas: dict[str, list[Line]] = {area: [] for area in CEILINGS}
    for file in files():
        areas[area_of(file)] += prose_of(file)
    areas["the whole tree"] = [line for lines in areas.values() for line in lines]
    return areas


def idioms_in(lines: list[Line]) -> list[str]:
    return [f"{line.place}: {found}" for line in lines for found in IDIOM.findall(line.text)]


@pytest.mark.parametrize("area", CEILINGS)
def test_an_area_has_no_more_indirect_idioms_than_its_ceiling(area: str, prose: dict[str, list[Line]]) -> None:
    idioms, words = idioms_in(prose[area]), sum(len(WORD.findall(line.text)) for line in prose[area])
    share = 1000 * len(idioms) / words
    sys.stdout.write(f"\n{area}: {share:.1f} idioms per 1,000 words ({len(idioms)} in {words:,})\n")
    assert share <= CEILINGS[area], "\n".join(idioms)


def test_an_idiom_is_found_where_prose_is_and_not_in_code(tmp_path: Path) -> None:
    page, module = tmp_path / "page.md", tmp_path / "module.py"
    page.write_text("A stand-in of standard size.\n```\nnobody\n```\nNobody is `told` what is new.\n", encoding="utf-8")
    module.write_text('"""Says so.\n\nA wish."""\nNAME = "whoever"  # it stands there\n', encoding="utf-8")
    found = [each for file in (page, module) for each in idioms_in(list(prose_of(file, tmp_path)))]
    assert found == ["page.md:5: Nobody", "page.md:5: what is", "module.py:3: wish", "module.py:4: stands"]
