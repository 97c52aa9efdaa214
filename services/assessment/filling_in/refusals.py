"""The refusals of workbooks."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class WorkbookNotOursError(Refused):
    """The file is no workbook of a sheet: the hidden worksheet that says whose it is is missing or changed."""

    code = "workbook-not-ours"
    vi = "Tệp này không phải phiếu tự chấm tải xuống từ hệ thống. Hãy tải phiếu xuống và điền vào tệp đó."
    en = "This file is not a sheet that was downloaded from the system. Download the sheet, and fill that in."


class WorkbookOfAnotherSheetError(Refused):
    """The workbook is of another round or another unit."""

    code = "workbook-of-another-sheet"
    vi = "Tệp này là phiếu của đơn vị {unit}, đợt {round_id}; không nạp vào phiếu này."
    en = "This file is the sheet of the unit {unit} in the round {round_id}; it does not belong here."

    round_id: str
    unit: str


class WorkbookOutdatedError(Refused):
    """The workbook is of another criteria set, or of a version that this sheet does not have."""

    code = "workbook-outdated"
    kind = Kind.CONFLICT
    vi = "Tệp này tải xuống từ một bộ chỉ số hoặc một bản phiếu không còn trên hệ thống. Hãy tải lại phiếu rồi điền."
    en = "This file is of a criteria set or a version of the sheet that the system does not have. Download it again."


class WorkbookGoneError(Refused):
    """No uploaded workbook waits under this digest; one waits for an hour at least."""

    code = "unknown-workbook"
    kind = Kind.UNKNOWN
    vi = "Không còn tệp đã tải lên này (tệp được giữ ít nhất một giờ). Hãy tải tệp lên lại."
    en = "This uploaded file is not here any more (it is kept for an hour at least). Upload it again."


class WorkbookInvalidError(Refused):
    """Some cells have mistakes; the places name every one of them, and nothing was applied."""

    code = "workbook-invalid"
    vi, en = "Tệp có {count} lỗi; chưa áp dụng gì.", "The file has {count} mistakes; nothing was applied."
    en_one = "The file has 1 mistake; nothing was applied."

    places: Sequence[Place]


class DiffVersionMissingError(Refused):
    """An application does not name the version of the sheet that its changes were shown against."""

    code = "diff-version-missing"
    vi = "Hãy nêu phiên bản phiếu mà các thay đổi đã được so sánh (ETag) trong If-Match."
    en = "Name the version of the sheet that the changes were shown against (its ETag) in If-Match."
