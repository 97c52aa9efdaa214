"""The rules of tallying, on the stored states of two kinds of streams: a round, and a unit's tallies. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import assert_never

from msgspec.structs import replace

from parindex.contracts.survey import OptionCount, SetAside
from parindex.contracts.unknown import RoundUnknownError
from parindex.eventstore.decider import Decider
from survey.admitting.questions import QuestionKey
from survey.admitting.state import KIOSK, LATE, OUTSIDE, OUTSIDE_SURVEY, Survey, UnitTallies, UnitTally
from survey.tallying.commands import (
    BringInTallies,
    CloseTally,
    CountPresses,
    ReceiveOutsideTallies,
    RoundCommand,
    TallyCommand,
)
from survey.tallying.events import (
    OutsideTalliesReceived,
    PressesSetAside,
    RoundFact,
    TallyClosed,
    TallyFact,
    TallyUpdated,
)
from survey.tallying.refusals import TallyClosedError
from survey.tallying.state import OutsideTally, Presses


def _tally_round(command: RoundCommand, survey: Survey) -> Sequence[RoundFact]:
    if not survey.opened:
        raise RoundUnknownError(command.round)
    match command:
        case ReceiveOutsideTallies():
            if survey.closing:
                raise TallyClosedError(command.round)
            return [OutsideTalliesReceived(command.round, command.rows)]
        case CloseTally():
            return [] if survey.closed else [_closed(command, survey)]
        case _:
            assert_never(command)


def _closed(command: CloseTally, survey: Survey) -> TallyClosed:
    return TallyClosed(command.round, survey.closing, command.covers, command.counted, command.set_aside)


def _round_after(survey: Survey, fact: RoundFact) -> Survey:
    match fact:
        case OutsideTalliesReceived():
            return survey
        case TallyClosed():
            return replace(survey, closed=True, covers=fact.covers)
        case _:
            assert_never(fact)


def _tally_unit(command: TallyCommand, tallies: UnitTallies) -> Sequence[TallyFact]:
    match command:
        case CountPresses():
            return [fact for key in sorted(command.presses) for fact in _counted(command, tallies.line(*key), key)]
        case BringInTallies():
            brought = [_brought(command, tally) for tally in command.tallies]
            return [fact for fact in brought if _line(fact, tallies) != tallies.line(fact.question, fact.group)]
        case _:
            assert_never(command)


def _counted(command: CountPresses, line: UnitTally, key: QuestionKey) -> Iterator[TallyFact]:
    presses = command.presses[key]
    if line.origin == OUTSIDE:  # a score from outside is not mixed with presses; they stay visible beside it
        beside = Counter(presses.aside) + Counter({OUTSIDE_SURVEY: sum(presses.counts.values())})
        presses = Presses(aside=beside)
    if presses.counts:
        options = sorted(line.counts.keys() | presses.counts.keys())
        counts = tuple(
            OptionCount(option=option, count=line.counts.get(option, 0) + presses.counts.get(option, 0))
            for option in options
        )
        yield TallyUpdated(command.round, command.unit, *key, KIOSK, counts, "", "", command.covers)
    if presses.aside:
        reasons = dict(sorted((Counter(line.reasons) + Counter(presses.aside)).items()))
        late = line.late + presses.aside.get(LATE, 0)
        unfit = line.unfit + sum(presses.aside.values()) - presses.aside.get(LATE, 0)
        by_reason = tuple(SetAside(reason=reason, count=count) for reason, count in reasons.items())
        yield PressesSetAside(command.round, command.unit, *key, late, unfit, command.seen, by_reason)


def _brought(command: BringInTallies, tally: OutsideTally) -> TallyUpdated:
    counts = tuple(OptionCount(option=option, count=count) for option, count in sorted(tally.counts))
    return TallyUpdated(
        command.round, command.unit, tally.question, tally.group, OUTSIDE, counts, tally.score, tally.out_of, 0
    )


def _unit_after(tallies: UnitTallies, fact: TallyFact) -> UnitTallies:
    return tallies.with_tally(_line(fact, tallies))


def _line(fact: TallyFact, tallies: UnitTallies) -> UnitTally:
    line = tallies.line(fact.question, fact.group)
    match fact:
        case TallyUpdated():
            counts = {count.option: count.count for count in fact.counts}
            return replace(
                line, origin=fact.origin, counts=counts, score=fact.score, out_of=fact.out_of, covers=fact.covers
            )
        case PressesSetAside():
            reasons = {each.reason: each.count for each in fact.reasons}
            return replace(line, late=fact.late, unfit=fact.unfit, reasons=reasons)
        case _:
            assert_never(fact)


tallying: Decider[RoundCommand, Survey, RoundFact] = Decider(Survey(), _tally_round, _round_after)
unit_tallies: Decider[TallyCommand, UnitTallies, TallyFact] = Decider(UnitTallies(), _tally_unit, _unit_after)
