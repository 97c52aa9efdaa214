"""The refusals of unknown rounds, units, criteria and editions, one each for all services."""

from parindex.refusal import Kind, Refused
from parindex.wording import Wording


class RoundUnknownError(Refused):
    """There is no such round, or the service has not received its opening yet, or the client may not see it."""

    code = "unknown-round"
    kind = Kind.UNKNOWN
    vi = "Không có đợt “{round_id}”. Nếu đợt vừa mở, hãy thử lại sau giây lát."
    en = "There is no round “{round_id}”. If it was opened just now, try again in a moment."

    round_id: str


class UnitUnknownError(Refused):
    """The round does not assess this unit, or the client may not see it."""

    code = "unknown-unit"
    kind = Kind.UNKNOWN
    vi, en = "Đợt “{round_id}” không có đơn vị {unit}.", "The round “{round_id}” does not assess unit {unit}."

    unit: str
    round_id: str


class ScoredCriterionUnknownError(Refused):
    """The unit's criteria set has no such criterion, or one that is the sum of those below it."""

    code = "unknown-scored-criterion"
    kind = Kind.UNKNOWN
    vi = "Bộ chỉ số của đơn vị không có tiêu chí “{criterion}” được chấm điểm."
    en = "The unit's criteria set has no scored criterion “{criterion}”."

    criterion: str


class EditionUnknownError(Refused):
    """The round has no such edition, or none that the client may see. The text names the `newest` one, if given."""

    code = "unknown-edition"
    kind = Kind.UNKNOWN
    vi, en = "Đợt này không có ấn bản kết quả ấy.", "The round has no such edition of its result."
    with_newest = Wording(
        "Đợt này không có ấn bản kết quả {number}; mới nhất: {newest}.",
        "The round has no edition {number} of its result; the newest is {newest}.",
    )

    number: int | None = None
    newest: int = 0

    def template(self) -> Wording:
        """Name the newest edition where there is one."""
        return self.with_newest if self.newest else super().template()
