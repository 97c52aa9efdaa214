"""What may have happened to a kiosk, in the stream `kiosk-<id>`. No press says who pressed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KioskRegistered:
    kiosk: str
    unit: str
    question: str
    group: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EnrolmentCodeIssued:
    kiosk: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class KioskEnrolled:
    """A device holds the kiosk's token from now on; the token of the device before it is void."""

    kiosk: str


@dataclass(frozen=True, slots=True)
class KioskRevoked:
    """No press of this kiosk is taken any more, for ever."""

    kiosk: str


@dataclass(frozen=True, slots=True)
class RatingRecorded:
    """A visitor pressed `option`. `seq` numbers the kiosk's presses; the instant holds within `accuracy_s` seconds."""

    kiosk: str
    unit: str
    question: str
    group: str
    seq: int
    option: str
    pressed_at: str
    accuracy_s: int


Fact = KioskRegistered | EnrolmentCodeIssued | KioskEnrolled | KioskRevoked | RatingRecorded


def stream_of(kiosk: str) -> str:
    """Return the stream of a kiosk, which is also its name as an actor."""
    return f"kiosk-{kiosk}"


def authority_of(unit: str) -> str:
    """Return the authority that a unit belongs to: the first group of its code."""
    return unit.split(".", 1)[0]
