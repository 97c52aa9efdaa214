"""The page on events has every event type of every log, with its stream and its fields, and is up to date."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from parindex.eventstore.entries import Entry
from parindex.service import installed_services
from parindex.sign_in.service import SIGN_IN
from parindex_cli.documents import event_page
from parindex_cli.documents.describing import drifted, format_documents
from parindex_cli.documents.event_fields import STREAMS
from parindex_cli.documents.event_versions import ADDED, fields_at, lifted

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


def entry_of(name: str, version: int, data: dict[str, Any]) -> Entry:
    return Entry(
        v=version, origin="o", nonce="n", type=name, stream="s", version=1, authority="H09", actor="a",
        occurred_at="2026-07-01T12:00:00.000000Z", correlation="c", data=msgspec.Raw(json.dumps(data).encode()),
    )  # fmt: skip


def goldens(source: str) -> dict[tuple[str, int], dict[str, Any]]:
    """Return the golden data of each event type and version of a source."""
    files = GOLDENS.get(source, ROOT / "tests" / source / "goldens").iterdir()
    named = ((file.name.split("."), json.loads(file.read_bytes())) for file in files)
    return {(name, int(version[1:])): data for (name, version, _), data in named}


@pytest.mark.parametrize("source", SOURCES)
def test_the_page_has_every_version_that_was_ever_written_with_its_fields(source: str) -> None:
    types, written = SOURCES[source], goldens(source)
    assert {(name, v) for name, cls in types.classes.items() for v in range(1, types.schema(cls) + 1)} == set(written)
    for (name, version), data in written.items():
        assert fields_at(types, name, version) == set(data), f"{name} version {version}"


@pytest.mark.parametrize("source", SOURCES)
def test_an_older_version_is_read_as_the_page_says(source: str) -> None:
    types = SOURCES[source]
    for (name, version), data in goldens(source).items():
        read = types.decode(entry_of(name, version, data))
        filled = data | {each.field: each.value for each in lifted(types, name, version)}
        assert read == types.decode(entry_of(name, types.schema(types.classes[name]), filled))
        assert {each.field: getattr(read, each.field) for each in lifted(types, name, version)} == {
            each.field: each.value for each in lifted(types, name, version)
        }


def test_no_type_is_described_that_has_one_version_or_is_none() -> None:
    several = {
        (name, v) for types in SOURCES.values() for name, cls in types.classes.items()
        for v in range(2, types.schema(cls) + 1)
    }  # fmt: skip
    assert {(name, version) for name, added in ADDED.items() for version in added} == several


@pytest.mark.parametrize("source", SOURCES)
def test_every_field_that_was_ever_written_is_on_the_page(source: str) -> None:
    page = event_page.document(installed_services())
    folder = GOLDENS.get(source, ROOT / "tests" / source / "goldens")
    for golden in folder.iterdir():
        name = golden.name.partition(".")[0]
        section = page[page.index(f"### {name}\n", page.index(f"\n## {source}\n")) :].split("\n### ", 1)[0]
        printed = set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))
        assert set(json.loads(golden.read_bytes())) <= printed
