"""The AsyncAPI 3 document of the bus is valid, and describes the messages that are really sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from parindex.bus.message import Envelope
from parindex.contracts import CONTRACTS
from parindex.service import installed_services
from parindex_cli.documents import asyncapi
from parindex_cli.documents.describing import asyncapi_documents, drifted

ROOT = Path(__file__).parents[3]
GOLDENS = sorted((ROOT / "tests" / "contracts").glob("*.v*.json"))


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return asyncapi.document(installed_services())


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_contract_has_a_channel_and_a_sender(document: dict[str, Any]) -> None:
    assert sorted(document["channels"]) == sorted(CONTRACTS)
    sent = {name for name, operation in document["operations"].items() if operation["action"] == "send"}
    assert sent == {f"{name.partition('.')[0]}.sends.{name}" for name in CONTRACTS}


def test_scoring_receives_from_assessment_and_not_from_itself(document: dict[str, Any]) -> None:
    operations = document["operations"]
    assert operations["scoring.receives.assessment.round-closed.v1"]["action"] == "receive"
    assert not [name for name in operations if name.startswith("scoring.receives.scoring.")]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in references(document):
        here: Any = document
        for part in reference.removeprefix("#/").split("/"):
            here = here[part]


def test_each_message_says_which_type_of_contract_it_holds(document: dict[str, Any]) -> None:
    for name, message in document["components"]["messages"].items():
        _, data = message["payload"]["allOf"]
        assert data["properties"]["type"] == {"const": name}


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.stem)
def test_what_was_ever_sent_fits_the_documented_message(document: dict[str, Any], golden: Path) -> None:
    name = next(each for each in CONTRACTS if golden.name.startswith(each))
    envelope = Envelope(
        id="s/1", source="s", type=name, subject="a-1", time="2026-07-01T12:00:00.000000Z", position=1, authority="H09",
        correlationid="c", data=msgspec.Raw(golden.read_bytes()),
    )  # fmt: skip
    schema = document["components"]["messages"][name]["payload"]
    event = json.loads(msgspec.json.encode(envelope))
    jsonschema.validate(event, {**schema, "components": document["components"]})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**event, "data": {}}, {**schema, "components": document["components"]})


def test_the_document_in_the_repository_is_the_present_one() -> None:
    assert list(drifted(asyncapi_documents(), ROOT / "docs")) == []
