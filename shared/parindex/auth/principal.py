"""Principals and their rights: roles at nodes of the unit tree. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from parindex.refusal import Refused
from parindex.values.identifiers import NODE

SERVICES = "services"
"""The node of the system's own processes, which read for every authority."""


class Role(StrEnum):
    """A role in the round."""

    OFFICE = "office"  # the programme office: enacts, opens, watches, drafts the result
    COUNCIL = "council"  # finalises
    PUBLISHER = "publisher"  # the chairman: announces the frozen result
    APPRAISER = "appraiser"
    UNIT = "unit"  # acts for one assessed unit
    LEADER = "leader"  # approves what its unit submits
    SURVEYOR = "surveyor"
    COUNTER = "counter"  # staff of a one-stop shop (bộ phận một cửa)
    KIOSK = "kiosk"
    AUDITOR = "auditor"
    SERVICE = "service"  # one of the system's own processes


OWN_NODE = frozenset({Role.UNIT, Role.LEADER, Role.COUNTER})
"""The roles that act for one unit: such a right covers its own node, and no node below."""


class MalformedRightError(Refused):
    """A right is not written as `role@node`, or its role or node is none."""

    code = "malformed-right"
    vi = f"Quyền phải viết dạng vai_trò@mã_đơn_vị, ví dụ office@H09; vai trò: {', '.join(Role)}."
    en = f"A right is written role@node, for example office@H09; the roles: {', '.join(Role)}."


@dataclass(frozen=True, slots=True)
class Right:
    """A role at a node. It covers the node and all nodes below; a role of OWN_NODE covers its own node only."""

    role: Role
    node: str

    def __post_init__(self) -> None:
        if not is_node(self.node):
            raise MalformedRightError

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a text such as "office@H09". Raises MalformedRightError."""
        role, _, node = text.partition("@")
        if role not in set(Role):
            raise MalformedRightError
        return cls(Role(role), node)

    @property
    def may_be_granted(self) -> bool:
        """False for rights that no account and no token may have: a kiosk's, and a service's at another node."""
        return self.role is not Role.KIOSK and (self.role is not Role.SERVICE or self.node == SERVICES)

    def covers(self, node: str) -> bool:
        return self.node == node if self.role in OWN_NODE else covers(self.node, node)

    def __str__(self) -> str:
        return f"{self.role}@{self.node}"


@dataclass(frozen=True, slots=True)
class Principal:
    """The authenticated caller: a person, a provincial system, a kiosk, a service, or an anonymous client."""

    subject: str  # an account's id, which the log records as the actor; empty for anonymous
    rights: tuple[Right, ...] = ()
    device: bool = False  # True only if a device's own secret proved it; an account never is a device
    via: str = ""  # the actor on behalf of the subject, if it is another (RFC 8693 `act`)

    @property
    def signed_in(self) -> bool:
        return self.subject != ""

    def may(self, roles: Role | Iterable[Role], node: str) -> bool:
        """Return whether a right gives one of the roles at the node. The default is denial."""
        wanted = {roles} if isinstance(roles, Role) else set(roles)
        return any(right.role in wanted and right.covers(node) for right in self.rights)

    def has(self, roles: Role | Iterable[Role]) -> bool:
        """Return whether a right gives one of the roles at any node."""
        wanted = {roles} if isinstance(roles, Role) else set(roles)
        return any(right.role in wanted for right in self.rights)


SERVICE_RIGHT = f"{Role.SERVICE}@{SERVICES}"
ANONYMOUS = "anonymous"
"""The actor of a command at a public route, where a one-time code authorises it."""
OPERATOR = "operator"
"""The actor who mints tokens with the issuer's signing key, for other subjects."""
KIOSK_PREFIX = "kiosk-"
"""The prefix of actors that are kiosks."""


def is_reserved(name: str) -> bool:
    """Return whether a name is reserved: no account or token subject may have it, because the log uses it itself."""
    return name in {ANONYMOUS, OPERATOR} or name.startswith(KIOSK_PREFIX)


def anonymous() -> Principal:
    """Return the principal of a client that did not sign in: it has no rights."""
    return Principal("")


def covers(above: str, node: str) -> bool:
    """Return whether `node` is `above` or below it: "H09" covers "H09.05" and not "H091"."""
    return is_node(node) and (node == above or node.startswith(above + "."))


def is_node(text: str) -> bool:
    return NODE.fits(text)
