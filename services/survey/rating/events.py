"""What may have happened to a kiosk, in the stream `kiosk-<id>`. No press says who pressed.

Which rounds count presses at units of an authority stands in `presses-<authority>`.
"""

from dataclasses import dataclass
from typing import ClassVar

from parindex.eventstore.registry import by_defaults


@dataclass(frozen=True, slots=True)
class KioskRegistered:
    """`code` is the digest (SHA-256, hex) of the enrolment code that was issued with it; so it is below."""

    SCHEMA: ClassVar[int] = 2

    kiosk: str
    unit: str
    question: str
    group: str
    options: tuple[str, ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class EnrolmentCodeIssued:
    SCHEMA: ClassVar[int] = 2

    kiosk: str
    expires_at: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class KioskEnrolled:
    """A device holds the kiosk's token from now on; the token of the device before it is void.

    `code` is that of the fact which issued the code, so that it says who let the device in.
    """

    SCHEMA: ClassVar[int] = 2

    kiosk: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class KioskRevoked:
    """No press of this kiosk is taken any more, for ever."""

    kiosk: str


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


@dataclass(frozen=True, slots=True)
class PressesAdmitted:
    """From here on a round counts presses at units of the authority, if they were made within its window.

    The window is from `pressed_from` on and before `pressed_until`; "" stands for no bound.
    """

    authority: str
    round: str
    pressed_from: str
    pressed_until: str


@dataclass(frozen=True, slots=True)
class PressesStopped:
    """From here on a press is too late for the round."""

    authority: str
    round: str


Fact = KioskRegistered | EnrolmentCodeIssued | KioskEnrolled | KioskRevoked | RatingRecorded


def stream_of(kiosk: str) -> str:
    """Return the stream of a kiosk, which is also its name as an actor."""
    return f"kiosk-{kiosk}"


def authority_of(unit: str) -> str:
    """Return the authority that a unit belongs to: the first group of its code."""
    return unit.split(".", 1)[0]


def presses_stream(authority: str) -> str:
    """Return the stream of the rounds that count presses at units of an authority."""
    return f"presses-{authority}"


GROWN = (("RatingRecorded", 1), ("RatingRecorded", 2), ("KioskRegistered", 1), ("EnrolmentCodeIssued", 1))
UPCASTERS = dict.fromkeys((*GROWN, ("KioskEnrolled", 1)), by_defaults)
