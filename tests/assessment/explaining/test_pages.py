"""The pages of an explanation over HTTP: what they show, what their forms write and refuse."""

from collections.abc import Mapping

import httpx
import pytest
from tests.assessment.appraising.test_stages_api import BASE, EXPLANATIONS, FINDINGS, SUBMISSION, cut
from tests.assessment.conftest import Assessment
from tests.assessment.people import SHEET, Person, facts_of, hidden_in, texts_in
from tests.assessment.proving.test_api import DIGEST, NAME, send

from assessment.self_scoring.claims import Evidence
from assessment.self_scoring.events import CutExplained, ExplanationSubmitted

LIST, CRITERION = f"{SHEET}/explanation", f"{SHEET}/criteria/1.1.4/explanation"


@pytest.fixture
def clerk(assessment: Assessment) -> Person:
    return Person(assessment, "can-bo", ("unit@H16.01",))


@pytest.fixture
def leader(assessment: Assessment) -> Person:
    return Person(assessment, "lanh-dao", ("leader@H16.01",))


async def explains(person: Person, fields: Mapping[str, str]) -> httpx.Response:
    return await person.sends(CRITERION, {**hidden_in(await person.opens(CRITERION)), "then": "stay", **fields})


async def test_a_clerk_finds_what_was_corrected_explains_it_with_a_file_and_submits(
    assessment: Assessment, clerk: Person
) -> None:
    await cut(assessment)
    await send(assessment.unit)
    assert 'href="H16.01/explanation"' in (await clerk.opens(SHEET)).text
    shown = texts_in(await clerk.opens(LIST))
    assert "1.1.4 Mức độ thực hiện kế hoạch Tự chấm 1 điểm → thẩm định 0 điểm: Thiếu ba nhiệm vụ." in shown
    form = await clerk.opens(CRITERION)
    assert (
        "Tự chấm Số đã thực hiện: 9; Số kế hoạch: 10 9 trên 10 là 90 %, từ 70 đến 90 %: 1 điểm 1 don-vi "
        "19:00 ngày 01/07/2026 Thẩm định lần 1 Số đã thực hiện: 6; Số kế hoạch: 10 6 trên 10 là 60 %, dưới 70 %: "
        "0 điểm 0 so-noi-vu 19:00 ngày 01/07/2026 Thiếu ba nhiệm vụ."
    ) in texts_in(form)
    assert f'<option value="{DIGEST}">{NAME}</option>' in form.text
    said = {"explanation": "Xong ngày 28/12.", "done": "9,5", "planned": "10", "number-0": "98/BC", "sha256-0": DIGEST}
    saved = await explains(clerk, said)
    assert (saved.status_code, saved.headers["location"]) == (303, "explanation?saved=yes")
    [fact] = await facts_of(clerk, CutExplained)
    assert isinstance(fact, CutExplained)
    assert {figure.name: figure.value for figure in fact.figures} == {"done": "9.5", "planned": "10"}
    assert fact.evidence == (Evidence("98/BC", sha256=DIGEST),)
    again = await clerk.opens(f"{CRITERION}?saved=yes")
    assert "Xong ngày 28/12. Tài liệu bổ sung: 98/BC" in texts_in(again)
    assert 'data-saved="explanation"' in again.text
    assert "Đã giải trình 1" in texts_in(await clerk.opens(LIST))
    submitted = await clerk.sends(LIST, hidden_in(await clerk.opens(LIST)))
    assert (submitted.status_code, submitted.headers["location"]) == (303, "explanation")
    assert await facts_of(clerk, ExplanationSubmitted) == [ExplanationSubmitted("r-2026", "H16.01", ("1.1.4",))]
    for page in (CRITERION, LIST):
        assert "<form" not in (await clerk.opens(page)).text.partition("<main")[2]
    history = texts_in(await clerk.opens(f"{SHEET}/criteria/1.1.4")).partition("Lịch sử")[2]
    assert "Giải trình: Số đã thực hiện: 9,5; Số kế hoạch: 10 can-bo" in history


async def test_mistakes_are_shown_at_their_fields_and_the_texts_stay(assessment: Assessment, clerk: Person) -> None:
    await cut(assessment)
    refused = await explains(clerk, {"done": "chín", "planned": "10", "explanation": "Lời giải trình."})
    assert refused.status_code == 422
    assert 'id="error-done"' in refused.text
    assert "Lời giải trình." in refused.text
    empty = await explains(clerk, {"done": "9", "planned": "10"})
    assert 'id="error-explanation"' in empty.text
    slip = await explains(clerk, {"value": "8325", "explanation": "x"})
    assert (slip.status_code, 'name="confirmed"' in slip.text) == (422, True)
    assert await facts_of(clerk, CutExplained) == []


async def test_two_clerks_on_one_explanation_see_both_texts(assessment: Assessment, clerk: Person) -> None:
    await cut(assessment)
    seen = hidden_in(await clerk.opens(CRITERION))
    await assessment.unit("PUT", EXPLANATIONS, [{"criterion": "1.1.4", "explanation": "Của người khác."}])
    stale = await clerk.sends(CRITERION, {**seen, "then": "stay", "explanation": "Của tôi."})
    assert stale.status_code == 412
    assert "Của người khác. Của tôi." in texts_in(stale)


async def test_the_leader_submits_where_the_round_asks_for_it_and_sees_a_changed_sheet_again(
    assessment: Assessment, clerk: Person, leader: Person
) -> None:
    await cut(assessment, approval=True)
    await explains(clerk, {"explanation": "Một."})
    assert "Lãnh đạo đơn vị xem và nộp bản giải trình này." in texts_in(await clerk.opens(LIST))
    seen = hidden_in(await leader.opens(LIST))
    await explains(clerk, {"explanation": "Hai."})
    assert (await leader.sends(LIST, seen)).status_code == 412
    assert (await clerk.sends(LIST, hidden_in(await leader.opens(LIST)))).status_code == 403
    assert (await leader.sends(LIST, hidden_in(await leader.opens(LIST)))).status_code == 303


async def test_there_is_nothing_to_explain_before_the_announcement_and_where_nothing_was_corrected(
    assessment: Assessment, clerk: Person
) -> None:
    await assessment.open_round(two_appraisals=True)
    await assessment.submit("H16.01")
    assert "Chưa có kết quả thẩm định lần 1 để giải trình." in texts_in(await clerk.opens(LIST))
    assert (await clerk.opens(CRITERION)).status_code == 404
    assert "explanation" not in (await clerk.opens(SHEET)).text
    assert (await clerk.opens(f"{SHEET}/criteria/1.1.4")).text.count("Số liệu và điểm qua các bước") == 0


async def test_who_only_leads_submits_nothing_where_the_round_has_no_approval(
    assessment: Assessment, leader: Person, clerk: Person
) -> None:
    await cut(assessment)
    assert (await leader.sends(LIST, hidden_in(await clerk.opens(LIST)))).status_code == 403
    assert (await assessment.caller("lanh-dao", "leader@H16.01")("POST", SUBMISSION)).status_code == 403
    assert (await clerk.sends(LIST, hidden_in(await clerk.opens(LIST)))).status_code == 303


async def test_who_reads_the_page_of_a_criterion_leaves_a_trace(assessment: Assessment, clerk: Person) -> None:
    await cut(assessment)
    assert (await clerk.opens(CRITERION)).status_code == 200
    [row] = (await assessment.caller("kiem-toan", "auditor@H16")("GET", "/v1/reads")).json()
    assert (row["actor"], row["action"], row["subject"]) == ("can-bo", "self-score", CRITERION)


async def test_the_page_of_a_criterion_shows_every_stage(assessment: Assessment, clerk: Person) -> None:
    await cut(assessment)
    await explains(clerk, {"explanation": "Một."})
    await assessment.unit("POST", SUBMISSION)
    await assessment.office("POST", FINDINGS, [{"criterion": "1.1.4", "upheld": True, "comment": "Đồng ý."}])
    council = assessment.caller("hoi-dong", "council@H16")
    await council("POST", f"{BASE}/appraisal/decisions", [{"criterion": "1.1.4", "points": "2", "comment": "Đủ."}])
    shown = texts_in(await clerk.opens(f"{SHEET}/criteria/1.1.4"))
    assert "Giải trình Không nêu số liệu khác can-bo" in shown
    worked = "9 trên 10 là 90 %, từ 70 đến 90 %: 1 điểm"
    assert f"Thẩm định lần 2 Số đã thực hiện: 9; Số kế hoạch: 10 {worked} 1 so-noi-vu" in shown
    assert "Hội đồng Chấm điểm trực tiếp 2 hoi-dong" in shown
    assert "Hội đồng chấm 2 điểm" in shown
