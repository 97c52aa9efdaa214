"""What every service may be asked about and may not know: rounds, units, editions. One refusal each, at every door."""

from parindex.refusal import Kind, Refused


class RoundUnknownError(Refused):
    """There is no such round, or the service has not received its opening yet, or the asker may not see it."""

    code = "unknown-round"
    kind = Kind.UNKNOWN

    def __init__(self, round_id: str) -> None:
        super().__init__(
            f"Không có đợt “{round_id}”. Nếu đợt vừa mở, hãy thử lại sau giây lát.",
            f"There is no round “{round_id}”. If it was opened just now, try again in a moment.",
        )


class UnitUnknownError(Refused):
    """The round does not assess this unit, or the asker may not see it."""

    code = "unknown-unit"
    kind = Kind.UNKNOWN

    def __init__(self, unit: str, round_id: str) -> None:
        super().__init__(
            f"Đợt “{round_id}” không có đơn vị {unit}.", f"The round “{round_id}” does not assess unit {unit}."
        )


class EditionUnknownError(Refused):
    """The round has no such edition, or none that the asker may see. `newest`: the newest one, if the text names it."""

    code = "unknown-edition"
    kind = Kind.UNKNOWN

    def __init__(self, number: int | None = None, newest: int = 0) -> None:
        vi, en = "Đợt này không có ấn bản kết quả ấy.", "The round has no such edition of its result."
        if newest:
            vi = f"Đợt này không có ấn bản kết quả {number}; mới nhất: {newest}."
            en = f"The round has no edition {number} of its result; the newest is {newest}."
        super().__init__(vi, en)
