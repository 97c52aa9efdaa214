"""Every way in which a kiosk, or what is asked about it, is refused."""

from collections.abc import Mapping, Sequence

from parindex.refusal import Kind, Place, Refused

NEW_CODE = (
    "Xin văn phòng mã mới (`POST /v1/kiosks/{kiosk}/enrolment-codes`).",
    "Ask the office for another code (`POST /v1/kiosks/{kiosk}/enrolment-codes`).",
)


class KioskUnknownError(Refused):
    """There is no such kiosk."""

    code = "unknown-kiosk"
    kind = Kind.UNKNOWN
    vi, en = "Chưa có kiosk nào mang mã {kiosk}.", "No kiosk is called {kiosk}."

    kiosk: str


class KioskTakenError(Refused):
    """The id belongs to a kiosk already."""

    code = "kiosk-taken"
    kind = Kind.CONFLICT
    vi, en = "Mã kiosk {kiosk} đã được dùng.", "A kiosk is called {kiosk} already."

    kiosk: str


class TooManyGroupsError(Refused):
    """The unit's kiosks ask this question of as many respondent groups as a score can pool."""

    code = "too-many-groups"
    kind = Kind.CONFLICT
    vi = "Các kiosk của đơn vị hỏi câu này với nhiều nhất {most} nhóm trả lời; hãy dùng một nhóm đã có."
    en = "The unit's kiosks ask this question of at most {most} respondent groups; use one of those."
    at = "/group"

    most: int


class KioskRetiredError(Refused):
    """Nobody can be enrolled as a revoked kiosk."""

    code = "kiosk-retired"
    kind = Kind.CONFLICT
    advice = ("Đăng ký một kiosk với mã khác.", "Register a kiosk with another id.")
    vi = "Kiosk {kiosk} đã bị thu hồi vĩnh viễn; hãy đăng ký kiosk mới."
    en = "The kiosk {kiosk} was revoked for good; register a new one."

    kiosk: str


class KioskRevokedError(Refused):
    """A revoked kiosk goes on sending."""

    code = "kiosk-revoked"
    kind = Kind.UNAUTHENTICATED
    advice = (
        "Ngừng gửi: thu hồi là vĩnh viễn. Cơ quan chủ trì đăng ký một kiosk với mã khác.",
        "Stop sending: a revocation is for good. The office registers a kiosk with another id.",
    )
    vi, en = "Kiosk này đã bị thu hồi.", "This kiosk was revoked."


class EnrolmentCodeInvalidError(Refused):
    """The code is wrong, used, or too old; the answer does not say which."""

    code = "enrolment-code-invalid"
    kind = Kind.FORBIDDEN
    advice = NEW_CODE
    vi = "Mã đăng ký sai, đã dùng hoặc hết hạn; hãy xin cơ quan quản lý mã mới."
    en = "The enrolment code is wrong, used, or expired; ask the office for a new one."


class EnrolmentCodeSpentError(Refused):
    """A retry asks for a code that has been used, voided, is too old, or was made before a restart of this service."""

    code = "enrolment-code-spent"
    kind = Kind.CONFLICT
    advice = NEW_CODE
    vi = "Yêu cầu này đã được ghi, nhưng mã đăng ký của nó không lấy lại được nữa; hãy xin mã mới."
    en = "This request was carried out, but its enrolment code can't be given again; ask for another code."


class SequenceGapError(Refused):
    """A press is missing before these; `expected_seq` is the number to go on with."""

    code = "sequence-gap"
    kind = Kind.CONFLICT
    advice = ("Gửi lại các lượt bấm từ số `expected_seq`.", "Send the presses from number `expected_seq` on.")
    vi = "Thiếu lượt bấm: cần số {expected}, lại nhận số {got}. Hãy gửi tiếp từ số {expected}."
    en = "A press is missing: {expected} was expected, {got} came. Send from {expected} on."
    at = "/0/seq"

    expected: int
    got: int

    @property
    def members(self) -> Mapping[str, int]:
        """What the problem document has besides."""
        return {"expected_seq": self.expected}


class SequenceReusedError(Refused):
    """Numbers were used before, for other presses."""

    code = "sequence-reused"
    kind = Kind.CONFLICT
    advice = (
        "Hỏi `last_seq` của kiosk; đánh số lượt bấm mới từ số kế tiếp.",
        "Read the kiosk's `last_seq`, and number new presses from the next number on.",
    )
    vi = "Số thứ tự đã dùng cho lượt bấm khác; không ghi gì cả."
    en = "A sequence number was used for another press before; nothing was written."

    places: Sequence[Place]


class PressesInvalidError(Refused):
    """The presses themselves can't be right."""

    code = "presses-invalid"
    vi = "Có {count} lỗi trong các lượt bấm; không ghi gì cả."
    en = "There are {count} mistakes in the presses; nothing was written."

    places: Sequence[Place]


class TooManyPressesError(Refused):
    """One request brings more presses than are taken at once."""

    code = "too-many-presses"
    kind = Kind.TOO_LARGE
    vi, en = "Mỗi lần gửi nhiều nhất {most} lượt bấm; hãy chia nhỏ.", "At most {most} presses at once; send parts."

    most: int
