"""The pages of a unit's files over HTTP: what they show, what their forms send, and what they refuse, in words."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from tests.assessment.conftest import Assessment
from tests.assessment.people import Person, texts_in

from assessment.self_scoring.events import FileUploaded
from parindex.testing import made_files as made

UNIT = "/rounds/r-2026/units/H16.01"
API = f"/v1{UNIT}"
FILES = f"{UNIT}/files"
PROOF = f"{UNIT}/criteria/1.3/files"
BOUNDARY = "----form"
HIDDEN = re.compile(r'<input type="hidden" name="(key|version|at)" value="([^"]*)">')
PLAN = made.pdf(3)
DIGEST = hashlib.sha256(PLAN).hexdigest()
NAME = "Kế hoạch CCHC (bản ký).pdf"
MACRO = made.docx({"word/vbaProject.bin": b"\xd0\xcf"})
Files = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Sender(Person):
    """A person at a browser who also sends files."""

    async def uploads(self, *files: tuple[str, bytes], to: str = FILES, **headers: str) -> httpx.Response:
        return await self.posts(form(*files), to, **headers)

    async def posts(self, body: bytes | AsyncIterator[bytes], to: str = FILES, **headers: str) -> httpx.Response:
        kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return await self.assessment.http.post(to, content=body, headers=self.headers(**{**kind, **headers}))


def part(name: str, content: bytes) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
    return f"{head}Content-Type: text/html\r\n\r\n".encode() + content + b"\r\n"


def form(*files: tuple[str, bytes]) -> bytes:
    return b"".join(part(*each) for each in files) + f"--{BOUNDARY}--\r\n".encode()


def hidden_in(page: httpx.Response, action: str) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    return dict(HIDDEN.findall(page.text.partition(f'action="{action}"')[2].partition("</form>")[0]))


def results_in(page: httpx.Response) -> list[str]:
    """Return the lines of a page's results of sending."""
    [section] = re.findall(r"<ul[^>]*data-results>(.*?)</ul>", page.text, re.DOTALL) or [""]
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in section.split("</li>")[:-1]]


@pytest.fixture
async def clerk(assessment: Assessment) -> Sender:
    await assessment.open_round()
    return Sender(assessment, "can-bo", ("unit@H16.01",))


@pytest.fixture
async def claimed(clerk: Sender) -> Sender:
    """A clerk whose unit has claimed 1.3, and has one file."""
    answer = await clerk.assessment.unit("PUT", f"{API}/claims/1.3", {"figures": {"points": "2"}})
    assert answer.status_code == 201
    assert (await clerk.uploads((NAME, PLAN))).status_code == 200
    return clerk


async def uploaded(person: Sender) -> list[FileUploaded]:
    recorded = await person.assessment.resources.log.read_stream("files-r-2026/H16.01")
    return [each.fact for each in recorded if isinstance(each.fact, FileUploaded)]


def stored(person: Sender) -> int:
    folder = person.assessment.resources.settings.files_folder
    assert folder is not None
    return sum(1 for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


async def claim_of(person: Sender, criterion: str = "1.3") -> dict[str, Any]:
    claim: dict[str, Any] = (await person.assessment.unit("GET", f"{API}/claims/{criterion}")).json()
    return claim


async def attaches(person: Sender, criterion: str = "1.3", **fields: str) -> httpx.Response:
    base = f"{UNIT}/criteria/{criterion}"
    hidden = hidden_in(await person.opens(f"{base}/files"), "evidence")
    return await person.sends(f"{base}/evidence", {**hidden, "sha256": DIGEST, **fields})


async def test_without_files_the_page_says_so_and_offers_the_form(clerk: Sender) -> None:
    page = await clerk.opens(FILES)
    assert "Chưa có tệp nào." in texts_in(page)
    assert 'enctype="multipart/form-data"' in page.text
    assert 'accept="image/*" capture' in page.text
    assert "<script" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_several_files_are_sent_at_once_and_a_bad_one_does_not_hinder_the_others(clerk: Sender) -> None:
    answer = await clerk.uploads(
        (NAME, PLAN),
        ("trang.pdf", made.HTML),
        ("macro.docx", MACRO),
        ("hình.svg", made.SVG),
        ("rỗng.pdf", b""),
        ("khóa.pdf", made.pdf(1, "mật khẩu")),
        ("C:\\Ảnh\\chụp.jpg", made.jpeg()),
    )
    assert answer.status_code == 200
    assert results_in(answer) == [
        f"{NAME} Đã nhận",
        "trang.pdf Tên tệp kết thúc bằng “.pdf” nhưng nội dung là HTML. Hãy kiểm tra lại tệp. Không nhận",
        "macro.docx Tệp có chứa macro nên không nhận. Hãy lưu thành tệp không có macro, hoặc PDF. Không nhận",
        "hình.svg Không nhận loại tệp này (SVG). Chỉ nhận PDF, ảnh JPEG hoặc PNG, DOCX, XLSX, ODT, ODS. Không nhận",
        "rỗng.pdf Tệp rỗng; chưa lưu gì. Hãy chọn lại tệp. Không nhận",
        "khóa.pdf Tệp được đặt mật khẩu nên người thẩm định không xem được. Hãy gửi bản không đặt mật khẩu. Không nhận",
        "chụp.jpg Đã nhận",
    ]
    listed = (await clerk.assessment.unit("GET", f"{API}/files")).json()["files"]
    assert [(file["name"], file["pages"], file["uploaded_by"]) for file in listed] == [
        (NAME, 3, "can-bo"),
        ("chụp.jpg", 1, "can-bo"),
    ]
    assert stored(clerk) == 2


async def test_the_list_has_kind_size_pages_time_and_where_a_file_is_used(claimed: Sender) -> None:
    await attaches(claimed, number="01/KH-SNV")
    same = {"figures": {"answer": "yes"}, "evidence": [{"number": "01/KH-SNV"}]}
    await claimed.assessment.unit("PUT", f"{API}/claims/1.1.2", same)
    shown = texts_in(await claimed.opens(FILES))
    assert f"{NAME} PDF · 3 trang · 1 KB. Tải lên" in shown
    assert ", can-bo. Dùng ở tiêu chí 1.3. Cùng số văn bản với tài liệu ở tiêu chí 1.1.2." in shown
    assert "Bỏ tệp" not in shown


async def test_a_double_send_is_harmless(clerk: Sender) -> None:
    answers = await asyncio.gather(*(clerk.uploads((NAME, PLAN)) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await uploaded(clerk)) == 1
    assert results_in(await clerk.uploads(("Tên khác.pdf", PLAN))) == ["Tên khác.pdf Đã có từ trước"]


async def test_nothing_chosen_is_said(clerk: Sender) -> None:
    for body in (form(("", b"")), form()):
        answer = await clerk.posts(body)
        assert (answer.status_code, results_in(answer)) == (
            422,
            ["Biểu mẫu Chưa chọn tệp nào. Hãy chọn tệp rồi tải lên. Không nhận"],
        )


async def test_a_form_that_is_cut_off_keeps_what_came_whole(clerk: Sender) -> None:
    answer = await clerk.posts((part(NAME, PLAN) + part("b.png", made.png()))[:-20])
    taken, broken = results_in(answer)
    assert taken == f"{NAME} Đã nhận"
    assert broken.startswith("Biểu mẫu Biểu mẫu gửi lên bị ngắt giữa chừng hoặc sai dạng")
    assert (len(await uploaded(clerk)), stored(clerk)) == (1, 1)


async def test_a_file_over_the_limit_is_refused_while_it_comes_and_the_next_one_is_taken(clerk: Sender) -> None:
    most = clerk.assessment.resources.settings.largest_file

    async def body() -> AsyncIterator[bytes]:
        yield part("lớn.pdf", b"%PDF-")[:-2]
        for _ in range(most // 2**20 + 1):
            yield bytes(2**20)
        yield b"\r\n" + form((NAME, PLAN))

    answer = await clerk.posts(body())
    large, taken = results_in(answer)
    assert re.fullmatch(r"lớn\.pdf Tệp lớn hơn [0-9]+ MB; chưa lưu gì\..* Không nhận", large)
    assert taken == f"{NAME} Đã nhận"
    assert stored(clerk) == 1


async def test_a_foreign_unit_another_origin_and_a_missing_session_send_nothing(clerk: Sender) -> None:
    stranger = Sender(clerk.assessment, "don-vi-2", ("unit@H16.02",))
    office = Sender(clerk.assessment, "so", ("office@H16",))
    for other in (stranger, office):
        assert (await other.uploads((NAME, PLAN))).status_code == 403
    assert (await clerk.uploads((NAME, PLAN), Sec_Fetch_Site="cross-site")).status_code == 403
    assert (await clerk.uploads((NAME, PLAN), Cookie="a=b")).status_code == 401
    assert (await clerk.sends(FILES, {"a": "b"})).status_code == 415
    assert (await stranger.opens(FILES)).status_code == 403
    assert (stored(clerk), await uploaded(clerk)) == (0, [])


async def test_a_file_is_seen_page_by_page_and_downloaded_by_every_reader(claimed: Sender) -> None:
    for reader in (
        claimed,
        Sender(claimed.assessment, "lanh-dao", ("leader@H16.01",)),
        Sender(claimed.assessment, "tham-dinh", ("appraiser@H16.02",)),
        Sender(claimed.assessment, "kiem-toan", ("auditor@H16",)),
    ):
        page = await reader.opens(f"{FILES}/{DIGEST}?page=2")
        assert "Trang 2 / 3" in texts_in(page)
        assert re.findall(r'rel="(?:prev|next)" href="([^"]+)"', page.text) == [f"{DIGEST}?page=1", f"{DIGEST}?page=3"]
        [source] = re.findall(r'<img class="sheet" src="([^"]+)"', page.text)
        picture = await reader.opens(f"{FILES}/{source}")
        assert Image.open(BytesIO(picture.content)).size == (1_131, 1_600)
        content = await reader.opens(f"{FILES}/{DIGEST}/content")
        assert (content.content, content.headers["content-disposition"][:10]) == (PLAN, "attachment")
        assert ("Bỏ tệp" in texts_in(page)) is (reader is claimed)
    assert "Trang 3 / 3" in texts_in(await claimed.opens(f"{FILES}/{DIGEST}?page=9"))


async def test_a_picture_is_kept_by_its_own_browser_alone_and_asked_for_again_by_its_tag(claimed: Sender) -> None:
    address = f"{FILES}/{DIGEST}/pages/1"
    picture = await claimed.opens(address)
    assert (picture.headers["content-type"], picture.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    assert picture.headers["cache-control"].startswith("private, max-age=")
    again = await claimed.opens(address, If_None_Match=picture.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert (await claimed.opens(f"{FILES}/{DIGEST}/pages/4")).status_code == 404
    assert (await claimed.opens(f"{FILES}/{'0' * 64}/pages/1")).status_code == 404
    stranger = Sender(claimed.assessment, "don-vi-2", ("unit@H16.02",))
    assert (await stranger.opens(f"{FILES.replace('.01', '.02')}/{DIGEST}/pages/1")).status_code == 404
    assert (await Sender(claimed.assessment, "x", ("unit@H16.03",)).opens(address)).status_code == 403


async def test_every_look_at_a_file_leaves_a_trace(claimed: Sender) -> None:
    office = Sender(claimed.assessment, "so", ("office@H16",))
    await office.opens(f"{FILES}/{DIGEST}/pages/1")
    auditor = claimed.assessment.caller("kiem-toan", "auditor@H16")
    reads = (await auditor("GET", "/v1/reads")).json()
    assert (reads[-1]["actor"], reads[-1]["action"], reads[-1]["subject"]) == (
        "so",
        "evidence",
        f"{FILES}/{DIGEST}/pages/1",
    )


async def test_an_office_document_has_no_preview_and_says_so(clerk: Sender) -> None:
    content = made.docx()
    await clerk.uploads(("Báo cáo.docx", content))
    digest = hashlib.sha256(content).hexdigest()
    page = await clerk.opens(f"{FILES}/{digest}")
    assert "Loại tệp này không có bản xem trước. Hãy tải tệp về để xem." in texts_in(page)
    assert (await clerk.opens(f"{FILES}/{digest}/pages/1")).status_code == 404


async def test_a_file_is_removed_after_a_confirmation(claimed: Sender) -> None:
    address = f"{FILES}/{DIGEST}/removal"
    asked = await claimed.opens(address)
    assert "Bỏ tệp này?" in texts_in(asked)
    assert NAME in asked.text
    fields = hidden_in(asked, "removal")
    gone = await claimed.sends(address, fields)
    assert (gone.status_code, gone.headers["location"]) == (303, "../../files?done=removed")
    assert (await claimed.sends(address, fields)).status_code == 303  # a double click
    shown = texts_in(await claimed.opens(f"{FILES}?done=removed"))
    assert "Đã bỏ tệp." in shown
    assert "Chưa có tệp nào." in shown


async def test_a_file_that_a_claim_names_is_not_removed(claimed: Sender) -> None:
    address = f"{FILES}/{DIGEST}/removal"
    fields = hidden_in(await claimed.opens(address), "removal")
    await attaches(claimed, number="01/KH")
    answer = await claimed.sends(address, fields)
    assert answer.status_code == 409
    assert "Tệp đang là tài liệu kiểm chứng của tiêu chí 1.3." in texts_in(answer)
    other = Sender(claimed.assessment, "lanh-dao", ("leader@H16.01",))
    assert (await other.sends(address, fields)).status_code == 403


async def test_a_document_is_attached_with_what_it_proves(claimed: Sender) -> None:
    answer = await attaches(
        claimed,
        number="01/KH-SNV",
        issued_on="5/1/2026",
        title="Sở Nội vụ: Kế hoạch",
        page="tr. 2",
        effective_from="01/01/2026",
        effective_to="31/12/2026",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "files?saved=attached")
    assert await claim_of(claimed) == {
        "criterion": "1.3",
        "figures": {"points": "2"},
        "applicable": True,
        "evidence": [
            {
                "number": "01/KH-SNV",
                "issued_on": "2026-01-05",
                "title": "Sở Nội vụ: Kế hoạch",
                "page": "tr. 2",
                "sha256": DIGEST,
                "effective_from": "2026-01-01",
                "effective_to": "2026-12-31",
            }
        ],
        "explanation": "",
        "confirmed": [],
    }
    page = await claimed.opens(f"{PROOF}?saved=attached")
    shown = texts_in(page)
    assert "Đã đính kèm tài liệu." in shown
    assert (
        "01/KH-SNV ngày 05/01/2026 Sở Nội vụ: Kế hoạch · trang, mục tr. 2 · chứng minh cho thời gian từ 01/01/2026 đến"
        in shown
    )
    [source] = re.findall(r'<img class="thumb" loading="lazy" src="([^"]+)"', page.text)
    assert source == f"../../files/{DIGEST}/pages/2"
    assert (await claimed.opens(str(httpx.URL(f"http://x{PROOF}").join(source).path))).status_code == 200


async def test_a_file_that_proves_another_criterion_brings_its_number_along(claimed: Sender) -> None:
    await attaches(claimed, number="01/KH", issued_on="05/01/2026", title="Kế hoạch")
    await claimed.assessment.unit("PUT", f"{API}/claims/1.1.2", {"figures": {"answer": "yes"}})
    assert (await attaches(claimed, "1.1.2", page="3")).status_code == 303
    [document] = (await claim_of(claimed, "1.1.2"))["evidence"]
    assert document == {
        "number": "01/KH",
        "issued_on": "2026-01-05",
        "title": "Kế hoạch",
        "page": "3",
        "sha256": DIGEST,
    }


async def test_mistakes_are_at_their_fields_and_nothing_is_lost_or_written(claimed: Sender) -> None:
    answer = await attaches(claimed, title="Giữ lại.", number="")
    assert answer.status_code == 422
    assert 'href="#field-number"' in answer.text
    assert "Giữ lại." in answer.text
    answer = await attaches(claimed, number="1", issued_on="mai")
    assert 'href="#field-issued_on"' in answer.text
    assert (await claim_of(claimed))["evidence"] == []


async def test_what_somebody_changed_meanwhile_is_shown_and_kept(claimed: Sender) -> None:
    hidden = hidden_in(await claimed.opens(PROOF), "evidence")
    other = {"figures": {"points": "1"}, "evidence": [{"number": "09/BC"}], "explanation": "Đã sửa."}
    await claimed.assessment.unit("PUT", f"{API}/claims/1.3", other)
    sent = {**hidden, "sha256": DIGEST, "number": "01/KH"}
    answer = await claimed.sends(f"{UNIT}/criteria/1.3/evidence", sent)
    assert answer.status_code == 412
    shown = texts_in(answer)
    assert "Điểm tự chấm: 2 → 1" in shown
    assert "Thêm tài liệu: 09/BC" in shown
    assert "Giải trình: – → Đã sửa." in shown
    assert 'value="01/KH"' in answer.text
    again = {**sent, **hidden_in(answer, "evidence")}
    assert (await claimed.sends(f"{UNIT}/criteria/1.3/evidence", again)).status_code == 303
    claim = await claim_of(claimed)
    assert [each["number"] for each in claim["evidence"]] == ["09/BC", "01/KH"]
    assert (claim["figures"], claim["explanation"]) == ({"points": "1"}, "Đã sửa.")


async def test_another_criterion_that_was_saved_meanwhile_is_not_in_the_way(claimed: Sender) -> None:
    hidden = hidden_in(await claimed.opens(PROOF), "evidence")
    await claimed.assessment.unit("PUT", f"{API}/claims/1.1.2", {"figures": {"answer": "yes"}})
    sent = {**hidden, "sha256": DIGEST, "number": "01/KH"}
    assert (await claimed.sends(f"{UNIT}/criteria/1.3/evidence", sent)).status_code == 303


async def test_a_double_click_attaches_once(claimed: Sender) -> None:
    fields = {**hidden_in(await claimed.opens(PROOF), "evidence"), "sha256": DIGEST, "number": "01/KH"}
    answers = await asyncio.gather(*(claimed.sends(f"{UNIT}/criteria/1.3/evidence", fields) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert len((await claim_of(claimed))["evidence"]) == 1


async def test_a_document_is_taken_out_of_its_claim(claimed: Sender) -> None:
    await attaches(claimed, number="01/KH")
    await attaches(claimed, number="02/KH")
    fields = hidden_in(await claimed.opens(PROOF), "evidence-removal")
    assert fields["at"] == "0"
    answer = await claimed.sends(f"{UNIT}/criteria/1.3/evidence-removal", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "files?saved=detached")
    assert [each["number"] for each in (await claim_of(claimed))["evidence"]] == ["02/KH"]
    hidden = hidden_in(await claimed.opens(PROOF), "evidence-removal")
    answer = await claimed.sends(f"{UNIT}/criteria/1.3/evidence-removal", {**hidden, "at": "7"})
    assert answer.status_code == 404


async def test_a_criterion_without_a_claim_takes_files_and_documents_with_its_first_save(clerk: Sender) -> None:
    answer = await clerk.uploads((NAME, PLAN), to=PROOF)
    assert results_in(answer) == [f"{NAME} Đã nhận"]
    assert "Các tệp được chọn sẽ đính kèm khi lưu tiêu chí" in texts_in(answer)
    fields = {"key": "k" * 20, "version": "0", "sha256": DIGEST, "number": "1"}
    refused = await clerk.sends(f"{UNIT}/criteria/1.3/evidence", fields)
    assert refused.status_code == 409
    assert "Tiêu chí 1.3 chưa được chấm." in texts_in(refused)


async def test_an_upload_at_a_criterion_is_chosen_for_the_next_document(claimed: Sender) -> None:
    report = made.pdf(5)
    answer = await claimed.uploads(("Báo cáo.pdf", report), to=PROOF)
    assert f'<option value="{hashlib.sha256(report).hexdigest()}" selected>' in answer.text


async def test_readers_see_the_proofs_of_a_criterion_and_change_nothing(claimed: Sender) -> None:
    await attaches(claimed, number="01/KH")
    appraiser = Sender(claimed.assessment, "tham-dinh", ("appraiser@H16.02",))
    page = await appraiser.opens(PROOF)
    assert NAME in page.text
    assert f"files/{DIGEST}/pages/1" in page.text
    assert 'method="post" enctype' not in page.text
    assert 'action="evidence' not in page.text
    for address in ("evidence", "evidence-removal"):
        fields = {"key": "k" * 20, "version": "1", "at": "0"}
        assert (await appraiser.sends(f"{UNIT}/criteria/1.3/{address}", fields)).status_code == 403
    assert (await appraiser.uploads((NAME, PLAN), to=PROOF)).status_code == 403
    assert (await appraiser.opens(f"{UNIT}/criteria/2.1/files")).status_code == 404


async def test_every_address_that_a_page_names_opens(claimed: Sender) -> None:
    await attaches(claimed, number="01/KH")
    addresses = (FILES, f"{FILES}/{DIGEST}", PROOF)
    await claimed.uploads(("b.png", made.png()))
    unused = f"{FILES}/{hashlib.sha256(made.png()).hexdigest()}/removal"
    for address in (*addresses, unused):
        page = await claimed.opens(address)
        named_there = re.findall(r'<(?:a|link|script|img|form)\b[^>]*?\b(?:href|src|action)="([^"#]+)', page.text)
        assert len(named_there) > 6
        for link in dict.fromkeys(named_there):
            there = httpx.URL(f"http://x{address}").join(unescape(link))
            if not link.endswith(("sign-out", "sign-in/desk")) and not link.startswith(
                "evidence"
            ):  # forms, and a page of another service
                answer = await claimed.opens(there.raw_path.decode())
                assert (link, answer.status_code) == (link, 200)


async def test_the_criterion_and_the_sheet_lead_to_the_files(clerk: Sender) -> None:
    assert 'href="1.3/files"' in (await clerk.opens(f"{UNIT}/criteria/1.3")).text
    assert 'href="H16.01/files"' in (await clerk.opens(UNIT)).text
