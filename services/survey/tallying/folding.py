"""The fold over survey's own log: presses become tallies, each exactly once.

A page of the log, in its order, is counted; the tallies, the closing, and the position up to which the log was read
commit in one transaction, in which the position is compared first. So a second copy of this task, or one that died
half-way, changes nothing: a task that finds the position moved begins again from there. A round's closing is appended
last, so it comes after every tally of the round.

An entry that cannot be counted is not parked: the tallies of its round would lack it, and would be published all the
same. The fold stops before it and readiness names it; the presses up to it are counted, and no round closes behind it.
"""

import asyncio
from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.eventstore.appending import Append, Metadata
from parindex.eventstore.checkpoints import Checkpoint, CheckpointKey, advance, load
from parindex.eventstore.command_handling import decide_at_head
from parindex.eventstore.log import PAGE
from parindex.eventstore.parked_entries import read_page
from parindex.eventstore.registry import Recorded
from parindex.eventstore.transient import is_of_the_program, is_transient
from parindex.instant import instant
from parindex.service import ServiceContext
from survey.admitting.events import tally_stream, tallying_stream
from survey.admitting.opened_rounds import OpenedRounds
from survey.admitting.queries import opened_rounds_until
from survey.admitting.state import SURVEY_CODEC, UnitTallies, tallies_of_unit
from survey.tallying.commands import CloseTally
from survey.tallying.counting import Count, count, totals_of
from survey.tallying.decisions import tallying, unit_tallies
from survey.tallying.queries import READER
from survey.tallying.refusals import EntryUncountedError
from survey.tallying.state import TALLIES_CODEC

PAUSE = 0.1
"""Seconds between two counts that were not full pages: the longest delay that waiting adds to a tally."""

IDLE = 5.0
"""Seconds after which an unmoved log is looked at all the same."""

logger = structlog.stdlib.get_logger(__name__)


class OvertakenError(Exception):
    """Another copy of the task has counted this page."""


class Fold:
    """The fold: the position up to which everything is counted, and the rounds as of there."""

    def __init__(self, context: ServiceContext, position: int, opened: OpenedRounds) -> None:
        self._context = context
        self._position = position
        self._opened = opened

    @classmethod
    async def resume(cls, context: ServiceContext) -> "Fold":
        """Go on where the last transaction of any copy ended."""
        async with context.engine.begin() as connection:
            position = (await load(connection, _key(context))).position
        return cls(context, position, await opened_rounds_until(context.log, position))

    async def count_page(self) -> int:
        """Count the next page of the log; return how many entries were read.

        Raises OvertakenError: resume. Raises EntryUncountedError for the next entry, if it cannot be read or counted.
        """
        if self._position >= await self._context.log.head():
            return 0
        page, unreadable = await read_page(self._context.log, self._position, PAGE)
        if unreadable:
            raise self._uncounted(unreadable.position, unreadable.type, unreadable.error) from unreadable.error
        await self._count(page)
        return len(page)

    async def wait(self) -> None:
        """Wait until the log has grown."""
        await self._context.log.watcher.wait_past(self._position, None, IDLE)

    async def _count(self, page: Sequence[Recorded]) -> None:
        """Count a page, halved where that fails, so that the entry at fault is known."""
        try:
            await self._count_whole(page)
        except Exception as error:
            if isinstance(error, OvertakenError) or is_transient(error) or is_of_the_program(error):
                raise
            if len(page) == 1:
                raise self._uncounted(page[0].position, page[0].entry.type, error) from error
            logger.warning("tally_page_halved", after=self._position, error=type(error).__name__)
        else:
            return
        middle = len(page) // 2
        await self._count(page[:middle])
        await self._count(page[middle:])

    async def _count_whole(self, page: Sequence[Recorded]) -> None:
        counted = count(page, self._opened)
        async with self._context.engine.begin() as connection:
            await self._move(connection, counted.seen)
            if tallies := tallies_of(self._context, counted):
                await self._context.log.append_within(connection, tallies)
            if counted.closings:
                await self._context.log.append_within(connection, await self._closings(connection, counted))
        self._position, self._opened = counted.seen, counted.opened

    async def _closings(self, connection: AsyncConnection, counted: Count) -> list[Append]:
        """Return the closings of a page, each with the sum of what the tallies of its round hold after it."""
        return [
            closing_of(self._context, counted, closed, await self._tallies(connection, counted.opened, closed[0]))
            for closed in counted.closings
        ]

    async def _tallies(self, connection: AsyncConnection, opened: OpenedRounds, round_id: str) -> list[UnitTallies]:
        streams = [tally_stream(round_id, unit) for unit in opened.named(round_id).asked]
        heads = await self._context.log.heads_within(connection, streams)
        return [tallies_of_unit(head.state) for head in heads.values()]

    def _uncounted(self, position: int, kind: str, error: Exception) -> EntryUncountedError:
        """Name an entry by position, type and the error's name; the error's text may hold data."""
        return EntryUncountedError(f"{self._context.log.origin}/{position} {kind} ({type(error).__name__})")

    async def _move(self, connection: AsyncConnection, position: int) -> None:
        if not await advance(connection, _key(self._context), self._position, Checkpoint(position)):
            raise OvertakenError


async def catch_up(context: ServiceContext) -> None:
    """Count to the end of the log."""
    fold = await Fold.resume(context)
    while await fold.count_page():
        pass


async def keep_counting(context: ServiceContext) -> None:
    """Count for ever, until cancelled; the bus process runs this, and runs it again if it fails."""
    while True:
        try:
            await _count_on(await Fold.resume(context))
        except OvertakenError:
            logger.info("tally_fold_overtaken")


async def _count_on(fold: Fold) -> None:
    while True:
        await fold.wait()
        while await fold.count_page() == PAGE:
            pass
        await asyncio.sleep(PAUSE)


def tallies_of(context: ServiceContext, counted: Count) -> list[Append]:
    """Return the tallies that a count changes."""
    return [
        Append(
            tally_stream(command.round, command.unit),
            _metadata(context, counted.opened, command.round, command.covers),
            decide_at_head(unit_tallies, command, TALLIES_CODEC),
        )
        for command in counted.commands()
    ]


def closing_of(
    context: ServiceContext, counted: Count, closed: tuple[str, int], by_unit: Sequence[UnitTallies]
) -> Append:
    """Return the closing of a round at its cut-off, which comes after the tallies that it covers."""
    round_id, position = closed
    metadata = _metadata(context, counted.opened, round_id, position)
    command = CloseTally(round_id, position, *totals_of(by_unit))
    return Append(tallying_stream(round_id), metadata, decide_at_head(tallying, command, SURVEY_CODEC))


def _metadata(context: ServiceContext, opened: OpenedRounds, round_id: str, covers: int) -> Metadata:
    cause = f"{context.log.origin}/{covers}"
    return Metadata(READER, instant(context.now()), opened.named(round_id).authority, cause, causation=cause)


def _key(context: ServiceContext) -> CheckpointKey:
    return CheckpointKey(READER, context.log.origin, 0)
