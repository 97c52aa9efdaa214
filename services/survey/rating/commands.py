"""What may be asked about a kiosk."""

from collections.abc import Callable
from dataclasses import dataclass

Route = Callable[[str, int, str], tuple[str, str]]
"""Says of an instant, its accuracy in seconds and an option which round counts the press; or beside which, and why."""


def nowhere(at: str, accuracy_s: int, option: str) -> tuple[str, str]:  # noqa: ARG001  # a Route
    """Route a press while no round is known."""
    return "", "no-round"


@dataclass(frozen=True, slots=True)
class RegisterKiosk:
    """Let a kiosk ask one question at one unit; `options` are the codes of its buttons, `group` whom it asks."""

    kiosk: str
    unit: str
    question: str
    group: str
    options: tuple[str, ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class IssueEnrolmentCode:
    """Let a (new) device become this kiosk; `code` is its digest, the code itself is in no log."""

    kiosk: str
    expires_at: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class EnrolKiosk:
    kiosk: str
    code: str = ""


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
    """Take presses in, all or none, at `received_at`; what claims to be later than `latest` has a clock that is ahead.

    `compared`: up to this number the presses were compared with the log itself, and are the same. `route` says which
    round counts a press.
    """

    kiosk: str
    presses: tuple[Press, ...]
    received_at: str
    latest: str
    compared: int = 0
    route: Route = nowhere


Command = RegisterKiosk | IssueEnrolmentCode | EnrolKiosk | RevokeKiosk | RecordRatings


@dataclass(frozen=True, slots=True)
class AdmitPresses:
    """Let a round count presses from one instant to another; "" stands for no bound."""

    authority: str
    round: str
    pressed_from: str
    pressed_until: str


@dataclass(frozen=True, slots=True)
class CutOffPresses:
    authority: str
    round: str
