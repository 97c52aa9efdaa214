"""The pages of the register over HTTP: the tree of a day, a search, a unit's history, an upload, and its recording."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from tests.assessment.conftest import Assessment
from tests.assessment.people import HIDDEN, Person, texts_in
from tests.assessment.registering.test_api import MERGED, OLD, UNITS, line_of

from assessment.registering.reading import read_units
from assessment.registering.units import READ, Predecessor
from assessment.registering.writing import write_units
from parindex.files import bounded
from parindex.files.workbooks import extract
from parindex.http.file_transfer import LARGEST_WORKBOOK
from parindex.testing import made_files as made

PAGE = "/authorities/H16/units"
READING = "/authorities/H16/unit-list-readings/"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
"""How an Excel file of before 2007 begins."""
DIGEST = '<input type="hidden" name="digest" value="'


@dataclass(frozen=True)
class Officer(Person):
    """A person at a browser who keeps a register."""

    async def uploads(self, content: bytes, named: str = "danh mục.xlsx") -> httpx.Response:
        files = {"workbook": (named, content)}
        return await self.assessment.http.post(PAGE, files=files, headers=self.headers())

    async def preview_of(self, content: bytes) -> str:
        answer = await self.uploads(content)
        assert answer.status_code == 303, texts_in(answer)
        return f"/authorities/H16/{answer.headers['location']}"

    async def records(self, preview: httpx.Response, path: str) -> httpx.Response:
        digest = preview.text.partition(DIGEST)[2].partition('"')[0]
        return await self.sends(path, {**dict(HIDDEN.findall(preview.text)), "digest": digest})


@pytest.fixture
def officer(assessment: Assessment) -> Officer:
    return Officer(assessment, "can-bo", ("office@H16",))


@pytest.fixture
async def merged(officer: Officer) -> Officer:
    for lines in (OLD, MERGED):
        assert (await officer.assessment.office("PUT", UNITS, lines)).is_success
    return officer


async def blocks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def names(assessment: Assessment) -> list[str]:
    found = (await assessment.unit("GET", UNITS)).json()
    return [unit["name"] for unit in found.get("units", [])]


async def test_an_officer_uploads_a_list_looks_and_records_it(officer: Officer) -> None:
    assert "Danh mục chưa có đơn vị nào." in texts_in(await officer.opens(PAGE))
    path = await officer.preview_of(write_units([line_of("H16.03", name="Sở Nội vụ"), line_of("H16.04")]))
    preview = await officer.opens(path)
    assert "Xem trước; chưa ghi. Đơn vị mới 2 Đơn vị thay đổi 0 Đơn vị không còn 0" in texts_in(preview)
    assert "H16.03 Sở Nội vụ Sở, ban, ngành – – 01/01/2020 – –" in texts_in(preview)
    assert await names(officer.assessment) == []
    done = await officer.records(preview, path)
    assert (done.status_code, done.headers["location"]) == (303, "../units?recorded=yes")
    assert await names(officer.assessment) == ["Sở Nội vụ", "Đơn vị H16.04"]
    again = await officer.records(preview, path)  # a double click
    assert again.status_code == 303
    shown = texts_in(await officer.opens(f"{PAGE}?recorded=yes"))
    assert "Đã ghi danh mục đơn vị." in shown
    assert "2 đơn vị ngày 01/07/2026 Sở Nội vụ H16.03, Sở, ban, ngành" in shown


async def test_a_file_that_changes_nothing_says_so_and_has_no_button(merged: Officer) -> None:
    book = await merged.opens("/authorities/H16/unit-workbook")
    preview = await merged.opens(await merged.preview_of(book.content))
    assert "Tệp không thay đổi gì trong danh mục." in texts_in(preview)
    assert DIGEST not in preview.text


async def test_changes_are_shown_before_and_after_and_what_the_file_leaves_out_stays(merged: Officer) -> None:
    book = (await merged.opens("/authorities/H16/unit-workbook")).content
    lines = [one for one in read_units(extract(book, READ)).lines if one.code == "H16.05.01"]
    renamed = line_of("H16.05.01", "2026-01-01", name="Phòng Mới", parent="H16.05", kind=lines[0].kind)
    same = line_of("H16.05", "2026-01-01")
    shown = texts_in(await merged.opens(await merged.preview_of(write_units([*lines, renamed, same]))))
    assert "H16.05 Đơn vị H16.05 Từ ngày 01/01/2026 Thêm dòng, nội dung như trước – –" in shown
    assert "H16.05.01 Phòng Mới Từ ngày 01/01/2026 Tên đơn vị Đơn vị H16.05.01 Phòng Mới" in shown
    assert "Không có trong tệp, giữ nguyên H16.03 H16.04 H16.05 (từ ngày 01/03/2025) " in shown


async def test_a_register_that_another_officer_changed_meanwhile_is_shown_anew(merged: Officer) -> None:
    path = await merged.preview_of(write_units([line_of("H16.09")]))
    preview = await merged.opens(path)
    other = {"code": "H16.08", "valid_from": "2020-01-01", "name": "Sở Khác", "kind": "department"}
    assert (await merged.assessment.office("PUT", UNITS, [other])).is_success
    stale = await merged.records(preview, path)
    assert stale.status_code == 412
    assert "Đã có người lưu thay đổi khác" in texts_in(stale)
    assert "H16.08" in texts_in(stale)
    assert "Đơn vị H16.09" not in await names(merged.assessment)
    assert (await merged.records(stale, path)).status_code == 303
    assert "Đơn vị H16.09" in await names(merged.assessment)


async def test_only_the_changes_that_were_shown_are_recorded(merged: Officer) -> None:
    first = await merged.preview_of(write_units([line_of("H16.09")]))
    preview = await merged.opens(first)
    other = await merged.preview_of(write_units([line_of("H16.10")]))
    refused = await merged.records(preview, other)
    assert refused.status_code == 409
    assert "Các thay đổi nay khác những gì đã hiển thị" in texts_in(refused)
    assert await names(merged.assessment) == ["Đơn vị H16.05", "Đơn vị H16.05.01"]


async def test_every_mistake_is_a_line_of_a_table_and_nothing_is_kept(officer: Officer) -> None:
    content = write_units([line_of("H17.01"), line_of("H16.02", valid_to="2019-01-01")])
    answer = await officer.uploads(content)
    shown = texts_in(answer)
    assert (answer.status_code, "Tệp có 2 lỗi cần sửa" in shown) == (422, True)
    assert "Đơn vị 2 A “H17.01” không phải là mã đơn vị thuộc H16." in shown
    assert "Đơn vị 3 G Ngày hết hiệu lực không được trước ngày có hiệu lực." in shown
    assert (await officer.opens(READING + hashlib.sha256(content).hexdigest())).status_code == 404
    nothing = await officer.uploads(b"x")
    assert nothing.status_code in {415, 422}


async def test_a_file_that_is_no_list_of_units_is_as_one_that_is_not_there(officer: Officer) -> None:
    store = officer.assessment.resources.context.files
    assert store is not None
    async with store.receive(blocks(made.pdf(1)), LARGEST_WORKBOOK) as document:
        await document.keep()
    assert await store.size_of(document.digest)
    for digest in (document.digest, "0" * 64):
        missing = await officer.opens(READING + digest)
        assert (missing.status_code, "Không còn tệp danh mục này" in texts_in(missing)) == (404, True)


async def test_a_file_that_can_not_be_read_now_is_not_gone(officer: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await officer.preview_of(write_units([line_of("H16.03")]))
    with monkeypatch.context() as busy:
        busy.setattr(bounded, "WITHIN", 0.0)
        refused = await officer.opens(path)
    assert (refused.status_code, "Tệp quá phức tạp" in texts_in(refused)) == (422, True)
    assert (await officer.opens(path)).status_code == 200


async def test_the_tree_is_that_of_the_day_and_units_are_found_without_marks(merged: Officer) -> None:
    before = texts_in(await merged.opens(f"{PAGE}?on=28/2/2025"))
    assert "2 đơn vị ngày 28/02/2025 Đơn vị H16.03 H16.03, Sở, ban, ngành Đơn vị H16.04" in before
    today = await merged.opens(PAGE)
    assert "2 đơn vị ngày 01/07/2026 Đơn vị H16.05 H16.05, Sở, ban, ngành Đơn vị H16.05.01" in texts_in(today)
    found = texts_in(await merged.opens(f"{PAGE}?q=DON+vi+h16.05.01"))
    assert "Đơn vị H16.05.01 H16.05.01 Khác Đơn vị H16.05 01/03/2025 – Xem mọi đơn vị" in found
    assert "Không có đơn vị nào như vậy" in texts_in(await merged.opens(f"{PAGE}?q=kh%C3%B4ng+c%C3%B3"))
    wrong = await merged.opens(f"{PAGE}?on=30/02/2025")
    assert (wrong.status_code, "Không có ngày này." in texts_in(wrong)) == (422, True)
    assert 'value="30/02/2025"' in wrong.text


async def test_a_search_finds_units_that_have_ended_and_former_names_with_their_days(merged: Officer) -> None:
    found = texts_in(await merged.opens(f"{PAGE}?q=h16.03"))
    assert "Đơn vị H16.03 H16.03 Sở, ban, ngành – 01/01/2020 01/03/2025" in found
    renamed = {"code": "H16.05", "valid_from": "2026-01-01", "name": "Sở Tài chính", "kind": "department"}
    assert (await merged.assessment.office("PUT", UNITS, [renamed])).is_success
    by_former = texts_in(await merged.opens(f"{PAGE}?q=%C4%91%C6%A1n+v%E1%BB%8B"))
    rows = ["Đơn vị H16.05.01 H16.05.01", "Đơn vị H16.03 H16.03", "Đơn vị H16.04 H16.04"]  # those of the day first
    places = [by_former.index(row) for row in ("Sở Tài chính (đã có tên: Đơn vị H16.05) H16.05", *rows)]
    assert places == sorted(places)
    for typed in ("sở+tài", "so+tai", "SO+TAI", "S%E1%BB%9F+T%C3%A0i"):
        page = await merged.opens(f"{PAGE}?q={typed}")
        assert "Sở Tài chính H16.05 Sở, ban, ngành – 01/03/2025 –" in texts_in(page)
        assert "đơn vị ngày 01/07/2026" not in texts_in(page).partition("Xem mọi")[0]
    for nothing in ("", "++"):
        assert "2 đơn vị ngày 01/07/2026" in texts_in(await merged.opens(f"{PAGE}?q={nothing}"))


async def test_download_and_upload_are_reached_above_the_units(merged: Officer) -> None:
    page = (await merged.opens(PAGE)).text
    top = page.partition('id="tree-title"')[0]
    for address in ('"unit-workbook"', '"#upload-title"', '"new-unit"'):
        assert f"href={address}" in top
    assert page.count('id="upload-title"') == 1
    reader = Person(merged.assessment, "don-vi", ("unit@H16.05",))
    top = (await reader.opens(PAGE)).text.partition('id="tree-title"')[0]
    assert ('"unit-workbook"' in top, "#upload-title" in top, "new-unit" in top) == (True, False, False)


async def test_an_empty_register_names_the_command_that_begins_it(officer: Officer) -> None:
    shown = texts_in(await officer.opens(PAGE))
    assert "pip install vietnam-provinces" in shown
    assert "parindex units list-2025 danh-muc.xlsx --authority H16 --province 96" in shown
    reader = Person(officer.assessment, "don-vi", ("unit@H16.05",))
    assert "list-2025" not in texts_in(await reader.opens(PAGE))
    assert (await officer.assessment.office("PUT", UNITS, OLD)).is_success
    assert "list-2025" not in texts_in(await officer.opens(PAGE))


async def test_a_preview_shows_all_of_a_new_unit_with_predecessors_and_their_weights(officer: Officer) -> None:
    assert (await officer.assessment.office("PUT", UNITS, OLD)).is_success
    former = (Predecessor("H16.03", "1/3"), Predecessor("H16.04", "2/3"))
    new = line_of("H16.05", "2025-03-01", predecessors=former, seat="Số 2, Lý Bôn", reference="12/NQ")
    page = await officer.opens(await officer.preview_of(write_units([new])))
    row = "H16.05 Đơn vị H16.05 Sở, ban, ngành – Số 2, Lý Bôn 01/03/2025"
    assert f"{row} H16.03 Đơn vị H16.03 (1/3); H16.04 Đơn vị H16.04 (2/3) 12/NQ" in texts_in(page)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("Quyết định 12.pdf", made.pdf(1), "Tệp “Quyết định 12.pdf” có nội dung là PDF, không phải Excel .xlsx."),
        ("danh mục.xls", OLE, "Tệp “danh mục.xls” có nội dung là Word/Excel 97-2003, không phải Excel .xlsx."),
        ("a" * 150 + ".txt", b"x" * 30, f"Tệp “{'a' * 100}…” có nội dung là loại khác, không phải Excel .xlsx."),
    ],
)
async def test_a_file_of_another_kind_is_refused_by_its_name(
    officer: Officer, name: str, content: bytes, said: str
) -> None:
    answer = await officer.uploads(content, name)
    at_field = answer.text.partition('id="error-workbook">')[2].partition("</p>")[0]
    assert (answer.status_code, said in at_field) == (422, True), texts_in(answer)
    assert ("Lưu thành (File &gt; Save As)" in at_field) == name.endswith(".xls")


async def test_a_unit_leads_who_may_read_its_sheet_to_its_rounds(assessment: Assessment) -> None:
    office = Officer(assessment, "can-bo", ("office@H16",))
    units = [{**OLD[0], "code": "H16.01"}, OLD[1]]
    assert (await assessment.office("PUT", UNITS, units)).is_success
    await assessment.open_round()
    await assessment.catch_up()
    page = await office.opens(f"{PAGE}/H16.01")
    assert "Các đợt của đơn vị Chỉ số CCHC năm 2026 (r-2026, đang mở)" in texts_in(page)
    assert 'href="../../../rounds/r-2026/units/H16.01"' in page.text
    assert (await office.opens("/rounds/r-2026/units/H16.01")).status_code == 200
    assert "Các đợt của đơn vị" not in texts_in(await office.opens(f"{PAGE}/H16.04"))
    other = Person(assessment, "don-vi", ("unit@H16.04",))
    assert "Các đợt của đơn vị" not in texts_in(await other.opens(f"{PAGE}/H16.01"))


async def test_a_unit_shows_what_became_of_it(merged: Officer) -> None:
    former = texts_in(await merged.opens(f"{PAGE}/H16.03"))
    assert "Đơn vị này không còn từ ngày 01/03/2025." in former
    assert "01/03/2025 (12/QĐ-UBND)" in former
    assert "Nay thuộc về Các đơn vị kế thừa, và tỷ trọng của đơn vị này trong đó" in former
    assert "H16.05 Đơn vị H16.05 0,4" in former
    new = texts_in(await merged.opens(f"{PAGE}/H16.05"))
    assert "Hình thành từ" in new
    assert "H16.04 Đơn vị H16.04 0,6" in new
    assert "Đơn vị trực thuộc hiện nay Đơn vị H16.05.01 (H16.05.01)" in new
    below = texts_in(await merged.opens(f"{PAGE}/H16.05.01"))
    assert "Trực thuộc hiện nay Đơn vị H16.05 (H16.05)" in below
    assert (await merged.opens(f"{PAGE}/H16.99")).status_code == 404


async def test_who_only_reads_sees_the_tree_and_no_upload(merged: Officer) -> None:
    reader = Person(merged.assessment, "don-vi", ("unit@H16.05",))
    shown = texts_in(await reader.opens(PAGE))
    assert ("Đơn vị H16.05" in shown, "Tải tệp đã sửa lên" in shown) == (True, False)
    assert "Danh mục đơn vị" in texts_in(await merged.opens("/"))
    assert "Danh mục đơn vị" not in texts_in(await reader.opens("/"))


async def test_an_office_comes_to_its_own_register(assessment: Assessment) -> None:
    one = await Person(assessment, "a", ("office@H16",)).opens("/units")
    assert (one.status_code, one.headers["location"]) == (303, "authorities/H16/units")
    several = texts_in(await Person(assessment, "b", ("office@H16", "office@H17")).opens("/units"))
    assert "Danh mục đơn vị của H16 Danh mục đơn vị của H17" in several
