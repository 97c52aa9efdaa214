"""The commands of enrolling."""

from dataclasses import dataclass


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


KioskCommand = RegisterKiosk | IssueEnrolmentCode | EnrolKiosk | RevokeKiosk
