"""The office's pages of criteria sets over HTTP: the list, an upload, mistakes or a preview, and enactment."""

import hashlib
from dataclasses import dataclass

import httpx
import msgspec
import pytest
from msgspec.structs import replace
from tests.assessment.conftest import Assessment, ca_mau_set
from tests.assessment.people import HIDDEN, Person, texts_in

from assessment.drafting.layout import READ
from assessment.drafting.reading import read_set
from assessment.drafting.writing import write_set
from assessment.enacting.events import CriteriaSetEnacted
from parindex.files.workbooks import extract
from parindex.testing import made_files as made
from parindex.testing.serving import signed_in

LIST = "/authorities/H16/criteria-sets"
DIGEST = r'<input type="hidden" name="digest" value="'


@dataclass(frozen=True)
class Officer(Person):
    """A person at a browser who prepares a criteria set."""

    async def uploads(self, content: bytes, name: str = "bộ chỉ số.xlsx") -> httpx.Response:
        files = {"workbook": (name, content)} if name else {"other": (None, "x")}
        return await self.assessment.http.post(LIST, files=files, headers=self.headers())

    async def preview_of(self, content: bytes) -> str:
        answer = await self.uploads(content)
        assert answer.status_code == 303, texts_in(answer)
        return f"/authorities/H16/{answer.headers['location']}"

    async def enacts(self, preview: httpx.Response, path: str) -> httpx.Response:
        return await self.sends(path, fields_in(preview))


def fields_in(preview: httpx.Response) -> dict[str, str]:
    digest = preview.text.partition(DIGEST)[2].partition('"')[0]
    return {**dict(HIDDEN.findall(preview.text)), "digest": digest}


@pytest.fixture
def officer(assessment: Assessment) -> Officer:
    return Officer(assessment, "can-bo", ("office@H16",))


async def enacted(assessment: Assessment, code: str) -> list[CriteriaSetEnacted]:
    recorded = await assessment.resources.log.read_stream(f"set-{code}")
    return [each.fact for each in recorded if isinstance(each.fact, CriteriaSetEnacted)]


async def test_an_officer_uploads_a_set_looks_and_enacts_it(officer: Officer) -> None:
    empty = await officer.opens(LIST)
    assert "Chưa có bộ chỉ số nào. Hãy tải mẫu Excel ở bước 1" in texts_in(empty)
    path = await officer.preview_of(write_set(ca_mau_set()))
    preview = await officer.opens(path)
    shown = texts_in(preview)
    assert "Xem trước; chưa ban hành. Cơ quan ban hành: H16." in shown
    assert "2 lĩnh vực, 4 tiêu chí, 6 tiêu chí thành phần Tổng điểm tối đa 20 Trong đó điều tra xã hội học 10" in shown
    assert (
        "1.1.1 Ban hành kế hoạch 1 Đúng hạn: 1 điểm; chậm: 0,5 điểm; không thực hiện: 0 điểm "
        "Kịp thời: 1; không kịp thời: 0,5; không ban hành: 0 Kết quả; kèm tài liệu kiểm chứng"
    ) in shown
    assert "Giá trị đạt được hoặc Số đã thực hiện, Số kế hoạch" in shown
    assert "Cách làm tròn Gần nhất, nửa thì lên" in shown
    assert "I 80 huyen" in shown
    done = await officer.enacts(preview, path)
    assert (done.status_code, done.headers["location"]) == (303, "../../../criteria-sets/ca-mau-2013?enacted=yes")
    [fact] = await enacted(officer.assessment, "ca-mau-2013")
    assert fact.authority == "H16"
    in_force = await officer.opens("/criteria-sets/ca-mau-2013?enacted=yes")
    assert "Đã ban hành bộ chỉ số ca-mau-2013." in texts_in(in_force)
    book = await officer.opens("/criteria-sets/ca-mau-2013/workbook")
    assert read_set(extract(book.content, READ)).criteria_set == ca_mau_set()


async def test_the_list_says_what_each_set_has_and_which_rounds_use_it(officer: Officer) -> None:
    await officer.assessment.open_round()
    await officer.assessment.catch_up()
    shown = texts_in(await officer.opens(LIST))
    assert "2 lĩnh vực, 4 tiêu chí, 6 tiêu chí thành phần 20 " in shown
    assert "Chỉ số CCHC năm 2026" in shown
    assert "Chưa có bộ chỉ số nào" not in shown
    [listed] = (await officer.assessment.office("GET", "/v1/authorities/H16/criteria-sets")).json()
    assert (listed["areas"], listed["maximum"], listed["rounds"]) == (
        2, "20", [{"round": "r-2026", "title": "Chỉ số CCHC năm 2026"}],
    )  # fmt: skip
    assert (
        await officer.assessment.caller("la", "office@H17")("GET", "/v1/authorities/H17/criteria-sets")
    ).json() == []


async def test_a_double_click_enacts_once(officer: Officer) -> None:
    path = await officer.preview_of(write_set(ca_mau_set()))
    preview = await officer.opens(path)
    first, again = await officer.enacts(preview, path), await officer.enacts(preview, path)
    assert (first.status_code, again.status_code) == (303, 303)
    assert len(await enacted(officer.assessment, "ca-mau-2013")) == 1


async def test_what_was_shown_is_enacted_and_nothing_else(officer: Officer) -> None:
    first = await officer.preview_of(write_set(ca_mau_set()))
    preview = await officer.opens(first)
    other = await officer.preview_of(write_set(replace(ca_mau_set(), title="Bộ khác")))
    refused = await officer.enacts(preview, other)  # what the one page showed, at the address of the other
    assert (refused.status_code, "Tệp được đọc khác với nội dung bạn đã xem" in texts_in(refused)) == (409, True)
    assert await enacted(officer.assessment, "ca-mau-2013") == []
    assert (await officer.enacts(preview, first)).status_code == 303
    [fact] = await enacted(officer.assessment, "ca-mau-2013")
    assert fact.criteria_set.title == "Bộ chỉ số CCHC"


async def test_every_mistake_is_a_line_of_a_table_and_nothing_is_written(officer: Officer) -> None:
    head = await officer.assessment.resources.log.head()
    rows = [replace(row, name="x" * 501) for row in ca_mau_set().criteria]
    page = await officer.uploads(write_set(replace(ca_mau_set(), criteria=rows)))
    assert page.status_code == 422
    assert f"Tệp có {len(rows)} lỗi cần sửa" in texts_in(page)
    assert "Tiêu chí 2 B " in texts_in(page)
    assert "Ban hành</button>" not in page.text
    assert await officer.assessment.resources.log.head() == head


async def test_a_code_that_is_taken_is_said_before_the_button_and_refused_behind_it(officer: Officer) -> None:
    path = await officer.preview_of(write_set(replace(ca_mau_set(), title="Bản sửa")))
    preview = await officer.opens(path)
    await officer.assessment.enact()
    refused = await officer.enacts(preview, path)
    assert (refused.status_code, "hãy ban hành bản sửa đổi dưới một mã mới" in texts_in(refused)) == (409, True)
    again = await officer.opens(path)
    assert "hãy đổi mã ở trang tính “Bộ chỉ số” rồi tải lên lại" in texts_in(again)
    assert "Ban hành</button>" not in again.text
    [fact] = await enacted(officer.assessment, "ca-mau-2013")
    assert fact.criteria_set.title == "Bộ chỉ số CCHC"


async def test_a_file_that_is_no_workbook_and_one_that_is_gone_are_refused_in_words(officer: Officer) -> None:
    for content, name, status, words in (
        (made.pdf(1), "kế hoạch.pdf", 422, "nội dung là PDF"),
        (b"", "bộ.xlsx", 422, "Tệp rỗng"),
        (b"", "", 422, "Tệp rỗng"),
        (b"x" * (8 * 2**20 + 1), "bộ.xlsx", 413, "Tệp lớn hơn"),
    ):
        answer = await officer.uploads(content, name)
        assert (answer.status_code, words in texts_in(answer)) == (status, True), texts_in(answer)
    gone = await officer.opens(f"/authorities/H16/criteria-set-readings/{'0' * 64}")
    assert (gone.status_code, "Không còn tệp bộ chỉ số này" in texts_in(gone)) == (404, True)


async def test_a_document_of_a_unit_is_no_draft_and_nobody_learns_that_it_is_there(officer: Officer) -> None:
    await officer.assessment.open_round()
    unit = officer.assessment.unit
    headers = {
        **signed_in(unit.name, *unit.rights, at=unit.clock()),
        "Content-Disposition": 'attachment; filename="a.pdf"',
    }
    address, content = "/v1/rounds/r-2026/units/H16.01/files", made.pdf(1)
    assert (await unit.http.post(address, content=content, headers=headers)).status_code == 201
    found = await officer.opens(f"/authorities/H16/criteria-set-readings/{hashlib.sha256(content).hexdigest()}")
    assert (found.status_code, "Không còn tệp bộ chỉ số này" in texts_in(found)) == (404, True)


async def test_only_those_who_may_enact_have_the_pages_and_everyone_may_read_a_set(officer: Officer) -> None:
    await officer.assessment.enact()
    path = await officer.preview_of(write_set(replace(ca_mau_set(), code="moi")))
    preview = await officer.opens(path)
    for right in ("unit@H16.01", "office@H17", "appraiser@H16", "leader@H16.01"):
        other = Officer(officer.assessment, "khac", (right,))
        assert (await other.opens(LIST)).status_code == 403
        assert (await other.opens(path)).status_code == 403
        assert (await other.enacts(preview, path)).status_code == 403
        assert (await other.uploads(write_set(ca_mau_set()))).status_code == 403
        assert (await other.opens("/criteria-sets/ca-mau-2013")).status_code == 200
    cross = await officer.sends(path, fields_in(preview), Sec_Fetch_Site="cross-site")
    assert cross.status_code == 403
    assert await enacted(officer.assessment, "moi") == []
    council = Officer(officer.assessment, "chu-tich", ("council@H16",))
    assert (await council.enacts(await council.opens(path), path)).status_code == 303
    assert len(await enacted(officer.assessment, "moi")) == 1


async def test_the_address_of_all_sets_leads_to_the_own_authority(officer: Officer) -> None:
    one = await officer.opens("/criteria-sets")
    assert (one.status_code, one.headers["location"]) == (303, "authorities/H16/criteria-sets")
    several = await Officer(officer.assessment, "hai", ("office@H16", "office@H17")).opens("/criteria-sets")
    assert "Bộ chỉ số của H16 Bộ chỉ số của H17" in texts_in(several)


async def test_the_page_and_the_api_enact_the_same(officer: Officer) -> None:
    path = await officer.preview_of(write_set(replace(ca_mau_set(), code="qua-trang")))
    assert (await officer.enacts(await officer.opens(path), path)).status_code == 303
    body = {"authority": "H16", "criteria_set": msgspec.to_builtins(replace(ca_mau_set(), code="qua-api"))}
    assert (await officer.assessment.office("POST", "/v1/criteria-sets", body)).status_code == 201
    [by_page], [by_api] = [await enacted(officer.assessment, code) for code in ("qua-trang", "qua-api")]
    assert replace(by_page.criteria_set, code="") == replace(by_api.criteria_set, code="")


async def test_the_start_page_of_the_office_leads_to_its_sets(officer: Officer) -> None:
    start = await officer.opens("/")
    assert (start.status_code, 'href="criteria-sets"' in start.text) == (200, True)
    assert "Đợt đánh giá của đơn vị" not in texts_in(start)
    clerk = await Officer(officer.assessment, "can-bo", ("unit@H16.01",)).opens("/")
    assert (clerk.status_code, 'href="criteria-sets"' in clerk.text) == (200, False)
