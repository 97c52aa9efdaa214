"""What a consumer is: another service's contracts become our facts or tables, each exactly once."""

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
    """The transaction in which a handler's effect and the consumer's position commit together.

    `connection` writes the consumer's own tables (schema PROJECTION) and is what `log.append_within` takes.
    """

    connection: AsyncConnection
    log: Log
    consumer: str
    source: str
    partition: int
    now: Callable[[], datetime]
    parked: Callable[[], Awaitable[int]]  # how many contracts of this consumer are parked, in all partitions
    epoch: int  # the source's, when it told these contracts; positions of different epochs are not comparable

    def metadata(self, envelope: Envelope) -> Metadata:
        """Say that the consumer does it, now, because of this contract and for the authority that it is about."""
        at = instant(self.now())
        return Metadata(self.consumer, at, envelope.authority, envelope.correlationid, causation=envelope.id)


Handle = Callable[[HandlerContext, Sequence[Received]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Consumer:
    """A named, versioned reading of other services' contracts.

    `handle` gets the contracts of one source and one partition in order, and ignores those that it does not need. All
    sources' partition k are handled in one task, so what is about one unit has one writer. A contract on which it
    raises is parked with all later ones of its subject; the others go on. `released` runs after parked contracts were
    applied at last. `tables` are made per version, as a projection's are; None where the only effects are facts.
    """

    name: str
    version: int
    sources: tuple[str, ...]
    handle: Handle
    tables: MetaData | None = None
    released: Callable[[HandlerContext], Awaitable[None]] | None = None
