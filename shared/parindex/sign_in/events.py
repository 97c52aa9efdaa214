"""What happens to accounts and their rights. An account is its id; its name is a commitment, and in the vault."""

from dataclasses import dataclass

CATEGORY = "account"


@dataclass(frozen=True, slots=True)
class AccountAdded:
    """An account may sign in. `kind` is person or client; `name` is the commitment to its sign-in name."""

    account: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class AccountRenamed:
    """The same account signs in with another name."""

    account: str
    name: str


@dataclass(frozen=True, slots=True)
class RightGranted:
    """An account may do from now on what a right allows, such as `office@H09`. `name`: as in AccountAdded.

    It is an entry of the right's own node, so that those who audit that node can read it.
    """

    account: str
    right: str
    name: str


@dataclass(frozen=True, slots=True)
class RightEnded:
    """An account may no longer do what the right allows; tokens given out before live for minutes."""

    account: str
    right: str


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """An account has another password. The event holds nothing of either."""

    account: str


@dataclass(frozen=True, slots=True)
class AccountRemoved:
    """The account can't sign in any more."""

    account: str


Event = AccountAdded | AccountRenamed | RightGranted | RightEnded | PasswordChanged | AccountRemoved


def stream_of(account: str) -> str:
    """Return the stream of an account."""
    return f"{CATEGORY}-{account}"
