"""The office's pages of criteria sets over HTTP: the list, an upload, mistakes or a preview, and enactment."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal

import httpx
import msgspec
import pytest
from msgspec.structs import replace
from tests.assessment.conftest import Assessment, ca_mau_set
from tests.assessment.people import HIDDEN, Person, texts_in

from assessment.drafting.layout import READ
from assessment.drafting.reading import read_set
from assessment.drafting.writing import EXAMPLE, write_set, write_yaml
from assessment.enacting.events import CriteriaSetEnacted
from parindex.contracts.criteria import Band, CriteriaSet, Criterion, Level, SurveyPoints, Timeliness, YesNo
from parindex.files import bounded
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
    assert refused.status_code == 409
    assert "Nội dung đọc từ tệp nay khác nội dung đã hiển thị" in texts_in(refused)
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
    assert "hãy đổi mã bộ chỉ số trong tệp rồi tải lên lại" in texts_in(again)
    assert "Mã ca-mau-2013 đã được dùng, nên chưa ban hành được tệp này: xem cách sửa ." in texts_in(again)
    assert "Ban hành</button>" not in again.text
    [fact] = await enacted(officer.assessment, "ca-mau-2013")
    assert fact.criteria_set.title == "Bộ chỉ số CCHC"


async def test_the_very_set_that_is_in_force_is_said_to_be_so_and_has_no_button(officer: Officer) -> None:
    await officer.assessment.enact()
    await officer.assessment.catch_up()
    path = await officer.preview_of(write_set(ca_mau_set()))
    preview = await officer.opens(path)
    assert "Xem trước; đúng bộ này đã ban hành ngày 01/07/2026." in texts_in(preview)
    assert "Bộ ca-mau-2013 có hiệu lực từ ngày 01/07/2026, đúng như trong tệp" in texts_in(preview)
    assert 'href="../../../criteria-sets/ca-mau-2013"' in preview.text
    assert "hãy đổi mã" not in texts_in(preview)
    assert "Thay đổi so với" not in texts_in(preview)
    assert "Ban hành</button>" not in preview.text


async def test_a_page_has_the_name_of_an_authority_that_the_register_or_a_round_above_has(
    officer: Officer,
) -> None:
    own = Officer(officer.assessment, "so", ("office@H16.01",))
    assert "Bộ chỉ số của H16.01 " in texts_in(await own.opens("/authorities/H16.01/criteria-sets"))
    await officer.assessment.open_round()
    await officer.assessment.catch_up()
    assert "Bộ chỉ số của Sở Nội vụ (H16.01)" in texts_in(await own.opens("/authorities/H16.01/criteria-sets"))
    line = {"code": "H16.01", "name": "Sở Nội vụ mới", "kind": "department", "valid_from": "2020-01-01"}
    assert (await officer.assessment.office("PUT", "/v1/authorities/H16/units", [line])).status_code == 201
    assert "Bộ chỉ số của Sở Nội vụ mới (H16.01)" in texts_in(await own.opens("/authorities/H16.01/criteria-sets"))


async def test_links_from_a_page_of_an_authority_do_not_ask_for_the_authority_again(officer: Officer) -> None:
    await officer.assessment.enact()
    both = Officer(officer.assessment, "hai", ("office@H16", "office@H17"))
    assert 'href="years"' in (await both.opens(LIST)).text
    assert 'href="../authorities/H16/criteria-sets"' in (await both.opens("/criteria-sets/ca-mau-2013")).text
    council = Officer(officer.assessment, "hd", ("council@H16",))
    assert "/years" not in (await council.opens("/criteria-sets/ca-mau-2013")).text
    assert 'href="years"' not in (await council.opens(LIST)).text
    reader = Officer(officer.assessment, "khac", ("unit@H16.01",))
    assert "year-workbook" not in (await reader.opens("/criteria-sets/ca-mau-2013")).text


async def test_the_answers_of_a_survey_and_thresholds_of_per_cent_are_shown(officer: Officer) -> None:
    shown = texts_in(await officer.opens(await officer.preview_of(write_set(EXAMPLE))))
    assert "Trên 90 %: 2 điểm; từ 70 %: 1 điểm; còn lại: 0 điểm" in shown
    assert "rất hài lòng: 100 %; hài lòng: 100 %; bình thường: 0 %; không hài lòng: 0 %" in shown
    assert "Đây là bộ chỉ số mẫu" in shown


async def test_a_file_that_is_no_workbook_and_one_that_is_gone_are_refused_in_words(officer: Officer) -> None:
    for content, name, status, words in (
        (made.pdf(1), "kế hoạch.pdf", 422, "Không đọc loại tệp này (PDF)"),
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


def next_years() -> CriteriaSet:
    """Return the set of the next year: a row is new, one is gone, one is renumbered, and two have changed."""
    changes: dict[str, dict[str, object]] = {
        "1.1.1": {"name": "Ban hành kế hoạch đúng hạn"},
        "1.1.2": {"rule": Timeliness(on_time="1", late="0.5")},
        "1.2.1": {"code": "1.2.9"},
        "1.1": {"maximum": "6"},
        "1": {"maximum": "11"},
    }
    rows = [replace(row, **changes.get(row.code, {})) for row in ca_mau_set().criteria if row.code != "1.1.3"]
    new = Criterion(code="1.1.5", name="Chuyển đổi số", level=Level.COMPONENT, maximum="2", parent="1.1", rule=YesNo())
    at = [row.code for row in rows].index("1.1.4") + 1
    bands = [Band(name="A", at_least="85")]
    return replace(ca_mau_set(), code="ca-mau-2014", criteria=[*rows[:at], new, *rows[at:]], bands=bands)


async def test_a_preview_says_what_differs_from_the_newest_set_in_force(officer: Officer) -> None:
    await officer.assessment.enact()
    await officer.assessment.catch_up()
    path = await officer.preview_of(write_set(next_years()))
    shown = texts_in(await officer.opens(path))
    assert "Thay đổi so với ca-mau-2013 Dòng mới 1 Dòng bị bỏ 1 Dòng thay đổi 5 Dòng không đổi 6" in shown
    assert "1.1.1 Ban hành kế hoạch đúng hạn Tên Ban hành kế hoạch Ban hành kế hoạch đúng hạn" in shown
    assert "Cách tính điểm Có, đạt: 1 điểm; không: 0 điểm Đúng hạn: 1 điểm; chậm: 0,5 điểm" in shown
    assert "Đổi mã; cấp, tên và điểm tối đa như trước 1.2.1 1.2.9" in shown
    assert "Điểm tối đa 5 6" in shown
    assert "Dòng mới Các dòng mới Tiêu chí Tối đa Cách tính 1.1.5 Chuyển đổi số 2" in shown
    assert "1.1.3 Kết quả xác định rõ ràng, định rõ trách nhiệm 1 Có, đạt" in shown
    assert "Xếp loại A từ 90; B từ 80; I từ 80 (khối huyen) A từ 85" in shown


async def test_an_amended_set_leads_to_the_trial_on_the_rounds_that_use_the_old_one(officer: Officer) -> None:
    await officer.assessment.open_round()
    await officer.assessment.catch_up()
    old = await officer.opens("/criteria-sets/ca-mau-2013")
    assert "bản sửa đổi là một bộ mới, mã mới" in texts_in(old)
    assert '<a href="../authorities/H16/criteria-sets">tải lên</a>' in old.text
    path = await officer.preview_of(write_set(replace(ca_mau_set(), code="ca-mau-2013-sd", title="Bản sửa đổi")))
    preview = await officer.opens(path)
    body = {"authority": "H16", "criteria_set": msgspec.to_builtins(next_years())}
    assert (await officer.assessment.office("POST", "/v1/criteria-sets", body)).status_code == 201
    await officer.assessment.catch_up()
    compared = await officer.opens("/criteria-sets/ca-mau-2014/differences/ca-mau-2013")
    for page in (preview, compared):
        assert "Đợt đang dùng bộ ca-mau-2013: Chỉ số CCHC năm 2026." in texts_in(page)
        assert '<a href="#trial-title">tính thử</a>' in page.text
        assert 'formaction="../../../../scoring/rounds/r-2026/trials"' in page.text
    other_way = await officer.opens("/criteria-sets/ca-mau-2013/differences/ca-mau-2014")
    assert "Đợt đang dùng bộ" not in texts_in(other_way)


async def test_two_sets_in_force_are_compared_on_a_page_and_over_the_api_alike(officer: Officer) -> None:
    await officer.assessment.enact()
    body = {"authority": "H16", "criteria_set": msgspec.to_builtins(next_years())}
    by_draft = await officer.assessment.office(
        "POST", "/v1/criteria-set-differences", {"against": "ca-mau-2013", "criteria_set": body["criteria_set"]}
    )
    assert (await officer.assessment.office("POST", "/v1/criteria-sets", body)).status_code == 201
    await officer.assessment.catch_up()
    found = (await officer.assessment.office("GET", "/v1/criteria-sets/ca-mau-2014/differences/ca-mau-2013")).json()
    assert (by_draft.status_code, by_draft.json()) == (200, found)
    assert ([row["code"] for row in found["new"]], [row["code"] for row in found["gone"]]) == (["1.1.5"], ["1.1.3"])
    assert (found["unchanged"], len(found["changed"])) == (6, 5)
    assert found["settings"] == [
        {
            "field": "bands",
            "label": "Xếp loại",
            "old": "A từ 90; B từ 80; I từ 80 (khối huyen)",
            "new": "A từ 85",
        }
    ]
    page = texts_in(await officer.opens("/criteria-sets/ca-mau-2014/differences/ca-mau-2013"))
    assert "Bộ chỉ số CCHC: thay đổi so với ca-mau-2013" in page
    for row in found["changed"]:
        for field in row["fields"]:
            assert " ".join(filter(None, (field["label"], field["old"], field["new"]))) in page
    itself = texts_in(await officer.opens("/criteria-sets/ca-mau-2013/differences/ca-mau-2013"))
    assert "Hai bộ giống nhau, trừ mã bộ chỉ số." in itself
    in_force = await officer.opens("/criteria-sets/ca-mau-2014")
    assert 'href="ca-mau-2014/differences/ca-mau-2013"' in in_force.text
    assert (await officer.opens("/criteria-sets/ca-mau-2014/differences/khong-co")).status_code == 404


async def test_a_comparison_with_a_set_that_has_mistakes_names_them(officer: Officer) -> None:
    await officer.assessment.enact()
    wrong = msgspec.to_builtins(replace(ca_mau_set(), criteria=[*ca_mau_set().criteria, *ca_mau_set().criteria]))
    refused = await officer.assessment.office(
        "POST", "/v1/criteria-set-differences", {"against": "ca-mau-2013", "criteria_set": wrong}
    )
    assert (refused.status_code, refused.json()["places"][0]["at"]) == (422, "/criteria_set/criteria/12/code")


async def test_a_rule_whose_words_are_the_same_says_what_differs_as_it_is(officer: Officer) -> None:
    await officer.assessment.enact()
    rows = [
        replace(row, rule=SurveyPoints(question="hai-long", group="dn")) if row.code == "2.1" else row
        for row in ca_mau_set().criteria
    ]
    body = {"against": "ca-mau-2013", "criteria_set": msgspec.to_builtins(replace(ca_mau_set(), criteria=rows))}
    found = (await officer.assessment.office("POST", "/v1/criteria-set-differences", body)).json()
    [[field]] = [row["fields"] for row in found["changed"]]
    assert (field["field"], "dn" in field["new"], "dn" in field["old"]) == ("rule", True, False)


async def test_a_set_in_yaml_is_shown_and_enacted_as_one_in_a_workbook_is(officer: Officer) -> None:
    path = await officer.preview_of(write_yaml(ca_mau_set()))
    assert (await officer.enacts(await officer.opens(path), path)).status_code == 303
    [fact] = await enacted(officer.assessment, "ca-mau-2013")
    assert fact.criteria_set.title == "Bộ chỉ số CCHC"


async def test_a_bonus_area_is_beside_the_scale_and_says_so(officer: Officer) -> None:
    shown = texts_in(await officer.opens(await officer.preview_of(write_set(EXAMPLE))))
    scale = sum(
        Decimal(row.maximum) for row in EXAMPLE.criteria if row.level is Level.AREA and row.area_kind == "ordinary"
    )
    assert f"Tổng điểm tối đa {scale} ".replace(".", ",") in shown
    assert "3 Điểm cộng (điểm thưởng, không quá 5 điểm): các dòng cộng lại 6 điểm" in shown


async def test_the_reference_of_a_row_is_shown_and_a_column_that_is_empty_in_every_row_is_left_out(
    officer: Officer,
) -> None:
    async def shown(code: str) -> str:
        rows = [replace(row, reference="Điều 5" if row.code == code else "") for row in ca_mau_set().criteria]
        return texts_in(await officer.opens(await officer.preview_of(write_set(replace(ca_mau_set(), criteria=rows)))))

    assert "Đơn vị kê khai Căn cứ" not in await shown("")
    of_area, of_row = await shown("1"), await shown("1.3")
    assert "điều hành CCHC: 10 điểm Căn cứ: Điều 5" in of_area
    assert ("Đơn vị kê khai Căn cứ" in of_area, "Đơn vị kê khai Căn cứ" in of_row) == (False, True)
    assert "Điểm tự chấm Điều 5" in of_row


async def test_a_file_that_can_not_be_read_now_is_not_gone(officer: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await officer.preview_of(write_set(ca_mau_set()))
    with monkeypatch.context() as busy:
        busy.setattr(bounded, "WITHIN", 0.0)
        refused = await officer.opens(path)
    assert (refused.status_code, "Tệp quá phức tạp" in texts_in(refused)) == (422, True)
    assert (await officer.opens(path)).status_code == 200
