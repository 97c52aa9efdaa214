"""The office erases the bytes of a file, for a reason; the log says so, and each list that had the file shows it."""

from pathlib import Path

import pytest
from tests.assessment.conftest import Assessment
from tests.assessment.people import Person, texts_in
from tests.assessment.proving.test_api import DIGEST, FILES, FOREVER, KEY, PDF, listed, refused, send, stored

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
    assert "Đã xoá: cơ quan chủ trì đã xoá nội dung tệp này" in texts_in(page)
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
