"""Access rules: every route declares exactly one, and nothing is allowed that no rule allows. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from parindex.auth.principal import Principal, Role
from parindex.auth.refusals import ForbiddenError, UnauthenticatedError

T = TypeVar("T")


class Audience(StrEnum):
    PUBLIC = "public"  # everybody, without a token
    SIGNED_IN = "signed_in"  # whoever is known, whatever their rights
    NEARBY = "nearby"  # whoever is on this machine, and whoever is known
    ROLES = "roles"


MOST_NODES = 20
"""Nodes that an asker remembers to have been let in at."""


class NodeNotCheckedError(RuntimeError):
    """A handler answered without ever asking whether the asker may touch that node: a mistake of ours, told as 500."""


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may use a route. `at` names the path parameter that holds the node; None: the handler calls `require`.

    `reads` names what is read there, where that has to leave a trace: an answer is given only when the trace is kept.
    """

    audience: Audience
    roles: frozenset[Role] = frozenset()
    at: str | None = None
    reads: str = ""

    @property
    def handler_must_check(self) -> bool:
        return self.audience is Audience.ROLES and self.at is None

    def admits(self, principal: Principal, node: str | None) -> bool:
        """At the door: `node` is the path parameter's value where the rule names one."""
        if self.audience is not Audience.ROLES:
            return True
        return principal.has(self.roles) if node is None else principal.may(self.roles, node)


@dataclass(slots=True)
class Asker:
    """Who came through the door, under which rule. Handlers ask it about each node that they touch."""

    principal: Principal
    rule: AccessRule
    checked: bool = field(default=False, init=False)
    nodes: list[str] = field(default_factory=list, init=False)  # at which the rule was found to hold

    @property
    def subject(self) -> str:
        return self.principal.subject

    def may(self, node: str) -> bool:
        """True if the rule holds at this node."""
        self.checked = True
        holds = self.rule.audience is not Audience.ROLES or self.principal.may(self.rule.roles, node)
        if holds and len(self.nodes) < MOST_NODES and node not in self.nodes:
            self.nodes.append(node)
        return holds

    def require(self, node: str) -> None:
        """Raises ForbiddenError unless the rule holds at this node. Call it before anything is written or told."""
        if not self.may(node):
            raise ForbiddenError(self.rule.roles)  # not the node: the asker may not know whose the thing is

    def visible(self, things: Iterable[T], node_of: Callable[[T], str]) -> list[T]:
        """Those things whose node the asker may see."""
        self.checked = True
        return [thing for thing in things if self.may(node_of(thing))]


_FOR_STRANGERS = {Audience.PUBLIC, Audience.NEARBY}  # that they are near, the door has seen


def admit(rule: AccessRule, principal: Principal, node: str | None = None) -> Asker:
    """Lets the principal in. Raises UnauthenticatedError (nobody known) or ForbiddenError (known, but has no right)."""
    if rule.audience not in _FOR_STRANGERS and not principal.signed_in:
        raise UnauthenticatedError
    if not rule.admits(principal, node):
        raise ForbiddenError(rule.roles, node or "")
    return Asker(principal, rule)
