"""What every service may be asked about and may not know: rounds and their units. One refusal each, at every door."""

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
