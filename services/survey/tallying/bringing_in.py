"""Bringing in an outside survey's results: all rows or none, and never past the cut-off.

It runs while holding the head of the log: what it checked still holds when it appends, and no closing comes between.
Whether kiosks have counted is read from the log itself, because the tallies are always some moments behind it.
"""

from collections.abc import Sequence
from typing import Self

import msgspec

from parindex.eventstore.appending import Append, Appended, Metadata
from parindex.eventstore.command_handling import decide_at_head
from parindex.eventstore.log import Log
from parindex.service import ServiceContext
from survey.admitting.events import tally_stream, tallying_stream
from survey.admitting.opened_rounds import OpenedRounds
from survey.admitting.queries import opened_rounds_until, survey_named, tallies_of_units
from survey.admitting.questions import QuestionKey
from survey.admitting.state import SURVEY_CODEC, UnitTallies
from survey.tallying.commands import BringInTallies, ReceiveOutsideTallies
from survey.tallying.counting import count
from survey.tallying.decisions import tallying, unit_tallies
from survey.tallying.outside import OutsideRow, to_bring_in, units_in
from survey.tallying.queries import counted_until
from survey.tallying.state import TALLIES_CODEC


async def bring_in(context: ServiceContext, round_id: str, rows: Sequence[OutsideRow], metadata: Metadata) -> Appended:
    """Make these rows the tallies of their units, in place of earlier results from outside.

    Raises RoundUnknownError, TallyClosedError, TalliesInvalidError, KioskCountsError. Rows that repeat known
    results change nothing.
    """
    log, uncounted = context.log, await Uncounted.begin(context.log)
    await uncounted.read_on(log)  # first without the lock: the count may be far behind
    async with context.engine.begin() as connection:
        await log.lock(connection)
        if metadata.idempotency and (before := await log.answered(metadata.idempotency, tallying_stream(round_id))):
            return await _again(context, before)
        await uncounted.read_on(log)
        survey = await survey_named(log, round_id)
        by_unit = await tallies_of_units(log, round_id, units_in(rows, survey))
        commands = to_bring_in(round_id, rows, survey, by_unit, uncounted.pressed(round_id))
        done = await log.append_within(connection, _appends(round_id, commands, by_unit, metadata, len(rows)))
    facts = tuple(fact for appended in done for fact in appended.facts)
    return Appended(done[0].first, done[-1].last, done[0].version, facts)


class Uncounted:
    """The presses that are in the log and not yet in the tallies: the count is always some moments behind."""

    def __init__(self, position: int, opened: OpenedRounds) -> None:
        self._position = position
        self._opened = opened
        self._pressed: set[tuple[str, str, QuestionKey]] = set()

    @classmethod
    async def begin(cls, log: Log) -> Self:
        """Begin where the count is."""
        position = await counted_until(log)
        return cls(position, await opened_rounds_until(log, position))

    async def read_on(self, log: Log) -> None:
        """Read to the end of the log as it is now."""
        while page := await log.read_after(self._position):
            counted = count(page, self._opened)
            self._position, self._opened = counted.seen, counted.opened
            for (round_id, unit), presses in counted.presses.items():
                self._pressed |= {(round_id, unit, key) for key, found in presses.items() if found.counts}

    def pressed(self, round_id: str) -> set[tuple[str, QuestionKey]]:
        """Return the units and questions of a round for which there are such presses."""
        return {(unit, key) for of, unit, key in self._pressed if of == round_id}


def _appends(
    round_id: str, commands: Sequence[BringInTallies], by_unit: dict[str, UnitTallies], metadata: Metadata, rows: int
) -> list[Append]:
    """The receipt's fact carries the caller's key, and in its answer how many facts follow it."""
    decided = [(command, unit_tallies.decide(command, by_unit[command.unit])) for command in commands]
    changed = [command for command, facts in decided if facts]
    follow = sum(len(facts) for _, facts in decided)
    received = decide_at_head(tallying, ReceiveOutsideTallies(round_id, rows), SURVEY_CODEC)
    unkeyed = Metadata(metadata.actor, metadata.at, metadata.authority, metadata.correlation)
    return [
        Append(tallying_stream(round_id), metadata, received, answer=b"%d" % follow),
        *(
            Append(tally_stream(round_id, each.unit), unkeyed, decide_at_head(unit_tallies, each, TALLIES_CODEC))
            for each in changed
        ),
    ]


async def _again(context: ServiceContext, before: Appended) -> Appended:
    """Give the first answer again: the keyed fact, and those that followed it."""
    follow = int(before.answer or b"0")
    recorded = await context.log.read_after(before.first - 1, 1 + follow)
    return msgspec.structs.replace(before, last=before.first + follow, facts=tuple(each.fact for each in recorded))
