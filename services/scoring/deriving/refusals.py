"""The refusals of derivations."""

from parindex.refusal import Kind, Refused


class CriterionNotScoredError(Refused):
    """The unit's criteria set has no such criterion, or one that is the sum of those below it."""

    code = "unknown-scored-criterion"
    kind = Kind.UNKNOWN
    vi = "Bộ chỉ số của đơn vị không có tiêu chí “{criterion}” được chấm điểm."
    en = "The unit's criteria set has no scored criterion “{criterion}”."

    criterion: str
