"""The examples in the OpenAPI documents are valid: each body is accepted by its route, each refusal is a problem."""

from collections.abc import Iterator
from typing import Any

import jsonschema
import msgspec
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from assessment.enacting.bodies import EnactmentIn
from assessment.enacting.commands import EnactCriteriaSet
from assessment.enacting.decisions import enacting
from assessment.opening.bodies import RoundIn
from assessment.opening.decisions import opening
from parindex.http.openapi_examples import add_examples
from parindex.http.openapi_shape import operations
from parindex.http.problem_openapi import MEDIA_TYPE
from parindex.http.problems import Problem
from parindex.service import installed_services
from parindex_cli.documents.describing import described, described_sign_in
from survey.rating.presses import read_presses

APPS = {
    **{name: described(service) for name, service in installed_services().items()},
    "sign-in": described_sign_in(),
}
DOCUMENTS = {name: app.openapi() for name, app in APPS.items()}
OPERATIONS = [
    pytest.param(DOCUMENTS[name], APPS[name], path, method, id=f"{name} {method} {path}")
    for name in DOCUMENTS
    for path, method, _ in operations(DOCUMENTS[name])
]


@pytest.mark.parametrize(("document", "app", "path", "method"), OPERATIONS)
def test_every_body_has_an_example_that_its_door_takes(
    document: dict[str, Any], app: FastAPI, path: str, method: str
) -> None:
    for kind, content in document["paths"][path][method].get("requestBody", {}).get("content", {}).items():
        if kind == "application/octet-stream":
            continue  # a file: whatever bytes it has
        sent = content["example"]
        check(sent, content["schema"], document)
        if kind != "application/x-www-form-urlencoded":
            read(app, path, method, kind, sent)


@pytest.mark.parametrize(("document", "app", "path", "method"), OPERATIONS)
def test_every_refusal_has_examples_of_its_status(
    document: dict[str, Any], app: FastAPI, path: str, method: str
) -> None:
    for status, each in document["paths"][path][method]["responses"].items():
        if MEDIA_TYPE in each.get("content", {}):
            found = list(problems_in(each["content"][MEDIA_TYPE], document))
            assert found, f"{app.title} {path} {status}"
            assert all(problem["status"] == int(status) for problem in found if status != "default"), path


def test_the_examples_of_refusals_are_problem_documents() -> None:
    for document in DOCUMENTS.values():
        for code, example in document["components"]["examples"].items():
            check(example["value"], {"$ref": "#/components/schemas/Problem"}, document)
            assert Problem.model_validate(example["value"]).type == f"/problems/{code}"


@pytest.mark.parametrize(
    ("name", "operation", "status", "codes"),
    [
        (
            "assessment",
            "open_round",
            "409",
            {"round-opened-before", "id-of-another-authority", "idempotency-key-reused"},
        ),
        ("assessment", "enter_claims", "422", {"claims-invalid", "confirmation-needed", "survey-criterion-claimed"}),
        ("assessment", "complete_appraisal", "403", {"forbidden", "four-eyes", "self-appraisal"}),
        ("survey", "record_ratings", "409", {"sequence-gap", "sequence-reused"}),
        ("survey", "enrol_kiosk", "403", {"enrolment-code-invalid"}),
        ("publication", "announce_result", "409", {"edition-announced", "edition-superseded"}),
        ("scoring", "read_feed", "409", {"beyond-log-head"}),
        ("sign-in", "token", "400", {"wrong-credentials", "grant-type-unknown", "token-request-malformed"}),
        ("sign-in", "token", "429", {"too-many-attempts"}),
        ("sign-in", "read_account", "404", {"unknown-account"}),
    ],
)
def test_an_operation_names_the_refusals_of_its_rules(name: str, operation: str, status: str, codes: set[str]) -> None:
    [described] = [each for _, _, each in operations(DOCUMENTS[name]) if each["operationId"] == operation]
    assert codes <= set(described["responses"][status]["content"][MEDIA_TYPE]["examples"])


@pytest.mark.parametrize("code", ["round-closed-before", "appraisal-over"])
def test_an_operation_names_no_refusal_of_another(code: str) -> None:
    [described] = [each for _, _, each in operations(DOCUMENTS["assessment"]) if each["operationId"] == "enter_claim"]
    assert code not in str(described["responses"])


def test_the_example_of_a_set_is_enacted_and_that_of_a_round_is_opened_with_it() -> None:
    enactment = EnactmentIn.model_validate_json(msgspec.json.encode(example_of(EnactmentIn)))
    criteria_set = enactment.criteria_set.to_record()
    assert enacting.decide(EnactCriteriaSet(enactment.authority, criteria_set, ""), enacting.initial)
    body = RoundIn.model_validate_json(msgspec.json.encode(example_of(RoundIn)))
    command = body.command({criteria_set.code: criteria_set}, "2026-02-01T00:00:00.000000Z")
    assert opening.decide(command, opening.initial)


def test_a_second_time_changes_nothing() -> None:
    for name, document in DOCUMENTS.items():
        before = msgspec.json.encode(document)
        add_examples(APPS[name], document)
        assert msgspec.json.encode(document) == before


def example_of(body: type[Any]) -> Any:
    return body.model_json_schema()["examples"][0]


def problems_in(content: dict[str, Any], document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for reference in content.get("examples", {}).values():
        yield document["components"]["examples"][reference["$ref"].rpartition("/")[2]]["value"]


def check(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> None:
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(value)


def read(app: FastAPI, path: str, method: str, kind: str, sent: Any) -> None:
    """Read a body as its route does."""
    [route] = [
        each for each in iter_route_contexts(app.routes) if each.path == path and method.upper() in (each.methods or ())
    ]
    field = getattr(route, "body_field", None)
    if field is None:  # the presses, which their route reads itself
        read_presses(msgspec.json.encode(sent) + b"\n", kind)
        return
    _, faults = field.validate(sent, {}, loc=("body",))
    assert not faults, faults
