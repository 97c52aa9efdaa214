"""The office's pages of a round over HTTP: how far each unit is, an extension, completions and the closing."""

import httpx
import pytest
from tests.assessment.appraising.test_stages_api import cut
from tests.assessment.conftest import Assessment
from tests.assessment.people import Person, facts_of, texts_in

from assessment.opening.events import RoundClosed
from assessment.self_scoring.events import (
    AppraisalCompleted,
    AppraisalExtended,
    ExplanationEnded,
    SelfScoringExtended,
)

ROUND, OF_UNIT = "/rounds/r-2026", "/rounds/r-2026/units/H16.01/office"
DEADLINES = {"self_scoring": "2026-07-10T17:00:00+07:00", "appraisal": "2026-07-20T17:00:00+07:00"}


@pytest.fixture
def office(assessment: Assessment) -> Person:
    return Person(assessment, "so-noi-vu", ("office@H16",))


def form_of(page: httpx.Response, do: str) -> dict[str, str]:
    """Return the fields of the form whose button says what to do."""
    form = next(one for one in page.text.split("<form") if f'name="do" value="{do}"' in one)
    digest = form.partition('name="digest" value="')[2][:64]
    return {"key": form.partition('name="key" value="')[2].partition('"')[0], "do": do} | (
        {"digest": digest} if digest else {}
    )


async def test_an_office_sees_how_far_each_unit_is_completes_and_closes(assessment: Assessment, office: Person) -> None:
    await assessment.open_round(deadlines=DEADLINES)
    assert 'href="rounds/r-2026"' in (await office.opens("/")).text or await listed(assessment, office)
    begun = texts_in(await office.opens(ROUND))
    assert "Đã nộp bản tự chấm 0 / 2 đơn vị" in begun
    assert "Sở Nội vụ Đang tự chấm 0 / 7 0 / 7" in begun
    assert "Việc tiếp theo" not in begun
    for unit in ("H16.01", "H16.02"):
        await assessment.submit(unit)
    submitted = texts_in(await office.opens(ROUND))
    assert "Sở Nội vụ Thẩm định lần 1 7 / 7 0 / 7" in submitted
    assert "Cơ quan chủ trì 0 / 12 mục Sở Tư pháp 0 / 2 mục" in submitted
    await assessment.uphold_all("H16.01")
    ready = await office.opens(ROUND)
    assert "Hoàn thành thẩm định 1 đơn vị đã có đủ kết quả" in ready.text
    done = await office.sends(ROUND, form_of(ready, "complete"))
    assert (done.status_code, done.headers["location"]) == (303, "r-2026?done=complete")
    assert len(await facts_of(office, AppraisalCompleted)) == 1
    assert "Đã hoàn thành thẩm định. " in texts_in(await office.opens(f"{ROUND}?done=complete"))
    stale = await office.sends(ROUND, form_of(ready, "complete"))
    assert (stale.status_code, "khác với lúc bạn xem" in stale.text) == (409, True)
    early = await office.sends(ROUND, {**form_of(ready, "complete"), "do": "close"})
    assert early.status_code == 409
    assert "Sở Tư pháp: tự chấm 7/7, đã nộp, thẩm định 0/7, chưa hoàn thành." in texts_in(early)
    await assessment.uphold_all("H16.02")
    assert (await office.sends(ROUND, form_of(await office.opens(ROUND), "complete"))).status_code == 303
    closed = await office.sends(ROUND, form_of(await office.opens(ROUND), "close"))
    assert closed.status_code == 303
    stream = await assessment.resources.log.read_stream("round-r-2026")
    assert [each.fact for each in stream if isinstance(each.fact, RoundClosed)] == [RoundClosed("r-2026", 1)]
    assert "Đã đóng (lần 1)" in texts_in(await office.opens(ROUND))


async def listed(assessment: Assessment, office: Person) -> bool:
    """Return whether the start page lists the round, once the read model has it."""
    await assessment.catch_up()
    return 'href="rounds/r-2026"' in (await office.opens("/")).text


async def test_an_office_gives_one_unit_more_time_for_a_reason(assessment: Assessment, office: Person) -> None:
    await assessment.open_round(deadlines=DEADLINES)
    page = await office.opens(OF_UNIT)
    assert "Hạn tự chấm 17 giờ" in texts_in(page) or "17:00" in texts_in(page)
    unsaid = await office.sends(OF_UNIT, {**form_of(page, "extend-self-scoring"), "day": "15/07/2026", "time": "17:00"})
    assert (unsaid.status_code, 'id="error-reason"' in unsaid.text) == (422, True)
    assert 'value="15/07/2026"' in unsaid.text
    empty = await office.sends(OF_UNIT, form_of(page, "extend-self-scoring"))
    assert ('id="error-reason"' in empty.text, 'id="error-day"' in empty.text) == (True, True), "both at once"
    unread = await office.sends(OF_UNIT, {**form_of(page, "extend-self-scoring"), "day": "tuần sau", "reason": "x"})
    assert (unread.status_code, 'id="error-day"' in unread.text) == (422, True)
    short = {"day": "05/07/2026", "reason": "Đơn vị mới sáp nhập."}
    assert (await office.sends(OF_UNIT, {**form_of(page, "extend-self-scoring"), **short})).status_code == 422
    assert await facts_of(office, SelfScoringExtended) == []
    longer = {"day": "15/07/2026", "time": "17:00", "reason": "Đơn vị mới sáp nhập."}
    saved = await office.sends(OF_UNIT, {**form_of(page, "extend-self-scoring"), **longer})
    assert (saved.status_code, saved.headers["location"]) == (303, "office?done=extend-self-scoring")
    assert len(await facts_of(office, SelfScoringExtended)) == 1
    assert "15/07/2026" in texts_in(await office.opens(OF_UNIT))
    assert "15/07/2026" in texts_in(await office.opens(ROUND)), "the list of units has the longer time, too"
    later = {"day": "01/08/2026", "reason": "Nhiều hồ sơ."}
    assert (await office.sends(OF_UNIT, {**form_of(page, "extend-appraisal"), **later})).status_code == 303
    assert len(await facts_of(office, AppraisalExtended)) == 1


async def test_what_the_first_appraisal_corrected_is_announced_and_its_explanation_ended(
    assessment: Assessment, office: Person
) -> None:
    await cut(assessment)
    page = await office.opens(OF_UNIT)
    assert "Giải trình" in texts_in(page)
    ended = await office.sends(OF_UNIT, {**form_of(page, "end-explanation"), "reason": "Đơn vị không giải trình."})
    assert ended.status_code == 303
    assert len(await facts_of(office, ExplanationEnded)) == 1
    assert "Hoàn thành thẩm định" in (await office.opens(OF_UNIT)).text


async def test_a_page_of_one_unit_closes_no_round_and_extends_nothing_for_all(
    assessment: Assessment, office: Person
) -> None:
    await assessment.open_round(deadlines=DEADLINES)
    for page, do in ((OF_UNIT, "close"), (ROUND, "extend-appraisal"), (ROUND, "x"), (OF_UNIT, "")):
        sent = await office.sends(page, {"key": "k" * 20, "do": do})
        assert (sent.status_code, "Trang này không có việc đó." in sent.text) == (422, True), (page, do)


async def test_nobody_else_watches_a_round(assessment: Assessment) -> None:
    await assessment.open_round()
    for right in ("office@H17", "unit@H16.01", "office@H16.01", "appraiser@H16", "leader@H16.01"):
        person = Person(assessment, "x", (right,))
        for path in (ROUND, OF_UNIT):
            assert (await person.opens(path)).status_code == 403, (right, path)
            sent = await person.sends(path, {"key": "k" * 20, "do": "complete"})
            assert sent.status_code == 403, (right, path)


async def test_an_appraiser_finds_the_list_from_the_start_page(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.catch_up()
    field = Person(assessment, "can-bo-stp", ("appraiser@H16.02",))
    assert 'href="rounds/r-2026/appraisal"' in (await field.opens("/")).text
    stranger = await Person(assessment, "x", ("appraiser@H17",)).opens("/")
    assert (stranger.status_code, "rounds/r-2026" in stranger.text) == (200, False)
