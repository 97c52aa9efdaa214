"""The refusals of an appraisal, and of closing or reopening a round."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


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

    until: str


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
