"""Events of accounts and their rights. They contain ids and commitments; the names themselves are in the vault."""

from dataclasses import dataclass
from typing import ClassVar

from parindex.eventstore.registry import by_defaults

CATEGORY = "account"


@dataclass(frozen=True, slots=True)
class AccountAdded:
    """An account may sign in. `kind` is person or client; `name` is the commitment to its sign-in name."""

    account: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class AccountRenamed:
    """The account has a new name at sign-in."""

    account: str
    name: str


@dataclass(frozen=True, slots=True)
class RightGranted:
    """The account got a right, such as `office@H09`. `name`: as in AccountAdded.

    The entry's authority is the right's node, so that auditors of that node can read it.
    """

    account: str
    right: str
    name: str


@dataclass(frozen=True, slots=True)
class RightEnded:
    """The account lost a right. Tokens issued before stay valid for some minutes."""

    account: str
    right: str


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """The account has a new password. The event contains nothing of either password."""

    account: str


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """The person signed out everywhere: no browser that signed in before gets another access token."""

    account: str


@dataclass(frozen=True, slots=True)
class InvitationIssued:
    """A link was made with which the person sets a password, once, before `until`. Who has it can act as the person."""

    account: str
    until: str


@dataclass(frozen=True, slots=True)
class SecondFactorAdded:
    """From now on the person's sign-in asks for a code of a second device, too."""

    account: str


@dataclass(frozen=True, slots=True)
class SecondFactorRemoved:
    """The person's sign-in asks for a password alone.

    `reason` is a commitment to why an office removed it; "" where the person did.
    """

    SCHEMA: ClassVar[int] = 2

    account: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class OutsideAccountLinked:
    """Who signs in at the outside issuer with this identity signs in as the account from now on.

    `identity` is a commitment to issuer and subject, with a space between them.
    """

    account: str
    identity: str


@dataclass(frozen=True, slots=True)
class OutsideAccountUnlinked:
    """The outside identity does not sign in as the account any more. `identity`: as when it was linked."""

    account: str
    identity: str


@dataclass(frozen=True, slots=True)
class AccountRemoved:
    """The account can't sign in any more, and its links to outside identities have ended."""

    account: str


Event = (
    AccountAdded
    | AccountRenamed
    | RightGranted
    | RightEnded
    | PasswordChanged
    | SessionsEnded
    | InvitationIssued
    | SecondFactorAdded
    | SecondFactorRemoved
    | OutsideAccountLinked
    | OutsideAccountUnlinked
    | AccountRemoved
)


def stream_of(account: str) -> str:
    """Return the stream of an account."""
    return f"{CATEGORY}-{account}"


UPCASTERS = {("SecondFactorRemoved", 1): by_defaults}
