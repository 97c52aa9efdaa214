"""The forms for one unit: a change, a correction, an end, a merger and a split are shown first, then recorded."""

import html
import re

import httpx
import pytest
from tests.assessment.conftest import Assessment
from tests.assessment.people import Person, texts_in
from tests.assessment.registering.test_api import OLD, UNITS

PAGE = "/authorities/H16/units"
FIELD = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


class Officer(Person):
    """A person at a browser who sends forms for one unit."""

    async def shown(self, path: str, **fields: str) -> httpx.Response:
        """Send a form as its page has it, with these texts, and return what it would change."""
        page = await self.opens(path)
        assert page.status_code == 200, texts_in(page)
        hidden = dict(FIELD.findall(page.text.partition('id="form-title"')[2]))
        return await self.sends(path.partition("?")[0], {**fields_in(page), **hidden, **fields})

    async def confirms(self, path: str, preview: httpx.Response) -> httpx.Response:
        form = preview.text.partition('id="preview-title"')[2].partition("</form>")[0]
        fields = {name: html.unescape(value) for name, value in FIELD.findall(form)}
        return await self.sends(path.partition("?")[0], fields)

    async def records(self, path: str, **fields: str) -> httpx.Response:
        preview = await self.shown(path, **fields)
        assert preview.status_code == 200, texts_in(preview)
        done = await self.confirms(path, preview)
        assert done.status_code == 303, texts_in(done)
        return done


def fields_in(page: httpx.Response) -> dict[str, str]:
    """Return what the fields of the form have, as a browser would send it."""
    text = page.text.partition('id="form-title"')[2]
    found = dict(re.findall(r'<input id="field-[^"]*" name="([^"]*)" type="text" value="([^"]*)"', text))
    found |= re.findall(r'<select id="field-[^"]*" name="([^"]*)".*?<option value="([^"]*)" selected>', text, re.DOTALL)
    found |= re.findall(r'<textarea id="field-[^"]*" name="([^"]*)"[^>]*>\n(.*?)</textarea>', text, re.DOTALL)
    if "checked>" in text:
        found["ends"] = "yes"
    return {name: html.unescape(value) for name, value in found.items()}


@pytest.fixture
async def officer(assessment: Assessment) -> Officer:
    assert (await assessment.office("PUT", UNITS, OLD)).is_success
    return Officer(assessment, "can-bo", ("office@H16",))


async def history(officer: Officer, code: str) -> dict[str, object]:
    found: dict[str, object] = (await officer.assessment.unit("GET", f"{UNITS}/{code}")).json()
    return found


async def test_a_unit_is_renamed_from_a_day_on_and_the_renaming_is_undone(officer: Officer) -> None:
    path = f"{PAGE}/H16.03/change"
    preview = await officer.shown(path, valid_from="1/1/2026", name="Sở Tài chính và Đầu tư", reference="9/NQ")
    said = texts_in(preview)
    assert "Sẽ ghi như sau; chưa ghi" in said
    assert "Từ ngày 01/01/2026 Tên đơn vị Đơn vị H16.03 Sở Tài chính và Đầu tư" in said
    assert len((await history(officer, "H16.03"))["records"]) == 1  # type: ignore[arg-type]
    done = await officer.confirms(path, preview)
    assert (done.status_code, done.headers["location"]) == (303, "../H16.03?recorded=yes")
    assert (await officer.confirms(path, preview)).status_code == 303  # a double click
    page = texts_in(await officer.opens(f"{PAGE}/H16.03?recorded=yes"))
    assert "Đã ghi thay đổi của đơn vị." in page
    assert "01/01/2026 Sở Tài chính và Đầu tư Sở, ban, ngành – Số 1, đường Phan Ngọc Hiển 9/NQ" in page
    await officer.records(f"{path}?since=2026-01-01&undo=yes")
    records = (await history(officer, "H16.03"))["records"]
    assert [one["name"] for one in records] == ["Đơn vị H16.03", "Đơn vị H16.03"]  # type: ignore[attr-defined]


async def test_a_unit_ends_and_the_end_is_taken_back(officer: Officer) -> None:
    path = f"{PAGE}/H16.03/ending"
    await officer.records(path, valid_to="01/03/2025", end_reference="12/QĐ-UBND")
    ended = await history(officer, "H16.03")
    assert (ended["valid_to"], ended["end_reference"]) == ("2025-03-01", "12/QĐ-UBND")
    await officer.records(f"{PAGE}/H16.03/change", valid_from="01/01/2021", name="Sở Mới")
    assert (await history(officer, "H16.03"))["valid_to"] == "2025-03-01"
    await officer.records(path, valid_to="", end_reference="")
    assert (await history(officer, "H16.03"))["valid_to"] == ""


async def test_two_units_merge_into_a_new_one_and_end_on_its_first_day(officer: Officer) -> None:
    fields = {"code": "H16.05", "valid_from": "01/03/2025", "name": "Sở Tài chính", "kind": "department"}
    former = {"predecessors": "H16.03 0,4\r\nH16.04 0,6", "ends": "yes", "reference": "12/QĐ-UBND"}
    await officer.records("/authorities/H16/new-unit", **fields, **former)
    new = await history(officer, "H16.05")
    assert new["predecessors"] == [{"code": "H16.03", "weight": "0.4"}, {"code": "H16.04", "weight": "0.6"}]
    for code, weight in (("H16.03", "0.4"), ("H16.04", "0.6")):
        old = await history(officer, code)
        assert (old["valid_to"], old["end_reference"]) == ("2025-03-01", "12/QĐ-UBND")
        assert old["successors"] == [{"code": "H16.05", "weight": weight}]


async def test_a_unit_is_split_into_two(officer: Officer) -> None:
    path = "/authorities/H16/new-unit?former=H16.03"
    for code in ("H16.06", "H16.07"):
        await officer.records(path, code=code, valid_from="01/03/2025", name=f"Sở {code}")
    old = await history(officer, "H16.03")
    assert old["valid_to"] == "2025-03-01"
    assert old["successors"] == [{"code": "H16.06", "weight": "1"}, {"code": "H16.07", "weight": "1"}]


@pytest.mark.parametrize(
    ("path", "fields", "field", "said"),
    [
        (f"{PAGE}/H16.03/change", {"valid_from": "30/02/2026"}, "valid_from", "Không có ngày này."),
        (f"{PAGE}/H16.03/change", {"valid_from": "01/01/2026", "parent": "H16.77"}, "parent", "không tồn tại"),
        (f"{PAGE}/H16.03/ending", {"valid_to": "01/01/2019"}, "valid_to", "không được trước ngày có hiệu lực"),
        ("/authorities/H16/new-unit", {"code": "H16.04"}, "code", "Danh mục đã có đơn vị “H16.04”"),
        ("/authorities/H16/new-unit", {"code": "H17.05"}, "code", "không phải là mã đơn vị thuộc H16"),
        ("/authorities/H16/new-unit", {"predecessors": "H16.03 0,4"}, "predecessors", "phải bằng 1"),
        ("/authorities/H16/new-unit", {"predecessors": "H16.99"}, "predecessors", "không có đơn vị “H16.99”"),
        ("/authorities/H16/new-unit", {"predecessors": "a b c"}, "predecessors", "Mỗi dòng có mã đơn vị cũ"),
    ],
)
async def test_a_refusal_is_at_its_field_and_nothing_is_recorded(
    officer: Officer, path: str, fields: dict[str, str], field: str, said: str
) -> None:
    new = {"code": "H16.05", "valid_from": "01/03/2025", "name": "Sở Mới"} if path.endswith("new-unit") else {}
    refused = await officer.shown(path, **{**new, **fields})
    assert refused.status_code == 422
    at_field = refused.text.partition(f'id="error-{field}">')[2].partition("</p>")[0]
    assert said in at_field, texts_in(refused)
    assert 'id="preview-title"' not in refused.text
    assert (await officer.assessment.unit("GET", UNITS)).headers["etag"] == '"2"'


async def test_what_another_officer_recorded_meanwhile_is_not_overwritten(officer: Officer) -> None:
    path = f"{PAGE}/H16.03/change"
    preview = await officer.shown(path, valid_from="01/01/2026", name="Sở Mới")
    other = {"code": "H16.03", "valid_from": "2026-01-01", "name": "Sở Khác", "kind": "department"}
    assert (await officer.assessment.office("PUT", UNITS, [other])).is_success
    stale = await officer.confirms(path, preview)
    assert (stale.status_code, "Đã có người lưu thay đổi khác" in texts_in(stale)) == (412, True)
    records = (await history(officer, "H16.03"))["records"]
    assert [one["name"] for one in records] == ["Đơn vị H16.03", "Sở Khác"]  # type: ignore[attr-defined]


async def test_only_the_changes_that_were_shown_are_recorded(officer: Officer) -> None:
    path = f"{PAGE}/H16.03/change"
    preview = await officer.shown(path, valid_from="01/01/2026", name="Sở Mới")
    form = preview.text.partition('id="preview-title"')[2].partition("</form>")[0]
    fields = {name: html.unescape(value) for name, value in FIELD.findall(form)}
    refused = await officer.sends(path, {**fields, "name": "Sở Không Ai Thấy"})
    assert (refused.status_code, "Các thay đổi nay khác những gì đã hiển thị" in texts_in(refused)) == (409, True)


async def test_who_only_reads_has_no_form(officer: Officer) -> None:
    reader = Person(officer.assessment, "don-vi", ("unit@H16.03",))
    assert "Ghi thay đổi của đơn vị" not in texts_in(await reader.opens(f"{PAGE}/H16.03"))
    assert (await reader.opens(f"{PAGE}/H16.03/change")).status_code == 403
    assert "Ghi thay đổi của đơn vị" in texts_in(await officer.opens(f"{PAGE}/H16.03"))
