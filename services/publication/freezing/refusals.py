"""The refusals of freezing: a snapshot that cannot be served, the blockers of a round, and an edition out of turn."""

from collections.abc import Sequence

from parindex.refusal import Kind, Place, Refused


class SnapshotDamagedError(Refused):
    """The stored bytes of an edition are not those of its checksum, or they are gone: they are not served."""

    code = "snapshot-damaged"
    kind = Kind.DAMAGED
    vi = (
        "Bản chụp {checksum} lưu trong cơ sở dữ liệu đã bị thay đổi hoặc bị xóa: nó không khớp mã kiểm tra đã "
        "công bố nên không được hiển thị. Quản trị viên phải khôi phục nó (parindex doctor)."
    )
    en = (
        "The stored snapshot {checksum} was changed or removed: it does not match its published checksum, so it "
        "is not served. The administrator has to restore it (parindex doctor)."
    )

    checksum: str


class NotReadyError(Refused):
    """The family of blockers; each member says which."""

    code = "result-not-ready"
    kind = Kind.CONFLICT
    vi, en = "Kết quả chưa sẵn sàng để niêm phong.", "The result is not ready to be frozen."


class TrainingRoundError(Refused):
    """The round is a training round: its result is never frozen, so it is never announced."""

    code = "training-round"
    kind = Kind.CONFLICT
    vi = "Đợt này là đợt tập huấn nên kết quả không được niêm phong, không được công bố."
    en = "This is a training round: its result is neither frozen nor announced."


class RoundNotSettledError(NotReadyError):
    """Scoring has not settled the round, or its settling has not arrived in every partition."""

    code = "round-not-settled"
    vi = (
        "Đợt đánh giá chưa chốt điểm xong (tin chốt mới đến {seen}/{partitions} phần). Hãy đóng đợt và đóng phần "
        "khảo sát; nếu đã đóng, thử lại sau giây lát."
    )
    en = (
        "The round is not settled (its settling has arrived in {seen} of {partitions} parts). Close the round and "
        "its survey; if both are closed, try again in a moment."
    )

    seen: int
    partitions: int


class RoundReopenedError(NotReadyError):
    """The round was reopened after this settling: what it says no longer holds."""

    code = "round-reopened"
    vi = "Đợt đánh giá đã được mở lại; hãy đóng và chốt điểm lại trước khi niêm phong."
    en = "The round was reopened; close it and let it settle again before freezing."


class MessagesParkedError(NotReadyError):
    """A contract or an entry could not be applied, so it is unknown whether this round needs it."""

    code = "messages-parked"
    vi = "Còn {parked} thông điệp hoặc bản ghi đang tạm giữ (xem /v1/parked); phải xử lý trước khi niêm phong."
    en = "{parked} messages or entries are parked (see /v1/parked); they have to be dealt with before freezing."

    parked: int


class SourcesRestoredError(NotReadyError):
    """A source went back to an earlier copy: what was received from it may be lost there, the settling included."""

    code = "sources-restored"
    vi = (
        "Cơ sở dữ liệu của {sources} đã được khôi phục từ bản sao cũ hơn; hãy báo người quản trị làm "
        "hết các bước trong deploy/runbooks/restore-a-database.md rồi mới niêm phong."
    )
    en = (
        "The database of {sources} was restored from an earlier copy; have the administrator follow "
        "deploy/runbooks/restore-a-database.md to its end before you freeze."
    )

    sources: Sequence[str]


class SourcesUncheckedError(NotReadyError):
    """Since its start, or for some minutes, the bus process could not verify a source: it may have been restored."""

    code = "sources-unchecked"
    vi = (
        "Từ khi khởi động, hoặc đã mấy phút nay, tiến trình nhận tin chưa xác minh được {sources}, nên chưa biết dữ "
        "liệu bên đó có bị khôi phục từ bản sao cũ hơn không; hãy thử lại sau giây lát. Nếu vẫn vậy: tiến trình nhận "
        "tin không chạy, dịch vụ đó không trả lời hoặc có bản ghi không phát được, hoặc sổ của nó ngắn hơn những gì "
        "đã nhận."
    )
    en = (
        "Since its start, or for some minutes, the bus process could not verify {sources}, so it is not known whether "
        "their databases were restored from an earlier copy; try again in a moment. If that does not help: the bus "
        "process does not run, they do not answer or cannot publish an entry, or their log ends before what was "
        "received."
    )
    advice = (
        (
            "Thử lại sau giây lát. Nếu vẫn vậy, chạy `parindex doctor`: nó nêu tiến trình không chạy, dịch vụ không "
            "trả lời, bản ghi không phát được (deploy/runbooks/parked-entries.md) hoặc sổ bị cắt "
            "(deploy/runbooks/restore-a-database.md)."
        ),
        (
            "Try again in a moment. If that does not help, run `parindex doctor`: it names a process that is down, "
            "a service that does not answer, an entry that cannot be published (deploy/runbooks/parked-entries.md) or "
            "a log that was cut (deploy/runbooks/restore-a-database.md)."
        ),
    )

    sources: Sequence[str]


class ClosingsDifferError(NotReadyError):
    """The settling rests on a closing that its source's own log does not have there."""

    code = "closings-differ"
    vi = (
        "Lần chốt điểm dựa trên tin đóng mà sổ của {sources} hiện không có ở vị trí ấy: tin chưa đến (thử lại sau "
        "giây lát), hoặc cơ sở dữ liệu đó đã được khôi phục từ bản sao cũ hơn (xem "
        "deploy/runbooks/restore-a-database.md)."
    )
    en = (
        "The settling rests on a closing that the log of {sources} does not have at that position: it is on its way "
        "(try again in a moment), or that database was restored from an earlier copy (see "
        "deploy/runbooks/restore-a-database.md)."
    )

    sources: Sequence[str]


class RereadingError(Refused):
    """A new version of this service reads again what the others published, and has not come to the end."""

    code = "still-rereading"
    kind = Kind.UNAVAILABLE
    vi = "Sau khi nâng cấp, dữ liệu của các dịch vụ khác đang được đọc lại từ đầu; hãy thử lại sau ít phút."
    en = "After an upgrade, what the other services published is read again; try again in some minutes."


class CriteriaSetsMissingError(NotReadyError):
    """A block's criteria set has not arrived."""

    code = "criteria-sets-missing"
    vi, en = "Chưa nhận được bộ chỉ số: {codes}.", "Criteria sets have not arrived: {codes}."
    each = "codes", Place("/criteria_sets/{each}", "Chưa nhận được bộ chỉ số.", "The criteria set has not arrived.")

    codes: Sequence[str]


class ScoresMissingError(NotReadyError):
    """Units of the round have no score here yet."""

    code = "scores-missing"
    vi, en = "Chưa nhận được điểm của {count} đơn vị.", "The scores of {count} units have not arrived."
    each = "units", Place("/units/{each}", "Chưa nhận được điểm.", "No score has arrived.")

    units: Sequence[str]


class ScoresDifferError(NotReadyError):
    """The scores here are not those that scoring settled: some are on their way, or newer than the settling."""

    code = "scores-differ"
    vi = "Điểm đang có chưa trùng với điểm đã chốt (mã kiểm tra khác nhau); thử lại sau giây lát."
    en = "The scores here are not the settled ones (their digests differ); try again in a moment."


class SettlingFrozenError(Refused):
    """The settling, or a later one, is an edition already; a correction needs a new settling."""

    code = "settling-frozen"
    kind = Kind.CONFLICT
    vi = "Lần chốt điểm này đã được niêm phong thành ấn bản {edition}. Muốn đính chính: mở lại đợt, sửa, chốt lại."
    en = "This settling is frozen as edition {edition}. To correct it: reopen the round, correct it, settle again."

    edition: int


class ReasonMissingError(Refused):
    """A correction has to say why."""

    code = "reason-missing"
    vi, en = "Ấn bản đính chính phải nêu lý do.", "A correcting edition has to state its reason."
    at = "/reason"


class EditionOvertakenError(Refused):
    """Another edition was frozen while this one was made: its bytes name an edition before that is not the newest."""

    code = "edition-overtaken"
    kind = Kind.CONFLICT
    vi = "Vừa có ấn bản khác của đợt này được niêm phong; hãy xem lại rồi niêm phong tiếp nếu còn cần."
    en = "Another edition of this round was frozen just now; look at it, and freeze again if there is still need."
