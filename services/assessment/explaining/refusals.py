"""The refusals of explanations."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class ExplanationsInvalidError(Refused):
    """Some explanations have mistakes; the places name every one of them, and none of the explanations was taken."""

    code = "explanations-invalid"
    vi = "Có {count} lỗi trong phần giải trình; chưa ghi nhận nội dung nào."
    en = "The explanations have {count} mistakes; none of them was taken."

    places: Sequence[Place]


class LeaderSubmitsExplanationError(Refused):
    """The round requires the leader's approval: the leader submits the explanation that the unit wrote."""

    code = "leader-submits-explanation"
    kind = Kind.FORBIDDEN
    vi = "Đợt này cần lãnh đạo đơn vị duyệt: lãnh đạo nộp bản giải trình."
    en = "This round requires the approval of the unit's leader: the leader submits the explanation."


class CriterionNotExplainableError(Refused):
    """The first appraisal did not correct this criterion, or is not announced, so there is no page to explain it."""

    code = "unknown-explainable-criterion"
    kind = Kind.UNKNOWN
    vi = "Không có kết quả thẩm định lần 1 của tiêu chí “{criterion}” để giải trình."
    en = "Appraisal 1 has no result of criterion “{criterion}” that could be explained."

    criterion: str
