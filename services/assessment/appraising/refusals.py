"""Every way in which an appraisal or a closing is refused, by name."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class SelfAppraisalError(Refused):
    """Somebody who belongs to the unit would appraise it."""

    code = "self-appraisal"
    kind = Kind.FORBIDDEN

    def __init__(self, unit: str) -> None:
        super().__init__(
            f"Người của đơn vị {unit} không được thẩm định chính đơn vị mình.",
            f"Nobody who belongs to unit {unit} may appraise it.",
        )


class NotTheAppraiserError(Refused):
    """Some criteria are appraised by other agencies; the places name them."""

    code = "not-the-appraiser"
    kind = Kind.FORBIDDEN

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(
            f"Có {len(places)} tiêu chí do cơ quan khác thẩm định.",
            f"{len(places)} criteria are appraised by other agencies.",
            places,
        )


class FindingsInvalidError(Refused):
    """Some findings have mistakes; the places name every one of them, and none of the findings was taken."""

    code = "findings-invalid"

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(
            f"Có {len(places)} lỗi trong kết quả thẩm định; chưa ghi nhận nội dung nào.",
            f"The findings have {len(places)} mistakes; none of them was taken.",
            places,
        )


class NothingToAppraiseError(Refused):
    """The unit has not submitted its self-score."""

    code = "nothing-to-appraise"
    kind = Kind.CONFLICT

    def __init__(self) -> None:
        super().__init__(
            "Đơn vị chưa nộp bản tự chấm nên chưa thẩm định được.",
            "The unit has not submitted its self-score, so there is nothing to appraise.",
        )


class AppraisalCompletedBeforeError(Refused):
    """The unit's appraisal is finished; only a reopened round changes it."""

    code = "appraisal-completed-before"
    kind = Kind.CONFLICT

    def __init__(self) -> None:
        super().__init__(
            "Việc thẩm định đơn vị này đã hoàn thành; muốn sửa phải mở lại đợt.",
            "The appraisal of this unit is complete; only reopening the round changes it.",
        )


class AppraisalOverError(Refused):
    """The deadline of the unit's appraisal has passed."""

    code = "appraisal-over"
    kind = Kind.CONFLICT

    def __init__(self, until: str) -> None:
        super().__init__(
            f"Đã hết hạn thẩm định ({until}). Cơ quan chủ trì có thể gia hạn, có lý do.",
            f"The appraisal ended at {until}. The office can extend it, for a reason.",
        )


class FourEyesError(Refused):
    """The round asks for four eyes: who changed a result does not complete the appraisal; the places name what."""

    code = "four-eyes"
    kind = Kind.FORBIDDEN
    advice = (
        "Người khác, không điều chỉnh đơn vị này, hoàn thành thẩm định.",
        "Somebody else, who corrected nothing of the unit, completes its appraisal.",
    )

    def __init__(self, unit: str, criteria: Sequence[str]) -> None:
        super().__init__(
            f"Người đã điều chỉnh kết quả của {unit} không tự hoàn thành thẩm định; cần một người khác.",
            f"Who changed a result of {unit} does not complete its appraisal; somebody else has to.",
            [
                Place(f"/findings/{code}", f"Chính người này điều chỉnh {code}.", f"The same person changed {code}.")
                for code in criteria
            ],
        )


class DeadlinePassedError(Refused):
    """A new deadline lies in the past."""

    code = "deadline-passed"

    def __init__(self, at: str) -> None:
        vi, en = "Thời hạn đã qua.", "This deadline has passed."
        super().__init__(vi, en, [Place(at, vi, en)])


class AppraisalIncompleteError(Refused):
    """Criteria without a finding; the places name them."""

    code = "appraisal-incomplete"
    kind = Kind.CONFLICT

    def __init__(self, criteria: Sequence[str]) -> None:
        super().__init__(
            f"Còn {len(criteria)} tiêu chí chưa thẩm định.",
            f"{len(criteria)} criteria have no finding.",
            [
                Place(f"/findings/{code}", f"Chưa thẩm định tiêu chí {code}.", f"Criterion {code} has no finding.")
                for code in criteria
            ],
        )


class UnitsNotAppraisedError(Refused):
    """Units whose appraisal is not complete; the places say how far each is."""

    code = "units-not-appraised"
    kind = Kind.CONFLICT

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(
            f"Chưa đóng được đợt: còn {len(places)} đơn vị chưa thẩm định xong.",
            f"The round can't close: the appraisal of {len(places)} units is not complete.",
            places,
        )


class RoundClosedBeforeError(Refused):
    """The round is closed."""

    code = "round-closed-before"
    kind = Kind.CONFLICT

    def __init__(self, round_id: str) -> None:
        super().__init__(f"Đợt “{round_id}” đã đóng.", f"The round “{round_id}” is closed.")


class RoundNotClosedError(Refused):
    """Only a closed round can be reopened."""

    code = "round-not-closed"
    kind = Kind.CONFLICT

    def __init__(self, round_id: str) -> None:
        super().__init__(f"Đợt “{round_id}” chưa đóng.", f"The round “{round_id}” is not closed.")


class UnitsNotInRoundError(Refused):
    """Units are named that the round does not assess."""

    code = "units-not-in-round"

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__("Có đơn vị không thuộc đợt này.", "Some units are not in this round.", places)
