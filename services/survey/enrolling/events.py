"""The events of enrolling, in the stream `kiosk-<id>`, which `rating` appends presses to."""

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


KioskFact = KioskRegistered | EnrolmentCodeIssued | KioskEnrolled | KioskRevoked


def stream_of(kiosk: str) -> str:
    """Return the stream of a kiosk, which is also its name as an actor."""
    return f"kiosk-{kiosk}"


UPCASTERS = {(name, 1): by_defaults for name in ("KioskRegistered", "EnrolmentCodeIssued", "KioskEnrolled")}
