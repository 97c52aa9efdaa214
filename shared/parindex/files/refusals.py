"""Refusals of files: why one was not received, not accepted or not read."""

from typing import ClassVar

from parindex.files.kinds import MEDIA_TYPES, ODS, OLE
from parindex.refusal import Kind, Refused
from parindex.wording import Wording

LONGEST_QUOTED = 100
"""Characters of a file's name that a refusal quotes."""

ACCEPTED = Wording("PDF, ảnh JPEG hoặc PNG, DOCX, XLSX, ODT, ODS", "PDF, JPEG or PNG pictures, DOCX, XLSX, ODT, ODS")


class FileEmptyError(Refused):
    """The file has no bytes."""

    code = "file-empty"
    vi, en = "Tệp rỗng; chưa lưu gì. Hãy chọn lại tệp.", "The file is empty; nothing was stored. Choose the file again."


class FileTooLargeError(Refused):
    """The file has more than `at_most` bytes."""

    code = "file-too-large"
    kind = Kind.TOO_LARGE
    vi = "Tệp lớn hơn {at_most} byte; chưa lưu gì. Hãy quét lại ở độ phân giải thấp hơn, hoặc tách thành nhiều tệp."
    en = "The file has more than {at_most} bytes; nothing was stored. Scan it at a lower resolution, or split it."

    at_most: int


class NoRoomForFilesError(Refused):
    """The disk of the file store is full; nothing of the file is left there."""

    code = "no-room-for-files"
    kind = Kind.UNAVAILABLE
    vi = "Chưa lưu tệp: đĩa chứa tệp đã đầy. Hãy báo người quản trị rồi gửi lại sau."
    en = "The file was not stored: the disk of the files is full. Inform the administrator, and send it again later."


class FileStoreAwayError(Refused):
    """The bucket of files does not answer, or does not accept our key; nothing was acknowledged."""

    code = "file-store-away"
    kind = Kind.UNAVAILABLE
    vi = "Nơi chứa tệp không trả lời. Hãy thử lại sau ít phút; nếu vẫn vậy, hãy báo người quản trị."
    en = "The store of files does not answer. Try again in some minutes, or inform the administrator."


class NoFileStoreError(Refused):
    """The installation has no file store: its setting is empty."""

    code = "no-file-store"
    kind = Kind.UNAVAILABLE
    vi = "Hệ thống chưa được cài đặt nơi chứa tệp (PARINDEX_FILES_FOLDER). Hãy báo người quản trị."
    en = "This installation has no place for files (PARINDEX_FILES_FOLDER). Inform the administrator."


class StoredFileMissingError(Refused):
    """An event names a file whose bytes are not in the store."""

    code = "stored-file-missing"
    kind = Kind.DAMAGED
    vi = "Sổ có ghi tệp {digest} nhưng nơi chứa tệp không còn tệp này. Hãy báo người quản trị."
    en = "The log names the file {digest}, and the store of files has it no more. Inform the administrator."

    digest: str


class StoredFileAlteredError(Refused):
    """The bytes of a stored file do not have the digest under which they are stored."""

    code = "stored-file-altered"
    kind = Kind.DAMAGED
    vi = "Nội dung của tệp {digest} đã bị thay đổi tại nơi chứa tệp. Hãy báo người quản trị."
    en = "The content of the file {digest} was changed in the store. Inform the administrator."

    digest: str


class FileTypeNotAcceptedError(Refused):
    """The content is of a type that is not accepted, or of none that is known (`looks` is empty)."""

    code = "file-type-not-accepted"
    kind = Kind.NOT_TAKEN
    headers: ClassVar[dict[str, str]] = {"Accept": ", ".join(MEDIA_TYPES)}
    vi = "Không nhận loại tệp này{seen}. Chỉ nhận {accepted}."
    en = "This type of file is not accepted{seen}. Accepted are {accepted}."
    accepted = ACCEPTED

    looks: str

    @property
    def seen(self) -> Wording:
        """What the content looks like."""
        return Wording(f" ({self.looks})", f" ({self.looks})") if self.looks else Wording("", "")


class FileNotAsNamedError(Refused):
    """The content is not what the ending of the name says."""

    code = "file-not-as-named"
    vi = "Tên tệp kết thúc bằng “{ending}” nhưng nội dung là {content}. Hãy kiểm tra lại tệp."
    en = "The name ends in “{ending}”, and the content is {content}. Check the file."

    ending: str
    looks: str

    @property
    def content(self) -> Wording:
        """What the content looks like."""
        return Wording(self.looks, self.looks) if self.looks else Wording("loại khác", "of another type")


class FileNotWorkbookError(Refused):
    """The content is no Excel workbook of 2007 or later. `name`: of the file as it was sent; "" where it has none."""

    code = "file-not-workbook"
    vi = "{named} có nội dung là {content}, không phải Excel .xlsx. {remedy}"
    en = "{named} is {content}, and no Excel .xlsx. {remedy}"

    name: str
    looks: str

    @property
    def named(self) -> Wording:
        """The file by its name."""
        short = f"{self.name[:LONGEST_QUOTED]}…" if len(self.name) > LONGEST_QUOTED else self.name
        return Wording(f"Tệp “{short}”", f"The file “{short}”") if short else Wording("Tệp này", "This file")

    @property
    def content(self) -> Wording:
        """What the content looks like."""
        return (
            Wording(self.looks, f"of the type {self.looks}") if self.looks else Wording("loại khác", "of another type")
        )

    @property
    def remedy(self) -> Wording:
        """What to do: an older workbook can be saved as one that is read."""
        if self.looks in {OLE, ODS.name}:
            return Wording(
                "Hãy mở tệp trong Excel, chọn Tệp > Lưu thành (File > Save As), loại “Excel Workbook (*.xlsx)”, rồi "
                "gửi tệp mới.",
                "Open it in Excel, choose File > Save As with the type “Excel Workbook (*.xlsx)”, and send that.",
            )
        return Wording("Hãy chọn lại tệp .xlsx.", "Choose an .xlsx file.")


class FileEncryptedError(Refused):
    """The file opens with a password only, so that no appraiser could read it."""

    code = "file-encrypted"
    vi = "Tệp được đặt mật khẩu nên người thẩm định không xem được. Hãy gửi bản không đặt mật khẩu."
    en = "The file needs a password, so an appraiser could not read it. Send it without a password."


class FileHasMacrosError(Refused):
    """An Office file holds macros, under any ending of its name, or loads a template or document from the web."""

    code = "file-has-macros"
    vi = "Tệp có chứa macro nên không nhận. Hãy lưu thành tệp không có macro, hoặc PDF."
    en = "The file has macros, which are not accepted. Save it without macros, or as PDF."


class FileHasDdeLinksError(Refused):
    """An Office file has DDE fields or links, which have the machine that opens it start other programs."""

    code = "file-has-dde-links"
    vi = (
        "Tệp có liên kết DDE, có thể chạy chương trình khác trên máy của người mở, nên không nhận. Hãy bỏ liên kết, "
        "hoặc gửi bản PDF."
    )
    en = (
        "The file has DDE links, which can start other programs on the machine that opens it, so it is not accepted. "
        "Remove the links, or send a PDF."
    )


class FileExpandsTooMuchError(Refused):
    """A compressed file has too many parts, nests too deep, or expands to more than is checked (a zip bomb)."""

    code = "file-expands-too-much"
    vi = "Nội dung nén trong tệp nở ra quá lớn, có quá nhiều phần hoặc lồng quá nhiều lớp. Hãy gửi bản PDF."
    en = "The compressed content of the file expands too much, has too many parts, or is nested too deep. Send a PDF."


class PictureTooLargeError(Refused):
    """A picture has too many pixels to be shown."""

    code = "picture-too-large"
    vi = "Ảnh có {width} × {height} điểm ảnh, quá lớn để xem; mỗi cạnh nhiều nhất {side}. Hãy thu nhỏ ảnh."
    en = "The picture has {width} × {height} pixels, too many to be shown; a side has {side} at most. Make it smaller."

    width: int
    height: int
    side: int


class FileDamagedError(Refused):
    """The file is cut off, or its parts do not fit together."""

    code = "file-damaged"
    vi = "Tệp bị hỏng hoặc bị cắt cụt nên không mở được. Hãy mở thử trên máy rồi gửi lại."
    en = "The file is damaged or cut off, so it does not open. Try to open it yourself, and send it again."


class FileTooComplexError(Refused):
    """The check of a file did not end within its bounds of time and memory."""

    code = "file-too-complex"
    vi = "Tệp quá phức tạp nên không kiểm tra được trong giới hạn cho phép. Hãy in lại ra PDF rồi gửi bản đó."
    en = "The file is too complex to be checked within bounds. Print it to a new PDF, and send that."


class WorkbookTooComplexError(FileTooComplexError):
    """A workbook of lines to be read in has more in it than is read within the bounds of time and memory."""

    code = "workbook-too-complex"
    vi = (
        "Tệp Excel có quá nhiều ô nên không đọc hết được. Hãy xóa (Delete) các dòng, cột và trang tính thừa, "
        "lưu lại rồi gửi tệp đó."
    )
    en = (
        "The workbook has too many cells to be read. Delete the rows, columns and worksheets that are not needed, "
        "save it, and send that."
    )


class CellTooFarError(Refused):
    """A cell with a value is so far from the others that the worksheet is not read."""

    code = "cell-too-far"
    vi = (
        "Trang tính “{sheet}” có dữ liệu ở ô {cell}, quá xa phần còn lại của bảng, nên không đọc tệp. "
        "Hãy xóa (Delete) dòng và cột của ô đó, lưu lại rồi gửi tệp đó."
    )
    en = (
        "The worksheet “{sheet}” has a value in {cell}, too far from the rest of the table, so the file is not read. "
        "Delete the row and the column of that cell, save it, and send that."
    )

    sheet: str
    cell: str


class WorksheetTwiceError(Refused):
    """Two worksheets have one name, apart from case and the way of typing its letters."""

    code = "worksheet-twice"
    vi = "Tệp có hai trang tính cùng tên “{sheet}”, nên không biết đọc trang nào. Hãy xóa hoặc đổi tên một trang."
    en = "The file has two worksheets of the name “{sheet}”, and only one can be read. Delete or rename one."

    sheet: str


class FileInfectedError(Refused):
    """The virus scanner found a signature in the file."""

    code = "file-infected"
    vi = (
        "Tệp có mã độc ({signature}) nên không nhận và không mở. Hãy quét vi-rút máy tính, rồi tạo lại tệp từ bản sạch."
    )
    en = "The file has malware ({signature}), so it is neither taken nor opened. Scan the computer, and make it anew."

    signature: str


class FileNotScannedError(Refused):
    """The virus scanner is away, too slow, or gave no answer that can be understood. Nothing is taken as clean then."""

    code = "file-not-scanned"
    kind = Kind.UNAVAILABLE
    vi = "Chưa lưu tệp: lúc này không quét được vi-rút. Hãy gửi lại sau ít phút; nếu vẫn vậy, hãy báo người quản trị."
    en = "The file was not stored: it can't be scanned for viruses now. Send it again in some minutes."


class FileTooLargeToScanError(Refused):
    """The file is larger, or expands to more, than the virus scanner scans."""

    code = "file-too-large-to-scan"
    vi = "Chưa lưu tệp: tệp vượt quá giới hạn của bộ quét vi-rút. Hãy tách tệp, hoặc báo người quản trị nâng giới hạn."
    en = "The file was not stored: it is beyond the virus scanner's limits. Split it, or have the limits raised."


class PageNotDrawnError(Refused):
    """A page of a file can't be shown as a picture: office documents can't, and damaged or too large pages."""

    code = "unknown-page"
    kind = Kind.UNKNOWN
    vi = "Không xem trước được trang {page} của tệp này. Hãy tải tệp về để xem."
    en = "Page {page} of this file can't be shown. Download the file to read it."

    page: int


def may_pass(refused: Refused) -> bool:
    """Return whether the same file may be read later: a refusal of the moment, or of a machine that was too busy."""
    return refused.kind is Kind.UNAVAILABLE or isinstance(refused, FileTooComplexError)
