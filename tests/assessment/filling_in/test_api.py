"""A sheet goes out as a workbook and comes back: what would change is shown, and applied as a whole or not at all."""

import hashlib
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import httpx
import pytest
from tests.assessment.conftest import Assessment, Caller
from tests.assessment.filling_in.altered import Altered, Formula

from assessment.filling_in.layout import CLAIM_COLUMNS, CLAIMS, DOCUMENTS, MARK
from assessment.self_scoring.events import ClaimEntered
from parindex.files.sheet_marks import letters
from parindex.testing import made_files as made
from parindex.testing.serving import signed_in
from parindex.web.worksheets import MOST_NOTES

BASE = "/v1/rounds/r-2026/units/H16.01"
WORKBOOK = f"{BASE}/self-score/workbook"
OTHER = "/v1/rounds/r-2026/units/H16.02/self-score/workbook"


async def send(caller: Caller, content: bytes, to: str = WORKBOOK) -> httpx.Response:
    return await caller.http.post(
        to, content=content, headers=signed_in(caller.name, *caller.rights, at=caller.clock())
    )


async def downloaded(caller: Caller) -> Altered:
    answer = await caller("GET", WORKBOOK)
    assert answer.status_code == 200, answer.text
    return Altered(answer.content)


async def difference(caller: Caller, altered: Altered) -> dict[str, Any]:
    answer = await send(caller, altered.saved())
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["etag"] == f'"{found["version"]}"'
    return found


async def applied(caller: Caller, of: dict[str, Any], confirmed: Any = None, **headers: str) -> httpx.Response:
    headers = {"If_Match": f'"{of["version"]}"', **headers}
    return await caller("POST", f"{WORKBOOK}/{of['sha256']}/application", {"confirmed": confirmed or {}}, **headers)


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def with_cell(content: bytes, at: str, day: str) -> bytes:
    """Return a workbook whose first worksheet has a day at a cell, in the form of ISO 8601 as some programs write it.

    xlsxwriter writes no days before 1900.
    """
    into = BytesIO()
    with ZipFile(BytesIO(content)) as package, ZipFile(into, "w", ZIP_DEFLATED) as changed:
        for name in package.namelist():
            text = package.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text, found = re.subn(f'<c r="{at}"[^>]*?(/>|>.*?</c>)', f'<c r="{at}" t="d"><v>{day}</v></c>', text)
                assert found == 1
            changed.writestr(name, text)
    return into.getvalue()


def said(notes: list[dict[str, Any]]) -> list[tuple[str, int, str, str]]:
    return [(note["sheet"], note["row"], note["column"], note["vi"]) for note in notes]


@pytest.fixture
async def filled(assessment: Assessment, claims_in: Callable[[], list[dict[str, Any]]]) -> Assessment:
    """The sheet of H16.01 with all its claims."""
    await assessment.open_round(deadlines={"self_scoring": "2026-08-01T10:00:00Z"})
    assert (await assessment.unit("PUT", f"{BASE}/claims", claims_in())).status_code == 201
    return assessment


async def test_what_comes_back_unchanged_changes_nothing(filled: Assessment) -> None:
    answer = await filled.unit("GET", WORKBOOK)
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert "phieu-tu-cham-r-2026-H16.01-7.xlsx" in answer.headers["content-disposition"]
    assert answer.content == (await filled.unit("GET", WORKBOOK)).content  # the same sheet is the same bytes
    for content in (
        answer.content,
        Altered(answer.content).saved(),
        Altered(answer.content).saved(strings_to_urls=False),
    ):
        found = (await send(filled.unit, content)).json()
        assert (found["changes"], found["errors"], found["warnings"]) == ([], [], [])
        assert (found["unchanged"], found["kept"], found["version"], found["downloaded"]) == (7, 0, 7, 7)


async def test_changes_are_shown_first_and_written_when_they_are_applied(filled: Assessment) -> None:
    book = await downloaded(filled.unit)
    book.put("1.1.1", chosen="Chậm", explanation="=1+1 không phải công thức")
    book.put("1.1.4", done=Decimal("83.25"), planned="100,5")
    book.put("1.2.2", not_applicable=None, chosen="Có, đạt")
    book.add_document("1.1.1", number="02/BC-SNV", issued_on=date(2026, 6, 30), page="3", effective_from="1/7/2026")
    found = await difference(filled.unit, book)
    assert (found["errors"], found["warnings"], found["unchanged"]) == ([], [], 4)
    shown = {c["criterion"]: [(f["label"], f["old"], f["new"]) for f in c["fields"]] for c in found["changes"]}
    assert shown["1.1.1"] == [
        ("Kết quả", "Đúng hạn", "Chậm"),
        (
            "Tài liệu 2",
            "",
            (
                "Số, ký hiệu: 02/BC-SNV; Ngày ban hành: 30/06/2026; Trang, mục: 3; "
                "Chứng minh cho thời gian từ ngày: 01/07/2026"
            ),
        ),
        ("Giải trình", "", "=1+1 không phải công thức"),
    ]
    assert shown["1.1.4"] == [("Số đã thực hiện", "9", "83,25"), ("Số kế hoạch", "10", "100,5")]
    assert shown["1.2.2"] == [("Kết quả", "", "Có, đạt"), ("Không áp dụng", "Không áp dụng", "")]
    head = await filled.resources.log.head()
    receipt = await applied(filled.unit, found)
    assert receipt.json()["facts"] == ["ClaimEntered"] * 3, receipt.text
    assert (receipt.json()["first_position"], receipt.json()["last_position"]) == (head + 1, head + 3)
    claim = (await filled.unit("GET", f"{BASE}/claims/1.1.1")).json()
    assert claim["explanation"] == "=1+1 không phải công thức"
    assert claim["evidence"][1] == {
        "number": "02/BC-SNV", "issued_on": "2026-06-30", "page": "3", "effective_from": "2026-07-01"
    }  # fmt: skip
    assert (await filled.unit("GET", f"{BASE}/claims/1.1.4")).json()["figures"] == {"done": "83.25", "planned": "100.5"}
    again = await difference(filled.unit, await downloaded(filled.unit))
    assert (again["changes"], again["unchanged"]) == ([], 7)


async def test_a_retry_with_its_key_gets_the_first_receipt(filled: Assessment) -> None:
    book = await downloaded(filled.unit)
    book.put("1.3", points=1)
    found = await difference(filled.unit, book)
    first = await applied(filled.unit, found, Idempotency_Key="k-1")
    again = await applied(filled.unit, found, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code, again.json()["repeated"]) == (201, 201, True)
    assert first.json()["last_position"] == again.json()["last_position"]
    assert refused(await applied(filled.unit, found)) == (412, "stream-moved")


async def test_every_mistake_has_its_worksheet_row_and_column_and_nothing_is_applied(filled: Assessment) -> None:
    book = await downloaded(filled.unit)
    book.put("1.1.1", chosen="Sớm")
    book.put("1.1.2", points=1)
    book.put("1.1.4", done="1.234,5", planned=Formula("=A1/0|#DIV/0!"))
    book.put("1.2.1", not_applicable="không")
    book.put("1.3", points=4, explanation=date(2026, 1, 2))
    book.add_document("1.3", number="1", issued_on="31/02/2026")
    book.add_document("1.3", number="2", effective_from=Decimal("46027.5"))
    book.add_document("9.9", number="3")
    book.add_document("1.3", title="không số", file="tệp lạ")
    last = len(book.sheets[DOCUMENTS])
    found = await difference(filled.unit, book)
    rows = {code: book.row(code) for code in ("1.1.1", "1.1.2", "1.1.4", "1.2.1", "1.3")}
    assert [each[:3] for each in said(found["errors"])] == [
        (CLAIMS, rows["1.1.1"], "E"),
        (CLAIMS, rows["1.1.4"], "H"),
        (CLAIMS, rows["1.1.4"], "I"),
        (CLAIMS, rows["1.2.1"], "L"),
        (CLAIMS, rows["1.3"], "M"),
        (DOCUMENTS, last - 3, "C"),
        (DOCUMENTS, last - 2, "F"),
        (DOCUMENTS, last - 1, "A"),
        (DOCUMENTS, last, "H"),
        (CLAIMS, rows["1.1.2"], "F"),
    ]
    texts = " | ".join(each[3] for each in said(found["errors"]))
    assert "“Sớm” không có trong danh sách" in texts
    assert "“1.234,5” có thể hiểu theo nhiều cách" in texts
    assert "#DIV/0!" in texts
    assert found["changes"] == []
    head = await filled.resources.log.head()
    answer = await applied(filled.unit, found)
    assert refused(answer) == (422, "workbook-invalid")
    assert answer.json()["places"][0]["at"] == f"sheet {CLAIMS}, row {rows['1.1.1']}, column E"
    assert await filled.resources.log.head() == head


async def test_what_the_rules_refuse_is_at_its_cell(filled: Assessment) -> None:
    book = await downloaded(filled.unit)
    book.put("1.3", points="4,5")
    book.put("1.1.2", points=None, chosen=None, explanation="chưa có kết quả")
    book.add_document("1.2.1", number="1", issued_on="1/1/2074")
    found = await difference(filled.unit, book)
    assert said(found["errors"]) == [
        (CLAIMS, book.row("1.1.2"), "E", "Tiêu chí 1.1.2 thiếu số liệu “answer”."),
        (DOCUMENTS, len(book.sheets[DOCUMENTS]), "C", "Ngày ban hành chưa đến."),
        (CLAIMS, book.row("1.3"), "F", "Điểm của tiêu chí 1.3 từ 0 đến 3."),
    ]


async def test_each_line_and_column_that_is_not_read_has_a_warning(filled: Assessment) -> None:
    book = await downloaded(filled.unit)
    book.put("2.1", explanation="tự chấm")
    book.put("1", points=3)
    book.put("1.3", maximum="5", name="Kiểm tra CCHC", points=Formula("=1+1|2"))
    book.put("1.1.3", chosen=None)
    book.sheets[CLAIMS].remove(book.line("1.2.1"))
    book.sheets[CLAIMS].append([None, "ghi chú cuối trang"])
    book.sheets[CLAIMS][0].append("Ghi chú")
    book.sheets["Nháp"] = [["x"]]
    book.hidden.append((CLAIMS, book.row("1.1.1")))
    book.add_document("1.2.1", number="1")
    found = await difference(filled.unit, book)
    assert found["errors"] == []
    assert [(c["criterion"], c["fields"][0]["new"]) for c in found["changes"]] == [("1.3", "2")]
    assert said(found["warnings"]) == [
        ("Nháp", 0, "", "Trang tính này không được đọc."),
        (CLAIMS, 1, "O", "Cột “Ghi chú” không được đọc."),
        (CLAIMS, book.row("1.1.1"), "", "Dòng bị ẩn, vẫn được đọc."),
        (CLAIMS, book.row("1"), "F", "Dòng này là tiêu đề của nhóm tiêu chí, nội dung ô này bị bỏ qua."),
        (CLAIMS, book.row("1.3"), "F", "Ô này là công thức; hệ thống lấy giá trị đã tính: 2."),
        (CLAIMS, book.row("1.3"), "C", "Ô khóa đã bị sửa, không được đọc."),
        (CLAIMS, book.row("2.1"), "M", "Tiêu chí do điều tra xã hội học chấm, nội dung ô này bị bỏ qua."),
        (CLAIMS, len(book.sheets[CLAIMS]), "A", "Dòng không có mã tiêu chí nên bị bỏ qua."),
        (DOCUMENTS, len(book.sheets[DOCUMENTS]), "A",
         "Tiêu chí 1.2.1 không có dòng ở trang “Tự chấm” nên tài liệu này bị bỏ qua."),
        (CLAIMS, book.row("1.1.3"), "A", "Dòng để trống; nội dung đã lưu giữ nguyên."),
        (CLAIMS, 0, "", "Tệp không có dòng của tiêu chí 1.2.1; giữ nguyên."),
    ]  # fmt: skip
    assert (found["unchanged"], found["kept"]) == (5, 0)


async def test_columns_are_found_by_their_titles_and_a_missing_one_is_a_mistake(filled: Assessment) -> None:
    book = await downloaded(filled.unit)
    for line in book.sheets[CLAIMS]:
        line[0], line[1] = line[1], line[0]
    found = await difference(filled.unit, book)
    assert (found["errors"], found["unchanged"]) == ([], 7)
    assert said(found["warnings"]) == [(CLAIMS, 1, "", "Thứ tự cột đã đổi; mỗi cột được đọc theo tiêu đề.")]
    for line in book.sheets[CLAIMS]:
        del line[12]
    found = await difference(filled.unit, book)
    assert said(found["errors"]) == [(CLAIMS, 1, "", "Thiếu cột “Giải trình”.")]
    del book.sheets[DOCUMENTS]
    found = await difference(filled.unit, book)
    assert (DOCUMENTS, 0, "", "Tệp thiếu trang tính này.") in said(found["errors"])


async def test_a_criterion_twice_an_unknown_one_and_merged_cells_are_mistakes(filled: Assessment) -> None:
    book = await downloaded(filled.unit)
    book.sheets[CLAIMS].append(list(book.line("1.1.2")))
    book.sheets[CLAIMS].append(["7.7", "Tiêu chí thêm", None])
    book.merged.append((DOCUMENTS, "B9:C9"))
    found = await difference(filled.unit, book)
    last = len(book.sheets[CLAIMS])
    assert said(found["errors"]) == [
        (DOCUMENTS, 9, "B", "Ô bị gộp; hãy bỏ gộp ô (Unmerge)."),
        (CLAIMS, last - 1, "A", "Tiêu chí “1.1.2” bị trùng."),
        (CLAIMS, last, "A", "Phiếu không có tiêu chí “7.7”."),
        (DOCUMENTS, 9, "A", "Tài liệu chưa có mã tiêu chí."),
    ]


@pytest.mark.parametrize(
    ("line", "value", "status"),
    [
        ("unit", "H16.02", (422, "workbook-of-another-sheet")),
        ("round", "r-2025", (422, "workbook-of-another-sheet")),
        ("criteria_set", "0" * 64, (409, "workbook-outdated")),
        ("version", "8", (409, "workbook-outdated")),
        ("version", "-1", (409, "workbook-outdated")),
        ("form", "another 1", (422, "workbook-not-ours")),
    ],
)
async def test_a_workbook_of_another_sheet_is_refused(
    filled: Assessment, line: str, value: str, status: tuple[int, str]
) -> None:
    book = await downloaded(filled.unit)
    book.line(line, MARK)[1] = value
    assert refused(await send(filled.unit, book.saved())) == status
    del book.sheets[MARK]
    assert refused(await send(filled.unit, book.saved())) == (422, "workbook-not-ours")


async def test_what_others_saved_since_the_download_stays_unless_the_workbook_changes_it_too(
    filled: Assessment,
) -> None:
    book = await downloaded(filled.unit)
    for code, answer in (("1.1.2", "no"), ("1.1.3", "no"), ("1.2.1", "yes")):
        await filled.unit("PUT", f"{BASE}/claims/{code}", {"figures": {"answer": answer}})
    book.put("1.1.3", explanation="Sửa ngoại tuyến.")
    book.put("1.2.1", chosen="Có, đạt")
    found = await difference(filled.unit, book)
    assert (found["downloaded"], found["version"], found["unchanged"], found["kept"]) == (7, 10, 5, 1)
    [change] = found["changes"]
    assert (change["criterion"], change["meanwhile"]) == ("1.1.3", True)
    assert [(f["label"], f["old"], f["new"]) for f in change["fields"]] == [
        ("Kết quả", "Không", "Có, đạt"), ("Giải trình", "", "Sửa ngoại tuyến.")
    ]  # fmt: skip
    [kept] = found["warnings"]
    assert (kept["criterion"], "giữ bản trên hệ thống" in kept["vi"]) == ("1.1.2", True)
    assert (await applied(filled.unit, found)).status_code == 201
    assert (await filled.unit("GET", f"{BASE}/claims/1.1.2")).json()["figures"] == {"answer": "no"}


async def test_a_save_between_the_difference_and_its_application_is_refused_and_the_new_difference_is_there(
    filled: Assessment,
) -> None:
    book = await downloaded(filled.unit)
    book.put("1.3", points=1)
    found = await difference(filled.unit, book)
    await filled.unit("PUT", f"{BASE}/claims/1.3", {"figures": {"points": "3"}})
    assert refused(await applied(filled.unit, found)) == (412, "stream-moved")
    again = (await filled.unit("GET", f"{WORKBOOK}/{found['sha256']}")).json()
    assert (again["version"], again["changes"][0]["fields"][0]["old"]) == (8, "3")
    assert (await applied(filled.unit, again)).status_code == 201
    missing = await filled.unit("POST", f"{WORKBOOK}/{found['sha256']}/application", {})
    assert refused(missing) == (422, "diff-version-missing")


async def test_a_slip_has_to_be_confirmed_for_its_criterion(filled: Assessment) -> None:
    book = await downloaded(filled.unit)
    book.put("1.1.4", done=None, planned=None, value=9000)
    found = await difference(filled.unit, book)
    [warning] = found["warnings"]
    assert (warning["code"], warning["column"]) == ("percent-over-hundred", "G")
    answer = await applied(filled.unit, found)
    assert refused(answer) == (422, "confirmation-needed")
    assert answer.json()["places"][0]["at"] == f"sheet {CLAIMS}, row {book.row('1.1.4')}, column G"
    assert refused(await applied(filled.unit, found, {"1.3": ["percent-over-hundred"]})) == (422, "confirmation-needed")
    assert (await applied(filled.unit, found, {"1.1.4": ["percent-over-hundred"]})).status_code == 201
    assert (await difference(filled.unit, await downloaded(filled.unit)))["warnings"] == []


async def test_a_sheet_that_may_not_be_claimed_shows_the_difference_and_takes_nothing(filled: Assessment) -> None:
    book = await downloaded(filled.unit)
    book.put("1.3", points=1)
    await filled.unit("POST", f"{BASE}/self-score/submission")
    found = await difference(filled.unit, book)
    assert (found["obstacle"]["code"], len(found["changes"])) == ("self-score-submitted-before", 1)
    assert refused(await applied(filled.unit, found)) == (409, "self-score-submitted-before")
    filled.clock.pass_days(400)
    await filled.unit("POST", f"{BASE}/self-score/withdrawal")
    assert (await difference(filled.unit, book))["obstacle"]["code"] == "self-score-submitted-before"


async def test_only_the_unit_itself_uploads_and_applies(filled: Assessment) -> None:
    content = (await filled.unit("GET", WORKBOOK)).content
    found = (await send(filled.unit, content)).json()
    for caller in (filled.other_unit, filled.office, filled.caller("lanh-dao", "leader@H16.01")):
        assert refused(await send(caller, content)) == (403, "forbidden")
        assert refused(await caller("GET", f"{WORKBOOK}/{found['sha256']}")) == (403, "forbidden")
        assert refused(await applied(caller, found)) == (403, "forbidden")
    assert refused(await filled.other_unit("GET", WORKBOOK)) == (403, "forbidden")
    assert (await filled.caller("lanh-dao", "leader@H16.01")("GET", WORKBOOK)).status_code == 200
    assert refused(await send(filled.other_unit, content, OTHER)) == (422, "workbook-of-another-sheet")


async def test_nobody_finds_out_by_a_digest_what_other_units_have_sent(filled: Assessment) -> None:
    workbook = (await filled.unit("GET", WORKBOOK)).content
    sent = [workbook, made.pdf(1), made.xlsx()]
    for content, name in zip(sent, ("a.xlsx", "a.pdf", "b.xlsx"), strict=True):
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        headers |= signed_in(filled.unit.name, *filled.unit.rights, at=filled.clock())
        assert (await filled.http.post(f"{BASE}/files", content=content, headers=headers)).status_code == 201
    for digest in (*(hashlib.sha256(content).hexdigest() for content in sent), "0" * 64):
        assert refused(await filled.other_unit("GET", f"{OTHER}/{digest}")) == (404, "unknown-workbook")
        answer = await filled.other_unit("POST", f"{OTHER}/{digest}/application", {}, If_Match='"0"')
        assert refused(answer) == (404, "unknown-workbook")


async def test_a_workbook_with_more_mistakes_than_anyone_reads_is_refused_as_a_whole(filled: Assessment) -> None:
    book = await downloaded(filled.unit)
    book.sheets[CLAIMS] += [[f"9.{number}"] for number in range(MOST_NOTES)]
    found = await difference(filled.unit, book)
    assert len(found["errors"]) == MOST_NOTES
    book.sheets[CLAIMS] += [["1.1", "Kế hoạch CCHC năm", None, None, "Có"]]  # a line with one warning
    answer = await send(filled.unit, book.saved())
    assert refused(answer) == (422, "workbook-too-faulty")
    assert "2000" in answer.json()["detail"]


@pytest.mark.parametrize("column", ["code", "chosen", "points", "explanation"])
async def test_a_day_before_the_year_1000_is_a_mistake_at_its_cell(filled: Assessment, column: str) -> None:
    content = (await filled.unit("GET", WORKBOOK)).content
    letter = letters(list(CLAIM_COLUMNS).index(column))
    answer = await send(filled.unit, with_cell(content, f"{letter}4", "0999-12-31"))
    assert answer.status_code == 200, answer.text
    [note] = answer.json()["errors"]
    assert (note["row"], note["column"]) == (4, letter)
    assert "31/12/0999" in note["vi"]


async def test_other_files_are_refused_before_they_are_read(filled: Assessment) -> None:
    assert refused(await send(filled.unit, made.pdf(1))) == (422, "workbook-not-ours")
    assert refused(await send(filled.unit, b"")) == (422, "file-empty")
    assert refused(await filled.unit("GET", f"{WORKBOOK}/{'0' * 64}")) == (404, "unknown-workbook")


async def test_an_append_that_fails_leaves_no_claim(filled: Assessment) -> None:
    book = await downloaded(filled.unit)
    for code in ("1.1.2", "1.1.3"):
        book.put(code, chosen="Không")
    found = await difference(filled.unit, book)
    pool = filled.resources.log.pool
    await pool.execute(
        """
        CREATE FUNCTION refuse_second() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF convert_from(NEW.entry, 'UTF8') LIKE '%1.1.3%' THEN RAISE 'full'; END IF; RETURN NEW; END $$
        """
    )
    await pool.execute("CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse_second()")
    assert (await applied(filled.unit, found)).status_code >= 500
    recorded = await filled.resources.log.read_stream("sheet-r-2026/H16.01")
    assert [each.fact.criterion for each in recorded if isinstance(each.fact, ClaimEntered)][7:] == []
    await pool.execute("DROP TRIGGER refuse ON events")
    assert (await applied(filled.unit, found)).json()["facts"] == ["ClaimEntered"] * 2
