"""The refusal of a criteria set that has mistakes, one for all services."""

from collections.abc import Sequence

from parindex.refusal import Place, Refused


class CriteriaSetInvalidError(Refused):
    """The set has mistakes; the places name every one of them."""

    code = "criteria-set-invalid"
    vi, en = "Bộ chỉ số có {count} lỗi cần sửa.", "The criteria set has {count} mistakes to fix."

    places: Sequence[Place]
