"""The fold over survey's own log: presses become tallies, each exactly once.

A page of the log, in its order, is counted; the tallies, the closing, and the position up to which the log was read
commit in one transaction, in which the position is compared first. So a second copy of this task, or one that died
half-way, changes nothing: whoever finds the position moved begins again from there. A round's closing is appended
last, so it stands after every tally of the round.
"""

import asyncio

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.eventstore.appending import Act, Append
from parindex.eventstore.log import PAGE
from parindex.eventstore.readers import Place, Stand, enter, move
from parindex.instant import instant
from parindex.service import World
from survey.tallying.commands import CloseTally
from survey.tallying.counting import Count, Surveys, count
from survey.tallying.decisions import tallying_at_head, unit_tallies_at_head
from survey.tallying.events import tally_stream, tallying_stream
from survey.tallying.queries import surveys_until

READER = "survey.tallying.fold"
PAUSE = 0.1
"""Seconds between two counts that were not full pages: what waiting adds at most, and how often a tally is told."""
IDLE = 5.0
"""Seconds after which an unmoved log is looked at all the same."""

logger = structlog.stdlib.get_logger(__name__)


class OvertakenError(Exception):
    """Another copy of the task has counted this page."""


class Fold:
    """Where the fold stands: the position up to which everything is counted, and the rounds as of there."""

    def __init__(self, world: World, position: int, surveys: Surveys) -> None:
        self._world = world
        self._position = position
        self._surveys = surveys

    @classmethod
    async def resume(cls, world: World) -> "Fold":
        """Go on where the last transaction of any copy ended."""
        async with world.engine.begin() as connection:
            position = (await enter(connection, _place(world))).position
        return cls(world, position, await surveys_until(world.log, position))

    async def count_page(self) -> int:
        """Count what comes next in the log, at most a page; return how many entries were read.

        Raises OvertakenError: resume.
        """
        page = await self._world.log.read_after(self._position, PAGE)
        if not page:
            return 0
        counted = count(page, self._surveys)
        async with self._world.engine.begin() as connection:
            await self._move(connection, counted.seen)
            if appends := appends_of(self._world, counted):
                await self._world.log.append_within(connection, appends)
        self._position, self._surveys = counted.seen, counted.surveys
        return len(page)

    async def wait(self) -> None:
        """Wait until the log has grown."""
        await self._world.log.watcher.wait_past(self._position, None, IDLE)

    async def _move(self, connection: AsyncConnection, position: int) -> None:
        if not await move(connection, _place(self._world), self._position, Stand(position)):
            raise OvertakenError


async def catch_up(world: World) -> None:
    """Count everything that stands in the log now."""
    fold = await Fold.resume(world)
    while await fold.count_page():
        pass


async def keep_counting(world: World) -> None:
    """Count for ever, until cancelled; the bus process runs this, and runs it again if it fails."""
    while True:
        try:
            await _count_on(await Fold.resume(world))
        except OvertakenError:
            logger.info("tally_fold_overtaken")


async def _count_on(fold: Fold) -> None:
    while True:
        await fold.wait()
        while await fold.count_page() == PAGE:
            pass
        await asyncio.sleep(PAUSE)


def appends_of(world: World, counted: Count) -> list[Append]:
    """Return what a count appends: the tallies, and behind them the closings that cover them."""
    tallies = [
        Append(
            tally_stream(command.round, command.unit),
            _act(world, counted.surveys, command.round, command.covers),
            unit_tallies_at_head(command),
        )
        for command in counted.commands()
    ]
    closings = [
        Append(
            tallying_stream(round_id),
            _act(world, counted.surveys, round_id, position),
            tallying_at_head(CloseTally(round_id, position)),
        )
        for round_id, position in counted.closings
    ]
    return tallies + closings


def _act(world: World, surveys: Surveys, round_id: str, covers: int) -> Act:
    cause = f"{world.log.origin}/{covers}"
    return Act(READER, instant(world.now()), surveys.authority_of(round_id), cause, causation=cause)


def _place(world: World) -> Place:
    return Place(READER, world.log.origin, 0)
