"""The errors of admitting."""


class QuestionsUnknownError(Exception):
    """A round uses a criteria set that was not received, because its contract is parked; the round's will be, too."""

    def __init__(self, criteria_set: str) -> None:
        super().__init__(f"the criteria set {criteria_set} is not known here")
