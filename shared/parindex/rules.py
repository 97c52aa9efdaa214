"""A service's rules that a client on the same machine may ask, as each service with such rules exports them in `RULES`.

They are apart from `service.py`, so that asking a rule imports nothing of what serves, stores or publishes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from parindex.installed import RULES, installed
from parindex.refusal import Place


class Rehearsal(Protocol):
    """A service's own rules without its log: it starts empty, and evolves as if each command had been executed.

    A client uses it before it sends requests, so that the service accepts what it accepted.
    """

    def __call__(self, method: str, path: str, body: object, by: str) -> Sequence[Place]:
        """Return the mistakes of a command, each with its place in the body, and the warnings (places with a code).

        `by` is the client's right, such as office@H09. A refused command changes nothing.
        """
        ...

    def receive(self, contract: object) -> None:
        """Apply a contract of another service."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one service: `checks` are pure functions by name; `rehearse` begins a rehearsal at an instant."""

    checks: Mapping[str, Callable[..., Any]]
    rehearse: Callable[[datetime], Rehearsal]


@cache
def rules_of(service: str) -> Rules:
    """Import the rules of an installed service by its entry point; raise KeyError where there are none."""
    rules: Rules = installed(RULES)[service].load()
    return rules
