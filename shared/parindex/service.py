"""What a service is made of. Each service exports one `SERVICE`; the kernel serves it without knowing its rules."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import TopologicalSorter
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import Protocol

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from parindex.bus.consumer import Consumer
from parindex.eventstore.discrepancy import Discrepancy
from parindex.eventstore.log import Log
from parindex.eventstore.projection import Projection
from parindex.eventstore.registry import EventTypes, Recorded
from parindex.eventstore.writing import Driver
from parindex.http.problems import ProblemPage
from parindex.refusal import Place

GROUP = "parindex.services"


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """What the outside gives to a running service: its log, its read database, a clock.

    `engine` reads the live projections: the placeholder schema is translated to the views.
    """

    log: Log
    engine: AsyncEngine
    now: Callable[[], datetime]


class Recount(Protocol):
    """An auditor's count of a log, one fact after another, in memory bounded by what is counted."""

    def see(self, recorded: Recorded) -> None:
        """Count a fact."""

    def differences(self) -> Sequence[Discrepancy]:
        """Return what the log claims and this count does not find."""


class Rehearsal(Protocol):
    """A service's own rules without its log: it starts empty, and goes on as if each command had been carried out.

    A client on the same machine asks it before anything is sent; so what it lets pass, the service takes.
    """

    def __call__(self, method: str, path: str, body: object, by: str) -> Sequence[Place]:
        """Return what would be refused, each with its place in the body, or warned of (a place with a code).

        `by` is the asker's right, such as office@H09. What was refused has changed nothing.
        """
        ...

    def receive(self, contract: object) -> None:
        """Take in what another service published."""


@dataclass(frozen=True, slots=True)
class Service:
    """One of the independent services, named as its folder.

    `routes` are its HTTP doors; `consumers` and `projections` run in its bus process, and so do `tasks`: loops that
    read the own log and append to it (tallying), each until cancelled. `checks` are pure checks by name, which a client
    on the same machine may ask before it sends anything; each returns every mistake with its place.
    `recompute` gives the exact bytes that a published edition of a round (its bytes are the last argument) should have
    by what the service has received, and refuses while that is not all. `recount` looks at the own facts one by one,
    and says in the end what of them does not add up. `rehearse` begins a rehearsal of commands at an instant. `examine`
    checks the service's own tables beside the log, through a connection to its database. `problem_page` shows a refusal
    to a person at a browser; a service without pages has none. `shared_streams`: entries of one stream may belong to
    several authorities, so an auditor of one of them sees gaps in it.
    """

    name: str
    title: str
    types: EventTypes
    routes: Callable[[ServiceContext], Sequence[APIRouter]]
    projections: Sequence[Projection] = ()
    consumers: Sequence[Consumer] = ()
    tasks: Sequence[Callable[[ServiceContext], Awaitable[None]]] = ()
    devices: Callable[[ServiceContext], Callable[[str], Awaitable[object]]] | None = None
    checks: Mapping[str, Callable[..., Sequence[Place]]] = field(default_factory=dict)
    recompute: Callable[[ServiceContext, str, bytes], Awaitable[bytes]] | None = None
    recount: Callable[[], Recount] | None = None
    rehearse: Callable[[datetime], Rehearsal] | None = None
    problem_page: ProblemPage | None = None
    examine: Callable[[Driver], Awaitable[Sequence[Discrepancy]]] | None = None
    shared_streams: bool = False


def installed_services() -> dict[str, Service]:
    """Find the services of this installation by their entry points; each comes after those that it consumes.

    The project names all of them; an image of one service holds only that one.
    """
    found = {point.name: point.load() for point in entry_points(group=GROUP) if find_spec(_package(point))}
    order = TopologicalSorter({name: sorted(_sources(found[name]) & found.keys()) for name in sorted(found)})
    return {name: found[name] for name in order.static_order()}


def _sources(service: Service) -> set[str]:
    return {source for consumer in service.consumers for source in consumer.sources}


def _package(point: EntryPoint) -> str:
    return point.module.partition(".")[0]
