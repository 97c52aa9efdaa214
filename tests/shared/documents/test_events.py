"""The page on events names every type of every log, with its stream and its fields, and is the present one."""

import json
import re
from pathlib import Path

import pytest

from parindex.documents import event_page
from parindex.documents.describing import drifted, format_documents
from parindex.documents.event_fields import STREAMS
from parindex.service import installed_services
from parindex.sign_in.service import SIGN_IN

ROOT = Path(__file__).parents[3]
SERVICES = [*installed_services().values(), SIGN_IN]
SOURCES = {each.name: each.types for each in SERVICES}
GOLDENS = {"sign_in": ROOT / "tests" / "shared" / "sign_in" / "goldens"}


def test_the_page_in_the_repository_is_the_present_one() -> None:
    assert list(drifted(format_documents(), ROOT / "docs")) == []


@pytest.mark.parametrize("source", SOURCES)
def test_every_type_is_in_one_stream_and_no_stream_has_a_type_that_is_none(source: str) -> None:
    listed = [name for types in STREAMS[source].values() for name in types]
    assert sorted(listed) == sorted(SOURCES[source].classes)


@pytest.mark.parametrize("source", SOURCES)
def test_every_field_that_was_ever_written_is_on_the_page(source: str) -> None:
    page = event_page.document(installed_services())
    folder = GOLDENS.get(source, ROOT / "tests" / source / "goldens")
    for golden in folder.iterdir():
        name = golden.name.partition(".")[0]
        section = page[page.index(f"### {name}\n", page.index(f"\n## {source}\n")) :].split("\n### ", 1)[0]
        printed = set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))
        assert set(json.loads(golden.read_bytes())) <= printed
