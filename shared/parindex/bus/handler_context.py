"""The handler context: the transaction in which a consumer's handler runs.

A partition of a consumer has one writer at a time, across sources and processes: each transaction first takes an
advisory lock on the partition. So two sources never write about one unit at the same time.
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
    """Create a consumer's missing tables and views; return whether this version is live."""
    return await prepare(engine, version_of(consumer))


def version_of(consumer: Consumer) -> Version:
    """Return the consumer as a read-model version."""
    return Version(consumer.name, consumer.version, consumer.tables)


class HandlerContexts:
    """Makes the handler contexts of one consumer."""

    def __init__(self, consumer: Consumer, log: Log, engine: AsyncEngine, now: Callable[[], datetime]) -> None:
        self.consumer = consumer
        version = version_of(consumer)
        self.reader = version.reader
        self.log = log
        self._engine = version.engine(engine)
        self._now = now

    @asynccontextmanager
    async def begin(self, key: CheckpointKey, epoch: int | None = None) -> AsyncIterator[HandlerContext]:
        """Open a transaction as the only writer of this partition; an error rolls it back.

        `epoch` is the epoch of the contracts to handle; None takes the checkpoint's.
        """
        async with self._engine.begin() as connection:
            await connection.execute(LOCK, {"reader": self.reader, "partition": key.partition})
            known = (await load(connection, key)).epoch if epoch is None else epoch
            yield self._context(connection, key, known)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction without the partition's lock, for checkpoints and status only."""
        async with self._engine.begin() as connection:
            yield connection

    def _context(self, connection: AsyncConnection, key: CheckpointKey, epoch: int) -> HandlerContext:
        async def parked() -> int:
            return await count_parked(connection, self.reader)

        name, source, partition = self.consumer.name, key.source, key.partition
        return HandlerContext(connection, self.log, name, source, partition, self._now, parked, epoch)


async def count_parked(connection: AsyncConnection, reader: str) -> int:
    """Return how many contracts a reader has parked, in all partitions."""
    return int(await connection.scalar(COUNT, {"reader": reader}) or 0)


def received(envelope: Envelope) -> Received:
    """Decode an envelope's contract; raise UnknownContractError, msgspec.ValidationError."""
    return Received(read_contract(envelope), envelope)


def encode_envelope(envelope: Envelope) -> bytes:
    """Encode an envelope for the dead-letter table."""
    return _encode(envelope)


def decode_envelope(raw: bytes) -> Envelope:
    """Decode a parked envelope."""
    return _decode(raw)
