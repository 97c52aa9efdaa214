"""The refusals of assignments."""

from collections.abc import Sequence

from parindex.refusal import Place, Refused


class AssignmentsInvalidError(Refused):
    """Some assignments have mistakes; the places name every one of them, and nothing was assigned."""

    code = "assignments-invalid"
    vi = "Có {count} lỗi trong phần phân công; chưa phân công nội dung nào."
    en = "The assignments have {count} mistakes; nothing was assigned."

    places: Sequence[Place]
