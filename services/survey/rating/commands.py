"""What may be asked about a kiosk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parindex.eventstore.appending import StreamHead, Undecided

Question = tuple[str, str, str]
"""Unit, question, group."""
Route = Callable[[str, int, str], tuple[str, str]]
"""Says of an instant, its accuracy in seconds and an option which round counts the press; or beside which, and why."""
FindRoute = Callable[[Question, Sequence[StreamHead]], Route | Undecided]
"""Finds the route of presses at a question, from the heads of the streams that the append reads."""


def nowhere(at: str, accuracy_s: int, option: str) -> tuple[str, str]:  # noqa: ARG001  # a Route
    """Route a press while no round is known."""
    return "", "no-round"


def no_rounds(question: Question, read: Sequence[StreamHead]) -> Route:  # noqa: ARG001  # a FindRoute
    """Find the route of presses while no round is known."""
    return nowhere


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

    `compared`: up to this number the presses were compared with the log itself, and are the same. `find_route` gives
    the round that counts each press.
    """

    kiosk: str
    presses: tuple[Press, ...]
    received_at: str
    latest: str
    compared: int = 0
    find_route: FindRoute = no_rounds


Command = RegisterKiosk | IssueEnrolmentCode | EnrolKiosk | RevokeKiosk


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
