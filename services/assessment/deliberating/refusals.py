"""The refusals of a round's council and of its sessions."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class CouncilNotOfferedError(Refused):
    """The round was opened without a council."""

    code = "council-not-offered"
    kind = Kind.CONFLICT
    vi = "Đợt này không có hội đồng biểu quyết tại phiên họp."
    en = "This round has no council that decides in sessions."


class CouncilNotComposedError(Refused):
    """The council has no members yet."""

    code = "council-not-composed"
    kind = Kind.CONFLICT
    vi = "Chưa nhập thành viên hội đồng của đợt này."
    en = "The council of this round has no members yet."


class CouncilInvalidError(Refused):
    """The composition of a council has mistakes; the places name every one of them."""

    code = "council-invalid"
    vi = "Thành phần hội đồng có {count} lỗi; chưa ghi gì."
    en = "The composition of the council has {count} mistakes; nothing was recorded."
    en_one = "The composition of the council has 1 mistake; nothing was recorded."

    places: Sequence[Place]


class SessionInvalidError(Refused):
    """A session has mistakes; the places name every one of them."""

    code = "council-session-invalid"
    vi = "Phiên họp có {count} lỗi; chưa ghi gì."
    en = "The session has {count} mistakes; nothing was recorded."
    en_one = "The session has 1 mistake; nothing was recorded."

    places: Sequence[Place]


class SessionUnknownError(Refused):
    """The council has no session of this number."""

    code = "unknown-council-session"
    kind = Kind.UNKNOWN
    vi = "Hội đồng không có phiên họp số {session}."
    en = "The council has no session {session}."

    session: int


class SessionConcludedError(Refused):
    """The session is over; the next one decides."""

    code = "council-session-concluded"
    kind = Kind.CONFLICT
    vi = "Phiên họp {session} đã kết thúc; hãy dùng phiên họp khác."
    en = "Session {session} is concluded; use another one."

    session: int


class QuorumMissingError(Refused):
    """No more than half of the members take part in the session, so it decides nothing."""

    code = "council-quorum-missing"
    kind = Kind.CONFLICT
    vi = "Phiên họp {session} có {taking_part} / {size} thành viên dự họp hoặc có ý kiến bằng văn bản; cần quá nửa."
    en = "{taking_part} of {size} members take part in session {session}; more than half have to."

    session: int
    taking_part: int
    size: int


class VotesInvalidError(Refused):
    """The votes of a session have mistakes, or do not carry the decision; the places name every one of them."""

    code = "council-votes-invalid"
    vi = "Kết quả biểu quyết có {count} lỗi; chưa ghi gì."
    en = "The votes have {count} mistakes; nothing was recorded."
    en_one = "The votes have 1 mistake; nothing was recorded."

    places: Sequence[Place]


class ReferralsInvalidError(Refused):
    """Some criteria can't be put before the council; the places say which, and none of them was."""

    code = "referrals-invalid"
    vi = "Có {count} tiêu chí không trình hội đồng được; chưa ghi gì."
    en = "{count} criteria can't be put before the council; nothing was recorded."
    en_one = "1 criterion can't be put before the council; nothing was recorded."

    places: Sequence[Place]
