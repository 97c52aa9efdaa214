"""The refusals of sets that were uploaded and wait for their enactment."""

from parindex.refusal import Kind, Refused


class DraftGoneError(Refused):
    """No right set waits under this digest; one waits for an hour at least."""

    code = "unknown-criteria-set-draft"
    kind = Kind.UNKNOWN
    vi = "Không còn tệp bộ chỉ số này (tệp đúng được giữ ít nhất một giờ). Hãy tải tệp lên lại."
    en = "This file of a set is not here any more (a right one is kept for an hour at least). Upload it again."


class DraftReadAnewError(Refused):
    """The file is read into another set than the one that was shown, as by another version of the program."""

    code = "criteria-set-draft-read-anew"
    kind = Kind.CONFLICT
    vi = "Tệp được đọc khác với nội dung bạn đã xem, nên chưa ban hành gì. Hãy xem lại trang này rồi ban hành."
    en = "The file is read differently from what you saw, so nothing is enacted. Look at the page again, then enact."
