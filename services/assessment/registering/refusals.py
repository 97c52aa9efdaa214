"""The refusals of the register of units."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class UnitsInvalidError(Refused):
    """Some lines have mistakes; the places name every one of them, and nothing was recorded."""

    code = "units-invalid"
    vi = "Danh mục đơn vị có {count} lỗi cần sửa; chưa ghi đơn vị nào."
    en = "The list of units has {count} mistakes to fix; nothing was recorded."

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
