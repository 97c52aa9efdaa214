"""Who asks, and what they may do: roles at nodes of the unit tree. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from parindex.refusal import Refused
from parindex.values.identifiers import NODE

SERVICES = "services"
"""The node of our own processes. They read for every authority; it says only that they are ours."""


class Role(StrEnum):
    """What somebody is in the round."""

    OFFICE = "office"  # the programme office: enacts, opens, watches, drafts the result
    COUNCIL = "council"  # finalises
    PUBLISHER = "publisher"  # the chairman: announces what the office sealed
    APPRAISER = "appraiser"
    UNIT = "unit"  # speaks for one assessed unit
    SURVEYOR = "surveyor"
    KIOSK = "kiosk"
    AUDITOR = "auditor"
    SERVICE = "service"  # one of our own processes


class MalformedRightError(Refused):
    """A right is not written as `role@node`, or its role or node is none."""

    code = "malformed-right"

    def __init__(self) -> None:
        super().__init__(
            f"Quyền phải viết dạng vai_trò@mã_đơn_vị, ví dụ office@H09; vai trò: {', '.join(Role)}.",
            f"A right is written role@node, for example office@H09; the roles: {', '.join(Role)}.",
        )


@dataclass(frozen=True, slots=True)
class Right:
    """A role at a node: it covers the node and all below, except `unit`, which speaks for its own node alone."""

    role: Role
    node: str

    def __post_init__(self) -> None:
        if not is_node(self.node):
            raise MalformedRightError

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads "office@H09". Raises MalformedRightError."""
        role, _, node = text.partition("@")
        if role not in set(Role):
            raise MalformedRightError
        return cls(Role(role), node)

    @property
    def may_be_granted(self) -> bool:
        """False for what no account and no token can have: a kiosk's right, and a service's that is not ours."""
        return self.role is not Role.KIOSK and (self.role is not Role.SERVICE or self.node == SERVICES)

    def covers(self, node: str) -> bool:
        return self.node == node if self.role is Role.UNIT else covers(self.node, node)

    def __str__(self) -> str:
        return f"{self.role}@{self.node}"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who asks: a person, a provincial system, a kiosk, one of our services, or nobody in particular."""

    subject: str  # an account's id, which the log may hold as the actor; empty for anonymous
    rights: tuple[Right, ...] = ()
    device: bool = False  # True only where a device's own secret proved it: no account is one, whatever it is called
    via: str = ""  # who acts for the subject, if it is not the subject itself (RFC 8693 `act`)

    @property
    def signed_in(self) -> bool:
        return self.subject != ""

    def may(self, roles: Role | Iterable[Role], node: str) -> bool:
        """True if one of the roles is held at the node. Denied unless some right says so."""
        wanted = {roles} if isinstance(roles, Role) else set(roles)
        return any(right.role in wanted and right.covers(node) for right in self.rights)

    def has(self, roles: Role | Iterable[Role]) -> bool:
        """True if one of the roles is held anywhere at all."""
        wanted = {roles} if isinstance(roles, Role) else set(roles)
        return any(right.role in wanted for right in self.rights)


SERVICE_RIGHT = f"{Role.SERVICE}@{SERVICES}"
ANONYMOUS = "anonymous"
"""The actor of an act at a public door, where a one-time code is the right."""
OPERATOR = "operator"
"""Who acts with the issuer's signing key in hand, for others."""
KIOSK_PREFIX = "kiosk-"
"""With this, the actors begin that are kiosks."""


def is_reserved(name: str) -> bool:
    """Return whether no account and no subject of a token may be called so: logs mean something else by it."""
    return name in {ANONYMOUS, OPERATOR} or name.startswith(KIOSK_PREFIX)


def anonymous() -> Principal:
    """A citizen, or anybody else who did not sign in: no rights."""
    return Principal("")


def covers(above: str, node: str) -> bool:
    """True if `node` is `above` or lies below it: "H09" covers "H09.05", and does not cover "H091"."""
    return is_node(node) and (node == above or node.startswith(above + "."))


def is_node(text: str) -> bool:
    return NODE.fits(text)
