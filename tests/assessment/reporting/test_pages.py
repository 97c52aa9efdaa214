"""The pages of a whole sheet and of its report over HTTP: what they show, what their forms write and refuse."""

import re
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from tests.assessment.conftest import Assessment, all_claims
from tests.assessment.people import API, CODES, SHEET, Person, facts_of, hidden_in, saves, texts_in

from assessment.self_scoring.events import (
    DifficultiesStated,
    SelfScoreApproved,
    SelfScoreReturned,
    SelfScoreSubmitted,
)
from parindex.web.forms import STALE


@pytest.fixture
async def clerk(assessment: Assessment) -> Person:
    await assessment.open_round(deadlines={"self_scoring": "2026-08-01T10:00:00Z"})
    return Person(assessment, "can-bo", ("unit@H16.01",))


@pytest.fixture
async def leader(clerk: Person) -> Person:
    return Person(clerk.assessment, "lanh-dao", ("leader@H16.01",))


async def test_the_sheet_lists_every_criterion_by_area_with_what_is_missing(clerk: Person) -> None:
    shown = texts_in(await clerk.opens(SHEET))
    assert "Sở Nội vụ · Chỉ số CCHC năm 2026" in shown
    assert "Hạn tự chấm 17:00 thứ Bảy, ngày 01/08/2026" in shown
    assert "Đã chấm 0 / 7 tiêu chí" in shown
    assert "Chấm tiếp: 1.1.1 Ban hành kế hoạch còn 7 tiêu chí" in shown
    links = set(re.findall(r'href="(H16[^"]*criteria[^"]*)"', (await clerk.opens(SHEET)).text))
    assert len(links) == 8
    assert {(await clerk.opens(f"/rounds/r-2026/units/{link}")).status_code for link in links} == {200}
    survey = "2.1 Mức độ hài lòng"
    assert f"{survey} Tối đa 10 điểm Vì sao được điểm này? {survey} Điều tra xã hội học chấm" in shown


async def test_a_criterion_that_the_round_does_not_ask_of_a_unit_is_named_and_not_wanted(
    assessment: Assessment,
) -> None:
    unit = {"code": "H16.01", "name": "Sở Nội vụ", "not_applicable": ["1.1", "2"]}
    block = {"code": "so", "name": "Sở", "criteria_set": "ca-mau-2013", "units": [unit]}
    await assessment.open_round(blocks=[block], appraisers=[])
    clerk = Person(assessment, "can-bo", ("unit@H16.01",))
    shown = texts_in(await clerk.opens(SHEET))
    assert "Đã chấm 0 / 3 tiêu chí" in shown
    assert "1.1.1 Ban hành kế hoạch Không áp dụng với đơn vị này" in shown
    assert "2.1 Mức độ hài lòng Không áp dụng với đơn vị này" in shown
    assert "1.1.1 Ban hành kế hoạch Không áp dụng với đơn vị này" in texts_in(await clerk.opens(f"{SHEET}/report"))
    refused = await assessment.unit("PUT", f"{API}/claims", all_claims())
    assert (refused.status_code, refused.text.count("không áp dụng với đơn vị này")) == (422, 4)
    await assessment.unit("PUT", f"{API}/claims", all_claims()[4:])
    shown = texts_in(await clerk.opens(SHEET))
    assert "Đã chấm 3 / 3 tiêu chí" in shown
    assert "2,5 / 4 điểm" in shown
    assert (await clerk.opens(f"{SHEET}/criteria/1.1.1")).status_code == 404


async def test_the_report_has_its_three_parts(clerk: Person) -> None:
    await clerk.assessment.unit("PUT", f"{API}/claims", all_claims())
    page = await clerk.opens(f"{SHEET}/report")
    table, explained, rest = re.split(
        r"2\. Giải trình và|3\. Khó khăn và", texts_in(page).partition("1. Bảng tự chấm")[2]
    )
    assert "6,5 / 9 điểm tự chấm" in table
    assert "1.1.4 Mức độ thực hiện kế hoạch 1 2 Số đã thực hiện: 9; Số kế hoạch: 10 0" in table
    assert "1.2.2 Đủ nội dung theo quy định – 1 Không áp dụng 0" in table
    assert "2.1 Mức độ hài lòng 10 Điều tra xã hội học" in table
    assert "1.1.1 Ban hành kế hoạch Tài liệu: 01/KH-SNV, ngày 05/01/2026, Kế hoạch CCHC năm 2026" in explained
    assert "1.2.2 Đủ nội dung theo quy định Đơn vị không phải báo cáo." in explained
    assert "Đơn vị không nêu khó khăn, kiến nghị." in rest
    links = set(re.findall(r'href="(criteria/[^"]+)"', page.text))
    assert len(links) == 8
    assert {(await clerk.opens(f"{SHEET}/{link}")).status_code for link in links} == {200}
    assert 'href="H16.01/report"' in (await clerk.opens(SHEET)).text


async def test_points_lead_to_their_derivation_and_survey_criteria_to_their_stages(clerk: Person) -> None:
    await clerk.assessment.unit("PUT", f"{API}/claims", all_claims()[3:])
    derivations, stages = f"/scoring{SHEET}/criteria/", f"/assessment{SHEET}/criteria/2.1/stages"
    sibling = Person(clerk.assessment, "tham-dinh", ("appraiser@H16.02",))  # scoring does not answer this one
    claimed = {"1.1.4", "1.2.1", "1.2.2", "1.3"}
    for address, with_points in ((SHEET, {*claimed, "2.1"}), (f"{SHEET}/report", claimed - {"1.2.2"})):
        page = f"http://gateway/assessment{address}"
        for person, codes in ((clerk, with_points), (sibling, set[str]())):
            found = re.findall(r'href="([^"#]+)"', (await person.opens(address)).text)
            ways = {urlsplit(urljoin(page, way)).path for way in found}
            assert {way for way in ways if way.startswith("/scoring")} == {f"{derivations}{code}" for code in codes}
            assert stages in ways
            assert (await person.opens(stages.removeprefix("/assessment"))).status_code == 200


async def test_the_unit_states_its_difficulties_in_the_report_and_nobody_else_does(
    clerk: Person, leader: Person
) -> None:
    address = f"{SHEET}/report"
    seen = hidden_in(await clerk.opens(address))
    await saves(clerk, "1.1.2", answer="yes", then="stay")  # a colleague's other work is not in the way
    saved = await clerk.sends(address, {**seen, "move": "state", "text": "Thiếu biên chế.\r\nKiến nghị tập huấn."})
    assert (saved.status_code, saved.headers["location"]) == (303, "report?saved=state")
    page = await clerk.opens(f"{address}?saved=state")
    assert "Thiếu biên chế.\nKiến nghị tập huấn." in page.text
    assert 'data-saved="report"' in page.text
    assert "<textarea" not in (await leader.opens(address)).text
    for person, status in ((leader, 403), (Person(clerk.assessment, "khac", ("unit@H16.02",)), 403)):
        fields = {**hidden_in(page), "move": "state", "text": "x"}
        assert (await person.sends(address, fields)).status_code == status
    assert len(await facts_of(clerk, DifficultiesStated)) == 1


async def test_two_clerks_on_the_difficulties_see_both_texts(clerk: Person) -> None:
    address, other = f"{SHEET}/report", Person(clerk.assessment, "can-bo-2", ("unit@H16.01",))
    seen = hidden_in(await clerk.opens(address))
    await other.sends(address, {**seen, "key": "k" * 20, "move": "state", "text": "Của người khác."})
    answer = await clerk.sends(address, {**seen, "move": "state", "text": "Của tôi."})
    assert answer.status_code == 412
    shown = texts_in(answer)
    assert "can-bo-2 đã lưu lúc 19:00 ngày 01/07/2026" in shown
    assert "Khó khăn và kiến nghị khác nhau Của người khác. Của tôi." in shown
    kept = await clerk.sends(address, {**hidden_in(answer), "text": "Của tôi."})
    assert kept.status_code == 303
    assert "Của tôi." in (await clerk.opens(address)).text


async def test_the_leader_approves_from_the_report_and_sees_what_changed_since_the_return(
    assessment: Assessment,
) -> None:
    await assessment.open_round(approval=True)
    clerk, leader = Person(assessment, "can-bo", ("unit@H16.01",)), Person(assessment, "lanh-dao", ("leader@H16.01",))
    await assessment.unit("PUT", f"{API}/claims", all_claims())
    address = f"{SHEET}/report"

    async def moves(person: Person, name: str, **fields: str) -> httpx.Response:
        return await person.sends(address, {**hidden_in(await person.opens(address)), "move": name, **fields})

    assert "Thay đổi từ lần" not in texts_in(await leader.opens(address))
    assert (await moves(clerk, "send")).headers["location"] == "report?saved=moved"
    refused = await moves(leader, "return")
    assert (refused.status_code, "Hãy nhập lý do trả lại." in texts_in(refused)) == (422, True)
    assert (await moves(leader, "return", note="Xem lại 1.1.4.")).status_code == 303
    shown = texts_in(await leader.opens(address))
    assert "Trả lại lúc 19:00 ngày 01/07/2026: Xem lại 1.1.4. Chưa có thay đổi nào." in shown
    await saves(clerk, "1.1.4", done="9,5", planned="10", then="stay")
    await moves(clerk, "state", text="Thiếu người.")
    await moves(clerk, "send")
    changes = texts_in(await leader.opens(address)).partition("Thay đổi từ lần")[2].partition("Việc tiếp theo")[0]
    assert "1.1.4 Mức độ thực hiện kế hoạch can-bo, 19:00 ngày 01/07/2026 Số đã thực hiện: 9 → 9,5" in changes
    assert "Khó khăn và kiến nghị – → Thiếu người." in changes
    assert "1.1.1" not in changes
    await moves(leader, "return", note="Lần hai.")
    assert "Lần hai. Chưa có thay đổi nào." in texts_in(await leader.opens(address))
    await moves(clerk, "send")
    seen = hidden_in(await leader.opens(address))
    for name in ("recall", "send"):
        await moves(clerk, name)
    stale = await leader.sends(address, {**seen, "move": "approve"})
    assert (stale.status_code, STALE in stale.text, "sheet-r-2026" in stale.text) == (412, True, False)
    assert (await moves(leader, "approve")).status_code == 303
    [approved] = await facts_of(clerk, SelfScoreApproved)
    assert isinstance(approved, SelfScoreApproved)
    assert approved.version == int(seen["version"]) + 2


async def test_the_leader_returns_with_a_note_and_then_approves_what_the_page_shows(assessment: Assessment) -> None:
    await assessment.open_round(approval=True)
    clerk, leader = Person(assessment, "can-bo", ("unit@H16.01",)), Person(assessment, "lanh-dao", ("leader@H16.01",))
    claims = [{"criterion": code, "applicable": False, "explanation": "Không có."} for code in CODES]
    await assessment.unit("PUT", f"{API}/claims", claims)

    async def moves(person: Person, name: str, **fields: str) -> httpx.Response:
        return await person.sends(SHEET, {**hidden_in(await person.opens(SHEET)), "move": name, **fields})

    assert (await moves(clerk, "send")).status_code == 303
    assert "đang chờ lãnh đạo phê duyệt" in texts_in(await clerk.opens(f"{SHEET}/criteria/1.3"))
    assert "Phê duyệt" not in texts_in(await clerk.opens(SHEET)).partition("Việc tiếp theo")[2].partition("1 Công")[0]
    assert (await moves(leader, "return", note="Thiếu số liệu quý IV.")).status_code == 303
    assert "Thiếu số liệu quý IV." in texts_in(await clerk.opens(SHEET))
    assert 'href="H16.01/workbook"' in (await clerk.opens(SHEET)).text
    assert (await moves(clerk, "send")).status_code == 303
    assert (await moves(leader, "approve")).status_code == 303
    assert (await moves(clerk, "submit")).status_code == 303
    assert 'href="H16.01/workbook"' not in (await clerk.opens(SHEET)).text
    for kind in (SelfScoreReturned, SelfScoreApproved, SelfScoreSubmitted):
        assert len(await facts_of(clerk, kind)) == 1


async def test_an_approval_of_what_the_leader_did_not_see_is_refused(assessment: Assessment) -> None:
    await assessment.open_round(approval=True)
    clerk, leader = Person(assessment, "can-bo", ("unit@H16.01",)), Person(assessment, "lanh-dao", ("leader@H16.01",))
    claims = [{"criterion": code, "applicable": False, "explanation": "Không có."} for code in CODES]
    await assessment.unit("PUT", f"{API}/claims", claims)
    await clerk.sends(SHEET, {**hidden_in(await clerk.opens(SHEET)), "move": "send"})
    seen = hidden_in(await leader.opens(SHEET))
    for name in ("recall", "send"):
        await clerk.sends(SHEET, {**hidden_in(await clerk.opens(SHEET)), "move": name})
    answer = await leader.sends(SHEET, {**seen, "move": "approve"})
    assert answer.status_code == 412
    assert await facts_of(clerk, SelfScoreApproved) == []


async def test_a_clerk_does_not_approve_and_a_leader_does_not_submit(clerk: Person, leader: Person) -> None:
    for person, name in ((clerk, "approve"), (leader, "submit")):
        seen = hidden_in(await clerk.opens(SHEET)) or {"key": "k" * 16, "version": "0"}
        answer = await person.sends(SHEET, {**seen, "move": name})
        assert answer.status_code == 403


async def test_the_sheet_says_who_sent_approved_returned_and_submitted_it_and_when(assessment: Assessment) -> None:
    await assessment.open_round(approval=True)
    clerk, leader = Person(assessment, "can-bo", ("unit@H16.01",)), Person(assessment, "lanh-dao", ("leader@H16.01",))
    await assessment.unit("PUT", f"{API}/claims", all_claims())

    async def moves(person: Person, name: str, **fields: str) -> str:
        sent = {**hidden_in(await person.opens(SHEET)), "move": name, **fields}
        assert (await person.sends(SHEET, sent)).status_code == 303
        return texts_in(await person.opens(SHEET)).partition("Hạn tự chấm")[0].partition("Tình trạng")[2]

    at = "19:00 ngày 01/07/2026"
    assert await moves(clerk, "send") == f" Chờ lãnh đạo phê duyệt Trình lãnh đạo {at} – can-bo "
    returned = await moves(leader, "return", note="Xem lại.")
    assert returned == f" Lãnh đạo trả lại Trình lãnh đạo {at} – can-bo Lãnh đạo trả lại {at} – lanh-dao "
    assert "trả lại" not in await moves(clerk, "send")
    approved = await moves(leader, "approve")
    assert approved.endswith(f" Trình lãnh đạo {at} – can-bo Lãnh đạo phê duyệt {at} – lanh-dao ")
    assert (await moves(clerk, "submit")).endswith(f"{at} – lanh-dao Nộp bản tự chấm {at} – can-bo ")
    assert (await moves(clerk, "withdraw")).endswith(f"Nộp bản tự chấm {at} – can-bo Rút bản tự chấm {at} – can-bo ")
    shown = (await assessment.unit("GET", f"{API}/self-score")).json()["moves"]
    assert [each["move"] for each in shown] == ["sent", "approved", "submitted", "withdrawn"]


@pytest.mark.parametrize("address", [SHEET, f"{SHEET}/report"])
async def test_after_a_move_the_page_says_what_was_done_to_the_one_who_did_it(
    assessment: Assessment, address: str
) -> None:
    await assessment.open_round(approval=True)
    clerk, leader = Person(assessment, "can-bo", ("unit@H16.01",)), Person(assessment, "lanh-dao", ("leader@H16.01",))
    await assessment.unit("PUT", f"{API}/claims", all_claims())
    steps = [
        (clerk, "send", "Đã trình lãnh đạo."), (clerk, "recall", "Đã thu hồi phiếu để sửa."),
        (clerk, "send", "Đã trình lãnh đạo."), (leader, "return", "Đã trả lại phiếu cho đơn vị."),
        (clerk, "send", "Đã trình lãnh đạo."), (leader, "approve", "Đã phê duyệt phiếu."),
        (clerk, "submit", "Đã nộp bản tự chấm."), (clerk, "withdraw", "Đã rút bản tự chấm để sửa."),
    ]  # fmt: skip
    for person, name, said in steps:
        sent = {**hidden_in(await person.opens(address)), "move": name, "note": "Xem lại."}
        answer = await person.sends(address, sent)
        assert answer.status_code == 303
        to = (
            f"{SHEET.rpartition('/')[0]}/{answer.headers['location']}" if address == SHEET else f"{address}?saved=moved"
        )
        status = '<p class="saved" role="status">'
        assert f"{status}{said}</p>" in (await person.opens(to)).text
        other = leader if person is clerk else clerk
        assert status not in (await other.opens(to)).text + (await person.opens(address)).text
