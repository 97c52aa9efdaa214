"""The pages of plans over HTTP: the office draws up and edits, agencies set states by one click, others read."""

from collections.abc import Mapping

import httpx
import pytest
from tests.assessment.conftest import Assessment, round_body
from tests.assessment.people import HIDDEN, Person, texts_in

LIST = "/authorities/H16/plans"
PLAN = f"{LIST}/2026"
API = "/v1/authorities/H16/plans"


@pytest.fixture
def officer(assessment: Assessment) -> Person:
    return Person(assessment, "can-bo", ("office@H16",))


@pytest.fixture
def agency(assessment: Assessment) -> Person:
    return Person(assessment, "so-tu-phap", ("unit@H16.02",))


async def sends(person: Person, page: str, fields: Mapping[str, str], to: str = "") -> httpx.Response:
    """Send a form of a page: with its hidden fields, to its own address or to another one."""
    opened = await person.opens(page)
    return await person.sends(to or page, {**dict(HIDDEN.findall(opened.text)), **fields})


async def drawn_up(person: Person, template: str = "hai-duong-2023") -> None:
    sent = await sends(person, LIST, {"year": "2026", "title": "Kế hoạch năm 2026", "begin": template})
    assert (sent.status_code, sent.headers["location"]) == (303, "plans/2026?done=drawn-up"), texts_in(sent)


def item(**changes: str) -> dict[str, str]:
    empty = dict.fromkeys(("lead", "partners", "others", "since", "until", "after", "working_days", "product"), "")
    return {**empty, "title": "Thẩm định", "sets": "none", "source": "", **changes}


async def test_an_officer_draws_up_a_plan_from_a_template_and_the_next_from_it(officer: Person) -> None:
    empty = texts_in(await officer.opens(LIST))
    assert "Chưa có kế hoạch nào. Hãy lập kế hoạch đầu tiên từ một mẫu." in empty
    assert "Chưa có kế hoạch nào" in texts_in(await officer.opens("/plans"))
    await drawn_up(officer)
    shown = texts_in(await officer.opens(f"{PLAN}?done=drawn-up"))
    assert "Đã lập kế hoạch. Văn bản Chưa ban hành Lập từ Mẫu: Hải Dương, chỉ số năm 2023" in shown
    assert "6. Thẩm định Chưa phân công. Chưa định ngày Chưa làm" in shown
    again = await sends(officer, LIST, {"year": "2026", "title": "x", "begin": ""})
    assert (again.status_code, "H16 đã có kế hoạch năm 2026." in texts_in(again)) == (409, True)
    sent = await sends(officer, LIST, {"year": "2027", "title": "Kế hoạch năm 2027", "begin": "last-year"})
    assert sent.status_code == 303
    assert "Lập từ Kế hoạch năm 2026" in texts_in(await officer.opens(f"{LIST}/2027"))
    assert 'href="authorities/H16/plans/2027"' in (await officer.opens("/plans")).text
    wrong = await sends(officer, LIST, {"year": "nay", "title": "", "begin": "khong-co"})
    assert wrong.status_code == 422


async def test_an_agency_sets_the_state_of_its_item_by_one_click_and_no_other_agency_does(
    officer: Person, agency: Person
) -> None:
    await drawn_up(officer)
    change = f"{PLAN}/items/6/change"
    assert (await sends(officer, change, item(lead="H16.02", until="26/06/2026"))).status_code == 303
    page = await agency.opens(PLAN)
    assert page.text.count('action="2026/items/') == 1
    assert "Chậm 5 ngày. Dự kiến xong 01/07/2026." in texts_in(page)
    fields = {**dict(HIDDEN.findall(page.text)), "state": "done"}
    for _ in range(2):  # a double click
        clicked = await agency.sends(f"{PLAN}/items/6/state", fields)
        assert (clicked.status_code, clicked.headers["location"]) == (303, "../../../2026?done=state#item-6")
    assert "Đã ghi tiến độ. " in texts_in(done := await agency.opens(f"{PLAN}?done=state"))
    assert "Đã xong từ 01/07/2026" in texts_in(done)
    stream = await agency.assessment.resources.log.read_stream("plan-H16")
    assert [type(one.fact).__name__ for one in stream] == ["PlanPrepared", "PlanItemEntered", "PlanItemMarked"]
    stranger = Person(agency.assessment, "so-noi-vu", ("unit@H16.01",))
    assert 'action="2026/items/' not in (await stranger.opens(PLAN)).text
    assert (await stranger.sends(f"{PLAN}/items/6/state", fields)).status_code == 403


async def test_a_note_is_shown_on_the_page_of_the_item_and_a_stale_state_is_refused(
    officer: Person, agency: Person
) -> None:
    await drawn_up(officer)
    await sends(officer, f"{PLAN}/items/6/change", item(lead="H16.02"))
    page = await agency.opens(f"{PLAN}/items/6")
    noted = {"state": "under-way", "on": "30/06/2026", "note": "Đã gửi phiếu."}
    assert (await sends(officer, f"{PLAN}/items/6", noted, f"{PLAN}/items/6/state")).status_code == 303
    assert "Tiến độ Đang làm Từ ngày 30/06/2026 Ghi chú Đã gửi phiếu." in texts_in(
        await agency.opens(f"{PLAN}/items/6")
    )
    sent = {**dict(HIDDEN.findall(page.text)), "state": "done", "on": "31/31/2026", "note": ""}
    wrong = await agency.sends(f"{PLAN}/items/6/state", sent)
    assert (wrong.status_code, "Không có ngày này." in texts_in(wrong)) == (422, True)
    stale = await agency.sends(f"{PLAN}/items/6/state", {**sent, "on": ""})
    assert (stale.status_code, "Đã có người lưu thay đổi khác" in texts_in(stale)) == (412, True)
    assert (
        await agency.sends(f"{PLAN}/items/6/state", {**sent, "on": "", **dict(HIDDEN.findall(stale.text))})
    ).is_redirect


async def test_an_officer_adds_changes_and_removes_items(officer: Person) -> None:
    await drawn_up(officer, "")
    assert "Kế hoạch chưa có nội dung nào." in texts_in(await officer.opens(PLAN))
    new = f"{PLAN}/new-item"
    wrong = await sends(officer, new, {"code": "1", **item(partners="H16.02, ?", working_days="3")})
    assert wrong.status_code == 422
    assert 'id="error-partners"' in wrong.text
    fields = {"code": "1", **item(partners="H16.02, H16.03", since="01/06/2026", until="26/06/2026")}
    page = await officer.opens(new)
    for _ in range(2):  # a double click
        sent = await officer.sends(new, {**dict(HIDDEN.findall(page.text)), **fields})
        assert (sent.status_code, sent.headers["location"]) == (
            303, "../../../../authorities/H16/plans/2026?done=item"
        )  # fmt: skip
    taken = await sends(officer, new, {**fields, "title": "Khác"})
    assert (taken.status_code, "Kế hoạch đã có nội dung “1”." in texts_in(taken)) == (422, True)
    assert 'value="2"' in (await officer.opens(new)).text
    assert (await sends(officer, new, {"code": "2", **item(after="1", working_days="5")})).status_code == 303
    assert "03/07/2026 (5 ngày làm việc sau nội dung 1)" in texts_in(await officer.opens(PLAN))
    needed = await sends(officer, f"{PLAN}/items/1/change", {}, f"{PLAN}/items/1/removal")
    assert (needed.status_code, "là mốc của nội dung 2" in texts_in(needed)) == (409, True)
    page = await officer.opens(f"{PLAN}/items/2/change")
    for _ in range(2):
        removed = await officer.sends(f"{PLAN}/items/2/removal", dict(HIDDEN.findall(page.text)))
        assert (removed.status_code, removed.headers["location"]) == (303, "../../../2026?done=removed")


async def test_a_form_of_the_office_is_stale_where_its_own_thing_has_changed_alone(officer: Person) -> None:
    await drawn_up(officer)
    change = f"{PLAN}/items/6/change"
    page = await officer.opens(change)
    assert (await sends(officer, f"{PLAN}/items/5/change", item(title="Khác"))).status_code == 303
    hidden = dict(HIDDEN.findall(page.text))
    assert (await officer.sends(change, {**hidden, **item(product="Quyết định")})).status_code == 303
    stale = await officer.sends(change, {**hidden, **item(product="Báo cáo")})
    assert stale.status_code == 412
    assert "Nội dung hiện nay Nội dung Thẩm định" in texts_in(stale)
    assert 'value="Báo cáo"' in stale.text


async def test_the_costs_and_the_document_of_a_plan_are_recorded_with_their_mistakes_named(officer: Person) -> None:
    await drawn_up(officer)
    page = await officer.opens(f"{PLAN}/survey-cost")
    assert "Chưa có dự toán." in texts_in(await officer.opens(PLAN))
    line = {"group-0": "Người dân", "mode-0": "post", "forms-0": "2550", "unit_cost-0": "45.000", "mode-1": "post"}
    fields = {**dict(HIDDEN.findall(page.text)), **line, "contingency": "10"}
    wrong = await officer.sends(f"{PLAN}/survey-cost", fields)
    assert (wrong.status_code, 'id="error-unit_cost-0"' in wrong.text) == (422, True)
    third = {"group-2": "", "mode-2": "online", "forms-2": "1", "unit_cost-2": "1"}
    wrong = await officer.sends(f"{PLAN}/survey-cost", {**fields, "unit_cost-0": "45000", **third})
    assert (wrong.status_code, 'id="error-group-2"' in wrong.text) == (422, True)
    assert (await officer.sends(f"{PLAN}/survey-cost", {**fields, "unit_cost-0": "12500,5"})).status_code == 303
    shown = texts_in(await officer.opens(f"{PLAN}?done=costs"))
    assert "Người dân Qua bưu điện 2.550 12.500,5 31.876.275" in shown
    assert "Cộng 31.876.275 đồng Dự phòng 10% 3.187.627,5 đồng Tổng cộng 35.063.902,5 đồng" in shown
    issued = await sends(officer, f"{PLAN}/issuance", {"number": "06/KH-UBND", "issued_on": "17/01/2026"})
    assert issued.status_code == 303
    assert "Văn bản 06/KH-UBND ngày 17/01/2026" in texts_in(await officer.opens(PLAN))
    for name in ("workbook", "survey-cost-workbook"):
        by_api = await officer.assessment.office("GET", f"{API}/2026/{name}")
        assert (await officer.opens(f"{PLAN}/{name}")).content == by_api.content


async def test_the_calendar_and_the_rounds_show_days_side_by_side(officer: Person, agency: Person) -> None:
    await drawn_up(officer)
    for code, until, sets in (("5", "31/08/2026", "self-scoring-until"), ("6", "30/09/2026", "appraisal-until")):
        await sends(officer, f"{PLAN}/items/{code}/change", item(title=f"Việc {code}", until=until, sets=sets))
    await officer.assessment.enact()
    body = round_body(plan=True, deadlines={"appraisal": "2026-10-02T17:00:00+07:00"})
    practice = round_body(round="r-2026-b", training=True, deadlines={"appraisal": "2026-10-05T17:00:00+07:00"})
    for opened in (body, practice):
        assert (await officer.assessment.office("POST", "/v1/rounds", opened)).status_code == 201
    await officer.assessment.catch_up()
    shown = texts_in(await agency.opens(PLAN))
    assert "05/10 Hạn thẩm định, Chỉ số CCHC năm 2026 (tập huấn)" in shown
    assert "Hạn tự chấm 23:59 thứ Hai, ngày 31/08/2026 Đúng kế hoạch" in shown
    assert "Hạn thẩm định 17:00 thứ Sáu, ngày 02/10/2026 Sau kế hoạch 2 ngày" in shown
    assert "Tháng 8/2026 Thứ Hai" in shown
    assert "31/08 Hạn: Việc 5 Hạn tự chấm, Chỉ số CCHC năm 2026" in shown
    assert "Tháng 7/2026" not in shown
    watched = await officer.opens("/rounds/r-2026")
    assert 'href="../authorities/H16/plans"' in watched.text


async def test_a_stranger_reads_no_page_of_a_plan_and_only_the_office_edits(officer: Person, agency: Person) -> None:
    await drawn_up(officer)
    stranger = Person(officer.assessment, "noi-khac", ("office@H17",))
    pages = (LIST, PLAN, f"{PLAN}/items/6", f"{PLAN}/workbook", f"{PLAN}/survey-cost-workbook")
    assert {(await stranger.opens(each)).status_code for each in pages} == {403}
    forms = [f"{PLAN}/{each}" for each in ("issuance", "survey-cost", "new-item", "items/6/change")]
    assert {(await agency.opens(each)).status_code for each in forms} == {403}
    assert {(await officer.opens(f"{PLAN}/{each}")).status_code for each in ("items/99", "items/99/change")} == {404}
    assert "Lập kế hoạch" not in texts_in(await agency.opens(LIST))
