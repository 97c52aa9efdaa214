"""The OpenAPI documents have a shape that client generators compile, and name the rights of each operation."""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from parindex.auth.access import Audience
from parindex.auth.fastapi import access_rules
from parindex.http.openapi_shape import operations, shape
from parindex.service import installed_services
from parindex_cli.documents.describing import described, described_sign_in

APPS = {
    **{name: described(service) for name, service in installed_services().items()},
    "sign-in": described_sign_in(),
}
DOCUMENTS = {name: app.openapi() for name, app in APPS.items()}


@pytest.fixture(params=sorted(DOCUMENTS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def schemas_in(part: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(part, dict):
        yield path, part
    for key, held in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        if key not in {"example", "examples"}:
            yield from schemas_in(held, f"{path}/{key}")


def test_operations_are_named_as_their_functions_and_each_once(name: str) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(DOCUMENTS[name])]
    assert len(ids) == len(set(ids))
    assert [each for each in ids if "v1" in each] == []


def test_no_property_has_a_default_and_records_have_names(name: str) -> None:
    document = DOCUMENTS[name]
    schemas = dict(schemas_in(document))
    assert [
        path for path, each in schemas.items() if isinstance(each.get("default"), dict | list) and "type" in each
    ] == []
    named = {f"/components/schemas/{each}" for each in document["components"]["schemas"]}
    assert [
        path for path, each in schemas.items() if isinstance(each.get("properties"), dict) and path not in named
    ] == []
    assert "$defs" not in json.dumps(document)


def test_one_of_several_kinds_is_described_as_one_of_them(name: str) -> None:
    """Generators merge all kinds of an `anyOf` into one record, which does not compile with a discriminator."""
    kinds = {path: each for path, each in schemas_in(DOCUMENTS[name]) if "discriminator" in each}
    assert [path for path, each in kinds.items() if "oneOf" not in each or "anyOf" in each] == []
    assert kinds or name not in {"assessment", "publication"}


def test_a_number_that_may_be_wide_says_so(name: str) -> None:
    """Generated clients read an integer without a format into 32 bits, such as a position or a press's number."""
    wide = {path for path, each in schemas_in(DOCUMENTS[name]) if each.get("type") == "integer" and is_wide(each)}
    assert [path for path, each in schemas_in(DOCUMENTS[name]) if path in wide and each.get("format") != "int64"] == []
    assert wide or name == "sign-in"


def is_wide(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("maximum", 2**63) >= 2**31)


def test_a_body_is_one_thing(name: str) -> None:
    for path, _, operation in operations(DOCUMENTS[name]):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert {"oneOf", "anyOf"}.isdisjoint(content["schema"]), path


def test_every_answer_has_a_type(name: str) -> None:
    for path, _, operation in operations(DOCUMENTS[name]):
        contents = [each.get("content", {}) for status, each in operation["responses"].items() if status < "300"]
        assert contents, path
        assert all(content and all(each.get("schema") for each in content.values()) for content in contents), path


def test_every_door_names_the_rights_of_its_access_rule(name: str) -> None:
    rules = {(each.path, method): each.rule for each in access_rules(APPS[name]) for method in each.methods}
    for path, method, operation in operations(DOCUMENTS[name]):
        rule = rules[path, method.upper()]
        assert rule is not None
        assert operation["x-rights"] == sorted(rule.roles), path
        assert all(f"`{role}`" in operation["description"] for role in rule.roles), path
        assert ({"bearer": []} in operation["security"]) is (rule.audience is not Audience.PUBLIC), path


def test_bounds_have_the_names_of_json_schema(name: str) -> None:
    schemas = [each for _, each in schemas_in(DOCUMENTS[name])]
    assert [each for each in schemas if each.keys() & {"ge", "gt", "le", "lt"}] == []
    assert [each for each in schemas if "minimum" in each] != []


def test_a_service_is_found_under_its_name(name: str) -> None:
    assert DOCUMENTS[name]["servers"][0]["url"] == f"/{name}"


def test_one_name_is_one_shape_in_all_documents() -> None:
    shapes: dict[str, Any] = {}
    for document in DOCUMENTS.values():
        for each, schema in document["components"]["schemas"].items():
            assert not each.endswith(("-Input", "-Output")), each
            assert shapes.setdefault(each, schema) == schema, each


def test_a_second_time_changes_nothing(name: str) -> None:
    document = copy.deepcopy(DOCUMENTS[name])
    shape(document)
    assert document == DOCUMENTS[name]
