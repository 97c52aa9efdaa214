"""The pages of a criterion and of the list of rounds over HTTP: what they show, write and refuse."""

import asyncio
import re
from urllib.parse import urlencode

import pytest
from tests.assessment.conftest import Assessment, all_claims, round_body
from tests.assessment.people import API, CODES, SHEET, Person, facts_of, hidden_in, saves, texts_in

from assessment.self_scoring.display import rule_lines
from assessment.self_scoring.events import (
    ClaimEntered,
)
from parindex.contracts.criteria import AreaKind, Criterion, Level, PerCase


@pytest.fixture
async def clerk(assessment: Assessment) -> Person:
    await assessment.open_round(deadlines={"self_scoring": "2026-08-01T10:00:00Z"})
    return Person(assessment, "can-bo", ("unit@H16.01",))


@pytest.fixture
async def leader(clerk: Person) -> Person:
    return Person(clerk.assessment, "lanh-dao", ("leader@H16.01",))


async def test_a_saved_claim_shows_its_points_and_the_running_total(clerk: Person) -> None:
    saved = await saves(clerk, "1.1.4", done="9", planned="10", then="stay")
    assert (saved.status_code, saved.headers["location"]) == (303, "1.1.4?saved=1.1.4")
    page = texts_in(await clerk.opens(f"{SHEET}/criteria/1.1.4?saved=1.1.4"))
    assert "Đã lưu tiêu chí 1.1.4." in page
    worked = "9 trên 10 là 90 %, từ 70 đến 90 %: 1 điểm"
    assert f"Điểm theo số liệu đã khai 1 / 2 điểm Diễn giải điểm {worked} Lưu lần cuối" in page
    await saves(clerk, "1.3", points="2,5", then="stay")
    shown = texts_in(await clerk.opens(SHEET))
    assert "Tổng điểm tự chấm, tạm tính 3,5 / 10" in shown
    assert "Đã chấm 2 / 7 tiêu chí" in shown


async def test_a_criterion_shows_the_words_of_the_document_and_the_rule_that_is_computed(clerk: Person) -> None:
    page = texts_in(await clerk.opens(f"{SHEET}/criteria/1.1.2"))
    assert "Cách tính điểm Đầy đủ: 1; không: 0 Phần mềm tính: Có, đạt: 1 điểm; không: 0 điểm Tài liệu" in page
    page = texts_in(await clerk.opens(f"{SHEET}/criteria/1.3"))
    assert "Cách tính điểm Nhập điểm, từ 0 đến 3 Tài liệu" in page  # the set has no words of its own


@pytest.mark.parametrize(
    ("text", "kind", "cap", "lines"),
    [
        ("Mỗi  trường hợp 1 điểm, không quá 3 điểm.", AreaKind.ORDINARY, "", []),
        ("", AreaKind.BONUS, "", ["Cả lĩnh vực không quá 3 điểm thưởng"]),
        ("Mỗi sáng kiến 1 điểm", AreaKind.BONUS, "2", ["Phần mềm tính: {}", "Cả lĩnh vực không quá 2 điểm thưởng"]),
        ("Mỗi lần 1 điểm", AreaKind.PENALTY, "2.5", ["Phần mềm tính: {}", "Cả lĩnh vực không quá 2,5 điểm trừ"]),
    ],
)
def test_the_way_to_points_names_the_rule_where_it_differs_and_the_cap_of_its_area(
    text: str, kind: AreaKind, cap: str, lines: list[str]
) -> None:
    area = Criterion(code="4", name="Sáng kiến", level=Level.AREA, maximum="3", area_kind=kind, area_cap=cap)
    leaf = Criterion(
        code="4.1", name="", level=Level.CRITERION, maximum="3", parent="4", rule=PerCase(each="1"), rule_text=text
    )
    rule = "Mỗi trường hợp 1 điểm, không quá 3 điểm"
    assert rule_lines(leaf, area) == [text or rule, *(line.format(rule) for line in lines)]


async def test_a_mistake_in_a_document_behind_an_empty_one_is_said_at_its_own_field(clerk: Person) -> None:
    for wrong in ({"number-1": "01/KH", "issued_on-1": "31/2/2026"}, {"title-1": "Kế hoạch"}, {"page-1": "\u202e3"}):
        answer = await saves(clerk, "1.1.2", answer="yes", then="stay", **wrong)
        assert answer.status_code == 422
        said = re.findall(r'<li><a href="#field-([a-z_]+-[0-9]+)"', answer.text)
        assert said, answer.text
        assert {name.rpartition("-")[2] for name in said} == {"1"}


async def test_save_and_next_leads_to_the_next_criterion(clerk: Person) -> None:
    saved = await saves(clerk, "1.1.2", answer="yes", then="next")
    assert saved.headers["location"] == "1.1.3?saved=1.1.2"


async def test_a_claim_of_the_page_is_that_of_the_api(clerk: Person) -> None:
    document = {"number-0": "01/KH-SNV", "issued_on-0": "5/1/2026", "title-0": "Kế hoạch", "page-0": "3"}
    await saves(clerk, "1.1.1", outcome="on_time", explanation="Đã ban hành.", then="stay", **document)
    claim = (await clerk.assessment.unit("GET", f"{API}/claims/1.1.1")).json()
    assert claim == {
        "criterion": "1.1.1",
        "figures": {"outcome": "on_time"},
        "applicable": True,
        "evidence": [{"number": "01/KH-SNV", "issued_on": "2026-01-05", "title": "Kế hoạch", "page": "3"}],
        "explanation": "Đã ban hành.",
        "confirmed": [],
    }
    page = (await clerk.opens(f"{SHEET}/criteria/1.1.1")).text
    assert 'value="05/01/2026"' in page
    assert 'value="on_time" checked' in page


async def test_a_page_keeps_what_only_the_api_entered(clerk: Person) -> None:
    document = {"number": "02/QĐ", "sha256": "ab" * 32, "effective_from": "2026-02-01"}
    await clerk.assessment.unit("PUT", f"{API}/claims/1.1.2", {"figures": {"answer": "yes"}, "evidence": [document]})
    opened = await clerk.opens(f"{SHEET}/criteria/1.1.2")
    fields = dict(re.findall(r'name="([a-z0-9_-]+-0)"[^>]* value="([^"]*)"', opened.text))
    await clerk.sends(f"{SHEET}/criteria/1.1.2", {**hidden_in(opened), **fields, "answer": "no", "then": "stay"})
    claim = (await clerk.assessment.unit("GET", f"{API}/claims/1.1.2")).json()
    assert (claim["evidence"], claim["figures"]) == ([document], {"answer": "no"})


async def test_mistakes_are_at_their_fields_and_nothing_is_lost_or_written(clerk: Person) -> None:
    answer = await saves(
        clerk, "1.1.4", done="chín", planned="10", explanation="Giữ lại.", **{"number-0": "1", "issued_on-0": "mai"}
    )
    assert answer.status_code == 422
    assert "Phải là số, ví dụ 83,25." in answer.text
    assert 'href="#field-issued_on-0"' in answer.text
    assert "Giữ lại." in answer.text
    assert await facts_of(clerk, ClaimEntered) == []


async def test_a_missing_figure_is_named_by_its_label(clerk: Person) -> None:
    answer = await saves(clerk, "1.1.4", done="9")
    assert answer.status_code == 422
    assert "thiếu số liệu “Số kế hoạch”" in texts_in(answer)


async def test_a_slip_is_confirmed_with_a_box_to_tick(clerk: Person) -> None:
    answer = await saves(clerk, "1.1.4", done="11", planned="10")
    assert answer.status_code == 422
    [code] = re.findall(r'name="confirmed" value="([^"]+)"', answer.text)
    confirmed = {**hidden_in(answer), "done": "11", "planned": "10", "confirmed": code, "then": "stay"}
    assert (await clerk.sends(f"{SHEET}/criteria/1.1.4", confirmed)).status_code == 303
    [fact] = await facts_of(clerk, ClaimEntered)
    assert isinstance(fact, ClaimEntered)
    assert fact.confirmed == (code,)


async def test_the_box_that_confirms_a_slip_is_at_its_figure(clerk: Person) -> None:
    answer = await saves(clerk, "1.1.4", done="11", planned="10")
    boxes = [found.start() for found in re.finditer('name="confirmed"', answer.text)]
    done, planned = (answer.text.index(f'id="field-{name}"') for name in ("done", "planned"))
    assert len(boxes) == 1
    assert sorted([done, planned, *boxes]) == [done, *boxes, planned]


@pytest.mark.parametrize("number", ["", "  ", "\u200b"])
async def test_a_document_without_a_number_says_which_one_and_what_is_missing(clerk: Person, number: str) -> None:
    fields = {"number-0": "01/KH", "number-1": number, "title-1": "Kế hoạch"}
    answer = await saves(clerk, "1.1.2", answer="yes", then="stay", **fields)
    assert answer.status_code == 422
    assert '<a href="#field-number-1">Tài liệu 2: nhập số, ký hiệu.</a>' in answer.text
    assert "Thiếu trường bắt buộc này" not in answer.text


async def test_the_form_says_beforehand_that_a_document_needs_its_number(clerk: Person) -> None:
    page = (await clerk.opens(f"{SHEET}/criteria/1.1.2")).text
    [described] = re.findall(r'name="number-0"[^>]* aria-describedby="([^"]+)"', page)
    assert f'id="{described}">Bắt buộc khi có tài liệu.</p>' in page


async def test_one_more_document_keeps_what_was_typed(clerk: Person) -> None:
    answer = await saves(clerk, "1.1.1", **{"number-0": "01/KH", "then": "more"})
    assert answer.status_code == 200
    assert 'value="01/KH"' in answer.text
    assert 'name="number-1"' in answer.text
    assert await facts_of(clerk, ClaimEntered) == []


@pytest.mark.parametrize(
    ("criterion", "typed", "said"),
    [
        (
            "1.1.4",
            {"done": "9,5", "planned": "10"},
            "Số liệu này được 2 / 2 điểm (chưa lưu). 9,5 trên 10 là 95 %, trên 90 %: 2 điểm.",
        ),
        ("1.1.4", {"value": "80"}, "Số liệu này được 1 / 2 điểm (chưa lưu). Giá trị 80, từ 70 đến 90: 1 điểm."),
        ("1.1.4", {"done": "9,5"}, "Tiêu chí 1.1.4 thiếu số liệu “Số kế hoạch”."),
        ("1.1.4", {"done": "1.234", "planned": "x"}, "Phải là số, ví dụ 83,25."),
        ("1.1.1", {"outcome": "late"}, "Số liệu này được 0,5 / 1 điểm (chưa lưu)."),
        ("1.3", {"points": "3,5"}, "Điểm của tiêu chí 1.3 từ 0 đến 3."),
        ("1.3", {"points": "1", "not_applicable": "yes"}, "Không áp dụng"),
    ],
)
async def test_typed_figures_show_their_points_before_they_are_saved(
    clerk: Person, criterion: str, typed: dict[str, str], said: str
) -> None:
    page = await saves(clerk, criterion, then="try", **typed)
    assert page.status_code == 200
    assert said in texts_in(page)
    answer = await clerk.opens(f"{SHEET}/criteria/{criterion}/points?{urlencode(typed)}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert said in answer.text
    assert await facts_of(clerk, ClaimEntered) == []


async def test_points_are_tried_for_criteria_of_the_own_unit_alone(clerk: Person, leader: Person) -> None:
    assert (await clerk.opens(f"{SHEET}/criteria/1.3/points")).text == ""
    assert (await clerk.opens(f"{SHEET}/criteria/2.1/points")).status_code == 404
    assert (await leader.opens(f"{SHEET}/criteria/1.3/points")).status_code == 403


async def test_a_double_click_writes_once(clerk: Person) -> None:
    address = f"{SHEET}/criteria/1.1.2"
    fields = {**hidden_in(await clerk.opens(address)), "answer": "yes", "then": "stay"}
    answers = await asyncio.gather(*(clerk.sends(address, fields) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(await facts_of(clerk, ClaimEntered)) == 1


async def test_two_clerks_on_one_criterion_see_both_texts_and_nothing_is_overwritten(clerk: Person) -> None:
    address = f"{SHEET}/criteria/1.3"
    first, second = await clerk.opens(address), await clerk.opens(address)
    await clerk.sends(address, {**hidden_in(first), "points": "1", "then": "stay"})
    answer = await clerk.sends(address, {**hidden_in(second), "points": "2,5", "then": "stay"})
    assert answer.status_code == 412
    shown = texts_in(answer)
    assert "Điểm tự chấm khác nhau 1 2,5" in shown
    assert len(await facts_of(clerk, ClaimEntered)) == 1
    kept = {**hidden_in(answer), "points": "2,5"}
    assert (await clerk.sends(address, kept)).status_code == 303
    assert len(await facts_of(clerk, ClaimEntered)) == 2


async def test_a_conflict_names_who_saved_and_when(clerk: Person) -> None:
    address, other = f"{SHEET}/criteria/1.1.2", Person(clerk.assessment, "can-bo-2", ("unit@H16.01",))
    opened = await clerk.opens(address)
    await saves(other, "1.1.2", answer="no", then="stay")
    answer = await clerk.sends(address, {**hidden_in(opened), "answer": "yes", "then": "stay"})
    shown = texts_in(answer)
    assert "can-bo-2 đã lưu lúc 19:00 ngày 01/07/2026" in shown
    assert "Kết quả khác nhau Không Có, đạt" in shown
    assert 'data-drop href="1.1.2"' in answer.text


async def test_the_history_says_who_changed_what_found_what_and_returned_it(assessment: Assessment) -> None:
    await assessment.open_round(approval=True)
    clerk, leader = Person(assessment, "can-bo", ("unit@H16.01",)), Person(assessment, "lanh-dao", ("leader@H16.01",))
    others = [{"criterion": code, "applicable": False, "explanation": "Không có."} for code in CODES if code != "1.1.4"]
    await assessment.unit("PUT", f"{API}/claims", others)
    assert "Chưa ai kê khai tiêu chí này." in texts_in(await clerk.opens(f"{SHEET}/criteria/1.1.4"))
    await saves(clerk, "1.1.4", done="9", planned="10", then="stay", **{"number-0": "01/KH", "issued_on-0": "5/1/2026"})
    await clerk.sends(SHEET, {**hidden_in(await clerk.opens(SHEET)), "move": "send"})
    await leader.sends(SHEET, {**hidden_in(await leader.opens(SHEET)), "move": "return", "note": "Chưa khớp."})
    assessment.clock.pass_days(1)
    await saves(clerk, "1.1.4", done="9,5", planned="10", explanation="Theo báo cáo.", then="stay")
    history = texts_in(await clerk.opens(f"{SHEET}/criteria/1.1.4")).partition("Lịch sử")[2]
    assert history.startswith(
        " Tự chấm: 2 / 2 điểm can-bo, 19:00 ngày 02/07/2026 "
        "Số đã thực hiện: 9 → 9,5 Giải trình: – → Theo báo cáo. Bỏ tài liệu: 01/KH, ngày 05/01/2026 "
        "Lãnh đạo trả lại phiếu lanh-dao, 19:00 ngày 01/07/2026 Chưa khớp. "
        "Tự chấm: 1 / 2 điểm can-bo, 19:00 ngày 01/07/2026 "
        "Số đã thực hiện: 9 Số kế hoạch: 10 Tài liệu: 01/KH, ngày 05/01/2026"
    )


async def test_an_erased_explanation_is_shown_as_erased_in_the_history(clerk: Person) -> None:
    await saves(clerk, "1.3", points="1", explanation="Bà Lan ốm.", then="stay")
    [fact] = await facts_of(clerk, ClaimEntered)
    assert isinstance(fact, ClaimEntered)
    erased = await clerk.assessment.office(
        "POST", f"{API}/texts/{fact.explanation}/erasure", {"reason": "Dữ liệu riêng."}
    )
    assert erased.status_code == 201
    page = await clerk.opens(f"{SHEET}/criteria/1.3")
    assert "Bà Lan" not in page.text
    assert "Giải trình: [Nội dung đã được xóa" in texts_in(page).partition("Lịch sử")[2]


async def test_the_claim_of_the_year_before_is_beside_the_criterion(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    body = {
        "criterion": "1.1.4",
        "upheld": False,
        "figures": {"done": "8", "planned": "10"},
        "comment": "Còn một việc.",
    }
    found = await assessment.office("POST", f"{API}/appraisal/findings", [body])
    assert found.status_code == 201, found.text
    next_round = round_body(round="r-2027", year=2027, title="Chỉ số CCHC năm 2027")
    assert (await assessment.office("POST", "/v1/rounds", next_round)).status_code == 201
    await assessment.catch_up()
    clerk = Person(assessment, "can-bo", ("unit@H16.01",))
    page = await clerk.opens("/rounds/r-2027/units/H16.01/criteria/1.1.4")
    shown = texts_in(page)
    assert "Năm trước (2026): 1 / 2 điểm Kê khai của đơn vị trong đợt Chỉ số CCHC năm 2026" in shown
    assert "Thẩm định sửa: Số đã thực hiện 8; Số kế hoạch 10 Ý kiến thẩm định Còn một việc." in shown
    [address] = re.findall(r'href="([^"]*rounds/r-2026/units/H16.01/criteria/1.1.4)"', page.text)
    assert address == "../../../../../rounds/r-2026/units/H16.01/criteria/1.1.4"
    assert "Chưa có kê khai năm trước." in texts_in(await clerk.opens(f"{SHEET}/criteria/1.1.4"))
    proof = texts_in(await clerk.opens("/rounds/r-2027/units/H16.01/criteria/1.1.1"))
    assert "Tài liệu 01/KH-SNV, ngày 05/01/2026, Kế hoạch CCHC năm 2026" in proof


async def test_an_earlier_round_without_the_claim_is_passed_over(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    for year in (2027, 2028):
        body = round_body(round=f"r-{year}", year=year, title=f"Chỉ số CCHC năm {year}")
        assert (await assessment.office("POST", "/v1/rounds", body)).status_code == 201
    claims = "/v1/rounds/r-2027/units/H16.01/claims/1.1.2"
    assert (await assessment.unit("PUT", claims, {"figures": {"answer": "no"}})).status_code == 201
    await assessment.catch_up()
    clerk, page = Person(assessment, "can-bo", ("unit@H16.01",)), "/rounds/r-2028/units/H16.01/criteria"
    assert "Năm trước (2026): 1 / 2 điểm" in texts_in(await clerk.opens(f"{page}/1.1.4"))
    assert "Năm trước (2027): 0 / 1 điểm" in texts_in(await clerk.opens(f"{page}/1.1.2"))
    other = Person(assessment, "khac", ("unit@H16.02",))
    foreign = await other.opens("/rounds/r-2028/units/H16.02/criteria/1.1.4")
    assert "Chưa có kê khai năm trước." in texts_in(foreign)


async def test_the_claim_of_a_training_round_is_passed_over(assessment: Assessment) -> None:
    await assessment.open_round(training=True)
    await assessment.submit("H16.01")
    body = round_body(round="r-2027", year=2027, title="Chỉ số CCHC năm 2027")
    assert (await assessment.office("POST", "/v1/rounds", body)).status_code == 201
    await assessment.catch_up()
    clerk = Person(assessment, "can-bo", ("unit@H16.01",))
    assert "Chưa có kê khai năm trước." in texts_in(await clerk.opens("/rounds/r-2027/units/H16.01/criteria/1.1.4"))


async def test_who_may_not_change_a_claim_reads_it(clerk: Person) -> None:
    await saves(clerk, "1.1.4", done="9,5", planned="10", then="stay")
    auditor = Person(clerk.assessment, "kiem-toan", ("auditor@H16",))
    assert "Số đã thực hiện 9,5 Số kế hoạch 10" in texts_in(await auditor.opens(f"{SHEET}/criteria/1.1.4"))


async def test_clerks_on_two_criteria_are_not_in_each_others_way(clerk: Person) -> None:
    one, other = f"{SHEET}/criteria/1.1.2", f"{SHEET}/criteria/1.1.3"
    opened = {address: hidden_in(await clerk.opens(address)) for address in (one, other)}
    for address in (one, other):
        answer = await clerk.sends(address, {**opened[address], "answer": "yes", "then": "stay"})
        assert answer.status_code == 303
    assert len(await facts_of(clerk, ClaimEntered)) == 2


async def test_a_form_from_another_site_writes_nothing(clerk: Person) -> None:
    fields = {**hidden_in(await clerk.opens(f"{SHEET}/criteria/1.1.2")), "answer": "yes"}
    answer = await clerk.sends(f"{SHEET}/criteria/1.1.2", fields, Sec_Fetch_Site="cross-site")
    assert answer.status_code == 403
    assert await facts_of(clerk, ClaimEntered) == []


async def test_a_foreign_unit_sees_nothing_and_an_auditor_cannot_write(clerk: Person) -> None:
    foreign = Person(clerk.assessment, "khac", ("unit@H16.02",))
    assert (await foreign.opens(SHEET)).status_code == 403
    auditor = Person(clerk.assessment, "kiem-toan", ("auditor@H16",))
    assert (await auditor.opens(f"{SHEET}/criteria/1.1.2")).status_code == 200
    assert "<button" not in (await auditor.opens(f"{SHEET}/criteria/1.1.2")).text.partition("<main")[2]


async def test_the_derivation_is_offered_to_those_alone_whom_scoring_answers(clerk: Person) -> None:
    """Scoring does not know who appraises what: an appraiser of a sibling agency would be refused."""
    link = "../scoring/rounds/r-2026/units/H16.01/criteria/1.2.2"
    for right in ("unit@H16.01", "leader@H16.01", "appraiser@H16", "council@H16", "office@H16", "auditor@H16"):
        assert link in (await Person(clerk.assessment, "x", (right,)).opens(f"{SHEET}/criteria/1.2.2")).text
    sibling = await Person(clerk.assessment, "x", ("appraiser@H16.02",)).opens(f"{SHEET}/criteria/1.2.2")
    assert sibling.status_code == 200
    assert link not in sibling.text


async def test_a_criterion_that_a_survey_scores_has_no_page(clerk: Person) -> None:
    for criterion in ("2.1", "9.9"):
        assert (await clerk.opens(f"{SHEET}/criteria/{criterion}")).status_code == 404


async def test_the_first_page_lists_the_rounds_of_my_unit_or_says_that_there_is_none(clerk: Person) -> None:
    await clerk.assessment.catch_up()
    assert 'href="rounds/r-2026/units/H16.01"' in (await clerk.opens("/")).text
    other = Person(clerk.assessment, "khac", ("unit@H16.09",))
    assert "Chưa có đợt đánh giá nào" in texts_in(await other.opens("/"))


async def test_the_list_of_rounds_says_how_far_a_sheet_is_who_has_it_and_until_when(assessment: Assessment) -> None:
    await assessment.open_round(approval=True, deadlines={"self_scoring": "2026-08-01T10:00:00Z"})
    await assessment.catch_up()
    clerk, leader = Person(assessment, "can-bo", ("unit@H16.01",)), Person(assessment, "lanh-dao", ("leader@H16.01",))
    await saves(clerk, "1.1.2", answer="yes", then="stay")
    shown = texts_in(await clerk.opens("/"))
    assert "Đã chấm 1 / 7 tiêu chí, còn thiếu 6 · Đang ở đơn vị" in shown
    assert "Hạn tự chấm: 17:00 thứ Bảy, ngày 01/08/2026 Đang tự chấm" in shown
    waits = 'class="tag warn"'
    assert (waits in (await clerk.opens("/")).text, waits in (await leader.opens("/")).text) == (True, False)
    await assessment.unit("PUT", f"{API}/claims", all_claims())
    await clerk.sends(SHEET, {**hidden_in(await clerk.opens(SHEET)), "move": "send"})
    page = await leader.opens("/")
    assert waits in page.text
    assert "Đã chấm 7 / 7 tiêu chí · Đang ở lãnh đạo đơn vị, để phê duyệt" in texts_in(page)
    assessment.clock.pass_days(40)
    assert "ngày 01/08/2026 (đã hết hạn)" in texts_in(await clerk.opens("/"))
