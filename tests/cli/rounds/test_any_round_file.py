"""Any round file is valid, or every mistake is reported with line, column and both languages."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journeys import all_kinds
from typer.testing import CliRunner

from parindex.cli import app
from parindex.refusal import Place
from parindex_cli.rounds.checking import check
from parindex_cli.rounds.explaining import shape_faults
from parindex_cli.rounds.file import RoundFile
from parindex_cli.rounds.reading import RoundFileError, RoundFileUnreadableError, parse
from parindex_cli.rounds.schema import schema
from parindex_cli.rounds.shape import fits

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
DEMOS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "deploy" / "demo").glob("*-20*.yaml"))}
ALL_KINDS = all_kinds.ALL_KINDS.read_text(encoding="utf-8")
WHOLE = json.dumps(parse(ALL_KINDS).content)
FILES = st.sampled_from([ALL_KINDS, ALL_KINDS, *DEMOS.values()])
YAML = [
    "- ",
    ": ",
    ",",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "#",
    "&a ",
    "*a",
    "!!int ",
    "? ",
    "| ",
    "<<: ",
    "%",
    "---\n",
    "...\n",
]
VALUES = ["null", "~", "true", "-1", "1e9", ".inf", "0x1F", "1_000", "٣", "é", "9" * 400]
SIGNS = ["", " ", "\n", "\t", "\u0000", "\u2028", "\ud7ff"]
PIECES = st.sampled_from([*YAML, *VALUES, *SIGNS])
PLACE = re.compile(r"[1-9][0-9]*:[1-9][0-9]* /.*", re.DOTALL)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=6), st.sampled_from(["", "0", "-1", "H09", "1.1", "area"])
)
Judged = RoundFile | list[str]


def judged(text: str) -> Judged:
    """Return the file, or the places of its mistakes, each of which has to exist in the text."""
    try:
        return check(parse(text))
    except RoundFileError as refused:
        return [findable(place, text) for place in refused.places]
    except RoundFileUnreadableError as refused:  # only comments were left
        return [refused.en]


def findable(place: Place, text: str) -> str:
    """Return the place of a mistake, which has to be within the text."""
    lines = sum(text.count(end) for end in "\n\r\u0085\u2028\u2029")
    assert PLACE.fullmatch(place.at)
    assert int(place.at.partition(":")[0]) <= lines + 2
    assert place.vi
    assert place.en
    return place.at


@st.composite
def torn(draw: st.DrawFn) -> str:
    """Draw a file with pieces of its text removed, inserted, repeated or moved."""
    text = draw(FILES)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 3, 20, 300])))
        piece = draw(st.one_of(PIECES, st.just(text[start:end] * 2), st.text(max_size=2)))
        text = text[:start] + piece + text[end:]
    return text


@st.composite
def misfilled(draw: st.DrawFn) -> str:
    """Draw a file that is still a tree, with wrong types, missing values, and values in wrong places."""
    tree = json.loads(WHOLE)
    for _ in range(draw(st.integers(1, 3))):
        node, key = draw(spots(tree))
        elsewhere, other = draw(spots(tree))
        here, there = json.dumps(node[key]), json.dumps(elsewhere[other])
        node[key] = draw(st.one_of(SCALARS, st.sampled_from([[], {}, [json.loads(here)], json.loads(there)])))
    return json.dumps(tree, ensure_ascii=False, indent=1)


@st.composite
def spots(draw: st.DrawFn, tree: object) -> tuple[Any, Any]:
    """Draw a place of a value in a tree."""
    node = tree
    while True:
        assert isinstance(node, dict | list)
        key = draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        inner = node[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 5)) == 0:
            return node, key
        node = inner


def test_the_files_that_are_torn_are_right() -> None:
    assert len(DEMOS) == 2
    assert all(isinstance(judged(text), RoundFile) for text in (ALL_KINDS, *DEMOS.values()))


@settings(max_examples=70)
@given(text=torn())
def test_a_torn_file_is_refused_with_places_or_right(text: str) -> None:
    judged(text)


@settings(max_examples=35)
@given(text=misfilled())
def test_a_misfilled_file_is_refused_with_places_or_right(text: str) -> None:
    judged(text)


@settings(max_examples=100)
@given(text=misfilled())
def test_a_file_has_the_shape_of_the_schema_where_jsonschema_finds_no_mistake(text: str) -> None:
    made = schema()
    try:
        content = parse(text).content
    except RoundFileError:
        return
    assert fits(content, made, made["$defs"]) == (not list(shape_faults(content, made)))


@pytest.mark.parametrize(("maximum", "mistakes"), [("3.0", 0), ("3-", 1)])
def test_figures_are_judged_beside_a_maximum_however_it_is_written(maximum: str, mistakes: int) -> None:
    found = judged(ALL_KINDS.replace('parent: "1", maximum: 3,', f'parent: "1", maximum: {maximum},'))
    assert (0 if isinstance(found, RoundFile) else len(found)) == mistakes


@settings(max_examples=200)
@given(text=st.text(max_size=40))
def test_any_text_is_refused(text: str) -> None:
    found = judged(text)
    assert isinstance(found, list)
    assert found


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"\x00", b"- [", b"&a [*a]", b"\xed\xa0\x80"])
def test_the_command_says_what_is_wrong_and_shows_no_traceback(damage: bytes, tmp_path: Path) -> None:
    path = tmp_path / "round.yaml"
    path.write_bytes(damage + ALL_KINDS.encode())
    ended = CliRunner().invoke(app, ["round", "check", str(path)])
    assert (ended.exit_code, type(ended.exception)) == (1, SystemExit)
    assert re.search(r"\d+:\d+ /", ended.output)
