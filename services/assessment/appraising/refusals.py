"""The refusals of an appraisal, and of closing or reopening a round."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused
from parindex.wording import Wording


class SelfAppraisalError(Refused):
    """A member of the unit would appraise it."""

    code = "self-appraisal"
    kind = Kind.FORBIDDEN
    vi = "Người của đơn vị {unit} không được thẩm định chính đơn vị mình."
    en = "Nobody who belongs to unit {unit} may appraise it."

    unit: str


class NotTheAppraiserError(Refused):
    """Some criteria are appraised by other agencies; the places name them."""

    code = "not-the-appraiser"
    kind = Kind.FORBIDDEN
    vi, en = "Có {count} tiêu chí do cơ quan khác thẩm định.", "{count} criteria are appraised by other agencies."

    places: Sequence[Place]


class FindingsInvalidError(Refused):
    """Some findings have mistakes; the places name every one of them, and none of the findings was taken."""

    code = "findings-invalid"
    vi = "Có {count} lỗi trong kết quả thẩm định; chưa ghi nhận nội dung nào."
    en = "The findings have {count} mistakes; none of them was taken."

    places: Sequence[Place]


class NothingToAppraiseError(Refused):
    """The unit has not submitted its self-score."""

    code = "nothing-to-appraise"
    kind = Kind.CONFLICT
    vi = "Đơn vị chưa nộp bản tự chấm nên chưa thẩm định được."
    en = "The unit has not submitted its self-score, so there is nothing to appraise."


class AppraisalCompletedBeforeError(Refused):
    """The unit's appraisal is finished; only a reopened round changes it."""

    code = "appraisal-completed-before"
    kind = Kind.CONFLICT
    vi = "Việc thẩm định đơn vị này đã hoàn thành; muốn sửa phải mở lại đợt."
    en = "The appraisal of this unit is complete; only reopening the round changes it."


class AppraisalOverError(Refused):
    """The deadline of the unit's appraisal has passed."""

    code = "appraisal-over"
    kind = Kind.CONFLICT
    vi = "Đã hết hạn thẩm định ({until}). Cơ quan chủ trì có thể gia hạn, có lý do."
    en = "The appraisal ended at {until}. The office can extend it, for a reason."

    until: Wording


class FirstAppraisalOverError(Refused):
    """The deadline of the unit's first appraisal has passed."""

    code = "first-appraisal-over"
    kind = Kind.CONFLICT
    vi = "Đã hết hạn thẩm định lần 1 ({until}). Cơ quan chủ trì có thể gia hạn cho đơn vị này, có lý do."
    en = "Appraisal 1 ended at {until}. The office can extend it for this unit, for a reason."

    until: Wording


class ExplanationOverError(Refused):
    """The deadline of the unit's explanation has passed."""

    code = "explanation-over"
    kind = Kind.CONFLICT
    vi = "Đã hết hạn giải trình ({until}). Đơn vị có thể đề nghị cơ quan chủ trì gia hạn."
    en = "The explanation ended at {until}. The office can extend it for a unit, for a reason."

    until: Wording


class StagePassedError(Refused):
    """The unit is past the stage that would be extended."""

    code = "stage-passed"
    kind = Kind.CONFLICT
    vi, en = "Đơn vị đã qua bước này nên không gia hạn được.", "The unit is past this stage: nothing is extended."


class FourEyesError(Refused):
    """The round asks for four eyes: who changed a result does not complete the appraisal; the places name what."""

    code = "four-eyes"
    kind = Kind.FORBIDDEN
    advice = (
        "Người khác, không điều chỉnh đơn vị này, hoàn thành thẩm định.",
        "Somebody else, who corrected nothing of the unit, completes its appraisal.",
    )
    vi = "Người đã điều chỉnh kết quả của {unit} không tự hoàn thành thẩm định; cần một người khác."
    en = "Who changed a result of {unit} does not complete its appraisal; somebody else has to."
    each = (
        "criteria",
        Place("/findings/{each}", "Chính người này điều chỉnh {each}.", "The same person changed {each}."),
    )

    unit: str
    criteria: Sequence[str]


class ExplanationNotOfferedError(Refused):
    """The round was opened with one appraisal, so units explain nothing after it."""

    code = "explanation-not-offered"
    kind = Kind.CONFLICT
    vi = "Đợt này thẩm định một lần, không có bước giải trình."
    en = "This round has one appraisal, and no explanation after it."


class FirstAppraisalNotAnnouncedError(Refused):
    """The first appraisal corrected something, and the unit has not been told, so it could not explain."""

    code = "first-appraisal-not-announced"
    kind = Kind.CONFLICT
    vi = "Chưa thông báo kết quả thẩm định lần 1 cho đơn vị, nên đơn vị chưa được giải trình."
    en = "The results of appraisal 1 were not announced to the unit, so it could not explain them."


class FirstAppraisalAnnouncedBeforeError(Refused):
    """The results of the first appraisal were announced, so they no longer change."""

    code = "first-appraisal-announced-before"
    kind = Kind.CONFLICT
    vi = "Kết quả thẩm định lần 1 của đơn vị đã thông báo từ trước."
    en = "The results of the unit's appraisal 1 were announced before."


class NothingToExplainError(Refused):
    """The first appraisal corrected nothing, so there is nothing to explain."""

    code = "nothing-to-explain"
    kind = Kind.CONFLICT
    vi = "Thẩm định lần 1 không điều chỉnh tiêu chí nào, nên không có nội dung để giải trình."
    en = "Appraisal 1 corrected nothing, so there is nothing to explain."


class ExplanationAwaitedError(Refused):
    """The unit explains what the first appraisal corrected; nothing is found or completed meanwhile."""

    code = "explanation-awaited"
    kind = Kind.CONFLICT
    vi = "Đơn vị đang giải trình kết quả thẩm định lần 1. Cơ quan chủ trì có thể kết thúc việc giải trình, có lý do."
    en = "The unit explains the results of appraisal 1. The office can end this, for a reason."


class ExplanationNotOpenError(Refused):
    """The unit does not explain now: the first appraisal is not announced yet, or the explanation is over."""

    code = "explanation-not-open"
    kind = Kind.CONFLICT
    vi = "Đơn vị không ở bước giải trình: kết quả thẩm định lần 1 chưa thông báo, hoặc việc giải trình đã xong."
    en = "The unit does not explain now: appraisal 1 is not announced, or the explanation is over."


class CriteriaNotExplainedError(Refused):
    """The second appraisal looks at what the unit explained; the places name the other criteria."""

    code = "criteria-not-explained"
    kind = Kind.CONFLICT
    vi = "Có {count} tiêu chí đơn vị không giải trình; kết quả thẩm định lần 1 của các tiêu chí đó giữ nguyên."
    en = "The unit did not explain {count} criteria; appraisal 1 of these stays."

    places: Sequence[Place]


class CouncilDecidesError(Refused):
    """The council has begun to decide, so appraisers no longer make findings."""

    code = "council-decides"
    kind = Kind.CONFLICT
    vi = "Hội đồng đang quyết định; cơ quan thẩm định không sửa kết quả nữa."
    en = "The council decides on this unit; appraisers no longer make findings."


class CouncilSessionNeededError(Refused):
    """The round has a council, which decides in a session, with votes."""

    code = "council-session-needed"
    kind = Kind.CONFLICT
    vi = "Đợt này có hội đồng: tiêu chí được quyết định tại phiên họp của hội đồng, có biểu quyết."
    en = "This round has a council: it decides in a session, with votes."


class CouncilItemsOpenError(Refused):
    """The council has not decided some criteria, so the unit's appraisal is not complete; the places name them."""

    code = "council-items-open"
    kind = Kind.CONFLICT
    vi = "Hội đồng chưa quyết định {count} tiêu chí của đơn vị này."
    en = "The council has not decided {count} criteria of this unit."
    each = (
        "criteria",
        Place("/findings/{each}", "Tiêu chí {each} chờ hội đồng quyết định.", "Criterion {each} awaits the council."),
    )

    criteria: Sequence[str]


class CouncilItemsNotOpenError(Refused):
    """The council would decide criteria that are not before it, or that it decided already; the places say which."""

    code = "council-items-not-open"
    kind = Kind.CONFLICT
    vi = "Có {count} tiêu chí hội đồng không quyết định được; chưa ghi nhận nội dung nào."
    en = "The council can't decide {count} of these criteria; nothing was recorded."

    places: Sequence[Place]


class DeadlinePassedError(Refused):
    """A new deadline lies in the past."""

    code = "deadline-passed"
    vi, en = "Thời hạn đã qua.", "This deadline has passed."

    at: str


class AppraisalIncompleteError(Refused):
    """Criteria without a finding; the places name them."""

    code = "appraisal-incomplete"
    kind = Kind.CONFLICT
    vi, en = "Còn {count} tiêu chí chưa thẩm định.", "{count} criteria have no finding."
    each = "criteria", Place("/findings/{each}", "Chưa thẩm định tiêu chí {each}.", "Criterion {each} has no finding.")

    criteria: Sequence[str]


class UnitsNotAppraisedError(Refused):
    """Units whose appraisal is not complete; the places say how far each is."""

    code = "units-not-appraised"
    kind = Kind.CONFLICT
    vi = "Chưa đóng được đợt: còn {count} đơn vị chưa thẩm định xong."
    en = "The round can't close: the appraisal of {count} units is not complete."

    places: Sequence[Place]


class RoundClosedBeforeError(Refused):
    """The round is closed."""

    code = "round-closed-before"
    kind = Kind.CONFLICT
    vi, en = "Đợt “{round_id}” đã đóng.", "The round “{round_id}” is closed."

    round_id: str


class RoundNotClosedError(Refused):
    """Only a closed round can be reopened."""

    code = "round-not-closed"
    kind = Kind.CONFLICT
    vi, en = "Đợt “{round_id}” chưa đóng.", "The round “{round_id}” is not closed."

    round_id: str


class UnitsNotInRoundError(Refused):
    """Units are named that the round does not assess."""

    code = "units-not-in-round"
    vi, en = "Có đơn vị không thuộc đợt này.", "Some units are not in this round."

    places: Sequence[Place]
