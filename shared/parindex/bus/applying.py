"""Applying contracts: each exactly once, in the transaction that moves the position; what can't be applied is parked.

A run on which the handler fails is halved until it is known which contract it fails on. That one is parked, and so is
every later one of its subject, so that order survives; the other subjects go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import text

from parindex.bus.consumer import Effect
from parindex.bus.effects import Effects, encode_envelope, received
from parindex.bus.message import Envelope
from parindex.eventstore.readers import Place, Stand, move
from parindex.eventstore.transient import is_transient
from parindex.patience import in_one_line

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
    """Another process has moved this consumer's position."""


@dataclass(frozen=True, slots=True)
class Run:
    """Contracts of one source and partition in order, all behind where the consumer stands."""

    place: Place
    before: int
    epoch: int
    events: Sequence[Envelope]

    @property
    def after(self) -> Stand:
        """Where the consumer stands when they are applied."""
        return Stand(self.events[-1].position, self.epoch)

    def halves(self) -> list["Run"]:
        """Return the same as two runs, one after the other."""
        middle = len(self.events) // 2
        first = Run(self.place, self.before, self.epoch, self.events[:middle])
        return [first, Run(self.place, first.after.position, self.epoch, self.events[middle:])]


class Applier:
    """Applies runs of contracts to one consumer."""

    def __init__(self, effects: Effects) -> None:
        self._effects = effects
        self._handle = effects.consumer.handle

    async def apply(self, run: Run) -> int:
        """Apply a run and return how many of it were parked.

        Raises MovedElsewhereError, and what is transient: the rest of the run was not applied, and may be tried again.
        """
        try:
            return await self._apply_whole(run)
        except MovedElsewhereError:
            raise
        except Exception as error:
            if is_transient(error):
                raise
            if len(run.events) == 1:
                await self._park_single(run, error)
                return 1
            logger.warning(
                "contracts_halved", reader=run.place.reader, source=run.place.source, error=in_one_line(error)
            )
        return sum([await self.apply(half) for half in run.halves()])

    async def _apply_whole(self, run: Run) -> int:
        async with self._effects.begin(run.place, run.epoch) as effect:
            await _move(effect, run)
            blocked = await _parked_subjects(effect, run.place)
            behind = [event for event in run.events if event.subject in blocked]
            for event in behind:
                await _park(effect, run.place, event, BEHIND)
            if free := [received(event) for event in run.events if event.subject not in blocked]:
                await self._handle(effect, free)
        return len(behind)

    async def _park_single(self, run: Run, error: Exception) -> None:
        event = run.events[0]
        async with self._effects.begin(run.place, run.epoch) as effect:
            await _move(effect, run)
            await _park(effect, run.place, event, in_one_line(error))
        about = {"id": event.id, "subject": event.subject, "correlation_id": event.correlationid}
        logger.error("contract_parked", reader=run.place.reader, **about, error=in_one_line(error))


async def _move(effect: Effect, run: Run) -> None:
    if not await move(effect.connection, run.place, run.before, run.after):
        raise MovedElsewhereError(run.place.reader)


async def _parked_subjects(effect: Effect, place: Place) -> set[str]:
    return set((await effect.connection.execute(PARKED_SUBJECTS, place.row())).scalars())


async def _park(effect: Effect, place: Place, event: Envelope, error: str) -> None:
    row = {"position": event.position, "stream": event.subject, "contract": encode_envelope(event), "error": error}
    await effect.connection.execute(PARK, {**place.row(), **row})
