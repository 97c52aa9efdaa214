"""What may be asked about a kiosk."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegisterKiosk:
    """Let a kiosk ask one question at one unit; `options` are the codes of its buttons, `group` whom it asks."""

    kiosk: str
    unit: str
    question: str
    group: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IssueEnrolmentCode:
    """Let a (new) device become this kiosk; the code itself never comes near the log."""

    kiosk: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class EnrolKiosk:
    kiosk: str


@dataclass(frozen=True, slots=True)
class RevokeKiosk:
    kiosk: str


@dataclass(frozen=True, slots=True)
class Press:
    """One press: its number at this kiosk (from 1, without holes), the option, and the instant within some seconds."""

    seq: int
    option: str
    pressed_at: str
    accuracy_s: int


@dataclass(frozen=True, slots=True)
class RecordRatings:
    """Take presses in, all or none. `latest` is the last instant at which anybody can have pressed.

    `compared`: up to this number the presses were compared with the log itself, and are the same.
    """

    kiosk: str
    presses: tuple[Press, ...]
    latest: str
    compared: int = 0


Command = RegisterKiosk | IssueEnrolmentCode | EnrolKiosk | RevokeKiosk | RecordRatings
