"""Every way in which a kiosk, or what is asked about it, is refused."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused

NEW_CODE = (
    "Xin văn phòng mã mới (`POST /v1/kiosks/{kiosk}/enrolment-codes`).",
    "Ask the office for another code (`POST /v1/kiosks/{kiosk}/enrolment-codes`).",
)


class KioskUnknownError(Refused):
    """There is no such kiosk."""

    code = "unknown-kiosk"
    kind = Kind.UNKNOWN

    def __init__(self, kiosk: str) -> None:
        super().__init__(f"Chưa có kiosk nào mang mã {kiosk}.", f"No kiosk is called {kiosk}.")


class KioskTakenError(Refused):
    """The id belongs to a kiosk already."""

    code = "kiosk-taken"
    kind = Kind.CONFLICT

    def __init__(self, kiosk: str) -> None:
        super().__init__(f"Mã kiosk {kiosk} đã được dùng.", f"A kiosk is called {kiosk} already.")


class TooManyGroupsError(Refused):
    """The unit's kiosks ask this question of as many respondent groups as a score can pool."""

    code = "too-many-groups"
    kind = Kind.CONFLICT

    def __init__(self, most: int) -> None:
        vi = f"Các kiosk của đơn vị hỏi câu này với nhiều nhất {most} nhóm trả lời; hãy dùng một nhóm đã có."
        en = f"The unit's kiosks ask this question of at most {most} respondent groups; use one of those."
        super().__init__(vi, en, (Place("/group", vi, en),))


class KioskRetiredError(Refused):
    """Nobody can be enrolled as a revoked kiosk."""

    code = "kiosk-retired"
    kind = Kind.CONFLICT
    advice = ("Đăng ký một kiosk với mã khác.", "Register a kiosk with another id.")

    def __init__(self, kiosk: str) -> None:
        super().__init__(
            f"Kiosk {kiosk} đã bị thu hồi vĩnh viễn; hãy đăng ký kiosk mới.",
            f"The kiosk {kiosk} was revoked for good; register a new one.",
        )


class KioskRevokedError(Refused):
    """A revoked kiosk goes on sending."""

    code = "kiosk-revoked"
    kind = Kind.UNAUTHENTICATED
    advice = (
        "Ngừng gửi: thu hồi là vĩnh viễn. Cơ quan chủ trì đăng ký một kiosk với mã khác.",
        "Stop sending: a revocation is for good. The office registers a kiosk with another id.",
    )

    def __init__(self) -> None:
        super().__init__("Kiosk này đã bị thu hồi.", "This kiosk was revoked.")


class EnrolmentCodeInvalidError(Refused):
    """The code is wrong, used, or too old; the answer does not say which."""

    code = "enrolment-code-invalid"
    kind = Kind.FORBIDDEN
    advice = NEW_CODE

    def __init__(self) -> None:
        super().__init__(
            "Mã đăng ký sai, đã dùng hoặc hết hạn; hãy xin cơ quan quản lý mã mới.",
            "The enrolment code is wrong, used, or expired; ask the office for a new one.",
        )


class EnrolmentCodeSpentError(Refused):
    """A retry asks for a code that has been used, voided, is too old, or was made before a restart of this service."""

    code = "enrolment-code-spent"
    kind = Kind.CONFLICT
    advice = NEW_CODE

    def __init__(self) -> None:
        super().__init__(
            "Yêu cầu này đã được ghi, nhưng mã đăng ký của nó không lấy lại được nữa; hãy xin mã mới.",
            "This request was carried out, but its enrolment code can't be given again; ask for another code.",
        )


class SequenceGapError(Refused):
    """A press is missing before these; `expected_seq` is the number to go on with."""

    code = "sequence-gap"
    kind = Kind.CONFLICT
    advice = ("Gửi lại các lượt bấm từ số `expected_seq`.", "Send the presses from number `expected_seq` on.")

    def __init__(self, expected: int, got: int) -> None:
        vi = f"Thiếu lượt bấm: cần số {expected}, lại nhận số {got}. Hãy gửi tiếp từ số {expected}."
        en = f"A press is missing: {expected} was expected, {got} came. Send from {expected} on."
        super().__init__(vi, en, (Place("/0/seq", vi, en),))
        self.members = {"expected_seq": expected}


class SequenceReusedError(Refused):
    """Numbers were used before, for other presses."""

    code = "sequence-reused"
    kind = Kind.CONFLICT
    advice = (
        "Hỏi `last_seq` của kiosk; đánh số lượt bấm mới từ số kế tiếp.",
        "Read the kiosk's `last_seq`, and number new presses from the next number on.",
    )

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(
            "Số thứ tự đã dùng cho lượt bấm khác; không ghi gì cả.",
            "A sequence number was used for another press before; nothing was written.",
            places,
        )


class PressesInvalidError(Refused):
    """The presses themselves can't be right."""

    code = "presses-invalid"

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__(
            f"Có {len(places)} lỗi trong các lượt bấm; không ghi gì cả.",
            f"There are {len(places)} mistakes in the presses; nothing was written.",
            places,
        )


class TooManyPressesError(Refused):
    """One request brings more presses than are taken at once."""

    code = "too-many-presses"
    kind = Kind.TOO_LARGE

    def __init__(self, most: int) -> None:
        super().__init__(
            f"Mỗi lần gửi nhiều nhất {most} lượt bấm; hãy chia nhỏ.", f"At most {most} presses at once; send parts."
        )
