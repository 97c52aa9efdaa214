"""The refusals of files of sets: of a kind that is not read, gone, or read anew."""

from parindex.refusal import Kind, Refused
from parindex.wording import Wording


class DraftGoneError(Refused):
    """No right set waits under this digest; one waits for an hour at least."""

    code = "unknown-criteria-set-draft"
    kind = Kind.UNKNOWN
    vi = "Không còn tệp bộ chỉ số này (tệp hợp lệ được giữ ít nhất một giờ). Hãy tải tệp lên lại."
    en = "This file of a set is not here any more (a right one is kept for an hour at least). Upload it again."


class DraftReadAnewError(Refused):
    """The file is read into another set than the one that was shown, as by another version of the program."""

    code = "criteria-set-draft-read-anew"
    kind = Kind.CONFLICT
    vi = "Nội dung đọc từ tệp nay khác nội dung đã hiển thị nên chưa ban hành. Hãy xem lại trang này rồi ban hành."
    en = "The file is read differently from what you saw, so nothing is enacted. Look at the page again, then enact."


class SetFileKindError(Refused):
    """The file is of a kind that is not read as a set; the text says how to save it as one that is."""

    code = "criteria-file-kind"
    vi = (
        "Không đọc loại tệp này{seen} thành bộ chỉ số; chỉ nhận Excel .xlsx, YAML và JSON. Tệp .xls, .ods: mở bằng "
        "Excel hoặc LibreOffice rồi chọn Lưu thành (Save As), loại “Excel Workbook (.xlsx)”. Tệp .csv chỉ có một bảng "
        "mà bộ chỉ số cần bốn trang tính: hãy tải mẫu Excel rồi dán các cột vào trang “Tiêu chí”."
    )
    en = (
        "This kind of file{seen} is not read as a set; Excel .xlsx, YAML and JSON are. Save an .xls or .ods file as "
        "“Excel Workbook (.xlsx)”. A .csv file has one table, and a set has four worksheets: paste its columns into "
        "the worksheet “Tiêu chí” of the template."
    )

    looks: str

    @property
    def seen(self) -> Wording:
        """What the content looks like."""
        return Wording(f" ({self.looks})", f" ({self.looks})") if self.looks else Wording("", "")
