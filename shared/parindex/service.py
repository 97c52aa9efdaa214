"""The service: its parts, as each service exports them in one `SERVICE`. The kernel serves it without its rules."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Protocol, runtime_checkable

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from parindex.auth import Asker
from parindex.bus.consumer import Consumer
from parindex.eventstore.discrepancy import Discrepancy, Unchecked
from parindex.eventstore.log import Log
from parindex.eventstore.projection import Projection
from parindex.eventstore.registry import EventTypes, Recorded
from parindex.eventstore.writing import DriverConnection
from parindex.files.refusals import NoFileStoreError
from parindex.files.scanning import Scanner
from parindex.files.store import FileStore
from parindex.http.problems import ProblemPage
from parindex.installed import SERVICES, installed
from parindex.mail.smtp import MailServer
from parindex.web.desk import Waiting


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """The dependencies of a running service: its log, its read database, a clock.

    `engine` reads the live projections: the placeholder schema is translated to the views. `files` is None where the
    installation has no place for files, `scanner` where they are not scanned for viruses, and `mail` where
    it sends no e-mail.
    """

    log: Log
    engine: AsyncEngine
    now: Callable[[], datetime]
    files: FileStore | None = None
    largest_file: int = 0
    scanner: Scanner | None = None
    mail: MailServer | None = None

    async def moment(self) -> datetime:
        """Return the present time, never before that of the newest entry of the log.

        A deadline that the log has seen pass stays passed, also where the clock of the machine goes back.
        """
        return max(self.now(), await self.log.newest_moment())

    @property
    def file_store(self) -> FileStore:
        """The place for files. Raises NoFileStoreError where the installation has none."""
        if self.files is None:
            raise NoFileStoreError
        return self.files


class Recount(Protocol):
    """An auditor's recount of a log, event by event, in memory bounded by the number of counters."""

    def see(self, recorded: Recorded) -> None:
        """Count an event."""

    def differences(self) -> Sequence[Discrepancy]:
        """Return the discrepancies between the log's own totals and this recount."""


@runtime_checkable
class PartialRecount(Recount, Protocol):
    """A recount of a log in which older entries do not have what later values come from."""

    def unchecked(self) -> Unchecked:
        """Return how many values were not recounted."""


@dataclass(frozen=True, slots=True)
class Service:
    """One of the independent services, named as its folder.

    `routes` are its HTTP routes; `consumers` and `projections` run in its bus process, and so do `tasks`: loops that
    read the own log and append to it (tallying), each until cancelled. `recompute` gives the exact bytes that a
    published edition of a round (its bytes are the last argument) should have by what the service has received, and
    refuses while that is not all. `recount` looks at the own facts one by one, and says in the end what of them does
    not add up. `examine` checks the service's own tables beside the log, through a connection to its database.
    `waiting` finds what waits for a person at this service; a service with it has a part of the desk.
    `problem_page` shows a refusal to a person at a browser; a service without pages has none. `shared_streams`: entries
    of one stream may belong to several authorities, so an auditor of one of them sees gaps in it. `named_files`: the
    digests of the files that the log names, with their sizes; a service with it has a file store, where the settings
    name its folder. The checks that a client may call are apart, in
    `client_checks.py`.
    """

    name: str
    title: str
    types: EventTypes
    routes: Callable[[ServiceContext], Sequence[APIRouter]]
    projections: Sequence[Projection] = ()
    consumers: Sequence[Consumer] = ()
    tasks: Sequence[Callable[[ServiceContext], Awaitable[None]]] = ()
    devices: Callable[[ServiceContext], Callable[[str], Awaitable[object]]] | None = None
    recompute: Callable[[ServiceContext, str, bytes], Awaitable[bytes]] | None = None
    recount: Callable[[], Recount] | None = None
    waiting: Callable[[ServiceContext, Asker], Awaitable[Sequence[Waiting]]] | None = None
    problem_page: ProblemPage | None = None
    examine: Callable[[DriverConnection], Awaitable[Sequence[Discrepancy]]] | None = None
    shared_streams: bool = False
    named_files: Callable[[DriverConnection], Awaitable[Mapping[str, int]]] | None = None


def installed_services() -> dict[str, Service]:
    """Find the services of this installation by their entry points; each comes after those that it consumes.

    The project names all of them; an image of one service holds only that one.
    """
    found = {name: point.load() for name, point in installed(SERVICES).items()}
    order = TopologicalSorter({name: sorted(_sources(found[name]) & found.keys()) for name in sorted(found)})
    return {name: found[name] for name in order.static_order()}


def _sources(service: Service) -> set[str]:
    return {source for consumer in service.consumers for source in consumer.sources}
