"""The office erases the bytes of a file, for a reason; the log says so, and each list that had the file shows it."""

import re
from pathlib import Path

import pytest
from httpx import Response
from tests.assessment.conftest import Assessment
from tests.assessment.people import Person, texts_in
from tests.assessment.proving.test_api import DIGEST, FILES, FOREVER, KEY, PDF, listed, refused, send, stored
from tests.assessment.proving.test_pages import hidden_in

from assessment.examining import named_files
from assessment.proving.upkeep import remove_erased

REASON = {"reason": "Có dữ liệu cá nhân"}
ERASURE = f"{FILES}/{DIGEST}/erasure"
OTHERS = "/v1/rounds/r-2026/units/H16.02/files"
LONG_AGO = 0.0
PAGE = f"/rounds/r-2026/units/H16.01/files/{DIGEST}"


@pytest.fixture
async def filed(assessment: Assessment) -> Assessment:
    await assessment.open_round()
    assert (await send(assessment.unit)).status_code == 201
    return assessment


async def test_the_bytes_go_and_the_log_says_why(filed: Assessment) -> None:
    answer = await filed.office("POST", ERASURE, REASON)
    assert (answer.status_code, answer.json()["facts"]) == (201, ["FileErased"]), answer.text
    assert stored(filed) == []
    [file] = await listed(filed.unit)
    assert file["state"] == "bytes-erased"
    assert refused(await filed.unit("GET", f"{FILES}/{DIGEST}/content")) == (409, "file-erased")
    assert refused(await send(filed.unit)) == (409, "file-erased")
    assert stored(filed) == []
    page = await Person(filed, "can-bo", ("unit@H16.01",)).opens(PAGE)
    assert "Đã xóa: cơ quan chủ trì đã xóa nội dung tệp này" in texts_in(page)
    assert page.status_code == 200
    async with filed.resources.log.pool.acquire() as connection:
        assert await named_files(connection) == {}
    auditor = filed.caller("kiem-toan", "auditor@H16")
    texts = (await auditor("GET", "/v1/rounds/r-2026/units/H16.01/texts")).json()
    assert "Có dữ liệu cá nhân" in [text["text"] for text in texts]


async def test_bytes_that_are_in_several_lists_are_erased_in_all_of_them_or_not_at_all(filed: Assessment) -> None:
    await send(filed.other_unit, to=OTHERS)
    answer = await filed.office("POST", ERASURE, REASON)
    assert refused(answer) == (409, "file-elsewhere-too")
    assert "2 danh sách" in answer.json()["detail"]
    assert stored(filed) == [DIGEST]
    own_office = filed.caller("so-noi-vu", "office@H16.01")
    assert refused(await own_office("POST", ERASURE, {**REASON, "lists": 2})) == (403, "forbidden")
    assert (await filed.office("POST", ERASURE, {**REASON, "lists": 2})).status_code == 201
    [theirs] = (await filed.other_unit("GET", OTHERS)).json()["files"]
    assert theirs["state"] == "bytes-erased"


async def test_a_retry_removes_what_a_killed_process_left_and_a_second_erasure_is_refused(filed: Assessment) -> None:
    assert (await filed.office("POST", ERASURE, REASON, **KEY)).status_code == 201
    folder = filed.resources.settings.files_folder
    assert folder is not None
    left = Path(folder) / DIGEST[:2] / DIGEST
    left.write_bytes(PDF)
    again = await filed.office("POST", ERASURE, REASON, **KEY)
    assert (again.status_code, again.json()["repeated"], stored(filed)) == (201, True, [])
    assert refused(await filed.office("POST", ERASURE, REASON)) == (409, "file-erased")


async def test_bytes_that_an_erasure_left_are_removed_later_but_not_those_that_were_sent_again(
    filed: Assessment,
) -> None:
    files, log = filed.resources.context.files, filed.resources.log
    assert files is not None
    folder = filed.resources.settings.files_folder
    assert folder is not None
    assert await remove_erased(files, log, FOREVER) == 0
    assert stored(filed) == [DIGEST]
    assert (await filed.office("POST", ERASURE, REASON)).status_code == 201
    (Path(folder) / DIGEST[:2] / DIGEST).write_bytes(PDF)  # as where the process ended before it removed them
    assert await remove_erased(files, log, LONG_AGO) == 0  # they may be on their way in again
    assert stored(filed) == [DIGEST]
    assert await remove_erased(files, log, FOREVER) == 1
    assert stored(filed) == []
    assert await remove_erased(files, log, FOREVER) == 0
    assert (await send(filed.other_unit, to=OTHERS)).status_code == 201
    assert await remove_erased(files, log, FOREVER) == 0
    assert stored(filed) == [DIGEST]


async def test_a_retry_adds_no_erasure_to_the_other_lists(filed: Assessment) -> None:
    await send(filed.other_unit, to=OTHERS)
    body = {**REASON, "lists": 2}
    assert (await filed.office("POST", ERASURE, body, **KEY)).status_code == 201
    head = await filed.resources.log.head()
    assert (await filed.office("POST", ERASURE, body, **KEY)).json()["repeated"] is True
    assert refused(await filed.office("POST", ERASURE, body, Idempotency_Key="k-another")) == (409, "file-erased")
    assert await filed.resources.log.head() == head


async def test_bytes_that_another_unit_sends_after_an_erasure_are_erased_there_too(filed: Assessment) -> None:
    assert (await filed.office("POST", ERASURE, REASON)).status_code == 201
    assert (await send(filed.other_unit, to=OTHERS)).status_code == 201
    assert stored(filed) == [DIGEST]
    assert (await filed.office("POST", ERASURE, {**REASON, "lists": 2})).status_code == 201
    [theirs] = (await filed.other_unit("GET", OTHERS)).json()["files"]
    assert (theirs["state"], stored(filed)) == ("bytes-erased", [])


async def test_a_file_that_the_unit_never_had_can_not_be_erased(filed: Assessment) -> None:
    assert refused(await filed.office("POST", f"{OTHERS}/{DIGEST}/erasure", REASON)) == (404, "unknown-file")
    assert stored(filed) == [DIGEST]


def office(filed: Assessment, right: str = "office@H16") -> Person:
    return Person(filed, "so-noi-vu", (right,))


async def erases(person: Person, **fields: str) -> Response:
    """Send the form of the page, with the hidden fields that it has."""
    page = await person.opens(f"{PAGE}/erasure")
    [lists] = re.findall(r'name="lists" value="(\d+)"', page.text)
    hidden = {**hidden_in(page, "erasure"), "lists": lists}
    return await person.sends(f"{PAGE}/erasure", {**hidden, "reason": "", "sure": "", **fields})


async def test_the_page_says_what_goes_and_what_stays_and_erases_in_every_list(filed: Assessment) -> None:
    claim = {"figures": {"points": "2"}, "evidence": [{"number": "01/KH", "sha256": DIGEST}]}
    for unit, caller in (("H16.01", filed.unit), ("H16.02", filed.other_unit)):
        assert (await caller("PUT", f"/v1/rounds/r-2026/units/{unit}/claims/1.3", claim)).status_code == 201
    await send(filed.other_unit, to=OTHERS)
    await filed.catch_up()
    assert f'href="{DIGEST}/erasure"' in (await office(filed).opens(PAGE)).text
    shown = texts_in(await office(filed).opens(f"{PAGE}/erasure"))
    for said in (
        "Chỉ số CCHC năm 2026 (r-2026), Sở Nội vụ (H16.01) 1.3 Chỉ số CCHC năm 2026 (r-2026), Sở Tư pháp (H16.02) 1.3",
        "ở cả 2 danh sách trên",
        "Vẫn còn:",
        "Bị xóa:",
    ):
        assert said in shown
    head = await filed.resources.log.head()
    refused_twice = await erases(office(filed))
    assert (refused_twice.status_code, "Có 2 chỗ cần sửa" in texts_in(refused_twice)) == (422, True)
    unsure = await erases(office(filed), reason="Có dữ liệu cá nhân")
    assert (unsure.status_code, "Có dữ liệu cá nhân</textarea>" in unsure.text) == (422, True)
    assert (await filed.resources.log.head(), stored(filed)) == (head, [DIGEST])

    done = await erases(office(filed), reason="Có dữ liệu cá nhân", sure="yes")
    assert (done.status_code, done.headers["Location"]) == (303, f"../{DIGEST}?done=erased")
    assert (stored(filed), await filed.resources.log.head()) == ([], head + 2)
    page = await office(filed).opens(f"{PAGE}?done=erased")
    assert "Đã xóa nội dung tệp, và ghi lý do vào sổ." in texts_in(page)
    assert "/erasure" not in page.text
    assert "Không còn gì để xóa" in texts_in(await office(filed).opens(f"{PAGE}/erasure"))


async def test_another_list_that_came_meanwhile_is_shown_before_it_is_erased(filed: Assessment) -> None:
    form = hidden_in(await office(filed).opens(f"{PAGE}/erasure"), "erasure")
    await send(filed.other_unit, to=OTHERS)
    sent = {**form, "lists": "1", "reason": "x", "sure": "yes"}
    answer = await office(filed).sends(f"{PAGE}/erasure", sent)
    assert (answer.status_code, stored(filed)) == (409, [DIGEST])
    assert "Tệp này có ở 2 danh sách" in texts_in(answer)
    assert 'name="lists" value="2"' in answer.text


async def test_a_double_click_erases_once(filed: Assessment) -> None:
    form = hidden_in(await office(filed).opens(f"{PAGE}/erasure"), "erasure")
    head = await filed.resources.log.head()
    sent = {**form, "lists": "1", "reason": "x", "sure": "yes"}
    for _ in range(2):
        assert (await office(filed).sends(f"{PAGE}/erasure", sent)).status_code == 303
    assert await filed.resources.log.head() == head + 1


async def test_who_is_not_the_office_of_the_authority_is_not_offered_the_page(filed: Assessment) -> None:
    for person in (
        Person(filed, "can-bo", ("unit@H16.01",)),
        office(filed, "office@H16.01"),
        office(filed, "council@H16"),
        office(filed, "office@H17"),
    ):
        assert "/erasure" not in (await person.opens(PAGE)).text
        assert (await person.opens(f"{PAGE}/erasure")).status_code == 403
        assert (await person.sends(f"{PAGE}/erasure", {"key": "k" * 20})).status_code in {403, 422}
    assert stored(filed) == [DIGEST]
