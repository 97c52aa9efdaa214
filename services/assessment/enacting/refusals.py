"""What enacting refuses: a code that is taken, and a set with mistakes."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class CriteriaSetEnactedBeforeError(Refused):
    """The code is taken: a set never changes, so an amended one is a new set."""

    code = "criteria-set-enacted-before"
    kind = Kind.CONFLICT
    vi = "Bộ chỉ số “{set_code}” đã ban hành và không sửa được nữa; hãy ban hành bản sửa đổi dưới một mã mới."
    en = "The criteria set “{set_code}” is enacted and cannot change; enact the amended one under a new code."

    set_code: str


class CriteriaSetInvalidError(Refused):
    """The set has mistakes; the places name every one of them."""

    code = "criteria-set-invalid"
    vi, en = "Bộ chỉ số có {count} lỗi cần sửa.", "The criteria set has {count} mistakes to fix."

    places: Sequence[Place]
