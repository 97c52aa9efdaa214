"""The refusals of presses."""

from collections.abc import Mapping, Sequence

from parindex.refusal import Kind, Place, Refused


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
