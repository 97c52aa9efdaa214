"""The catalogue of refusals says what the code says, and every `type` of a problem opens."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from parindex.doctor.findings import REMEDIES
from parindex.http.problem_handlers import HTTP_REFUSALS
from parindex.http.refusal_pages import catalogue
from parindex_cli.documents import refusals
from parindex_cli.documents.describing import drifted
from parindex_cli.local.gateway import new_gateway

VALUE = re.compile(r"\d+|…")
NAMED = re.compile(r"`[^`]*`")
ENGLISH = re.compile(r"\b(the|is|are|of|or|and|not|this|has|have|was|must|it|expected|got|should)\b", re.IGNORECASE)
DOCS = Path(__file__).parents[2] / "docs"


def test_the_catalogue_in_the_repository_is_the_present_one() -> None:
    assert list(drifted(refusals.documents(), DOCS)) == []


def test_every_refusal_has_both_languages_and_something_to_do() -> None:
    found = catalogue()
    assert {"unknown-round", "stream-moved", "four-eyes", "internal-error"} <= set(found)
    assert {code for code, _ in HTTP_REFUSALS.values()} <= set(found)
    assert [each.code for each in found.values() if not (each.vi and each.en and each.when and each.do_vi)] == []
    assert [each.code for each in found.values() if "object at 0x" in each.vi + each.en] == []


def texts() -> Iterator[tuple[str, str, str]]:
    """Yield each Vietnamese text of the catalogue with its code and its English text."""
    for each in catalogue().values():
        yield each.code, each.vi, each.en
        yield each.code, each.do_vi, each.do_en
        yield from ((each.code, place.vi, place.en) for place in each.places)


def test_no_vietnamese_text_has_english_quotation_marks_or_words() -> None:
    assert [code for code, vi, _ in texts() if set("\"'") & set(vi)] == []
    assert [(code, vi) for code, vi, _ in texts() if ENGLISH.search(vi)] == []


def test_a_vietnamese_text_gives_what_the_english_one_gives() -> None:
    """Both have the same values of the example: its numbers, ids, and what stands for other values."""
    given = {(code, vi): (sorted(VALUE.findall(vi)), sorted(VALUE.findall(en))) for code, vi, en in texts()}
    assert {at: said for at, said in given.items() if said[0] != said[1]} == {}
    code_names = [(code, set(NAMED.findall(vi)), set(NAMED.findall(en))) for code, vi, en in texts()]
    assert [each for each in code_names if each[1] != each[2]] == []


def test_what_is_not_there_has_one_form_of_code_at_doors_and_in_commands() -> None:
    missing = {each.code for each in catalogue().values() if each.status == 404} - {"no-such-address"}
    assert {"unknown-round", "unknown-edition"} <= missing
    assert [code for code in missing if not code.startswith("unknown-")] == []


def test_advice_is_of_the_code_where_that_of_the_kind_is_no_help() -> None:
    advice = {code: each.do_en for code, each in catalogue().items()}
    assert "confirmed" in advice["confirmation-needed"]
    assert "another id" in advice["kiosk-revoked"]
    assert "enrolment-codes" in advice["enrolment-code-invalid"]
    assert "new key" in advice["idempotency-key-reused"]
    assert "not compressed" in advice["content-encoding-not-supported"]
    assert "Allow" in advice["method-not-allowed"]
    assert "corrected program" in advice["entry-uncounted"]
    assert "cannot be published" in advice["sources-unchecked"]


def test_the_doctor_has_remedies_for_codes_that_there_are() -> None:
    assert set(REMEDIES) <= set(catalogue())


def test_the_catalogue_and_the_examples_have_the_members_that_a_code_has_besides() -> None:
    assert catalogue()["sequence-gap"].members == {"expected_seq": 6}
    assert set(catalogue()["beyond-log-head"].members) == {"head", "epoch", "hash", "origin"}
    documents = [json.loads(each.read_text("utf-8")) for each in sorted((DOCS / "openapi").glob("*.json"))]
    assert documents
    for document in documents:
        for code, example in document["components"].get("examples", {}).items():
            assert catalogue()[code].members.items() <= example["value"].items()


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("text/html,*/*", "text/html"), ("application/json", "application/json"), ("*/*", "application/json")],
)
async def test_the_type_of_a_problem_opens(accept: str, kind: str) -> None:
    transport = httpx.ASGITransport(new_gateway())
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers={"Accept": accept}) as http:
        problem = (await http.get("/nothing/here")).json()
        answer = await http.get(problem["type"])
        unknown = await http.get("/problems/no-such-code")
    assert (answer.status_code, unknown.status_code) == (200, 404)
    assert answer.headers["content-type"].startswith(kind)
    assert "no-such-address" in answer.text
    assert "Kiểm tra" in answer.text


async def test_the_page_of_a_refusal_allows_its_own_style_and_nothing_else() -> None:
    transport = httpx.ASGITransport(new_gateway())
    async with httpx.AsyncClient(
        transport=transport, base_url="http://gateway", headers={"Accept": "text/html"}
    ) as http:
        page = await http.get("/problems/unknown-round")
    style = re.search("<style>(.*)</style>", page.text)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert policy.endswith(f"; style-src 'sha256-{digest}'")
