"""The office downloads a template or a set, uploads a workbook, reads its mistakes, and enacts what it says."""

import httpx
from msgspec.structs import replace
from tests.assessment.conftest import Assessment, Caller, ca_mau_set

from assessment.drafting.layout import READ
from assessment.drafting.reading import read_set
from assessment.drafting.writing import EXAMPLE, write_set
from parindex.contracts.criteria import Band, CriteriaSet
from parindex.files.workbooks import extract
from parindex.testing import made_files as made
from parindex.testing.serving import signed_in

READINGS = "/v1/criteria-set-readings?authority=H16"


async def reading_of(caller: Caller, content: bytes) -> httpx.Response:
    headers = signed_in(caller.name, *caller.rights, at=caller.clock())
    return await caller.http.post(READINGS, content=content, headers=headers)


def set_in(content: bytes) -> CriteriaSet | None:
    return read_set(extract(content, READ)).criteria_set


async def test_a_set_goes_from_the_template_into_force_and_out_again(assessment: Assessment) -> None:
    template = await assessment.office("GET", "/v1/criteria-set-template")
    assert (template.status_code, set_in(template.content)) == (200, EXAMPLE)
    assert "bo-chi-so-mau.xlsx" in template.headers["content-disposition"]
    ours = write_set(ca_mau_set())
    found = (await reading_of(assessment.office, ours)).json()
    assert (found["errors"], found["warnings"]) == ([], [])
    body = {"authority": "H16", "criteria_set": found["criteria_set"]}
    enacted = await assessment.office("POST", "/v1/criteria-sets", body)
    assert enacted.status_code == 201, enacted.text
    again = await assessment.office("GET", "/v1/criteria-sets/ca-mau-2013/workbook")
    assert (again.status_code, set_in(again.content)) == (200, ca_mau_set())


async def test_a_workbook_with_mistakes_gives_no_set_and_writes_nothing(assessment: Assessment) -> None:
    rows = [replace(row, name="x" * 501) for row in ca_mau_set().criteria]
    head = await assessment.resources.log.head()
    found = (await reading_of(assessment.office, write_set(replace(ca_mau_set(), criteria=rows)))).json()
    assert found.get("criteria_set") is None
    assert {(note["sheet"], note["column"]) for note in found["errors"]} == {("Tiêu chí", "B")}
    assert len(found["errors"]) == len(rows)
    assert await assessment.resources.log.head() == head


async def test_what_an_enactment_would_refuse_is_a_mistake_at_its_cell(assessment: Assessment) -> None:
    bands = [Band(name=f"Loại {at}", at_least=str(at)) for at in range(101)]
    found = (await reading_of(assessment.office, write_set(replace(ca_mau_set(), bands=bands)))).json()
    assert found.get("criteria_set") is None
    assert [note["sheet"] for note in found["errors"]] == ["Xếp loại"]


async def test_only_those_who_make_sets_have_workbooks_read_and_no_other_file_is(assessment: Assessment) -> None:
    assert (await reading_of(assessment.unit, write_set(EXAMPLE))).status_code == 403
    assert (await reading_of(assessment.caller("la", "office@H17"), write_set(EXAMPLE))).status_code == 403
    refused = await reading_of(assessment.office, made.pdf())
    assert (refused.status_code, refused.json()["code"]) == (422, "criteria-file-kind")
    assert (await assessment.office("GET", "/v1/criteria-sets/khong-co/workbook")).status_code == 404
    assert (await assessment.unit("GET", "/v1/criteria-set-template")).status_code == 200
