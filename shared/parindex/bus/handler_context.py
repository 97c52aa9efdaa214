"""The transactions in which a consumer's handlers work.

A partition of a consumer has one writer at a time, whatever the source and whatever the process: each transaction
first takes a lock in the partition's name. So what is about one unit is never written from two sides.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Envelope, Received, read_contract
from parindex.eventstore.checkpoints import CheckpointKey, load
from parindex.eventstore.log import Log
from parindex.eventstore.read_model_versions import Version, prepare

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:reader, :partition))")
COUNT = text("SELECT count(*) FROM parked WHERE reader = :reader")

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Envelope).decode


async def prepare_consumer(engine: AsyncEngine, consumer: Consumer) -> bool:
    """Make a consumer's tables and views where they are missing; return whether this version is live."""
    return await prepare(engine, version_of(consumer))


def version_of(consumer: Consumer) -> Version:
    """Return the consumer's version as a reader with tables."""
    return Version(consumer.name, consumer.version, consumer.tables)


class HandlerContexts:
    """Begins the transactions of one consumer."""

    def __init__(self, consumer: Consumer, log: Log, engine: AsyncEngine, now: Callable[[], datetime]) -> None:
        self.consumer = consumer
        self.reader = f"{consumer.name}:{consumer.version}"
        self.log = log
        self._engine = version_of(consumer).engine(engine)
        self._now = now

    @asynccontextmanager
    async def begin(self, key: CheckpointKey, epoch: int | None = None) -> AsyncIterator[HandlerContext]:
        """Open a transaction as the only writer of this partition; an error leaves nothing of it.

        `epoch` is that of the contracts at hand; None: the one that the consumer's position is of.
        """
        async with self._engine.begin() as connection:
            await connection.execute(LOCK, {"reader": self.reader, "partition": key.partition})
            known = (await load(connection, key)).epoch if epoch is None else epoch
            yield self._effect(connection, key, known)

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that only reads or writes about readers."""
        async with self._engine.begin() as connection:
            yield connection

    def _effect(self, connection: AsyncConnection, key: CheckpointKey, epoch: int) -> HandlerContext:
        async def parked() -> int:
            return int(await connection.scalar(COUNT, {"reader": self.reader}) or 0)

        name, source, partition = self.consumer.name, key.source, key.partition
        return HandlerContext(connection, self.log, name, source, partition, self._now, parked, epoch)


def received(envelope: Envelope) -> Received:
    """Read an envelope's contract; raise UnknownContractError, msgspec.ValidationError."""
    return Received(read_contract(envelope), envelope)


def encode_envelope(envelope: Envelope) -> bytes:
    """Write an envelope as it is kept while it is parked."""
    return _encode(envelope)


def decode_envelope(raw: bytes) -> Envelope:
    """Read a parked envelope back."""
    return _decode(raw)
