"""The refusals of a unit's files."""

from collections.abc import Sequence

from parindex.refusal import Kind, Refused


class FileUnknownError(Refused):
    """The unit has no such file in this round, or has removed it."""

    code = "unknown-file"
    kind = Kind.UNKNOWN
    vi = "Đơn vị không có tệp {digest} trong đợt này."
    en = "The unit has no file {digest} in this round."

    digest: str


class FileClaimedError(Refused):
    """Claims name the file, so it stays."""

    code = "file-claimed"
    kind = Kind.CONFLICT
    vi = "Tệp đang là tài liệu kiểm chứng của tiêu chí {criteria}. Hãy bỏ tệp khỏi các tiêu chí đó trước."
    en = "The file proves the criteria {criteria}. Take it out of those claims first."

    criteria: Sequence[str]


class FileOfOthersTooError(Refused):
    """Another sender, the unit or an agency that claims in its place, has the same file, so it stays."""

    code = "file-of-others-too"
    kind = Kind.CONFLICT
    vi = "Đơn vị hoặc cơ quan khác cũng đã gửi tệp này, nên cơ quan không tự bỏ được."
    en = "The unit or another agency has sent this file too, so it stays."


class FilesTooManyError(Refused):
    """The unit has as many files in this round as it may have."""

    code = "too-many-files"
    kind = Kind.CONFLICT
    vi = "Đơn vị đã có {most} tệp trong đợt này, là số nhiều nhất. Hãy bỏ bớt tệp không dùng."
    en = "The unit has {most} files in this round, the most that are taken. Remove unused ones."

    most: int


class DocumentUnknownError(Refused):
    """The claim has no document at the place that is named."""

    code = "unknown-document"
    kind = Kind.UNKNOWN
    vi = "Tiêu chí không có tài liệu này, hoặc tài liệu đã được gỡ. Hãy mở lại trang."
    en = "The claim has no such document, or it was taken out meanwhile. Open the page again."


class ClaimNeededError(Refused):
    """A document is attached to a claim, and the unit has not claimed this criterion."""

    code = "claim-needed"
    kind = Kind.CONFLICT
    vi = "Tiêu chí {criterion} chưa được chấm. Hãy nhập số liệu và lưu tiêu chí trước, rồi đính kèm tài liệu."
    en = "The criterion {criterion} is not claimed yet. Enter its figures and save it, then attach documents."

    criterion: str


class PeriodNeededError(Refused):
    """A file is taken from another round, and the period that it proves now is not stated."""

    code = "period-needed"
    vi = "Tệp lấy từ đợt khác: hãy nêu lại thời gian mà tệp chứng minh cho đợt này (ít nhất một ngày)."
    en = "The file is from another round: state anew for which period it is proof (one day at least)."
    at = "/effective_from"


class PeriodReversedError(Refused):
    """The period that a file proves ends before it begins."""

    code = "period-reversed"
    vi, en = "Thời gian được chứng minh kết thúc trước khi bắt đầu.", "The period ends before it begins."
    at = "/effective_to"


class FileErasedError(Refused):
    """The office erased the bytes of the file; the log keeps that it was here, and why it was erased."""

    code = "file-erased"
    kind = Kind.CONFLICT
    vi = "Tệp {digest} đã bị cơ quan chủ trì xóa (có lý do ghi trong sổ), nên không mở và không nhận lại."
    en = "The office erased the file {digest}, for a reason in the log; it is neither opened nor taken again."

    digest: str


class FileElsewhereTooError(Refused):
    """The same bytes are in other lists of files, too, and an erasure is of all of them."""

    code = "file-elsewhere-too"
    kind = Kind.CONFLICT
    vi = "Tệp này có ở {lists} danh sách (đơn vị, đợt). Xóa là xóa ở tất cả: hãy xác nhận số đó ở `lists`."
    en = "The file is in {lists} lists (units, rounds). It is erased in all of them: confirm that number in `lists`."

    lists: int
