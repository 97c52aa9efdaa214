"""The rules of a whole round: it is settled when all that was said is in the scores.

Each source's closing is told in every partition, behind all that it covers. A round is settled when the newest closing
of every source that scores anything has come in all partitions, none was reopened, nothing is parked and no line has
a fault.
"""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

import msgspec

from parindex.contracts.scoring import ScoreLine, SourcePosition
from parindex.contracts.scoring_digest import digest_of
from scoring.computing.commands import PrepareRound, SeeClosing, SeeReopening, SettleRound
from scoring.computing.events import ClosingSeen, ReopeningSeen, RoundPrepared, RoundSettled
from scoring.computing.formula import FORMULA
from scoring.computing.lacks import Lack, faulty, not_seen, parked, reopened, round_unknown, set_unknown, uncomputed

RoundFact = RoundPrepared | ClosingSeen | ReopeningSeen | RoundSettled
RoundCommand = PrepareRound | SeeClosing | SeeReopening | SettleRound


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """The newest closing and the newest reopening of one source in one partition; 0 is none."""

    source: str
    partition: int
    closing: int = 0
    epoch: int = 0
    position: int = 0
    reopened: int = 0
    entry_sha256: str = ""  # of the closing's entry in the source's log


class Round(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a round."""

    plan: RoundPrepared | None = None
    seen: tuple[Seen, ...] = ()
    settled: tuple[SourcePosition, ...] = ()  # the vector of the last settling
    settling: int = 0

    def of(self, source: str, partition: int) -> Seen:
        """What this source has told in this partition."""
        found = (seen for seen in self.seen if (seen.source, seen.partition) == (source, partition))
        return next(found, Seen(source, partition))

    def newest(self, source: str) -> int:
        """The source's newest closing that was seen anywhere; 0 is none."""
        return max((seen.closing for seen in self.seen if seen.source == source), default=0)

    def newest_reopened(self, source: str) -> int:
        """The source's newest closing that was reopened; 0 is none."""
        return max((seen.reopened for seen in self.seen if seen.source == source), default=0)

    @property
    def closing(self) -> bool:
        """True if some closing has come that no settling has taken in."""
        return any(seen.closing and not self._took(seen) for seen in self.seen)

    def _took(self, seen: Seen) -> bool:
        return any((at.source, at.closing) == (seen.source, seen.closing) for at in self.settled)


def decide(command: RoundCommand, state: Round) -> Sequence[RoundFact]:
    """Return what a command leads to; nothing where it is known already, or where the round can't be settled yet."""
    match command:
        case PrepareRound():
            plan = RoundPrepared(command.round, command.year, command.authority, command.blocks)
            return () if state.plan else (plan,)
        case SeeClosing():
            return _see_closing(command, state)
        case SeeReopening():
            known = state.of(command.source, command.partition).reopened >= command.closing
            seen = ReopeningSeen(command.round, command.source, command.partition, command.closing)
            return () if known else (seen,)
        case SettleRound():
            return _settle(command, state)
        case _:
            assert_never(command)


def evolve(state: Round, fact: RoundFact) -> Round:
    """Return the round after a fact."""
    match fact:
        case RoundPrepared():
            return msgspec.structs.replace(state, plan=fact)
        case ClosingSeen():
            closed = {name: getattr(fact, name) for name in ("closing", "epoch", "position", "entry_sha256")}
            return _changed(state, fact.source, fact.partition, closed)
        case ReopeningSeen():
            return _changed(state, fact.source, fact.partition, {"reopened": fact.closing})
        case RoundSettled():
            return msgspec.structs.replace(state, settled=fact.vector, settling=fact.settling)
        case _:
            assert_never(fact)


def sources_of(*, survey: bool) -> tuple[str, ...]:
    """The sources whose closing a round waits for: survey only where tallies score something."""
    return ("assessment", "survey") if survey else ("assessment",)


def lacks(state: Round, partitions: int, parked_contracts: int, *, survey: bool | None) -> Sequence[Lack]:
    """Return what keeps the round from being settled, but for its scores. `survey` None: a set is unknown."""
    if state.plan is None:
        return [round_unknown()]
    if survey is None:
        return [set_unknown()]
    missing = [lack for source in sources_of(survey=survey) for lack in _unseen(state, source, partitions)]
    return missing + ([parked(parked_contracts)] if parked_contracts else [])


def gaps(lines: Mapping[str, Sequence[ScoreLine] | None]) -> Sequence[Lack]:
    """Return what keeps the scores from being settled: units without any (None), lines with a fault."""
    missing = [uncomputed(unit) for unit, scored in lines.items() if scored is None]
    faults = [(unit, line) for unit, scored in lines.items() for line in scored or () if line.fault]
    return missing + [faulty(unit, line.criterion, line.fault) for unit, line in faults]


def vector_of(state: Round, *, survey: bool) -> tuple[SourcePosition, ...]:
    """Return the closings that stand, as far as partition 0 has seen them; where nothing lacks, all have."""
    return tuple(_position(source, state.of(source, 0)) for source in sources_of(survey=survey))


def _unseen(state: Round, source: str, partitions: int) -> Sequence[Lack]:
    newest, undone = state.newest(source), state.newest_reopened(source)
    if undone and undone >= newest:
        return [reopened(source)]
    behind = [k for k in range(partitions) if state.of(source, k).closing < max(newest, 1)]
    return [not_seen(source, behind, partitions)] if behind else []


def _see_closing(command: SeeClosing, state: Round) -> Sequence[ClosingSeen]:
    if state.of(command.source, command.partition).closing >= command.closing:
        return ()
    where = command.round, command.source, command.partition
    return (ClosingSeen(*where, command.closing, *command.at, command.entry_sha256),)


def _settle(command: SettleRound, state: Round) -> Sequence[RoundSettled]:
    scored = {unit: score.lines if score else None for unit, score in command.scores}
    if lacks(state, command.partitions, command.parked, survey=command.survey) or gaps(scored):
        return ()
    vector = vector_of(state, survey=bool(command.survey))
    if vector == state.settled:
        return ()
    # counted by the closings, not one by one: a replay that reads past a reopening numbers its settling the same
    settling = sum(at.closing for at in vector) - len(vector) + 1
    digest = digest_of(score for _, score in command.scores if score)
    return (RoundSettled(command.round, settling, vector, digest, FORMULA),)


def _position(source: str, seen: Seen) -> SourcePosition:
    return SourcePosition(
        source=source, epoch=seen.epoch, position=seen.position, closing=seen.closing, entry_sha256=seen.entry_sha256
    )


def _changed(state: Round, source: str, partition: int, change: dict[str, Any]) -> Round:
    before = state.of(source, partition)
    others = [seen for seen in state.seen if seen is not before]
    after = msgspec.structs.replace(before, **change)
    ordered = sorted([*others, after], key=lambda seen: (seen.source, seen.partition))
    return msgspec.structs.replace(state, seen=tuple(ordered))
