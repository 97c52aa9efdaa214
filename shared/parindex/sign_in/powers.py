"""What an office may do with accounts and rights. Pure.

An office at a node gives and ends the rights at its node and below. It manages an account (invites the person again,
removes it) only if it covers all rights of the account: else it could act, with a password of its own choice, where it
has no right. No person changes the own account: a second person of the office does, and the log has both.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from parindex.auth.principal import Principal, Right, Role

GIVEN = (
    Role.OFFICE,
    Role.COUNCIL,
    Role.PUBLISHER,
    Role.APPRAISER,
    Role.UNIT,
    Role.LEADER,
    Role.SURVEYOR,
    Role.COUNTER,
    Role.AUDITOR,
)
"""The roles that an office may give. A kiosk is no account, and the system's own services are the operator's."""


@dataclass(frozen=True, slots=True)
class Powers:
    """What one office may do."""

    principal: Principal

    def gives(self, right: Right) -> bool:
        """Return whether the office may give a right, and end it."""
        return right.role in GIVEN and self.principal.may(Role.OFFICE, right.node)

    def sees(self, rights: Iterable[Right]) -> bool:
        """Return whether the office sees an account with these rights."""
        return any(self.gives(right) for right in rights)

    def manages(self, rights: Collection[Right]) -> bool:
        """Return whether the office manages an account with these rights. `rights`: the former ones if it has none."""
        return bool(rights) and all(self.gives(right) for right in rights)

    def is_own(self, account: str) -> bool:
        """Return whether an account is the asker's."""
        return account == self.principal.subject
