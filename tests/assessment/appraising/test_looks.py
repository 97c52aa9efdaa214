"""What has changed since a person looked, over HTTP: the filter of the list, the difference, and the person's mark."""

import pytest
from tests.assessment.appraising.test_stages_api import CUT, EXPLAINED, EXPLANATIONS, FINDINGS, SUBMISSION, cut
from tests.assessment.conftest import Assessment, all_claims
from tests.assessment.people import Person, hidden_in, texts_in

LIST, ITEMS = "/rounds/r-2026/appraisal", "/v1/rounds/r-2026/appraisal"
ITEM = "/rounds/r-2026/units/H16.01/criteria/1.1.4/appraisal"
BASE = "/v1/rounds/r-2026/units/H16.01"
NOTHING = "Không có mục nào khớp với bộ lọc."


@pytest.fixture
def appraiser(assessment: Assessment) -> Person:
    return Person(assessment, "can-bo-snv", ("appraiser@H16",))


async def changed(person: Person) -> list[str]:
    """Return the criteria that have changed for a person, by the API; the page lists as many."""
    answer = await person.assessment.caller(person.name, *person.rights)("GET", f"{ITEMS}?state=changed")
    found = answer.json()
    assert found["total"] == len(found["items"]), found
    assert all(item["changed"] for item in found["items"])
    shown = texts_in(await person.opens(f"{LIST}?state=changed"))
    assert f"Có thay đổi từ lần xem trước ({found['total']})" in shown
    assert (NOTHING in shown) == (not found["items"])
    return [item["criterion"] for item in found["items"]]


async def claims_again(assessment: Assessment) -> None:
    """Let the unit withdraw, state other figures, and submit again."""
    claims = [
        {**one, "figures": {"done": "8", "planned": "10"}} if one["criterion"] == "1.1.4" else one
        for one in all_claims()
    ]
    for method, path, body in (
        ("POST", f"{BASE}/self-score/withdrawal", None),
        ("PUT", f"{BASE}/claims", claims),
        ("POST", f"{BASE}/self-score/submission", None),
    ):
        answer = await assessment.unit(method, path, body)
        assert answer.status_code == 201, answer.text


async def test_what_was_seen_and_then_claimed_anew_has_changed_until_its_reader_says_so(
    assessment: Assessment, appraiser: Person
) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    assert await changed(appraiser) == [], "an item that nobody has looked at has not changed"
    first = texts_in(await appraiser.opens(ITEM))
    assert "Thay đổi từ lần xem trước" not in first
    assert await changed(appraiser) == []
    await claims_again(assessment)
    assert await changed(appraiser) == ["1.1.4"]
    assert "Chưa thẩm định Có thay đổi từ lần xem trước" in texts_in(await appraiser.opens(LIST))
    page = await appraiser.opens(f"{ITEM}?state=changed")
    for shown in (texts_in(page), texts_in(await appraiser.opens(ITEM))):  # a look alone does not end it
        assert "Bước Lần xem trước Hiện nay Tự chấm Số đã thực hiện: 9; Số kế hoạch: 10 1 điểm" in shown
        assert "Số đã thực hiện: 8; Số kế hoạch: 10 1 điểm" in shown
    seen = page.text.partition('name="seen" value="')[2].partition('"')[0]
    done = await appraiser.sends(f"{ITEM}?state=changed", {**hidden_in(page), "then": "seen", "seen": seen})
    assert (done.status_code, done.headers["location"]) == (303, "../../../../appraisal?state=changed")
    assert await changed(appraiser) == []
    assert "Thay đổi từ lần xem trước" not in texts_in(await appraiser.opens(ITEM))


async def test_a_mark_is_as_old_as_the_page_and_never_goes_back(assessment: Assessment, appraiser: Person) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    page = await appraiser.opens(ITEM)
    await claims_again(assessment)
    for seen in ("1", "", "x", "²"):
        await appraiser.sends(ITEM, {**hidden_in(page), "then": "seen", "seen": seen})
        assert await changed(appraiser) == ["1.1.4"], seen
    await appraiser.sends(ITEM, {**hidden_in(page), "then": "seen", "seen": "999999999999999"})
    await appraiser.sends(ITEM, {**hidden_in(page), "then": "seen", "seen": "1"})
    assert await changed(appraiser) == []
    head = await assessment.resources.log.head()
    answer = await assessment.caller("can-bo-snv", "appraiser@H16")("GET", f"{ITEMS}?of_criterion=1.1.4")
    assert answer.json()["items"][0]["seen"] == head, "no mark is beyond the log"


async def test_a_finding_is_a_look_and_the_finding_of_another_person_is_a_change(
    assessment: Assessment, appraiser: Person
) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    upheld = {"finding": "upheld", "then": "stay"}
    assert (await appraiser.sends(ITEM, {**hidden_in(await appraiser.opens(ITEM)), **upheld})).status_code == 303
    assert await changed(appraiser) == []
    await assessment.catch_up()
    await assessment.office("POST", FINDINGS, [CUT])
    assert await changed(appraiser) == ["1.1.4"]
    office = Person(assessment, "so-noi-vu", ("office@H16",))
    assert await changed(office) == []
    shown = texts_in(await appraiser.opens(ITEM))
    assert "Thẩm định lần 1 Số đã thực hiện: 9; Số kế hoạch: 10 1 điểm Ghi lúc" in shown
    assert "Số đã thực hiện: 6; Số kế hoạch: 10 0 điểm Thiếu ba nhiệm vụ. Ghi lúc" in shown


async def test_an_explanation_is_a_change_for_who_corrected_the_claim(assessment: Assessment) -> None:
    await cut(assessment)
    office = Person(assessment, "so-noi-vu", ("office@H16",))
    await assessment.unit("PUT", EXPLANATIONS, [EXPLAINED])
    await assessment.unit("POST", SUBMISSION)
    assert await changed(office) == ["1.1.4"]
    shown = texts_in(await office.opens(ITEM))
    assert "Giải trình Chưa có Số đã thực hiện: 9,5; Số kế hoạch: 10 2 điểm Nhiệm vụ số 9 xong" in shown
    assert "Tài liệu: 98/BC-SNV, Báo cáo bổ sung" in shown


async def test_a_program_asks_what_has_changed_after_a_position_and_reads_in_parts(assessment: Assessment) -> None:
    await assessment.open_round()
    await assessment.submit("H16.01")
    office = assessment.office
    whole = (await office("GET", f"{ITEMS}?every=yes")).json()
    assert (whole["total"], whole["position"]) == (7, await assessment.resources.log.head())
    assert {item["state"] for item in whole["items"]} == {"to-do"}
    part = (await office("GET", f"{ITEMS}?every=yes&at=5&limit=1")).json()
    assert (part["total"], part["items"]) == (7, whole["items"][5:6])
    since = whole["position"]
    assert (await office("GET", f"{ITEMS}?state=changed&since={since}")).json()["total"] == 0
    await assessment.office("POST", FINDINGS, [CUT])
    found = (await office("GET", f"{ITEMS}?state=changed&since={since}")).json()
    assert [(item["criterion"], item["state"]) for item in found["items"]] == [("1.1.4", "corrected")]
    assert (await office("GET", f"{ITEMS}?state=changed")).json()["total"] == 0
    for wrong in ("since=x", "at=-1", "limit=0"):
        assert (await office("GET", f"{ITEMS}?{wrong}")).status_code == 422, wrong
    assert (await assessment.unit("GET", ITEMS)).status_code == 403
    assert (await assessment.caller("khac", "office@H17")("GET", ITEMS)).status_code == 403
    assert (await office("GET", "/v1/rounds/r-1999/appraisal")).status_code == 404
