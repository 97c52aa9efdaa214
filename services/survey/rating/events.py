"""The event of rating, in the stream `kiosk-<id>`. No press says who pressed."""

from dataclasses import dataclass
from typing import ClassVar

from parindex.eventstore.registry import by_defaults


@dataclass(frozen=True, slots=True)
class RatingRecorded:
    """A visitor pressed `option`. `seq` numbers the kiosk's presses; the instant holds within `accuracy_s` seconds.

    `round` counts it; or, where `set_aside` gives a reason, it is in no tally and shown beside those of `round`, if
    there is one. Recorded before rounds had windows, it has neither: the tallies decided. `received_at` says that the
    kiosk's clock was ahead: `pressed_at` lies after the time at which we received the press, which counts instead.

    Version 3 has the fields of version 2. Since then an option that one of the rules gives no share is set aside.
    """

    SCHEMA: ClassVar[int] = 3

    kiosk: str
    unit: str
    question: str
    group: str
    seq: int
    option: str
    pressed_at: str
    accuracy_s: int
    round: str = ""
    set_aside: str = ""
    received_at: str = ""

    @property
    def judged_at(self) -> str:
        """The instant that decided which round counts it."""
        return self.received_at or self.pressed_at

    @property
    def decided(self) -> bool:
        return self.round != "" or self.set_aside != ""


UPCASTERS = {("RatingRecorded", version): by_defaults for version in (1, 2)}
