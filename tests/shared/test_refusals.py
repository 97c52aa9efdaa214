"""The catalogue of refusals says what the code says, and every `type` of a problem opens."""

from pathlib import Path

import httpx
import pytest

from parindex.documents import refusals
from parindex.documents.describing import drifted
from parindex.http.problems import HTTP_REFUSALS
from parindex.http.refusal_pages import catalogue
from parindex.running.gateway import new_gateway

DOCS = Path(__file__).parents[2] / "docs"


def test_the_catalogue_in_the_repository_is_the_present_one() -> None:
    assert list(drifted(refusals.documents(), DOCS)) == []


def test_every_refusal_has_both_languages_and_something_to_do() -> None:
    found = catalogue()
    assert {"unknown-round", "stream-moved", "four-eyes", "internal-error"} <= set(found)
    assert {code for code, _ in HTTP_REFUSALS.values()} <= set(found)
    assert [each.code for each in found.values() if not (each.vi and each.en and each.when and each.do_vi)] == []
    assert [each.code for each in found.values() if "object at 0x" in each.vi + each.en] == []


def test_what_a_door_does_not_know_has_one_form_of_code() -> None:
    missing = [each.code for each in catalogue().values() if each.status == 404 and each.doors]
    assert missing
    assert [code for code in missing if not code.startswith("unknown-")] == []


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
