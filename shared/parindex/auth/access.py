"""Access rules: every route declares exactly one, and a request without a matching right is denied. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from parindex.auth.principal import Principal, Right, Role
from parindex.auth.refusals import ForbiddenError, UnauthenticatedError

T = TypeVar("T")


class Audience(StrEnum):
    PUBLIC = "public"  # no token is needed
    SIGNED_IN = "signed_in"  # any account with a valid token, with any rights
    NEARBY = "nearby"  # clients on this machine without a token, and any account
    ROLES = "roles"


MOST_NODES = 20
"""Nodes that an asker records as admitted."""


class NodeNotCheckedError(RuntimeError):
    """A handler answered without checking the asker's right at a node. It is a programming error, answered with 500."""


@dataclass(frozen=True, slots=True)
class AccessRule:
    """The access rule of a route. `at` names the path parameter with the node; with None the handler calls `require`.

    `reads` names the kind of data whose reads are traced; the answer is sent only after the trace is stored.
    `page`: people open the route in a browser, so the cookie authenticates and the header `Authorization` does not. At
    every other route (API) it is the other way round, so that no page of another site can make a browser call an API.
    """

    audience: Audience
    roles: frozenset[Role] = frozenset()
    at: str | None = None
    reads: str = ""
    page: bool = False

    @property
    def handler_must_check(self) -> bool:
        return self.audience is Audience.ROLES and self.at is None

    def admits(self, principal: Principal, node: str | None) -> bool:
        """Return whether the rule admits a principal. `node` is the path parameter's value where the rule names one."""
        if self.audience is not Audience.ROLES:
            return True
        return principal.has(self.roles) if node is None else principal.may(self.roles, node)


@dataclass(slots=True)
class Asker:
    """An admitted principal with the rule of the route. Handlers check each node that they touch with it."""

    principal: Principal
    rule: AccessRule
    checked: bool = field(default=False, init=False)
    nodes: list[str] = field(default_factory=list, init=False)  # where the rule was checked and holds

    @property
    def subject(self) -> str:
        return self.principal.subject

    @property
    def rights(self) -> tuple[Right, ...]:
        """The rights by which a rule of roles admits the asker: `may` holds where one of them covers the node."""
        return tuple(right for right in self.principal.rights if right.role in self.rule.roles)

    def may(self, node: str) -> bool:
        """Return whether the rule holds at this node."""
        self.checked = True
        holds = self.rule.audience is not Audience.ROLES or self.principal.may(self.rule.roles, node)
        if holds and len(self.nodes) < MOST_NODES and node not in self.nodes:
            self.nodes.append(node)
        return holds

    def require(self, node: str) -> None:
        """Raise ForbiddenError unless the rule holds at this node. Call it before anything is written or answered."""
        if not self.may(node):
            raise ForbiddenError(self.rule.roles)  # without the node, which the asker may have no right to know

    def visible(self, things: Iterable[T], node_of: Callable[[T], str]) -> list[T]:
        """Return the things whose node the asker may see."""
        self.checked = True
        return [thing for thing in things if self.may(node_of(thing))]


_WITHOUT_TOKEN = {Audience.PUBLIC, Audience.NEARBY}  # the gate has checked that the client is on this machine


def admit(rule: AccessRule, principal: Principal, node: str | None = None) -> Asker:
    """Admit a principal. Raises UnauthenticatedError (not signed in), ForbiddenError (signed in, without the right)."""
    if rule.audience not in _WITHOUT_TOKEN and not principal.signed_in:
        raise UnauthenticatedError
    if not rule.admits(principal, node):
        raise ForbiddenError(rule.roles, node or "")
    return Asker(principal, rule)
