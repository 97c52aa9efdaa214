"""Templates hold no script, no style and no text that is not escaped, and ask for no number by type=number.

Scripts are files of our own: few lines, and none that could run a text.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(file for top in ("services", "shared") for file in (ROOT / top).rglob("templates/*.html"))
FORBIDDEN = re.compile(
    r"<script(?![^>]* src=)|<style\b| style=| on\w+=|javascript:|\| *safe\b|autoescape|Markup|type=.?number",
    re.IGNORECASE,
)
"""The policy of the answers refuses the first ones; browsers drop a wrong number of the last one without a word."""

DOCUMENTS = {"shared/parindex_cli/derivations/templates/document.html": ["<style"]}
"""Templates of files that a command writes: a file has its style in itself, and no service answers it."""

SCRIPTS = sorted(file for top in ("services", "shared") for file in (ROOT / top).rglob("static/*.js"))
MOST_LINES = 500
"""Lines of all scripts together. Pages work without them, so what needs more than this belongs to the server."""
RUNS_TEXT = re.compile(
    r"\b(eval|Function|document\.write|insertAdjacentHTML|setHTMLUnsafe)\b|\b(inner|outer)HTML\b|\bimport\("
)


def forbidden_in(html: str) -> list[str]:
    without_comments = re.sub(r"\{#.*?#\}", "", html, flags=re.DOTALL)
    return FORBIDDEN.findall(without_comments)


def test_no_template_holds_what_its_page_may_not_have() -> None:
    assert len(TEMPLATES) > 5
    assert {str(file.relative_to(ROOT)): forbidden_in(file.read_text(encoding="utf-8")) for file in TEMPLATES} == {
        name: DOCUMENTS.get(name, []) for name in (str(file.relative_to(ROOT)) for file in TEMPLATES)
    }


def test_what_is_planted_is_found() -> None:
    planted = '<p style="x"><a onclick="y">{{ z | safe }}</a><script>1</script><input type="number"><script src="a">'
    assert forbidden_in(planted) == [" style=", " onclick=", "| safe", "<script", 'type="number']


def test_all_scripts_together_are_few_lines_and_none_runs_a_text() -> None:
    texts = {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in SCRIPTS}
    assert texts
    assert sum(len(text.splitlines()) for text in texts.values()) <= MOST_LINES
    assert max(len(line) for text in texts.values() for line in text.splitlines()) <= 120
    assert {name: RUNS_TEXT.findall(text) for name, text in texts.items() if RUNS_TEXT.search(text)} == {}


def test_a_script_that_runs_a_text_is_found() -> None:
    assert len(RUNS_TEXT.findall("eval(x); box.innerHTML = x; new Function(x); import(x)")) == 4
