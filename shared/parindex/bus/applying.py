"""The applier: it applies each contract exactly once, in the transaction that advances the checkpoint.

A batch on which the handler fails is halved until the poison contract is found. The applier parks that one (a dead
letter) and each later one of its subject, so that order survives; the other subjects go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import text

from parindex.bus.consumer import HandlerContext
from parindex.bus.handler_context import HandlerContexts, encode_envelope, received
from parindex.bus.message import Envelope
from parindex.eventstore.checkpoints import Checkpoint, CheckpointKey, advance
from parindex.eventstore.transient import is_transient
from parindex.reasons import in_one_line

PARKED_SUBJECTS = text("""
SELECT DISTINCT stream FROM parked WHERE reader = :reader AND source = :source AND partition = :partition
""")
PARK = text("""
INSERT INTO parked (reader, source, partition, position, stream, contract, error)
VALUES (:reader, :source, :partition, :position, :stream, :contract, :error)
""")
BEHIND = "an earlier contract of its subject is parked"

logger = structlog.stdlib.get_logger(__name__)


class MovedElsewhereError(Exception):
    """Another process has advanced this consumer's checkpoint."""


@dataclass(frozen=True, slots=True)
class ContractBatch:
    """Contracts of one source and partition in order, all after the consumer's checkpoint (`before`)."""

    key: CheckpointKey
    before: int
    epoch: int
    events: Sequence[Envelope]

    @property
    def after(self) -> Checkpoint:
        """The checkpoint after they are applied."""
        return Checkpoint(self.events[-1].position, self.epoch)

    def halves(self) -> list["ContractBatch"]:
        """Split the batch into two that follow each other."""
        middle = len(self.events) // 2
        first = ContractBatch(self.key, self.before, self.epoch, self.events[:middle])
        return [first, ContractBatch(self.key, first.after.position, self.epoch, self.events[middle:])]


class Applier:
    """Applies batches of contracts to one consumer."""

    def __init__(self, handler_contexts: HandlerContexts) -> None:
        self._contexts = handler_contexts
        self._handle = handler_contexts.consumer.handle

    async def apply(self, batch: ContractBatch) -> int:
        """Apply a batch; return how many of its contracts were parked.

        Raises MovedElsewhereError and transient errors. Then the rest of the batch was not applied and may be retried.
        """
        try:
            return await self._apply_whole(batch)
        except MovedElsewhereError:
            raise
        except Exception as error:
            if is_transient(error):
                raise
            if len(batch.events) == 1:
                await self._park_single(batch, error)
                return 1
            logger.warning(
                "contracts_halved", reader=batch.key.reader, source=batch.key.source, error=in_one_line(error)
            )
        return sum([await self.apply(half) for half in batch.halves()])

    async def _apply_whole(self, batch: ContractBatch) -> int:
        async with self._contexts.begin(batch.key, batch.epoch) as context:
            await _move(context, batch)
            blocked = await _parked_subjects(context, batch.key)
            behind = [event for event in batch.events if event.subject in blocked]
            for event in behind:
                await _park(context, batch.key, event, BEHIND)
            if free := [received(event) for event in batch.events if event.subject not in blocked]:
                await self._handle(context, free)
        return len(behind)

    async def _park_single(self, batch: ContractBatch, error: Exception) -> None:
        event = batch.events[0]
        async with self._contexts.begin(batch.key, batch.epoch) as context:
            await _move(context, batch)
            await _park(context, batch.key, event, in_one_line(error))
        about = {"id": event.id, "subject": event.subject, "correlation_id": event.correlationid}
        logger.error("contract_parked", reader=batch.key.reader, **about, error=in_one_line(error))


async def _move(context: HandlerContext, batch: ContractBatch) -> None:
    if not await advance(context.connection, batch.key, batch.before, batch.after):
        raise MovedElsewhereError(batch.key.reader)


async def _parked_subjects(context: HandlerContext, key: CheckpointKey) -> set[str]:
    return set((await context.connection.execute(PARKED_SUBJECTS, key.row())).scalars())


async def _park(context: HandlerContext, key: CheckpointKey, event: Envelope, error: str) -> None:
    row = {"position": event.position, "stream": event.subject, "contract": encode_envelope(event), "error": error}
    await context.connection.execute(PARK, {**key.row(), **row})
