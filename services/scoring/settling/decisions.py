"""The rules of settling. Pure.

A source publishes its closing in every partition, after all events that it covers. A round is settled when the newest
closing of every source that scores anything has come in all partitions, none was reopened, nothing is parked and no
line has a fault.
"""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from parindex.contracts.formula import FORMULA
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.scoring_digest import digest_of
from parindex.eventstore.decider import Decider, StatefulDecider
from scoring.computing.state import RoundState
from scoring.settling.commands import ListRound, SeeClosing, SeeReopening, SettleRound
from scoring.settling.events import ClosingSeen, ReopeningSeen, RoundSettled
from scoring.settling.refusals import (
    Blocker,
    faulty,
    not_seen,
    parked,
    reopened,
    round_unknown,
    set_unknown,
    uncomputed,
)
from scoring.settling.state import (
    RoundFact,
    evolve,
    newest_closing,
    newest_reopened,
    sources_of,
    vector_of,
    watermark_of,
)

RoundCommand = SeeClosing | SeeReopening | SettleRound


def decide(command: RoundCommand, state: RoundState) -> Sequence[ClosingSeen | ReopeningSeen | RoundSettled]:
    """Return the command's events; none where they are known already, or where the round can't be settled yet."""
    match command:
        case SeeClosing():
            return _see_closing(command, state)
        case SeeReopening():
            known = watermark_of(state, command.source, command.partition).reopened >= command.closing
            seen = ReopeningSeen(command.round, command.source, command.partition, command.closing)
            return () if known else (seen,)
        case SettleRound():
            return _settle(command, state)
        case _:
            assert_never(command)


settling: Decider[RoundCommand, RoundState, RoundFact] = Decider(RoundState(), decide, evolve)


def list_round(command: ListRound, waiting: Sequence[str]) -> tuple[Sequence[Any], Sequence[str]]:
    """Return no event, and the list after the command."""
    if (command.round in waiting) is command.waits:
        return (), waiting
    return (), sorted({*waiting, command.round} if command.waits else {*waiting} - {command.round})


listing: StatefulDecider[ListRound, Sequence[str]] = StatefulDecider(list_round)


def blockers(state: RoundState, partitions: int, parked_contracts: int, *, survey: bool | None) -> Sequence[Blocker]:
    """Return what keeps the round from being settled, but for its scores. `survey` None: a set is unknown."""
    if state.plan is None:
        return [round_unknown()]
    if survey is None:
        return [set_unknown()]
    missing = [blocker for source in sources_of(survey=survey) for blocker in _unseen(state, source, partitions)]
    return missing + ([parked(parked_contracts)] if parked_contracts else [])


def score_blockers(lines: Mapping[str, Sequence[ScoreLine] | None]) -> Sequence[Blocker]:
    """Return what keeps the scores from being settled: units without any (None), lines with a fault."""
    missing = [uncomputed(unit) for unit, scored in lines.items() if scored is None]
    faults = [(unit, line) for unit, scored in lines.items() for line in scored or () if line.fault]
    return missing + [faulty(unit, line.criterion, line.fault) for unit, line in faults]


def _unseen(state: RoundState, source: str, partitions: int) -> Sequence[Blocker]:
    newest, undone = newest_closing(state, source), newest_reopened(state, source)
    if undone and undone >= newest:
        return [reopened(source)]
    behind = [k for k in range(partitions) if watermark_of(state, source, k).closing < max(newest, 1)]
    return [not_seen(source, behind, partitions)] if behind else []


def _see_closing(command: SeeClosing, state: RoundState) -> Sequence[ClosingSeen]:
    if watermark_of(state, command.source, command.partition).closing >= command.closing:
        return ()
    where = command.round, command.source, command.partition
    return (ClosingSeen(*where, command.closing, *command.at, command.entry_sha256),)


def _settle(command: SettleRound, state: RoundState) -> Sequence[RoundSettled]:
    scored = {unit: score.lines if score else None for unit, score in command.scores}
    if blockers(state, command.partitions, command.parked, survey=command.survey) or score_blockers(scored):
        return ()
    vector = vector_of(state, survey=bool(command.survey))
    if vector == state.settled:
        return ()
    # counted by the closings, not one by one: a replay that reads past a reopening numbers its settling the same
    settling = sum(at.closing for at in vector) - len(vector) + 1
    digest = digest_of(score for _, score in command.scores if score)
    return (RoundSettled(command.round, settling, vector, digest, FORMULA),)
