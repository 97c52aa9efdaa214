"""The checks of a service that a client on the same machine may call, as each service with such checks exports them.

They are apart from `service.py`, so that a check imports nothing of what serves, stores or publishes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from parindex.installed import CLIENT_CHECKS, installed
from parindex.refusal import Kind, Place, Refused


class ServiceNotInstalledError(Refused):
    """A check needs the rules of a service that is not installed on this machine."""

    code = "service-not-installed"
    kind = Kind.UNAVAILABLE
    vi = "Máy này chưa cài dịch vụ {service}, nên không kiểm tra được theo quy tắc của dịch vụ đó."
    en = "The service {service} is not installed here, so its rules can't be checked."
    advice = ("Hãy cài dự án với dịch vụ này.", "Install the project with this service.")

    service: str


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
class ClientChecks:
    """The checks of one service: `checks` are pure functions by name; `rehearse` begins a rehearsal at an instant."""

    checks: Mapping[str, Callable[..., Any]]
    rehearse: Callable[[datetime], Rehearsal]


@cache
def checks_of(service: str) -> ClientChecks:
    """Import the checks of an installed service by its entry point; raise ServiceNotInstalledError."""
    point = installed(CLIENT_CHECKS).get(service)
    if point is None:
        raise ServiceNotInstalledError(service)
    checks: ClientChecks = point.load()
    return checks
