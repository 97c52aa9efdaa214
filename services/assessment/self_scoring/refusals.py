"""The refusals of claims and self-scores."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused
from parindex.wording import Wording


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


class ClaimedByAnotherError(Refused):
    """Another agency claims these criteria: in place of the unit, or the unit itself."""

    code = "claimed-by-another"
    kind = Kind.FORBIDDEN
    vi = "Có tiêu chí do cơ quan khác tự chấm; chưa ghi nhận nội dung nào."
    en = "Another agency claims some of these criteria; nothing was taken."

    places: Sequence[Place]


class PartReportedBeforeError(Refused):
    """The agency has reported its part, so that does not change before the unit returns it."""

    code = "part-reported-before"
    kind = Kind.CONFLICT
    vi = "{claimant} đã báo cáo phần tự chấm của mình. Muốn sửa, hãy đề nghị đơn vị trả lại phần đó."
    en = "{claimant} has reported its part. To change it, ask the unit to return the part."

    claimant: str


class SelfScoringOverError(Refused):
    """The unit's deadline has passed."""

    code = "self-scoring-over"
    kind = Kind.CONFLICT
    vi = "Đã hết hạn tự chấm điểm ({until}). Đơn vị có thể đề nghị cơ quan chủ trì gia hạn."
    en = "Self-scoring ended at {until}. The office can extend it for a unit."

    until: Wording


class SelfScoringNotBegunError(Refused):
    """Self-scoring of the unit begins later."""

    code = "self-scoring-not-begun"
    kind = Kind.CONFLICT
    vi = "Chưa đến lúc tự chấm điểm: bắt đầu từ {since}."
    en = "Self-scoring begins at {since}."

    since: Wording


class SelfScoreSentError(Refused):
    """The unit's leader has the self-score, so it does not change."""

    code = "self-score-sent"
    kind = Kind.CONFLICT
    vi = "Bản tự chấm đang ở lãnh đạo đơn vị, chờ duyệt. Muốn sửa, hãy thu hồi khi lãnh đạo chưa duyệt."
    en = "The unit's leader has the self-score and has not approved it yet. Recall it to change it."


class SelfScoreApprovedError(Refused):
    """The leader approved the self-score, so it does not change before it is returned or withdrawn."""

    code = "self-score-approved"
    kind = Kind.CONFLICT
    vi = "Lãnh đạo đơn vị đã duyệt bản tự chấm. Muốn sửa, hãy đề nghị lãnh đạo trả lại."
    en = "The unit's leader has approved the self-score. To change it, ask the leader to return it."


class SelfScoreSubmittedBeforeError(Refused):
    """The self-score is submitted, so its claims do not change."""

    code = "self-score-submitted-before"
    kind = Kind.CONFLICT
    vi = "Đơn vị đã nộp bản tự chấm. Hãy rút lại (khi chưa thẩm định) rồi sửa."
    en = "The self-score is submitted. Withdraw it, while nobody appraises it yet, to change it."


class AppraisalBegunError(Refused):
    """An appraiser has made a finding, so the self-score stays as it is."""

    code = "appraisal-begun"
    kind = Kind.CONFLICT
    vi, en = "Bản tự chấm đang được thẩm định nên không rút lại được.", "Appraisal has begun: too late to withdraw."


class DeadlinesReversedError(Refused):
    """A stage would end when the next one is over."""

    code = "deadlines-reversed"
    vi = "Hạn mới phải trước hạn của bước sau ({until}); hãy gia hạn bước sau trước."
    en = "The new deadline has to be before that of the next stage ({until}); extend that stage first."
    at = "/until"

    until: Wording


class NothingToExtendError(Refused):
    """The stage has no date of its own, so an extension would change nothing."""

    code = "nothing-to-extend"
    kind = Kind.CONFLICT
    vi = "Bước này không có thời hạn riêng nên không có gì để gia hạn."
    en = "This stage has no deadline of its own, so there is nothing to extend."


class ExtensionTooShortError(Refused):
    """An extension has to reach beyond now, and beyond the deadline that it replaces."""

    code = "extension-too-short"
    vi, en = "Hạn mới phải sau {until}.", "The new deadline has to be after {until}."
    at = "/until"

    until: Wording


class CriterionNotSelfScoredError(Refused):
    """The round's set for the unit has no such criterion, or a survey scores it, so it has no page."""

    code = "unknown-self-scored-criterion"
    kind = Kind.UNKNOWN
    vi = "Phiếu tự chấm của đơn vị không có tiêu chí “{criterion}”."
    en = "The unit's sheet has no criterion “{criterion}” to be self-scored."

    criterion: str
