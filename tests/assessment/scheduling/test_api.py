"""Plans over HTTP: the office draws up, agencies mark their items, both workbooks go out."""

import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
from python_calamine import CalamineWorkbook
from tests.assessment.conftest import Assessment, round_body

PLANS = "/v1/authorities/H16/plans"
PLAN = f"{PLANS}/2026"


async def drawn_up(assessment: Assessment, **body: Any) -> httpx.Response:
    return await assessment.office("POST", PLANS, {"year": 2026, "title": "Kế hoạch", **body})


def rows(answer: httpx.Response) -> list[list[Any]]:
    """Return the rows below the head of the table."""
    return CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()[3:]


def formulas(answer: httpx.Response) -> list[str]:
    sheet = ZipFile(BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    return re.findall("<f>(.*?)</f>", sheet)


async def test_a_plan_comes_from_a_template_and_the_next_from_it(assessment: Assessment) -> None:
    assert (await drawn_up(assessment, template="hai-duong-2023")).json()["facts"] == ["PlanPrepared"]
    item = {"title": "Thẩm định", "lead": "H16.02", "until": "2026-06-26"}
    assert (await assessment.office("PUT", f"{PLAN}/items/6", item)).status_code == 201
    read = (await assessment.unit("GET", PLAN)).json()
    assert [len(read["items"]), read["items"][0]["code"], read["items"][0]["days_late"]] == [9, "6", 5]
    assert (await drawn_up(assessment, year=2027, from_last_year=True)).status_code == 201
    following = (await assessment.office("GET", f"{PLANS}/2027")).json()
    assert (following["based_on"], following["items"][0]["until"]) == ("2026", "2027-06-28")
    assert [one["year"] for one in (await assessment.unit("GET", PLANS)).json()] == [2027, 2026]


async def test_the_agencies_of_an_item_set_its_state_and_no_other_agency_does(assessment: Assessment) -> None:
    await drawn_up(assessment)
    await assessment.office("PUT", f"{PLAN}/items/1", {"title": "Điều tra", "lead": "H16.02"})
    note, path = "Bưu điện đã nhận phiếu.", f"{PLAN}/items/1/state"
    refused = await assessment.unit("PUT", path, {"state": "under-way"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not-of-this-plan-item")
    assert (await assessment.other_unit("PUT", path, {"state": "under-way", "note": note})).status_code == 201
    [item] = (await assessment.unit("GET", PLAN)).json()["items"]
    assert (item["state"], item["on"], item["note"]) == ("under-way", "2026-07-01", note)
    [raw] = [one.raw for one in await assessment.resources.log.read_stream("plan-H16") if b"Marked" in one.raw]
    assert note.encode() not in raw
    done = await assessment.office("PUT", path, {"state": "done", "on": "2026-06-30"})
    assert done.status_code == 201


async def test_a_plan_is_read_with_a_right_within_the_authority_or_above_it_alone(assessment: Assessment) -> None:
    await drawn_up(assessment)
    stranger = assessment.caller("noi-khac", "office@H17")
    for path in (PLANS, PLAN, f"{PLAN}/workbook", "/v1/authorities/H99/plans"):
        answer = await stranger("GET", path)
        assert (answer.status_code, answer.json()["code"], "ETag" in answer.headers) == (403, "forbidden", False)
    assert (await stranger("GET", "/v1/authorities/H17/plans")).json() == []
    above = assessment.caller("kiem-toan", "auditor@H16")
    assert (await above("GET", PLAN)).status_code == 200


async def test_a_plan_goes_out_as_the_table_of_its_annex(assessment: Assessment) -> None:
    await drawn_up(assessment)
    item = {"title": "=1+1", "lead": "H16.02", "partners": ["H16.01"], "others": "Bưu điện tỉnh"}
    await assessment.office("PUT", f"{PLAN}/items/1", {**item, "since": "2026-06-01", "until": "2026-06-26"})
    [row] = rows(await assessment.unit("GET", f"{PLAN}/workbook"))
    assert row == [
        "1", "=1+1", "H16.02", "H16.01, Bưu điện tỉnh", "01/06/2026 – 26/06/2026", "", "Chưa làm, chậm 5 ngày"
    ]  # fmt: skip


async def test_the_costs_of_the_survey_go_out_with_formulas_and_their_values(assessment: Assessment) -> None:
    await drawn_up(assessment)
    lines = [
        {"group": "Người dân", "mode": "post", "forms": 2550, "unit_cost": "45000"},
        {"group": "Doanh nghiệp", "mode": "telephone", "forms": 10, "unit_cost": "12500.5"},
    ]
    sent = await assessment.office("PUT", f"{PLAN}/survey-cost", {"lines": lines, "contingency": "10"})
    assert sent.status_code == 201
    read = (await assessment.unit("GET", PLAN)).json()["survey_cost"]
    assert (read["lines"][1]["cost"], read["subtotal"], read["total"]) == ("125005", "114875005", "126362505.5")
    answer = await assessment.unit("GET", f"{PLAN}/survey-cost-workbook")
    assert [row[5] for row in rows(answer)] == [114750000, 125005, 114875005, 11487500.5, 126362505.5]
    assert formulas(answer) == [
        "45000", "D4*E4", "12500.5", "D5*E5", "SUM(F4:F5)", "F6*10/100", "F6+F7"
    ]  # fmt: skip


async def test_a_plan_of_an_unknown_template_or_year_is_refused(assessment: Assessment) -> None:
    assert (await drawn_up(assessment, template="khong-co")).json()["code"] == "unknown-plan-template"
    assert (await drawn_up(assessment, from_last_year=True)).json()["code"] == "unknown-plan"
    refused = await assessment.office("PUT", f"{PLAN}/issuance", {"number": "1/KH", "issued_on": "2026-11-17"})
    assert refused.json()["code"] == "unknown-plan"


async def test_an_item_is_removed_and_a_plan_issued_at_the_version_that_was_seen(assessment: Assessment) -> None:
    await drawn_up(assessment, template="bo-noi-vu-2020")
    body = {"number": "06/KH-UBND", "issued_on": "2026-01-17"}
    assert (await assessment.office("PUT", f"{PLAN}/issuance", body, If_Match='"0"')).status_code == 412
    assert (await assessment.office("PUT", f"{PLAN}/issuance", body, If_Match='"1"')).status_code == 201
    assert (await assessment.office("POST", f"{PLAN}/items/4/removal")).status_code == 201
    read = (await assessment.office("GET", PLAN)).json()
    assert (read["number"], [item["code"] for item in read["items"]]) == ("06/KH-UBND", ["1", "2", "3"])


async def test_an_item_that_is_late_or_ends_within_a_week_waits_for_its_agencies_alone(assessment: Assessment) -> None:
    await drawn_up(assessment)
    for code, until in (("1", "2026-06-26"), ("2", "2026-07-08"), ("3", "2026-07-09")):
        await assessment.office("PUT", f"{PLAN}/items/{code}", {"title": code, "lead": "H16.02", "until": until})
    waiting = (await assessment.other_unit("GET", "/v1/desk")).json()
    assert [one["what"] for one in waiting if one["kind"] == "plan-item"] == ["Kế hoạch: 1", "Kế hoạch: 2"]
    assert (await assessment.unit("GET", "/v1/desk")).json() == []


async def test_a_round_takes_its_dates_from_the_plan_and_the_plan_shows_what_lies_beyond(
    assessment: Assessment,
) -> None:
    await assessment.enact()
    for body, code in ((round_body(plan=True), "unknown-plan"), (round_body(plan=True), "plan-without-dates")):
        refused = await assessment.office("POST", "/v1/rounds", body)
        assert refused.json()["code"] == code
        await drawn_up(assessment, template="hai-duong-2023")
    for code, until, sets in (
        ("1", "2026-07-03", "self-scoring-from"), ("5", "2026-08-31", "self-scoring-until"),
        ("6", "2026-09-30", "appraisal-until"), ("7", "2026-09-15", "explanation-until"),
    ):  # fmt: skip
        await assessment.office("PUT", f"{PLAN}/items/{code}", {"title": code, "until": until, "sets": sets})
    given = {"appraisal": "2026-10-02T17:00:00+07:00"}
    for body in (round_body(plan=True, deadlines=given), round_body(round="r-2026-b", training=True)):
        assert (await assessment.office("POST", "/v1/rounds", body)).status_code == 201
    await assessment.catch_up()
    [training, opened] = (await assessment.unit("GET", PLAN)).json()["rounds"]
    assert (training["round"], training["training"], training["deadlines"]) == ("r-2026-b", True, {})
    assert opened == {
        "round": "r-2026", "title": "Chỉ số CCHC năm 2026", "training": False,
        "deadlines": {
            "self-scoring-from": "2026-07-02T17:00:00.000000Z", "self-scoring-until": "2026-08-31T16:59:00.000000Z",
            "appraisal-until": "2026-10-02T10:00:00.000000Z",
        },
        "days_beyond": {"self-scoring-from": 0, "self-scoring-until": 0, "appraisal-until": 2},
    }  # fmt: skip


async def test_a_planned_date_that_does_not_fit_is_refused_at_its_field(assessment: Assessment) -> None:
    await assessment.enact()
    await drawn_up(assessment)
    item = {"title": "x", "until": "2026-08-31", "sets": "self-scoring-until"}
    await assessment.office("PUT", f"{PLAN}/items/1", item)
    body = round_body(plan=True, deadlines={"appraisal": "2026-08-30T17:00:00+07:00"})
    refused = await assessment.office("POST", "/v1/rounds", body)
    assert [place["at"] for place in refused.json()["places"]] == ["/deadlines/appraisal"]
    await assessment.office("PUT", f"{PLAN}/items/1", {**item, "until": "2026-06-30"})
    refused = await assessment.office("POST", "/v1/rounds", round_body(plan=True))
    assert [place["at"] for place in refused.json()["places"]] == ["/deadlines/self_scoring"]


async def test_a_remark_is_opened_by_auditors_and_erased_by_the_office(assessment: Assessment) -> None:
    await drawn_up(assessment, template="bo-noi-vu-2020")
    note, path = {"state": "done", "note": "Ông An đã nhận."}, "/v1/authorities/H16/plan-texts"
    await assessment.office("PUT", f"{PLAN}/items/1/state", note)
    auditor = assessment.caller("kiem-toan", "auditor@H16")
    [text] = (await auditor("GET", path)).json()
    assert (text["domain"], text["text"], text["opening"]) == ("plan-note", "Ông An đã nhận.", "verified")
    erasure = f"{path}/{text['commitment']}/erasure"
    unknown = await assessment.office("POST", f"{path}/plan-note:{'0' * 64}/erasure", {"reason": "x"})
    assert unknown.json()["code"] == "unknown-text"
    refused = await assessment.caller("o-17", "office@H17")("POST", erasure, {"reason": "x"})
    assert refused.status_code == 403
    erased = await assessment.office("POST", erasure, {"reason": "Có tên người."})
    assert (erased.status_code, erased.json()["facts"]) == (201, ["PlanNoteErased"])
    assert (await assessment.office("POST", erasure, {"reason": "x"})).json()["code"] == "text-erased-before"
    [text] = (await auditor("GET", path)).json()
    assert (text["text"], text["opening"], text["erasure"]["reason"]) == ("", "erased", "Có tên người.")
    [item] = [one for one in (await assessment.unit("GET", PLAN)).json()["items"] if one["code"] == "1"]
    assert item["note"].startswith("[Nội dung đã")


async def test_agencies_that_the_register_does_not_have_are_warned_of(assessment: Assessment) -> None:
    await drawn_up(assessment)
    for code, body in (("1", {"lead": "H16.02", "partners": ["H16", "H99.01"]}), ("2", {"lead": "H16.77"})):
        await assessment.office("PUT", f"{PLAN}/items/{code}", {"title": "x", **body})
    assert (await assessment.unit("GET", PLAN)).json()["warnings"] == []
    known = {"code": "H16.02", "valid_from": "2020-01-01", "name": "Sở Tư pháp", "kind": "department"}
    assert (await assessment.office("PUT", "/v1/authorities/H16/units", [known])).is_success
    [warning] = (await assessment.unit("GET", PLAN)).json()["warnings"]
    assert (warning["item"], warning["unit"], warning["code"]) == ("2", "H16.77", "unit-unknown")
    assert warning["vi"] == "Danh mục đơn vị không có “H16.77” (nội dung 2)."
