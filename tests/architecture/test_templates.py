"""Templates hold no script, no style and no text that is not escaped, and ask for no number by type=number."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(file for top in ("services", "shared") for file in (ROOT / top).rglob("templates/*.html"))
FORBIDDEN = re.compile(
    r"<script(?![^>]* src=)|<style\b| style=| on\w+=|javascript:|\| *safe\b|autoescape|Markup|type=.?number",
    re.IGNORECASE,
)
"""The policy of the answers refuses the first ones; browsers drop a wrong number of the last one without a word."""


def forbidden_in(html: str) -> list[str]:
    without_comments = re.sub(r"\{#.*?#\}", "", html, flags=re.DOTALL)
    return FORBIDDEN.findall(without_comments)


def test_no_template_holds_what_its_page_may_not_have() -> None:
    assert len(TEMPLATES) > 5
    assert {str(file.relative_to(ROOT)): forbidden_in(file.read_text(encoding="utf-8")) for file in TEMPLATES} == {
        str(file.relative_to(ROOT)): [] for file in TEMPLATES
    }


def test_what_is_planted_is_found() -> None:
    planted = '<p style="x"><a onclick="y">{{ z | safe }}</a><script>1</script><input type="number"><script src="a">'
    assert forbidden_in(planted) == [" style=", " onclick=", "| safe", "<script", 'type="number']
