"""The refusals of stages."""

from parindex.refusal import Kind, Refused


class CriterionWithoutValuesError(Refused):
    """The unit's criteria set has no such criterion, or one that is the sum of those below it."""

    code = "unknown-leaf-criterion"
    kind = Kind.UNKNOWN
    vi = "Bộ chỉ số của đơn vị không có tiêu chí “{criterion}” được chấm điểm."
    en = "The unit's criteria set has no criterion “{criterion}” with points of its own."

    criterion: str
