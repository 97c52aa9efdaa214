"""The appraisers' pages over HTTP: the list, one criterion of a unit, and a list that is upheld at once."""

from collections.abc import Mapping

import httpx
import pytest
from tests.assessment.conftest import Assessment, all_claims
from tests.assessment.people import CODES, Person, facts_of, hidden_in, texts_in

from assessment.opening.stages import ValueStage
from assessment.self_scoring.events import ClaimCorrected, ClaimUpheld

LIST = "/rounds/r-2026/appraisal"
ITEM = "/rounds/r-2026/units/H16.01/criteria/1.1.4/appraisal"


@pytest.fixture
def appraiser(assessment: Assessment) -> Person:
    return Person(assessment, "can-bo-snv", ("appraiser@H16",))


async def finds(person: Person, address: str, fields: Mapping[str, str]) -> httpx.Response:
    hidden = hidden_in(await person.opens(address))
    return await person.sends(address, {**hidden, "then": "next", **fields})


async def test_an_appraiser_works_through_the_list(assessment: Assessment, appraiser: Person) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    listed = await appraiser.opens(LIST)
    shown = texts_in(listed)
    assert "Đã thẩm định 0 / 7 mục của các đơn vị đã nộp" in shown
    assert "Đơn vị chưa nộp Sở Tư pháp" in shown
    assert "Sở Nội vụ: 1.1.4 Mức độ thực hiện kế hoạch Số đã thực hiện: 9; Số kế hoạch: 10 1 / 2 điểm" in shown
    assert 'href="units/H16.01/criteria/1.1.4/appraisal"' in listed.text
    first = texts_in(await appraiser.opens("/rounds/r-2026/units/H16.01/criteria/1.1.1/appraisal?state=to-do"))
    assert "1 / 7" in first
    assert "01/KH-SNV, ngày 05/01/2026, Kế hoạch CCHC năm 2026 (không kèm tệp)" in first
    saved = await finds(appraiser, f"{ITEM}?state=to-do", {"finding": "upheld"})
    assert saved.status_code == 303
    to = "../../../../units/H16.01/criteria/1.2.1/appraisal?state=to-do&saved=H16.01%2F1.1.4"
    assert saved.headers["location"] == to
    assert await facts_of(appraiser, ClaimUpheld) == [
        ClaimUpheld("r-2026", "H16.01", "1.1.4", "", "can-bo-snv", ValueStage.APPRAISAL_1)
    ]
    after = texts_in(await appraiser.opens(f"{LIST}?state=to-do"))
    assert "Đã thẩm định 1 / 7" in after
    assert "1.1.4 Mức độ" not in after.partition("Mục thẩm định")[2]
    next_item = "/rounds/r-2026/units/H16.01/criteria/1.2.1/appraisal"
    shown = texts_in(await appraiser.opens(f"{next_item}?saved=H16.01/1.1.4"))
    assert "Đã lưu kết quả thẩm định: Sở Nội vụ, 1.1.4." in shown
    for never in ("H16.01/1.1.1", "H16.99/1.1.4", "mọi thứ"):
        assert "Đã lưu" not in texts_in(await appraiser.opens(f"{next_item}?saved={never}")), never


async def test_figures_are_corrected_with_a_reason_and_the_mistakes_are_at_their_fields(
    assessment: Assessment, appraiser: Person
) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    undecided = await finds(appraiser, ITEM, {"comment": "Thiếu ba nhiệm vụ."})
    assert (undecided.status_code, "Chọn công nhận hoặc điều chỉnh." in undecided.text) == (422, True)
    assert "Thiếu ba nhiệm vụ." in undecided.text
    unread = await finds(appraiser, ITEM, {"finding": "corrected", "done": "sáu", "planned": "10", "comment": "x"})
    assert (unread.status_code, 'id="error-done"' in unread.text) == (422, True)
    unexplained = await finds(appraiser, ITEM, {"finding": "corrected", "done": "6", "planned": "10"})
    assert (unexplained.status_code, 'id="error-comment"' in unexplained.text) == (422, True)
    too_many = await finds(appraiser, ITEM, {"finding": "corrected", "points_given": "2,5", "comment": "x"})
    assert (too_many.status_code, 'id="error-points_given"' in too_many.text) == (422, True)
    assert await facts_of(appraiser, ClaimCorrected) == []
    tried = await finds(appraiser, ITEM, {"finding": "corrected", "done": "6", "planned": "10", "then": "try"})
    assert "6 trên 10 là 60 %, dưới 70 %: 0 điểm" in texts_in(tried)
    asked = await appraiser.opens(f"{ITEM}/points?done=6&planned=10")
    assert "6 trên 10 là 60 %" in asked.text
    said = {"finding": "corrected", "done": "6", "planned": "10", "comment": "Thiếu ba nhiệm vụ.", "then": "stay"}
    saved = await finds(appraiser, ITEM, said)
    assert (saved.status_code, saved.headers["location"]) == (303, "appraisal?saved=H16.01%2F1.1.4")
    [fact] = await facts_of(appraiser, ClaimCorrected)
    assert isinstance(fact, ClaimCorrected)
    assert {figure.name: figure.value for figure in fact.figures} == {"done": "6", "planned": "10"}
    again = await appraiser.opens(ITEM)
    assert 'value="corrected" checked' in again.text
    assert "Thiếu ba nhiệm vụ.</textarea>" in again.text
    shown = texts_in(await appraiser.opens(f"{LIST}?state=corrected"))
    assert "Đã điều chỉnh Thẩm định sửa: Số đã thực hiện 6; Số kế hoạch 10" in shown


async def test_two_appraisers_of_one_criterion_the_second_sees_what_the_first_found(
    assessment: Assessment, appraiser: Person
) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    second = Person(assessment, "can-bo-khac", ("appraiser@H16",))
    opened = hidden_in(await second.opens(ITEM))
    assert (await finds(appraiser, ITEM, {"finding": "upheld"})).status_code == 303
    other = "/rounds/r-2026/units/H16.01/criteria/1.1.3/appraisal"
    beside = await second.sends(other, {**opened, "finding": "upheld", "then": "stay"})
    assert beside.status_code == 303, "another criterion is not stale"
    said = {"finding": "corrected", "points_given": "0", "comment": "Chưa có sản phẩm.", "then": "stay"}
    stale = await second.sends(ITEM, {**opened, **said})
    assert stale.status_code == 412
    assert "Tiêu chí này vừa có người ghi." in stale.text
    assert "Giữ nguyên số liệu tự chấm can-bo-snv" in texts_in(stale)
    assert await facts_of(second, ClaimCorrected) == []
    insisted = await second.sends(ITEM, {**hidden_in(stale), **said})
    assert insisted.status_code == 303
    assert len(await facts_of(second, ClaimCorrected)) == 1


async def test_a_filtered_list_is_upheld_at_once_but_for_what_a_person_has_to_see(
    assessment: Assessment, appraiser: Person
) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    await finds(appraiser, ITEM, {"finding": "corrected", "points_given": "0", "comment": "Chưa có sản phẩm."})
    address = f"{LIST}/upholding?every=yes"
    page = await appraiser.opens(address)
    shown = texts_in(page)
    assert "Công nhận 5 mục" in shown, "one of seven is corrected, and one is declared not applicable"
    assert "Sở Nội vụ: 1.2.2 Đủ nội dung theo quy định Đơn vị khai không áp dụng." in shown
    digest = page.text.partition('name="digest" value="')[2][:64]
    done = await appraiser.sends(address, {"key": hidden_in(page)["key"], "digest": digest})
    assert (done.status_code, done.headers["location"]) == (303, "../appraisal?every=yes&done=yes")
    upheld = {fact.criterion for fact in await facts_of(appraiser, ClaimUpheld) if isinstance(fact, ClaimUpheld)}
    assert upheld == {*CODES} - {"1.1.4", "1.2.2"}
    again = await appraiser.sends(address, {"key": hidden_in(page)["key"], "digest": digest})
    assert again.status_code == 409, "a list that has changed is shown again, and nothing is written"
    assert len(await facts_of(appraiser, ClaimUpheld)) == 5
    assert "Không có mục nào để công nhận cùng lúc." in again.text


async def test_an_upholding_that_a_unit_refuses_says_which_and_why(assessment: Assessment, appraiser: Person) -> None:
    await assessment.open_round(deadlines={"appraisal": "2026-07-20T17:00:00+07:00"})
    await assessment.submit("H16.01")
    page = await appraiser.opens(f"{LIST}/upholding")
    digest = page.text.partition('name="digest" value="')[2][:64]
    assessment.clock.pass_days(30)
    late = await appraiser.sends(f"{LIST}/upholding", {"key": hidden_in(page)["key"], "digest": digest})
    assert late.status_code == 409
    assert "Đơn vị chưa ghi được" in late.text
    assert await facts_of(appraiser, ClaimUpheld) == []


async def test_a_field_appraiser_has_its_field_alone_and_never_its_own_unit(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    await assessment.submit("H16.02")
    field = Person(assessment, "can-bo-stp", ("appraiser@H16.02",))
    shown = texts_in(await field.opens(LIST))
    assert "Đã thẩm định 0 / 2 mục" in shown
    assert "Sở Nội vụ: 1.2.1" in shown
    assert "Sở Tư pháp: 1.2.1" not in shown
    other = await field.opens(ITEM)
    assert "Cơ quan H16 thẩm định tiêu chí này" in other.text
    refused = await field.sends(
        ITEM, {**hidden_in(other), "finding": "upheld", "then": "stay", "key": "k" * 24, "version": "8"}
    )
    assert refused.status_code == 403
    assert await facts_of(field, ClaimUpheld) == []


async def test_nobody_else_sees_the_list(assessment: Assessment) -> None:
    await assessment.open_round()
    for rights in (("unit@H16.01",), ("appraiser@H17",), ("office@H17",), ("appraiser@H16.01",)):
        for address in (LIST, f"{LIST}/upholding", ITEM):
            assert (await Person(assessment, "x", rights).opens(address)).status_code == 403, (rights, address)


async def test_what_a_person_has_to_see_is_not_upheld_with_others(assessment: Assessment, appraiser: Person) -> None:
    await assessment.open_round()
    claims = {claim["criterion"]: claim for claim in all_claims()}
    claims["1.1.1"] = {**claims["1.1.1"], "evidence": [], "explanation": "Kế hoạch đang trình ký."}
    over = {"figures": {"done": "11", "planned": "10"}, "confirmed": ["done-over-planned"]}
    claims["1.1.4"] = {"criterion": "1.1.4", **over}
    base = "/v1/rounds/r-2026/units/H16.01"
    assert (await assessment.unit("PUT", f"{base}/claims", [*claims.values()])).status_code == 201
    assert (await assessment.unit("POST", f"{base}/self-score/submission")).status_code == 201
    shown = texts_in(await appraiser.opens(f"{LIST}/upholding"))
    assert "Sở Nội vụ: 1.1.1 Ban hành kế hoạch Cần tài liệu kiểm chứng; đơn vị chỉ giải trình." in shown
    assert "1.1.4 Mức độ thực hiện kế hoạch Số liệu bất thường mà đơn vị đã xác nhận." in shown


async def test_a_claim_that_came_after_the_page_is_not_upheld_unseen(assessment: Assessment, appraiser: Person) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    page = await appraiser.opens(f"{LIST}/upholding")
    digest = page.text.partition('name="digest" value="')[2][:64]
    base = "/v1/rounds/r-2026/units/H16.01"
    assert (await assessment.unit("POST", f"{base}/self-score/withdrawal")).status_code == 201
    other = {"figures": {"done": "10", "planned": "10"}}
    assert (await assessment.unit("PUT", f"{base}/claims/1.1.4", other)).status_code == 201
    assert (await assessment.unit("POST", f"{base}/self-score/submission")).status_code == 201
    sent = await appraiser.sends(f"{LIST}/upholding", {"key": hidden_in(page)["key"], "digest": digest})
    assert sent.status_code == 409
    assert await facts_of(appraiser, ClaimUpheld) == []


async def test_the_list_is_as_new_as_the_log(assessment: Assessment, appraiser: Person) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    assert "Chưa thẩm định (7)" in texts_in(await appraiser.opens(LIST)), "the read model has nothing yet"
    await assessment.catch_up()
    assert "Chưa thẩm định (7)" in texts_in(await appraiser.opens(LIST)), "the read model says the same as the log"
    await finds(appraiser, ITEM, {"finding": "upheld"})
    assert "Chưa thẩm định (6)" in texts_in(await appraiser.opens(LIST)), (
        "a finding is seen before the read model has it"
    )
    await assessment.catch_up()
    assert "Chưa thẩm định (6)" in texts_in(await appraiser.opens(LIST))
