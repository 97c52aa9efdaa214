"""The refusals of claims and self-scores."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class ClaimUnknownError(Refused):
    """The unit claims nothing for this criterion."""

    code = "unknown-claim"
    kind = Kind.UNKNOWN
    vi, en = "Chưa tự chấm tiêu chí “{criterion}”.", "Criterion “{criterion}” has no claim."

    criterion: str


class ClaimsInvalidError(Refused):
    """Some claims have mistakes; the places name every one of them, and none of the claims was taken."""

    code = "claims-invalid"
    vi = "Có {count} lỗi trong phần tự chấm; chưa ghi nhận nội dung nào."
    en = "The claims have {count} mistakes; none of them was taken."

    places: Sequence[Place]


class SurveyCriterionClaimedError(Refused):
    """The only mistake is a claim for survey criteria, which units do not self-score."""

    code = "survey-criterion-claimed"
    vi, en = "Đơn vị không tự chấm tiêu chí điều tra xã hội học.", "Units do not self-score survey criteria."

    places: Sequence[Place]


class SelfScoringOverError(Refused):
    """The unit's deadline has passed."""

    code = "self-scoring-over"
    kind = Kind.CONFLICT
    vi = "Đã hết hạn tự chấm điểm ({until}). Đơn vị có thể đề nghị cơ quan chủ trì gia hạn."
    en = "Self-scoring ended at {until}. The office can extend it for a unit."

    until: str


class SelfScoreSubmittedBeforeError(Refused):
    """The self-score is handed in, so its claims stand."""

    code = "self-score-submitted-before"
    kind = Kind.CONFLICT
    vi = "Đơn vị đã nộp bản tự chấm. Hãy rút lại (khi chưa thẩm định) rồi sửa."
    en = "The self-score is submitted. Withdraw it, while nobody appraises it yet, to change it."


class SelfScoreNotSubmittedError(Refused):
    """There is nothing to withdraw."""

    code = "self-score-not-submitted"
    kind = Kind.CONFLICT
    vi, en = "Đơn vị chưa nộp bản tự chấm.", "The self-score is not submitted."


class SelfScoreIncompleteError(Refused):
    """Criteria without a claim, or without the proof that they require; the places name them."""

    code = "self-score-incomplete"
    kind = Kind.CONFLICT
    vi, en = "Bản tự chấm còn thiếu {count} nội dung.", "The self-score lacks {count} things."

    places: Sequence[Place]


class AppraisalBegunError(Refused):
    """An appraiser has made a finding, so the self-score stays as it is."""

    code = "appraisal-begun"
    kind = Kind.CONFLICT
    vi, en = "Bản tự chấm đang được thẩm định nên không rút lại được.", "Appraisal has begun: too late to withdraw."


class DeadlinesReversedError(Refused):
    """Self-scoring would end when the appraisal is over."""

    code = "deadlines-reversed"
    vi = "Hạn tự chấm phải trước hạn thẩm định ({until}); hãy gia hạn thẩm định trước."
    en = "Self-scoring has to end before the appraisal does ({until}); extend the appraisal first."
    at = "/until"

    until: str


class ExtensionTooShortError(Refused):
    """An extension has to reach beyond now, and beyond the deadline that it replaces."""

    code = "extension-too-short"
    vi, en = "Hạn mới phải sau {until}.", "The new deadline has to be after {until}."
    at = "/until"

    until: str
