"""The refusals of the register of units."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class UnitsInvalidError(Refused):
    """Some lines have mistakes; the places name every one of them, and nothing was recorded."""

    code = "units-invalid"
    vi = "Danh mục đơn vị có {count} lỗi cần sửa; chưa ghi đơn vị nào."
    en = "The list of units has {count} mistakes to fix; nothing was recorded."
    en_one = "The list of units has 1 mistake to fix; nothing was recorded."

    places: Sequence[Place]


class RegisterUnknownError(Refused):
    """Nothing was recorded for this authority."""

    code = "unknown-register"
    kind = Kind.UNKNOWN
    vi = "{authority} chưa có danh mục đơn vị."
    en = "{authority} has no register of units yet."

    authority: str


class RegisteredUnitUnknownError(Refused):
    """The register has no unit of this code."""

    code = "unknown-registered-unit"
    kind = Kind.UNKNOWN
    vi = "Danh mục của {authority} không có đơn vị “{unit}”."
    en = "The register of {authority} has no unit “{unit}”."

    authority: str
    unit: str


class UnitListGoneError(Refused):
    """No list of units waits under this digest; one waits for an hour at least."""

    code = "unknown-unit-list"
    kind = Kind.UNKNOWN
    vi = "Không còn tệp danh mục này (tệp đọc được được giữ ít nhất một giờ). Hãy tải tệp lên lại."
    en = "This file of a register is not here any more (a right one is kept for an hour at least). Upload it again."


class UnitListReadAnewError(Refused):
    """The file makes other changes than those that were shown, though the register is the same.

    So it is after an update of the program.
    """

    code = "unit-list-read-anew"
    kind = Kind.CONFLICT
    vi = "Các thay đổi nay khác những gì đã hiển thị nên chưa ghi gì. Hãy xem lại trang này rồi ghi."
    en = "The changes are not those that you saw, so nothing is recorded. Look at the page again, then record them."
