"""Documents point at things that exist: links, their headings, files in code spans, the folders of the map."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("bench", "deploy", "docs", "services", "shared", "tests")
PAGES = sorted(ROOT.glob("*.md")) + sorted(page for top in FOLDERS for page in (ROOT / top).rglob("*.md"))
LINK = re.compile(r"\]\(([^()\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?:[\w.-]+/)+[\w.-]+\.(?:py|md|toml|yaml|yml|json|sh)")
PACKAGES = [ROOT, *(ROOT / "shared").glob("*/"), ROOT / "shared", ROOT / "services", *(ROOT / "services").glob("*/")]
"""Where the path of a file may begin: `shared/parindex/bus/relay.py`, `bus/relay.py`, `survey/rating/api.py`."""
MADE_BY_COMMANDS = ("var/", "published/")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return the names that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", without_fences(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> Iterator[str]:
    text = CODE.sub("", without_fences(page.read_text(encoding="utf-8")))
    for link in LINK.findall(text):
        place, _, heading = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if "://" in link:
            continue
        if not target.exists() or (heading and heading not in anchors(target)):
            yield link


def missing_files(page: Path) -> Iterator[str]:
    for code in CODE.findall(without_fences(page.read_text(encoding="utf-8"))):
        path = code.partition("::")[0]
        if not FILE.fullmatch(path) or path.startswith(MADE_BY_COMMANDS):
            continue
        if not any((start / path).exists() for start in [*PACKAGES, page.parent]):
            yield path


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_document_resolves(page: Path) -> None:
    assert list(broken_links(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_document_names_is_there(page: Path) -> None:
    assert list(missing_files(page)) == []


def rows_of_the_map(package: str) -> dict[str, str]:
    """Return the rows of a table of ARCHITECTURE: names of folders or files, and their text."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.partition(f"`shared/{package}`**")[2].partition("\n\n")[2].partition("\n\n")[0]
    rows = [row.split(" | ", 1) for row in table.splitlines()[2:]]
    return {name: said for names, said in rows for name in CODE.findall(names)}


@pytest.mark.parametrize("package", ["parindex", "parindex_cli"])
def test_the_map_has_every_folder_and_file_of_a_package(package: str) -> None:
    folder = ROOT / "shared" / package
    there = {f"{init.parent.name}/" for init in folder.glob("*/__init__.py")}
    there |= {file.name for file in folder.glob("*.py")} - {"__init__.py"}
    assert set(rows_of_the_map(package)) == there


@pytest.mark.parametrize("package", ["parindex", "parindex_cli"])
def test_the_modules_that_the_map_names_are_there(package: str) -> None:
    named = [
        ROOT / "shared" / package / folder / f"{word}.py"
        for folder, said in rows_of_the_map(package).items()
        for word in CODE.findall(said)
        if re.fullmatch(r"[a-z_]+", word) and folder.endswith("/") and word != "parindex"
    ]
    assert [name_of(path) for path in named if not path.exists()] == []


def test_each_trip_of_the_tour_has_about_twelve_stops_and_each_stop_links_a_file_and_names_a_guarantee() -> None:
    trips = re.split(r"^## ", (ROOT / "docs" / "tour.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:3]
    for trip in trips:
        stops = re.split(r"^\d+\. ", trip, flags=re.MULTILINE)[1:]
        assert 10 <= len(stops) <= 14
        for stop in stops:
            link = re.match(r"\[`([^`]+)`\]\(\.\./([^)]+)\)", stop)
            assert link, stop
            assert link[1] == link[2]
            assert "*Guaranteed:*" in stop
