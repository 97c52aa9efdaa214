from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from assessment.enacting.bodies import EnactmentIn
from parindex.contracts.criteria import NUMBERS, CriteriaSet

SENT: Mapping[str, Any] = EnactmentIn.model_json_schema()["$defs"]
TOLD: Mapping[str, Any] = msgspec.json.schema_components([CriteriaSet])[1]
WORDS = {
    *("block", "code", "expression", "figure", "group", "mode", "name", "option", "parent"),
    *("question", "reference", "rule_text", "source", "title", "total"),
}


def records(schemas: Mapping[str, Any]) -> Iterator[tuple[str, list[str], Any]]:
    """Each record's name and fields, and what a rule of its kind is called."""
    for name, schema in schemas.items():
        if "properties" in schema:
            kind = schema["properties"].get("kind", {})
            yield name.removesuffix("In"), sorted(schema["properties"]), kind.get("const", *kind.get("enum", [None]))


def test_a_set_is_sent_in_the_shape_in_which_it_is_published() -> None:
    assert sorted(records(SENT)) == sorted(records(TOLD))


def test_every_text_of_a_set_is_known_to_be_a_number_or_a_word() -> None:
    texts = {
        name
        for schema in TOLD.values()
        for name, field in schema.get("properties", {}).items()
        if field.get("type") == "string"
    }
    assert texts == NUMBERS | WORDS
