"""The council's pages over HTTP: members, a session, the criteria before it, a decision, and the minutes."""

import re
from html import unescape
from io import BytesIO

import httpx
import pytest
from docx import Document
from tests.assessment.conftest import Assessment
from tests.assessment.deliberating.council_round import COMPOSITION, COUNCIL, HELD, MEMBERS, SESSION, dispute, meet
from tests.assessment.people import Person, facts_of, hidden_in, texts_in

from assessment.deliberating.events import CouncilSessionRecorded
from assessment.self_scoring.events import ClaimCorrected

PAGE = "/rounds/r-2026/council"
ITEM = "/rounds/r-2026/units/H16.01/criteria/1.1.4/council"
HELD_IN_FORM = {"part-m1": "attends", "part-m2": "attends"}
DECISION = {
    "finding": "corrected",
    "points_given": "1,5",
    "comment": "Hội đồng thống nhất.",
    "session": "1",
    "in_favour": "2",
}


@pytest.fixture
def office(assessment: Assessment) -> Person:
    return Person(assessment, "so-noi-vu", ("office@H16",))


@pytest.fixture
def council(assessment: Assessment) -> Person:
    return Person(assessment, "hoi-dong", ("council@H16",))


async def test_an_office_enters_the_members_and_a_session_and_the_council_decides(
    assessment: Assessment, office: Person, council: Person
) -> None:
    await dispute(assessment)
    members = {"reference": "4762/QĐ-UBND", "decided_on": "01/05/2026"}
    members |= {"name-0": "Nguyễn Thị Minh", "role-0": "chair", "position-0": "Phó Chủ tịch"}
    members |= {"name-1": "Trần Văn An", "role-1": "secretary", "name-2": "Lê Thị Bình"}
    form = hidden_in(await office.opens(f"{PAGE}/members"))
    wrong = await office.sends(f"{PAGE}/members", {**form, **members, "role-1": "chair", "decided_on": "hôm qua"})
    assert (wrong.status_code, 'value="Trần Văn An"' in wrong.text) == (422, True)
    done = await office.sends(f"{PAGE}/members", {**form, **members})
    assert (done.status_code, done.headers["location"]) == (303, "../council?done=composed")
    assert "Nguyễn Thị Minh Phó Chủ tịch Chủ tịch Hội đồng" in texts_in(await office.opens(PAGE))
    form = hidden_in(await office.opens(f"{PAGE}/sessions/1"))
    held = {"held_on": "30/06/2026", "presiding": "m1", "part-m1": "attends", "part-m2": "wrote", "do": "save"}
    assert (await office.sends(f"{PAGE}/sessions/1", {**form, **held})).status_code == 303
    listed = texts_in(await council.opens(PAGE))
    assert "Phiên 1 30/06/2026 Nguyễn Thị Minh 2 / 3, đủ điều kiện biểu quyết" in listed
    assert "Sở Nội vụ 1.1.4 Mức độ thực hiện kế hoạch Giải trình chưa được chấp nhận" in listed
    page = await council.opens(ITEM)
    assert "Nhiệm vụ số 9 xong ngày 28/12." in texts_in(page)
    form = hidden_in(page)
    lost = await council.sends(ITEM, {**form, **DECISION, "in_favour": "1", "against": "1"})
    assert (lost.status_code, "Không đủ số phiếu tán thành" in lost.text) == (422, True)
    decided = await council.sends(ITEM, {**form, **DECISION})
    assert (decided.status_code, decided.headers["location"]) == (303, "../../../../council?done=decided")
    again = await council.sends(ITEM, {**form, **DECISION})
    assert again.status_code == 303
    stale = await council.sends(ITEM, {**form, **DECISION, "points_given": "2"})
    assert stale.status_code == 412
    assert len([one for one in await facts_of(council, ClaimCorrected) if one.votes]) == 1  # type: ignore[attr-defined]
    assert "Phiên 1: 2 tán thành, 0 không tán thành, 0 không có ý kiến" in texts_in(await council.opens(PAGE))


async def test_a_page_says_why_a_unit_is_not_completed_and_the_desk_of_the_council_leads_to_it(
    assessment: Assessment, office: Person, council: Person
) -> None:
    await dispute(assessment)
    page = await office.opens("/rounds/r-2026/units/H16.01/office")
    assert "hội đồng còn 1 tiêu chí phải quyết định" in page.text
    assert 'value="complete"' not in page.text
    assert 'href="r-2026/council"' in (await office.opens("/rounds/r-2026")).text
    await assessment.catch_up()
    desk = (await assessment.caller("hoi-dong", "council@H16")("GET", "/v1/desk")).json()
    [waits] = [one for one in desk if one["kind"] == "deliberate"]
    assert (waits["count"], waits["address"].endswith("rounds/r-2026/council")) == (1, True)
    assert "Chưa có phiên họp nào đủ điều kiện biểu quyết" in texts_in(await council.opens(ITEM))
    await meet(assessment)
    shown = await office.opens(ITEM)
    assert "Ghi quyết định" not in shown.text
    assert "Chỉ người có quyền của hội đồng ghi được quyết định." in texts_in(shown)
    assert "Ghi quyết định" in (await council.opens(ITEM)).text
    decision = {"criterion": "1.1.4", "points": "1.5", "comment": "Thống nhất.", "votes": {"in_favour": 2}}
    caller = assessment.caller("hoi-dong", "council@H16")
    assert (await caller("POST", f"{SESSION}/units/H16.01/decisions", [decision])).status_code == 201
    assert (await assessment.complete("H16.01")).status_code == 201
    assert "Thay quyết định" not in (await council.opens(ITEM)).text


async def test_an_office_takes_a_member_out_and_a_new_one_gets_a_code_that_none_had(
    assessment: Assessment, office: Person
) -> None:
    await dispute(assessment)
    await meet(assessment)
    address = f"{PAGE}/members"
    form = fields_in(await office.opens(address))
    assert (await office.sends(address, {**form, "name-0": "", "role-1": "chair"})).status_code == 303
    seen = await codes(assessment)
    assert seen == ["m2", "m3"]
    form = fields_in(await office.opens(address))
    wrong = await office.sends(
        address, {**form, "name-0": "", "account-0": "", "role-1": "chair", "agency-3": "x y", "name-3": "B"}
    )
    assert (wrong.status_code, 'id="error-agency-3"' in wrong.text) == (422, True)
    assert (await office.sends(address, {**form, "name-4": "Vũ Thị Hoa"})).status_code == 303
    assert await codes(assessment) == ["m2", "m3", "m4"]  # m1 took part in a session


async def test_a_member_whose_name_was_erased_stays_so_until_the_office_takes_it_out(
    assessment: Assessment, office: Person
) -> None:
    await dispute(assessment)
    await meet(assessment)
    texts = (await assessment.caller("kiem-toan", "auditor@H16")("GET", "/v1/rounds/r-2026/texts")).json()
    for text in ("Lê Thị Bình", "Phòng họp số 2"):
        [erased] = [one["commitment"] for one in texts if one["text"] == text]
        path = f"/v1/rounds/r-2026/texts/{erased}/erasure"
        assert (await assessment.office("POST", path, {"reason": "Theo đề nghị."})).status_code == 201
    head, address = await assessment.resources.log.head(), f"{PAGE}/members"
    page = await office.opens(address)
    form = fields_in(page)
    assert (form["name-2"], "Họ tên của thành viên này đã được xóa" in page.text) == ("", True)
    assert (await office.sends(address, form)).status_code == 303
    assert await assessment.resources.log.head() == head  # nothing changed, so nothing was written
    form = fields_in(await office.opens(address))
    assert (await office.sends(address, {**form, "gone": "m3"})).status_code == 303
    assert await codes(assessment) == ["m1", "m2"]
    session = fields_in(await office.opens(f"{PAGE}/sessions/1"))
    assert session["place"] == ""
    assert (await office.sends(f"{PAGE}/sessions/1", {**HELD_IN_FORM, **session, "do": "save"})).status_code == 303
    first, *_, last = (
        each.fact
        for each in await assessment.resources.log.read_stream("council-r-2026")
        if isinstance(each.fact, CouncilSessionRecorded)
    )
    assert last.place == first.place


async def test_a_stale_form_shows_what_there_is_now(assessment: Assessment, office: Person) -> None:
    await dispute(assessment)
    await meet(assessment)
    for address, now in ((f"{PAGE}/members", "Ủy viên Trần Văn An"), (f"{PAGE}/sessions/1", "Nơi họp Phòng họp số 2")):
        form = fields_in(await office.opens(address))
        assert "Nội dung hiện nay" not in (await office.opens(address)).text
        members = [{**one, "role": "member"} if one["code"] == "m2" else one for one in MEMBERS]
        if "sessions" not in address:
            changed = await assessment.office("PUT", COUNCIL, {**COMPOSITION, "members": members})
            assert changed.json()["facts"] == ["CouncilComposed"]
        else:
            assert (await assessment.office("PUT", SESSION, HELD | {"written": ["m3"]})).status_code == 201
        stale = await office.sends(address, {**HELD_IN_FORM, **form, "do": "save"} if "sessions" in address else form)
        assert stale.status_code == 412
        assert "Nội dung hiện nay" in texts_in(stale)
        assert now in texts_in(stale)


async def test_a_session_is_concluded_by_a_form_of_its_own(assessment: Assessment, office: Person) -> None:
    await dispute(assessment)
    await meet(assessment)
    address = f"{PAGE}/sessions/1"
    page = await office.opens(address)
    form = {**hidden_in(page), "do": "conclude"}
    assert page.text.count('<form method="post" action="1">') == 2
    empty = await office.sends(address, {**form, "minutes": ""})
    assert (empty.status_code, 'name="part-m1" value="attends" checked' in empty.text) == (422, True)
    done = await office.sends(address, {**form, "minutes": "05/BB-HĐTĐ"})
    assert (done.status_code, done.headers["location"]) == (303, "../../council?done=concluded")
    assert "Đã kết thúc phiên họp." in (await office.opens(f"{PAGE}?done=concluded")).text


async def test_an_office_puts_a_criterion_before_the_council_on_its_page_and_does_not_decide(
    assessment: Assessment, office: Person, council: Person
) -> None:
    await dispute(assessment)
    await meet(assessment)
    other = ITEM.replace("1.1.4", "1.3")
    assert 'href="council"' in (await office.opens(other.replace("council", "appraisal"))).text
    form = hidden_in(await office.opens(other))
    empty = await office.sends(other, {**form, "do": "refer", "reason": ""})
    assert (empty.status_code, "Trình hội đồng quyết định" in empty.text) == (422, True)
    referred = await office.sends(other, {**form, "do": "refer", "reason": "Kỳ báo cáo chưa rõ."})
    assert (referred.status_code, referred.headers["location"]) == (303, "../../../../council?done=referred")
    assert "1.3 Kiểm tra CCHC Kỳ báo cáo chưa rõ." in texts_in(await council.opens(PAGE))
    form = hidden_in(await council.opens(ITEM))
    assert (await office.sends(ITEM, {**form, **DECISION})).status_code == 403


async def test_the_minutes_are_a_word_file_of_the_form_of_an_authority(assessment: Assessment, office: Person) -> None:
    await dispute(assessment)
    await meet(assessment, written=["m3"])
    caller = assessment.caller("hoi-dong", "council@H16")
    votes = [
        {"member": code, "vote": vote} for code, vote in (("m1", "in-favour"), ("m2", "against"), ("m3", "abstained"))
    ]
    decision = {
        "criterion": "1.1.4",
        "points": "1.5",
        "comment": "Thống nhất <1,5> & ghi biên bản.",
        "votes": {"by_member": votes},
    }
    assert (await caller("POST", f"{SESSION}/units/H16.01/decisions", [decision])).status_code == 201
    assert (await assessment.office("POST", f"{SESSION}/conclusion", {"minutes": "05/BB-HĐTĐ"})).status_code == 201
    answer = await assessment.office("GET", f"{SESSION}/minutes")
    assert answer.headers["content-type"].endswith("wordprocessingml.document")
    text = words_of(answer.content)
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: 05/BB-HĐTĐ", "Ngày 30/06/2026",
        "Phòng họp số 2", "4762/QĐ-UBND", "Chủ trì: Nguyễn Thị Minh, Phó Chủ tịch UBND tỉnh, Chủ tịch Hội đồng",
        "- Lê Thị Bình, Phó Giám đốc Sở Tư pháp, Ủy viên", "Có 3 / 3 thành viên", "Sở Nội vụ",
        "1.1.4 Mức độ thực hiện kế hoạch", "1,5 điểm", "Thống nhất <1,5> & ghi biên bản.", "THƯ KÝ", "CHỦ TRÌ",
        "Số phiếu ngang nhau", "Trần Văn An, Thư ký Hội đồng: không tán thành",
        "Khi biểu quyết, hội đồng có 3 thành viên, 3 tham gia.",
    ):  # fmt: skip
        assert said in text, said
    assert "Vắng mặt" not in text
    shown = await office.opens("/rounds/r-2026/council/sessions/1/minutes")
    assert words_of(shown.content) == text
    assert (await assessment.office("GET", f"{COUNCIL}/sessions/9/minutes")).status_code == 404
    assert (await assessment.office("GET", f"{COUNCIL}/items")).status_code == 200
    assert (await office.opens(PAGE)).status_code == 200
    reads = (await assessment.caller("kiem-toan", "auditor@H16")("GET", "/v1/reads")).json()
    of_council = {(row["subject"], row["action"]) for row in reads if "council" in row["subject"]}
    read = (f"{SESSION}/minutes", "/rounds/r-2026/council/sessions/1/minutes", f"{COUNCIL}/items", PAGE)
    assert {(path, "self-score") for path in read} <= of_council


async def test_minutes_of_a_session_without_a_decision_name_who_was_absent(assessment: Assessment) -> None:
    await dispute(assessment)
    assert (await assessment.office("PUT", COUNCIL, COMPOSITION)).status_code == 201
    assert (await assessment.office("PUT", SESSION, HELD | {"attending": ["m1"]})).status_code == 201
    text = words_of((await assessment.office("GET", f"{SESSION}/minutes")).content)
    for said in ("Vắng mặt", "- Trần Văn An, Thư ký Hội đồng", "không đủ điều kiện", "không quyết định tiêu chí nào"):
        assert said in text, said


def fields_in(page: httpx.Response) -> dict[str, str]:
    """Return what a browser sends of the first form of a page: hidden and typed fields, and choices."""
    form = re.search(r"<form method=\"post\".*?</form>", page.text, re.DOTALL)
    assert form is not None
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', one)) for one in re.findall(r"<input([^>]*)>", form[0])]
    sent = {one["name"]: unescape(one["value"]) for one in inputs if one.get("type") in {None, "text", "hidden"}}
    for name, options in re.findall(r'<select[^>]* name="([^"]+)">(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


async def codes(assessment: Assessment) -> list[str]:
    return [one["code"] for one in (await assessment.office("GET", COUNCIL)).json()["members"]]


def words_of(content: bytes) -> str:
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])
