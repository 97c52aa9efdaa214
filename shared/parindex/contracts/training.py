"""The words about a training round (đợt tập huấn), on every page and in every file about it. Pure."""

from typing import Final

TRAINING: Final = "Đợt tập huấn: số liệu chỉ để làm thử, không được công bố, không được so sánh."


def training_note(training: bool) -> str:  # noqa: FBT001  # what an event and a contract say
    """Return the words about a training round; "" of any other."""
    return TRAINING if training else ""
