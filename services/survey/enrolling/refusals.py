"""The refusals of enrolling."""

from parindex.refusal import Kind, Refused

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
    """No device can be enrolled as a revoked kiosk."""

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
