"""The refusals of tallying."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class TallyClosedError(Refused):
    """The tallies of the round are closed, or about to be."""

    code = "tally-closed"
    kind = Kind.CONFLICT
    vi = "Đợt {round_id} đã đóng phần khảo sát; không nhận thêm kết quả."
    en = "The tallies of round {round_id} are closed; nothing more is taken."

    round_id: str


class TalliesInvalidError(Refused):
    """Rows of an outside survey can't be taken; all of them are named, and none was taken."""

    code = "tallies-invalid"
    vi = "Có {count} lỗi trong kết quả gửi lên; không ghi gì cả."
    en = "There are {count} mistakes in the tallies; nothing was written."

    places: Sequence[Place]


class KioskCountsError(Refused):
    """Kiosks have counted for a tally that an outside survey wants to give."""

    code = "kiosk-counts"
    kind = Kind.CONFLICT
    vi = "Câu hỏi này đã có lượt bấm kiosk, không trộn với kết quả khảo sát bên ngoài."
    en = "Kiosks have counted for this question; an outside survey's result can't be mixed with them."

    places: Sequence[Place]


class EntryUncountedError(Refused):
    """The next entry of the log cannot be counted; those behind it wait, the closing of their rounds included."""

    code = "entry-uncounted"
    kind = Kind.UNAVAILABLE
    advice = (
        "Là mã của /health/ready, không trả lời yêu cầu nào: cài bản chương trình đã sửa.",
        "It is a code of /health/ready and answers no request: install a corrected program.",
    )
    vi = (
        "Chương trình không đếm được bản ghi {entry}; việc đếm lượt bấm dừng ở đó, không bỏ sót bản ghi nào. "
        "Hãy cài bản chương trình đã sửa; việc đếm tự tiếp tục."
    )
    en = (
        "The program cannot count entry {entry}; counting stops there, and nothing is left out. "
        "Install a corrected program; counting then goes on by itself."
    )

    entry: str
