"""The refusals of the report and of its way over the leader to the appraisers."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class SelfScoreNotSentError(Refused):
    """The self-score is with the unit, so there is nothing to recall, to approve or to return."""

    code = "self-score-not-sent"
    kind = Kind.CONFLICT
    vi = "Đơn vị chưa trình bản tự chấm cho lãnh đạo; đơn vị còn đang kê khai."
    en = "The self-score was not sent to the unit's leader; the unit still works on it."


class SelfScoreNotApprovedError(Refused):
    """The round requires the leader's approval, and this self-score does not have it."""

    code = "self-score-not-approved"
    kind = Kind.CONFLICT
    vi = "Đợt này chỉ nhận bản tự chấm đã được lãnh đạo đơn vị duyệt. Hãy trình lãnh đạo, rồi nộp sau khi được duyệt."
    en = "This round takes only what the unit's leader approved. Send it to the leader, and submit it once approved."


class PartsNotReportedError(Refused):
    """Some agencies have not reported the part that they claim in place of the unit."""

    code = "parts-not-reported"
    kind = Kind.CONFLICT
    vi = "Còn chờ phần tự chấm của {agencies}."
    en = "These agencies have not reported their parts yet: {agencies}."

    agencies: Sequence[str]


class PartUnknownError(Refused):
    """The agency claims no criterion of this unit."""

    code = "unknown-part"
    kind = Kind.UNKNOWN
    vi = "{claimant} không tự chấm tiêu chí nào của đơn vị này."
    en = "{claimant} claims no criterion of this unit."

    claimant: str


class PartNotReportedError(Refused):
    """The agency has not reported its part, so there is nothing to return."""

    code = "part-not-reported"
    kind = Kind.CONFLICT
    vi = "{claimant} chưa báo cáo phần tự chấm của mình."
    en = "{claimant} has not reported its part."

    claimant: str


class ApprovalNotRequiredError(Refused):
    """The round was opened without the leader's approval, so the unit submits its self-score itself."""

    code = "approval-not-required"
    kind = Kind.CONFLICT
    vi = "Đợt này không có bước lãnh đạo duyệt; đơn vị nộp thẳng bản tự chấm."
    en = "This round has no approval by the unit's leader; the unit submits its self-score itself."


class SeenVersionMissingError(Refused):
    """An approval does not name the version of the sheet that the leader saw."""

    code = "seen-version-missing"
    vi = "Hãy nêu phiên bản bản tự chấm mà lãnh đạo đã xem (ETag) trong If-Match."
    en = "Name the version of the self-score that the leader saw (its ETag) in If-Match."


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


class MoveUnknownError(Refused):
    """A form of the sheet's page asks for something that no button of the page asks for."""

    code = "move-not-offered"
    vi, en = "Trang này không có việc “{move}”.", "This page offers no “{move}”."

    move: str
