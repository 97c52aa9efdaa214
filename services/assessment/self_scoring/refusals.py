"""Every way in which a self-score is not taken, by name."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class ClaimUnknownError(Refused):
    """The unit claims nothing for this criterion."""

    code = "unknown-claim"
    kind = Kind.UNKNOWN

    def __init__(self, criterion: str) -> None:
        super().__init__(f"Chưa tự chấm tiêu chí “{criterion}”.", f"Criterion “{criterion}” has no claim.")


class ClaimsInvalidError(Refused):
    """Some claims have mistakes; the places name every one of them, and none of the claims was taken."""

    code = "claims-invalid"

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(
            f"Có {len(places)} lỗi trong phần tự chấm; chưa ghi nhận nội dung nào.",
            f"The claims have {len(places)} mistakes; none of them was taken.",
            places,
        )


class SurveyCriterionClaimedError(Refused):
    """Nothing is wrong but that survey criteria were claimed, which nobody self-scores."""

    code = "survey-criterion-claimed"

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(
            "Đơn vị không tự chấm tiêu chí điều tra xã hội học.", "Units do not self-score survey criteria.", places
        )


class SelfScoringOverError(Refused):
    """The unit's deadline has passed."""

    code = "self-scoring-over"
    kind = Kind.CONFLICT

    def __init__(self, until: str) -> None:
        super().__init__(
            f"Đã hết hạn tự chấm điểm ({until}). Đơn vị có thể đề nghị cơ quan chủ trì gia hạn.",
            f"Self-scoring ended at {until}. The office can extend it for a unit.",
        )


class SelfScoreSubmittedBeforeError(Refused):
    """The self-score is handed in, so its claims stand."""

    code = "self-score-submitted-before"
    kind = Kind.CONFLICT

    def __init__(self) -> None:
        super().__init__(
            "Đơn vị đã nộp bản tự chấm. Hãy rút lại (khi chưa thẩm định) rồi sửa.",
            "The self-score is submitted. Withdraw it, while nobody appraises it yet, to change it.",
        )


class SelfScoreNotSubmittedError(Refused):
    """There is nothing to withdraw."""

    code = "self-score-not-submitted"
    kind = Kind.CONFLICT

    def __init__(self) -> None:
        super().__init__("Đơn vị chưa nộp bản tự chấm.", "The self-score is not submitted.")


class SelfScoreIncompleteError(Refused):
    """Criteria without a claim, or without the proof that they require; the places name them."""

    code = "self-score-incomplete"
    kind = Kind.CONFLICT

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(
            f"Bản tự chấm còn thiếu {len(places)} nội dung.", f"The self-score lacks {len(places)} things.", places
        )


class AppraisalBegunError(Refused):
    """An appraiser has made a finding, so the self-score stays as it is."""

    code = "appraisal-begun"
    kind = Kind.CONFLICT

    def __init__(self) -> None:
        super().__init__(
            "Bản tự chấm đang được thẩm định nên không rút lại được.", "Appraisal has begun: too late to withdraw."
        )


class DeadlinesReversedError(Refused):
    """Self-scoring would end when the appraisal is over."""

    code = "deadlines-reversed"

    def __init__(self, until: str) -> None:
        vi = f"Hạn tự chấm phải trước hạn thẩm định ({until}); hãy gia hạn thẩm định trước."
        en = f"Self-scoring has to end before the appraisal does ({until}); extend the appraisal first."
        super().__init__(vi, en, [Place("/until", vi, en)])


class ExtensionTooShortError(Refused):
    """An extension has to reach beyond now, and beyond the deadline that it replaces."""

    code = "extension-too-short"

    def __init__(self, until: str) -> None:
        vi, en = f"Hạn mới phải sau {until}.", f"The new deadline has to be after {until}."
        super().__init__(vi, en, [Place("/until", vi, en)])
