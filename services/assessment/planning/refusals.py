"""The refusals of files of years: gone, read anew, or not to be opened as they are."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused
from parindex.wording import Wording


class YearGoneError(Refused):
    """No right year waits under this digest; one waits for an hour at least."""

    code = "unknown-year-draft"
    kind = Kind.UNKNOWN
    vi = "Không còn bảng tính của năm này (tệp hợp lệ được giữ ít nhất một giờ). Hãy tải tệp lên lại."
    en = "This workbook of a year is not here any more (a right one is kept for an hour at least). Upload it again."


class YearReadAnewError(Refused):
    """The file gives other content than was shown, as after an update of the program."""

    code = "year-draft-read-anew"
    kind = Kind.CONFLICT
    vi = "Nội dung đọc từ tệp nay khác nội dung đã hiển thị nên chưa mở đợt. Hãy xem lại trang này rồi xác nhận."
    en = "The file is read differently from what you saw, so nothing was done. Look at the page again, then confirm."


class YearInvalidError(Refused):
    """The year has mistakes, such as a deadline that has passed meanwhile; the places are cells of the workbook."""

    code = "year-invalid"
    vi, en = "Bảng tính của năm có {count} lỗi cần sửa.", "The workbook of the year has {count} mistakes to fix."
    en_one = "The workbook of the year has 1 mistake to fix."

    places: Sequence[Place]


class YearFileKindError(Refused):
    """The file is no workbook; a year comes in one."""

    code = "year-file-kind"
    vi = (
        "Không đọc loại tệp này{seen} thành một năm; một năm chỉ được đọc từ tệp Excel .xlsx. "
        "Tệp .xls, .ods: hãy lưu thành (Save As) “Excel Workbook (.xlsx)”."
    )
    en = (
        "This kind of file{seen} is not read as a year; an Excel .xlsx file is. "
        "Save an .xls or .ods file as “Excel Workbook (.xlsx)”."
    )

    looks: str

    @property
    def seen(self) -> Wording:
        """What the content looks like."""
        return Wording(f" ({self.looks})", f" ({self.looks})") if self.looks else Wording("", "")
