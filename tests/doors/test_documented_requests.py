"""The requests in docs/round-file.md are routes of the system, allowed for the roles that it names."""

import json
import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENTS = ("assessment", "survey", "scoring", "publication", "sign-in")
ROLES = ("office", "council", "unit", "leader", "appraiser", "surveyor", "publisher", "kiosk")
REQUEST = re.compile(r"`(GET|POST|PUT) (/(?:assessment|survey|scoring|publication|sign-in)/(?:v1/|token)[^`?]*)")


def doors() -> dict[tuple[str, str], set[str]]:
    """Return the rights of each route behind the gateway, by method and path."""
    found: dict[tuple[str, str], set[str]] = {}
    for name in DOCUMENTS:
        paths = json.loads((DOCS / "openapi" / f"{name}.json").read_text("utf-8"))["paths"]
        for path, operations in paths.items():
            whole = path if path.startswith("/sign-in") else f"/{name}{path}"
            found |= {(method.upper(), whole): set(each.get("x-rights", ())) for method, each in operations.items()}
    return found


def test_the_guide_names_only_requests_that_are_there() -> None:
    known = doors()
    named = REQUEST.findall((DOCS / "round-file.md").read_text("utf-8"))
    assert named
    assert [each for each in named if each not in known] == []


def test_the_roles_of_the_list_of_a_round_have_the_right() -> None:
    known = doors()
    rows = [
        (set(re.findall("|".join(ROLES), row[1])), REQUEST.search(row[2]))
        for row in re.findall(
            r"^\| (\d+) \| (.*?) \| (.*) \|$", (DOCS / "round-file.md").read_text("utf-8"), re.MULTILINE
        )
    ]
    assert len(rows) == 16
    assert [at[0] for roles, at in rows if at and not roles <= known[at[1], at[2]] | {"anybody"}] == []
