"""The pages of an agency that claims a part in place of a unit, and what the unit sees of that part."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from tests.assessment.conftest import Assessment, all_claims
from tests.assessment.people import API, SHEET, Person, facts_of, hidden_in, texts_in
from tests.assessment.proving.test_api import DIGEST, send

from assessment.self_scoring.events import ClaimEntered, PartReported, PartReturned
from parindex.testing.serving import ISSUER

PART = [{"criterion": "1.1", "claimant": "H16.05", "unit": "H16.01"}]
OF_PART = ("1.1.1", "1.1.2", "1.1.3", "1.1.4")
RETURN = {"move": "return-part", "claimant": "H16.05"}


@pytest.fixture
async def opened(assessment: Assessment) -> Assessment:
    await assessment.open_round(claimants=PART)
    return assessment


def field(assessment: Assessment) -> Person:
    return Person(assessment, "so-05", ("unit@H16.05",))


def unit(assessment: Assessment) -> Person:
    return Person(assessment, "don-vi", ("unit@H16.01",))


async def claim(person: Person, claims: Sequence[dict[str, Any]]) -> None:
    caller = person.assessment.caller(person.name, *person.rights)
    assert (await caller("PUT", f"{API}/claims", claims)).status_code == 201


def of_part() -> list[dict[str, Any]]:
    return [each for each in all_claims() if each["criterion"] in OF_PART]


def of_unit() -> list[dict[str, Any]]:
    return [each for each in all_claims() if each["criterion"] not in OF_PART]


async def desk(person: Person) -> list[tuple[str, str, int]]:
    await person.assessment.catch_up()
    found = (await person.assessment.caller(person.name, *person.rights)("GET", "/v1/desk")).json()
    return [(each["kind"], each["what"], each["count"]) for each in found]


async def test_the_agency_finds_its_part_on_the_desk_and_the_start_page_and_sees_only_its_criteria(
    opened: Assessment,
) -> None:
    assert await desk(field(opened)) == [("part", "Tự chấm thay đơn vị: còn thiếu 4 tiêu chí", 4)]
    start = await field(opened).opens("/")
    assert "Chỉ số CCHC năm 2026 – tự chấm thay Sở Nội vụ" in texts_in(start)
    assert "Đã chấm 0 / 4 tiêu chí" in texts_in(start)
    page = await field(opened).opens(SHEET)
    assert (page.status_code, "Phần tự chấm thay đơn vị" in texts_in(page)) == (200, True)
    linked = [code for code in (*OF_PART, "1.2.1", "1.2.2", "1.3") if f'"H16.01/criteria/{code}"' in page.text]
    assert linked == list(OF_PART)
    assert not any(f"H16.01/{rest}" in page.text for rest in ("report", "assignments"))
    assert "Báo cáo phần tự chấm" not in texts_in(page)
    for path in ("/workbook", "/files", "/criteria/1.1.2/stages", "/criteria/1.1.2/files"):
        assert (await field(opened).opens(SHEET + path)).status_code == 200, path
    for path in ("/report", "/assignments", "/earlier-files", "/office"):
        assert (await field(opened).opens(SHEET + path)).status_code == 403, path
    assert (await field(opened).opens(f"{SHEET}/criteria/1.3")).status_code == 404


async def test_the_agency_claims_by_the_form_and_the_unit_reads_who_claims(opened: Assessment) -> None:
    address = f"{SHEET}/criteria/1.1.4"
    page = await field(opened).opens(address)
    sent = {**hidden_in(page), "done": "9", "planned": "10", "then": "next"}
    for _ in range(2):  # a double click
        assert (await field(opened).sends(address, sent)).status_code == 303
    assert len(await facts_of(field(opened), ClaimEntered)) == 1
    points = await field(opened).opens(f"{address}/points?done=9&planned=10")
    assert points.status_code == 200
    shown = await unit(opened).opens(address)
    assert "Cơ quan tự chấm H16.05" in texts_in(shown)
    assert "Tiêu chí này do H16.05 tự chấm thay đơn vị." in texts_in(shown)
    assert '"then"' not in shown.text
    now = (await opened.unit("GET", f"{API}/self-score")).json()["version"]
    refused = await unit(opened).sends(address, {**sent, "key": "k" * 32, "version": str(now)})
    assert refused.status_code == 403
    assert "H16.05 tự chấm" in texts_in(await unit(opened).opens(SHEET))
    for right in ("unit@H16.06", "leader@H16.05"):
        other = Person(opened, "khac", (right,))
        assert (await other.opens(address)).status_code == 403
        assert (await other.sends(address, sent)).status_code == 403
        assert (await other.sends(SHEET, {"move": "report-part"})).status_code == 403


async def test_a_file_that_the_agency_sends_is_shown_on_its_pages(opened: Assessment) -> None:
    sender = opened.caller("so-05", "unit@H16.05")
    assert (await send(sender)).status_code == 201
    assert (await send(opened.unit, b"so lieu;1\n", "khac.csv")).status_code in {201, 415}
    await claim(field(opened), [{**of_part()[1], "evidence": [{"number": "1/BC", "sha256": DIGEST}]}])
    page = await field(opened).opens(f"{SHEET}/criteria/1.1.2/files")
    assert (page.status_code, f"../../files/{DIGEST}?page=1" in page.text) == (200, True)
    for path in (f"/files/{DIGEST}", f"/files/{DIGEST}/content", f"/files/{DIGEST}/pages/1"):
        assert (await field(opened).opens(SHEET + path)).status_code == 200, path


async def test_the_part_is_reported_returned_and_reported_again_by_forms(opened: Assessment) -> None:
    await claim(field(opened), of_part())
    await claim(unit(opened), of_unit())
    assert await desk(field(opened)) == [("part", "Đã đủ tiêu chí: báo cáo phần tự chấm", 0)]
    assert await desk(unit(opened)) == []  # it waits for the agency
    early = texts_in(await unit(opened).opens(SHEET))
    assert ("4 tiêu chí · Chưa báo cáo" in early, "Nộp bản tự chấm" in early) == (True, False)
    page = await field(opened).opens(SHEET)
    sent = {**hidden_in(page), "move": "report-part"}
    await claim(unit(opened), [{**of_unit()[-1], "figures": {"points": "1"}}])  # others go on: the form is not stale
    for _ in range(2):
        assert (await field(opened).sends(SHEET, sent)).headers["location"] == "H16.01?saved=report-part"
    assert len(await facts_of(field(opened), PartReported)) == 1
    assert "Đã báo cáo phần tự chấm." in texts_in(await field(opened).opens(f"{SHEET}?saved=report-part"))
    locked = texts_in(await field(opened).opens(f"{SHEET}/criteria/1.1.2"))
    assert "H16.05 đã báo cáo phần tự chấm này." in locked
    assert [kind for kind, *_ in await desk(unit(opened))] == ["submit"]
    whole = await unit(opened).opens(SHEET)
    assert "Trả lại một phần để sửa" in texts_in(whole)
    assert "Nộp bản tự chấm" in texts_in(whole)
    back = {**hidden_in(whole), **RETURN}
    without = await unit(opened).sends(SHEET, {**back, "note": " "})
    assert (without.status_code, "Hãy nhập lý do trả lại." in texts_in(without)) == (422, True)
    again = {**back, "key": "n" * 32, "note": "Sửa 1.1.4"}
    assert (await field(opened).sends(SHEET, again)).status_code == 403
    assert (await unit(opened).sends(SHEET, again)).status_code == 303
    assert len(await facts_of(unit(opened), PartReturned)) == 1
    stale = await unit(opened).sends(SHEET, {**again, "key": "m" * 32})
    assert (stale.status_code, "Trả lại một phần để sửa" in texts_in(stale)) == (412, False)
    shown = texts_in(await field(opened).opens(SHEET))
    assert "Đã trả lại để sửa" in shown
    assert "lý do: Sửa 1.1.4" in shown


async def test_what_the_agency_explains_has_its_page(assessment: Assessment) -> None:
    await assessment.open_round(claimants=PART, two_appraisals=True)
    await claim(field(assessment), of_part())
    await claim(unit(assessment), of_unit())
    caller = assessment.caller("so-05", "unit@H16.05")
    assert (await caller("POST", f"{API}/self-score/part-report")).status_code == 201
    assert (await assessment.unit("POST", f"{API}/self-score/submission")).status_code == 201
    await assessment.uphold_all("H16.01")
    cut = {"criterion": "1.1.4", "figures": {"done": "6", "planned": "10"}, "comment": "Thiếu."}
    assert (await assessment.office("POST", f"{API}/appraisal/findings", [cut])).status_code == 201
    assert (await assessment.office("POST", f"{API}/appraisal/announcement")).status_code == 201
    assert await desk(field(assessment)) == [("explain", "Giải trình thay đơn vị 1 tiêu chí", 1)]
    assert "1.1.4" in texts_in(await field(assessment).opens(f"{SHEET}/explanation"))
    address = f"{SHEET}/criteria/1.1.4/explanation"
    page = await field(assessment).opens(address)
    sent = {**hidden_in(page), "explanation": "Đã đủ.", "then": "stay"}
    assert (await field(assessment).sends(address, sent)).status_code == 303
    now = (await assessment.unit("GET", f"{API}/self-score")).json()["version"]
    refused = await unit(assessment).sends(address, {**sent, "key": "k" * 32, "version": str(now)})
    assert refused.status_code == 403
    token = ISSUER.mint("x", ("unit@H16.06",), timedelta(minutes=15), assessment.clock())
    other = await assessment.http.get(address, headers={"Cookie": f"__Host-parindex={token}"})
    assert other.status_code == 403
