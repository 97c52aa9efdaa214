"""The page of assignments, and what the sheet and the list of rounds show of them, over HTTP."""

import re
from urllib.parse import quote, urlencode

import httpx
import pytest
from tests.assessment.conftest import Assessment
from tests.assessment.people import FORM, SHEET, Person, hidden_in, saves, texts_in

PAGE = f"{SHEET}/assignments"


@pytest.fixture
async def clerk(assessment: Assessment) -> Person:
    await assessment.open_round(deadlines={"self_scoring": "2026-08-01T10:00:00Z"})
    return Person(assessment, "can-bo", ("unit@H16.01",))


@pytest.fixture
async def colleague(clerk: Person) -> Person:
    return Person(clerk.assessment, "dong-nghiep", ("unit@H16.01",))


async def assigns(person: Person, move: str, *criteria: str, to: str = "") -> httpx.Response:
    pairs = [*hidden_in(await person.opens(PAGE)).items(), *(("criterion", one) for one in criteria)]
    content = urlencode([*pairs, ("move", move), *([("to", to)] if to else [])], quote_via=quote)
    headers = {**person.headers(), "Content-Type": FORM}
    return await person.assessment.http.post(PAGE, content=content, headers=headers)


def listed(page: httpx.Response) -> list[str]:
    """Return the criteria of a sheet that the unit claims; the title of a survey row leads to its stages."""
    return re.findall(r'<a href="H16\.01/criteria/([^"?/]+)(?:\?[^"]*)?" aria-describedby', page.text)


async def test_a_clerk_takes_an_area_and_hands_a_criterion_to_a_colleague(clerk: Person, colleague: Person) -> None:
    assert 'href="H16.01/assignments"' in (await clerk.opens(SHEET)).text
    await saves(colleague, "1.1.2", answer="yes", then="stay")
    assert (await assigns(clerk, "take", "1")).headers["location"] == "assignments?saved=yes"
    assert (await assigns(clerk, "hand", "1.3", to="dong-nghiep")).status_code == 303
    shown = texts_in(await clerk.opens(f"{PAGE}?saved=yes"))
    assert "Đã phân công." in shown
    assert "1.3 Kiểm tra CCHC Giao cho dong-nghiep" in shown
    assert "1.1.1 Ban hành kế hoạch Giao cho bạn" in shown
    assert "1.3 Kiểm tra CCHC Tối đa 3 điểm · Giao cho dong-nghiep" in texts_in(await clerk.opens(SHEET))


async def test_the_sheet_is_filtered_by_its_address_to_what_is_mine(clerk: Person) -> None:
    await assigns(clerk, "take", "1.2", "1.3")
    whole, mine = await clerk.opens(SHEET), await clerk.opens(f"{SHEET}?only=mine")
    assert (len(listed(whole)), listed(mine)) == (7, ["1.2.1", "1.2.2", "1.3"])
    assert "Của tôi (3)" in texts_in(whole)
    assert "Đã chấm 0 / 7 tiêu chí" in texts_in(mine)  # how far the sheet is does not depend on the filter
    assert "Chấm tiếp: 1.2.1" in texts_in(mine)
    await assigns(clerk, "back", "1")
    assert "Chưa có tiêu chí nào giao cho bạn." in texts_in(await clerk.opens(f"{SHEET}?only=mine"))
    assert "Của tôi" not in texts_in(await clerk.opens(SHEET))


async def test_the_list_of_rounds_counts_what_is_mine_and_what_of_it_is_missing(
    clerk: Person, colleague: Person
) -> None:
    await clerk.assessment.catch_up()
    await assigns(clerk, "take", "1.2")
    await saves(colleague, "1.2.1", answer="yes", then="stay")
    assert "Giao cho bạn 2 tiêu chí, còn thiếu 1" in texts_in(await clerk.opens("/"))
    assert "Giao cho bạn" not in texts_in(await colleague.opens("/"))


async def test_the_desk_leads_to_what_is_assigned_to_me(clerk: Person, colleague: Person) -> None:
    await clerk.assessment.catch_up()
    await assigns(clerk, "take", "1.2")
    waiting = [await clerk.assessment.caller(one, "unit@H16.01")("GET", "/v1/desk") for one in ("can-bo", "khac")]
    mine, others = ([one for one in each.json() if one["kind"] == "mine"] for each in waiting)
    assert [(one["what"], one["count"]) for one in mine] == [("Tiêu chí giao cho bạn: còn thiếu 2 tiêu chí", 2)]
    assert 'href="rounds/r-2026/units/H16.01?only=mine"' in (await clerk.opens("/desk")).text
    assert others == []


async def test_a_form_without_a_choice_says_what_is_missing_and_keeps_what_was_ticked(
    clerk: Person, colleague: Person
) -> None:
    await assigns(colleague, "take", "1.1.1")
    nothing = await assigns(clerk, "take")
    assert nothing.status_code == 422
    assert "Hãy chọn ít nhất một tiêu chí." in texts_in(nothing)
    without = await assigns(clerk, "hand", "1.3")
    assert "Hãy chọn người nhận." in texts_in(without)
    assert 'value="1.3" checked' in without.text
    unknown = await assigns(clerk, "hand", "1.3", to="nguoi-la")
    assert "Chưa thấy “nguoi-la” làm việc cho đơn vị" in texts_in(unknown)


async def test_the_choice_is_completed_from_sign_in_and_a_chosen_person_stays_chosen(clerk: Person) -> None:
    new = "a0123456789abcdef0123"
    page = await clerk.opens(PAGE)
    assert 'data-people="../../../../../sign-in/units/H16.01/people" data-me="can-bo" hidden' in page.text
    assert re.search(r'/assets/people\.js\?v=[0-9a-f]+"></script>', page.text)
    refused = await assigns(clerk, "hand", to=new)
    assert refused.status_code == 422
    assert f'name="to" value="{new}" checked' in refused.text
    assert (await assigns(clerk, "hand", "1.3", to=new)).status_code == 303
    assert f"1.3 Kiểm tra CCHC Giao cho {new}" in texts_in(await clerk.opens(PAGE))


async def test_two_people_who_assign_at_once_do_not_overwrite_each_other(clerk: Person, colleague: Person) -> None:
    seen = hidden_in(await clerk.opens(PAGE))
    await assigns(colleague, "take", "1.3")
    stale = await clerk.sends(PAGE, {**seen, "criterion": "1.3", "move": "take"})
    assert stale.status_code == 412
    assert "Giao cho dong-nghiep" in texts_in(stale)


async def test_assignments_are_shown_to_people_of_the_unit_alone(clerk: Person) -> None:
    await assigns(clerk, "take", "1")
    leader = Person(clerk.assessment, "lanh-dao", ("leader@H16.01",))
    office = Person(clerk.assessment, "van-phong", ("office@H16",))
    assert "Giao cho can-bo" in texts_in(await leader.opens(SHEET))
    assert "can-bo" not in texts_in(await office.opens(f"{SHEET}?only=mine"))
    assert (await office.opens(PAGE)).status_code == 403


async def test_saving_and_going_on_stays_in_the_list_of_the_reader(clerk: Person) -> None:
    await assigns(clerk, "take", "1.1.1", "1.2.1", "1.3")
    mine = await clerk.opens(f"{SHEET}?only=mine")
    assert 'href="H16.01/criteria/1.1.1?only=mine"' in mine.text
    address = f"{SHEET}/criteria/1.2.1?only=mine"
    page = await clerk.opens(address)
    assert "← Trước 2 / 3 Sau →" in texts_in(page)
    assert 'rel="prev" href="1.1.1?only=mine"' in page.text
    assert 'href="../../H16.01?only=mine">Phiếu tự chấm' in page.text
    assert 'action="1.2.1?only=mine"' in page.text
    sent = {**hidden_in(page), "not_applicable": "yes", "explanation": "Không có.", "then": "next"}
    assert (await clerk.sends(address, sent)).headers["location"] == "1.3?saved=1.2.1&only=mine"
    whole = await clerk.opens(f"{SHEET}/criteria/1.2.1")
    assert (await clerk.opens(f"{SHEET}/criteria/1.1.3?only=mine")).status_code == 200
    assert "6 / 7" not in texts_in(page)
    assert "5 / 7" in texts_in(whole)


async def test_the_page_of_a_criterion_says_to_whom_it_is_handed_and_only_to_its_unit(
    clerk: Person, colleague: Person
) -> None:
    await assigns(colleague, "take", "1.3")
    address = f"{SHEET}/criteria/1.3"
    assert "Giao cho dong-nghiep" in texts_in(await clerk.opens(address))
    assert "Giao cho bạn" in texts_in(await colleague.opens(address))
    office = Person(clerk.assessment, "van-phong", ("office@H16",))
    assert "Giao cho" not in texts_in(await office.opens(address))
