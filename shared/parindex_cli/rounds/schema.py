"""The JSON schema of a round file: generated from the records, and slightly more lenient.

Editors read the file with YAML's own types, so numbers may be without quotes. Unknown names are refused.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from parindex.contracts import criteria
from parindex.values.wholes import WHOLE_FORM
from parindex_cli.rounds.file import RoundFile

NUMBERS = criteria.NUMBERS | {"score", "out_of", "appraisal", "survey", "index", "mean"}
"""Fields whose text is a number, which may be without quotes."""

BOOLEANS = (True, False, "true", "True", "TRUE", "false", "False", "FALSE")
"""Booleans in all spellings: spreadsheets and Python write capitals."""


def schema() -> dict[str, Any]:
    """Return the schema, JSON Schema 2020-12."""
    made: dict[str, Any] = msgspec.json.schema(RoundFile)
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Tệp mô tả đợt đánh giá", **made}
    for definition in made["$defs"].values():
        _be_strict_and_kind(definition)
    return made


def documents() -> Mapping[Path, str]:
    """Return the text of the schema, by its path under `docs/`."""
    return {Path("round-file.schema.json"): json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"}


def _be_strict_and_kind(definition: dict[str, Any]) -> None:
    if definition.get("type") != "object" or "properties" not in definition:
        return
    definition["additionalProperties"] = False
    for name, value in definition["properties"].items():
        _loosen(name, value)


def _loosen(name: str, value: dict[str, Any]) -> None:
    if value.get("type") == "integer":
        value["type"] = ["integer", "string"]
        value["pattern"] = WHOLE_FORM
        value.setdefault("description", "số nguyên / a whole number")
    elif value.get("type") == "boolean":
        del value["type"]
        value["enum"] = list(BOOLEANS)
    elif name in NUMBERS and value.get("type") == "string":
        value["type"] = ["string", "number"]
    elif name == "rule":
        value["anyOf"] = value["anyOf"][0]["anyOf"]  # absent rather than null
        del value["default"]
    elif name == "figures":
        value["additionalProperties"] = {"type": ["string", "number", "boolean"]}
