"""Parking: the dead letters of a consumer. Parked contracts are counted, shown, and retried in order by an operator."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.handler_context import HandlerContexts, count_parked, decode_envelope, received
from parindex.eventstore.checkpoints import CheckpointKey
from parindex.eventstore.log import Log
from parindex.eventstore.transient import is_transient
from parindex.reasons import in_one_line

ROWS = text("""
SELECT source, partition, position, stream, error, attempts, parked_at FROM parked
WHERE reader = :reader ORDER BY source, partition, position LIMIT :limit
""")
SUBJECTS = text("""
SELECT DISTINCT source, partition, stream FROM parked
WHERE reader = :reader AND stream = coalesce(:stream, stream) ORDER BY source, partition, stream
""")
OLDEST = text("""
SELECT position, contract FROM parked
WHERE reader = :reader AND source = :source AND partition = :partition AND stream = :stream ORDER BY position LIMIT 1
""")
KEY_IS = "reader = :reader AND source = :source AND partition = :partition AND position = :position"
RELEASE = text(f"DELETE FROM parked WHERE {KEY_IS}")  # noqa: S608  # a constant
FAILED = text(f"UPDATE parked SET attempts = attempts + 1, error = :error WHERE {KEY_IS}")  # noqa: S608  # likewise

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ParkedContract:
    """A parked contract and its error. `subject` is the stream at its source."""

    source: str
    partition: int
    position: int
    subject: str
    error: str
    attempts: int
    parked_at: datetime


class Parking:
    """The parked contracts of one consumer's present version. Any process of the service may use it."""

    def __init__(self, consumer: Consumer, log: Log, engine: AsyncEngine, now: Callable[[], datetime]) -> None:
        self._consumer = consumer
        self._contexts = HandlerContexts(consumer, log, engine, now)
        self._reader = self._contexts.reader

    async def count(self) -> int:
        """Return how many contracts are parked, in all partitions."""
        async with self._contexts.transaction() as connection:
            return await count_parked(connection, self._reader)

    async def rows(self, limit: int = 100) -> list[ParkedContract]:
        """Return the parked contracts, oldest first in each partition."""
        async with self._contexts.transaction() as connection:
            found = await connection.execute(ROWS, {"reader": self._reader, "limit": limit})
            return [ParkedContract(*row) for row in found]

    async def retry(self, subject: str | None = None) -> int:
        """Retry the parked contracts of a subject, or all, in order; return how many were applied.

        A subject whose contract fails again stays parked from there on; the others go on.
        """
        async with self._contexts.transaction() as connection:
            found = (await connection.execute(SUBJECTS, {"reader": self._reader, "stream": subject})).all()
        keys = [(CheckpointKey(self._reader, row.source, row.partition), row.stream) for row in found]
        return sum([await self._release(key, stream) for key, stream in keys])

    async def _release(self, key: CheckpointKey, stream: str) -> int:
        released = 0
        while await self._release_oldest(key, stream):
            released += 1
        return released

    async def _release_oldest(self, key: CheckpointKey, stream: str) -> bool:
        position = 0
        try:
            async with self._contexts.begin(key) as context:
                oldest = (await context.connection.execute(OLDEST, {**key.row(), "stream": stream})).one_or_none()
                if oldest is None:
                    return False
                position = oldest.position
                await self._apply(context, key, stream, position, oldest.contract)
        except Exception as error:
            if is_transient(error):
                raise
            await self._note_failure(key, position, error)
            return False
        return True

    async def _apply(
        self, context: HandlerContext, key: CheckpointKey, stream: str, position: int, contract: bytes
    ) -> None:
        await self._consumer.handle(context, [received(decode_envelope(contract))])
        await context.connection.execute(RELEASE, {**key.row(), "position": position})
        left = (await context.connection.execute(OLDEST, {**key.row(), "stream": stream})).first()
        if left is None and self._consumer.released is not None:
            await self._consumer.released(context)

    async def _note_failure(self, key: CheckpointKey, position: int, error: Exception) -> None:
        logger.warning("parked_contract_failed_again", reader=self._reader, position=position, error=in_one_line(error))
        async with self._contexts.begin(key) as context:
            await context.connection.execute(FAILED, {**key.row(), "position": position, "error": in_one_line(error)})
