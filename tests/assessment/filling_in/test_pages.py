"""The pages of a workbook over HTTP: upload, what it would change, application; and what they refuse."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.assessment.conftest import Assessment
from tests.assessment.filling_in.altered import Altered
from tests.assessment.people import API, HIDDEN, SHEET, Person, texts_in

from parindex.testing import made_files as made

PAGE = f"{SHEET}/workbook"


@dataclass(frozen=True)
class Clerk(Person):
    """A person at a browser who fills in a workbook."""

    async def uploads(self, content: bytes, name: str = "phiếu.xlsx") -> httpx.Response:
        files = {"workbook": (name, content)} if name else {"other": (None, "x")}
        return await self.assessment.http.post(PAGE, files=files, headers=self.headers())

    async def applies(self, path: str, *confirmed: str) -> httpx.Response:
        fields = [*HIDDEN.findall((await self.opens(path)).text), *(("confirmed", each) for each in confirmed)]
        return await self.sends(path, fields)

    async def downloads(self) -> Altered:
        return Altered((await self.opens(f"{PAGE}/download")).content)


@pytest.fixture
async def clerk(assessment: Assessment, claims_in: Callable[[], list[dict[str, Any]]]) -> Clerk:
    await assessment.open_round(deadlines={"self_scoring": "2026-08-01T10:00:00Z"})
    assert (await assessment.unit("PUT", f"{API}/claims", claims_in())).status_code == 201
    return Clerk(assessment, "can-bo", ("unit@H16.01",))


async def diff_of(clerk: Clerk, book: Altered) -> str:
    answer = await clerk.uploads(book.saved())
    assert answer.status_code == 303, texts_in(answer)
    return f"{SHEET}/{answer.headers['location']}"


async def test_a_clerk_downloads_fills_in_uploads_looks_and_applies(clerk: Clerk) -> None:
    assert 'href="H16.01/workbook"' in (await clerk.opens(SHEET)).text
    assert 'href="workbook/download"' in (await clerk.opens(PAGE)).text
    book = await clerk.downloads()
    book.put("1.3", points="1,5")
    book.put("1.1.2", chosen="Không", explanation="<b>Chưa xong</b>")
    path = await diff_of(clerk, book)
    shown = await clerk.opens(path)
    assert "1.1.2 Xác định đầy đủ nhiệm vụ và bố trí kinh phí Tiêu chí 1.1.2, dòng 4 của tệp" in texts_in(shown)
    assert "Kết quả Có, đạt Không Giải trình – <b>Chưa xong</b>" in texts_in(shown)
    assert "Điểm tự chấm 2,5 1,5" in texts_in(shown)
    assert "<b>Chưa" not in shown.text
    assert (await clerk.assessment.unit("GET", f"{API}/claims/1.3")).json()["figures"] == {"points": "2.5"}
    done = await clerk.applies(path)
    assert (done.status_code, done.headers["location"]) == (303, "../workbook?applied=2")
    assert "Đã áp dụng 2 tiêu chí từ tệp." in texts_in(await clerk.opens(f"{PAGE}?applied=2"))
    assert (await clerk.assessment.unit("GET", f"{API}/claims/1.3")).json()["figures"] == {"points": "1.5"}
    assert "Tệp không thay đổi nội dung nào" in texts_in(await clerk.opens(path))


async def test_a_double_click_writes_once(clerk: Clerk) -> None:
    book = await clerk.downloads()
    book.put("1.3", points=1)
    path = await diff_of(clerk, book)
    fields = HIDDEN.findall((await clerk.opens(path)).text)
    first, again = await clerk.sends(path, fields), await clerk.sends(path, fields)
    assert (first.status_code, again.status_code) == (303, 303)
    recorded = await clerk.assessment.resources.log.read_stream("sheet-r-2026/H16.01")
    assert len(recorded) == 8


async def test_mistakes_are_listed_with_their_cells_and_there_is_no_button(clerk: Clerk) -> None:
    book = await clerk.downloads()
    book.put("1.3", points="1.234,5")
    page = await clerk.opens(await diff_of(clerk, book))
    assert f"Tự chấm, ô F{book.row('1.3')}, tiêu chí 1.3 “1.234,5” có thể hiểu theo nhiều cách" in texts_in(page)
    assert "Áp dụng</button>" not in page.text


async def test_who_is_too_late_sees_the_new_difference_and_may_apply_that(clerk: Clerk) -> None:
    book = await clerk.downloads()
    book.put("1.3", points=1)
    path = await diff_of(clerk, book)
    fields = HIDDEN.findall((await clerk.opens(path)).text)
    await clerk.assessment.unit("PUT", f"{API}/claims/1.3", {"figures": {"points": "3"}})
    late = await clerk.sends(path, fields)
    assert late.status_code == 412
    assert "Người khác vừa lưu phiếu nên chưa áp dụng gì." in texts_in(late)
    assert "Điểm tự chấm 3 1" in texts_in(late)
    assert "người khác đã sửa sau khi tải tệp xuống" in texts_in(late)
    assert (await clerk.sends(path, HIDDEN.findall(late.text))).status_code == 303


async def test_a_slip_is_confirmed_by_its_box(clerk: Clerk) -> None:
    book = await clerk.downloads()
    book.put("1.1.4", done=None, planned=None, value=9000)
    path = await diff_of(clerk, book)
    refused = await clerk.applies(path)
    assert (refused.status_code, "Hãy xác nhận từng chỗ" in texts_in(refused)) == (422, True)
    assert "Đúng là như vậy, tiêu chí 1.1.4: 9000 vượt quá 100%." in texts_in(refused)
    assert (await clerk.applies(path, "1.1.4 percent-over-hundred")).status_code == 303
    claim = (await clerk.assessment.unit("GET", f"{API}/claims/1.1.4")).json()
    assert (claim["figures"], claim["confirmed"]) == ({"value": "9000"}, ["percent-over-hundred"])


async def test_a_file_that_is_no_workbook_and_none_at_all_are_refused_in_words(clerk: Clerk) -> None:
    for content, name, status, words in (
        (made.pdf(1), "kế hoạch.pdf", 422, "Tệp này không phải phiếu tự chấm tải xuống từ hệ thống"),
        (b"", "phiếu.xlsx", 422, "Tệp rỗng"),
        (b"", "", 422, "Tệp rỗng"),
        (b"x" * (8 * 2**20 + 1), "phiếu.xlsx", 413, "Tệp lớn hơn"),
    ):
        answer = await clerk.uploads(content, name)
        assert (answer.status_code, words in texts_in(answer)) == (status, True), texts_in(answer)
    gone = await clerk.opens(f"{PAGE}/{'0' * 64}")
    assert (gone.status_code, "Không còn tệp đã tải lên này" in texts_in(gone)) == (404, True)


async def test_neither_another_unit_nor_the_leader_nor_another_origin_applies(clerk: Clerk) -> None:
    book = await clerk.downloads()
    book.put("1.3", points=1)
    path = await diff_of(clerk, book)
    fields = HIDDEN.findall((await clerk.opens(path)).text)
    for right in ("unit@H16.02", "leader@H16.01", "office@H16"):
        other = Clerk(clerk.assessment, "can-bo", (right,))
        assert (await other.opens(path)).status_code == 403
        assert (await other.sends(path, fields)).status_code == 403
        assert (await other.uploads(book.saved())).status_code == 403
    assert (await clerk.sends(path, fields, Sec_Fetch_Site="cross-site")).status_code == 403
    assert (await clerk.assessment.unit("GET", f"{API}/claims/1.3")).json()["figures"] == {"points": "2.5"}
