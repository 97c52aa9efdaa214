"""The refusals of computing, and the faults for which figures give no points: each by name, in both languages.

A fault stays on its line until a new finding or tally replaces the figures. Other scores do not depend on it, but no
round with a fault in it is settled.
"""

from parindex.contracts.uncomputable import (
    DividedByZeroError,
    FigureMissingError,
    FigureUnreadableError,
    NothingPlannedError,
    OptionUnknownError,
    PointsOutOfRangeError,
    UncomputableError,
)
from parindex.refusal import Kind, Refused
from parindex.wording import Wording


class IndexUnknownError(Refused):
    """The unit is in the round, and its index is not computed yet."""

    code = "unknown-index"
    kind = Kind.UNKNOWN
    vi = "Chưa tính chỉ số của đơn vị này; hãy thử lại sau giây lát."
    en = "The index of this unit is not computed yet; try again in a moment."


class ScoredBySurveyError(UncomputableError):
    """A finding gives points to a criterion that is scored by a survey."""

    code = "uncomputable-scored-by-survey"
    fault = "scored-by-survey"
    vi = "Tiêu chí này chấm bằng điều tra xã hội học, không thẩm định được điểm."
    en = "This criterion is scored by a survey; an appraisal cannot set its points."


class CriterionUnknownError(UncomputableError):
    """A finding names a criterion that the set does not score."""

    code = "uncomputable-criterion-unknown"
    fault = "criterion-unknown"
    vi, en = "Bộ chỉ số không có tiêu chí này.", "The criteria set scores no such criterion."


FAULTS: dict[str, Wording] = {
    error.fault: Wording(error.vi, error.en)
    for error in (
        NothingPlannedError,
        DividedByZeroError,
        FigureMissingError,
        FigureUnreadableError,
        PointsOutOfRangeError,
        OptionUnknownError,
        ScoredBySurveyError,
        CriterionUnknownError,
    )
}
"""The meaning of a line's fault, in Vietnamese and in English."""
