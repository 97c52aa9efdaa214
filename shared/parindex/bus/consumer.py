"""The consumer: it turns other services' contracts into events or tables of its own service, each exactly once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.bus.message import Envelope, Received
from parindex.eventstore.appending import Metadata
from parindex.eventstore.log import Log
from parindex.instant import instant


@dataclass(frozen=True, slots=True)
class HandlerContext:
    """The transaction (unit of work) in which a handler's writes and the consumer's checkpoint commit together.

    `connection` writes the consumer's own tables (schema PROJECTION) and is an argument of `log.append_within`.
    """

    connection: AsyncConnection
    log: Log
    consumer: str
    source: str
    partition: int
    now: Callable[[], datetime]
    parked: Callable[[], Awaitable[int]]  # how many contracts of this consumer are parked, in all partitions
    epoch: int  # the source's, when it published these contracts; positions of different epochs are not comparable

    def metadata(self, envelope: Envelope) -> Metadata:
        """Return the metadata of an event that this contract causes: by the consumer, now, for the same authority."""
        at = instant(self.now())
        return Metadata(self.consumer, at, envelope.authority, envelope.correlationid, causation=envelope.id)


Handle = Callable[[HandlerContext, Sequence[Received]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Consumer:
    """A named, versioned subscription to other services' contracts.

    `handle` gets the contracts of one source and one partition in order, and ignores those that it does not need. One
    task handles partition k of all sources, so each unit has one writer. A contract on which it raises is parked (a
    dead letter), and so are all later ones of its subject; other subjects go on. `released` runs after parked contracts
    were applied. `tables` are made for each version, like those of a projection; None where it only appends events.
    """

    name: str
    version: int
    sources: tuple[str, ...]
    handle: Handle
    tables: MetaData | None = None
    released: Callable[[HandlerContext], Awaitable[None]] | None = None
