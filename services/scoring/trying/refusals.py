"""The refusals of trials."""

from parindex.refusal import Kind, Refused


class RoundNotPreparedError(Refused):
    """The round is known, but one of its criteria sets has not arrived yet."""

    code = "round-not-prepared"
    kind = Kind.CONFLICT
    vi = "Chưa nhận được bộ chỉ số của đợt “{round_id}”; hãy thử lại sau giây lát."
    en = "The criteria set of the round “{round_id}” has not arrived yet; try again in a moment."

    round_id: str


class TrainingNotTriedError(Refused):
    """The round is a training round: its figures are practice, and a trial would compare them."""

    code = "training-round-not-tried"
    kind = Kind.CONFLICT
    vi = "“{round_id}” là đợt tập huấn: số liệu làm thử không dùng để tính thử bộ chỉ số hay so sánh thứ hạng."
    en = "“{round_id}” is a training round: no set is tried, and no ranks are compared, on figures of practice."

    round_id: str


class BlockUnknownError(Refused):
    """The round has no such block."""

    code = "unknown-block"
    kind = Kind.UNKNOWN
    vi, en = "Đợt “{round_id}” không có khối “{block}”.", "The round “{round_id}” has no block “{block}”."

    block: str
    round_id: str


class TrialTooLargeError(Refused):
    """The set has too many rows for so many units."""

    code = "trial-too-large"
    kind = Kind.TOO_LARGE
    vi = "Bộ chỉ số có quá nhiều dòng cho số đơn vị này: {lines} dòng điểm, nhiều nhất {most}. Hãy thử từng khối."
    en = "The set has too many rows for so many units: {lines} score lines, at most {most}. Try block by block."

    lines: int
    most: int


class TrialsBusyError(Refused):
    """As many trials wait as a process lets wait."""

    code = "trials-busy"
    kind = Kind.TOO_MANY
    vi = "Đang có nhiều lần tính thử cùng lúc; hãy thử lại sau ít phút."
    en = "Many trials are under way at the same time; try again in some minutes."


class TriedSetGoneError(Refused):
    """The set of a trial is not, or no longer, kept; or no set in force has this code."""

    code = "unknown-tried-set"
    kind = Kind.UNKNOWN
    vi = (
        "Bộ chỉ số này không còn được giữ để tính thử (một bộ trong tệp được giữ 24 giờ); "
        "hãy mở lại trang của bộ chỉ số và bấm “Tính thử”."
    )
    en = "This set is not kept for trials any more (one from a file is kept for 24 hours); try it again from its page."
