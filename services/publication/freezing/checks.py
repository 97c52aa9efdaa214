"""Blockers of freezing: what has to be there before a round can be frozen. Pure; all of them are found at once."""

from collections.abc import Iterable, Iterator

from parindex.contracts.scoring import RoundSettled, SourcePosition
from parindex.contracts.scoring_digest import digest_of
from parindex.refusal import Refused
from publication.freezing.refusals import (
    ClosingsDifferError,
    CriteriaSetsMissingError,
    MessagesParkedError,
    RoundNotSettledError,
    RoundReopenedError,
    ScoresDifferError,
    ScoresMissingError,
    SourcesRestoredError,
    SourcesUncheckedError,
)
from publication.freezing.state import Closings, ReceivedRound, newest_settlement, short

ASSESSMENT = "assessment"


def blockers(received: ReceivedRound) -> Iterator[Refused]:
    """Yield every blocker, first the one to resolve first."""
    if received.restored:
        yield SourcesRestoredError(received.restored)
    if received.unchecked:
        yield SourcesUncheckedError(received.unchecked)
    settlement = newest_settlement(received)
    agreed = [one for one in received.settlements.values() if one == settlement]
    if settlement is None or len(agreed) < received.partitions:
        yield RoundNotSettledError(len(agreed), received.partitions)
    if settlement is not None and reopened_since(settlement, received.reopened):
        yield RoundReopenedError()
    if settlement is not None and (differing := _closings_differ(settlement, received.closings)):
        yield ClosingsDifferError(differing)
    if received.parked:
        yield MessagesParkedError(received.parked)
    if missing := _sets_missing(received):
        yield CriteriaSetsMissingError(missing)
    if missing := _scores_missing(received):
        yield ScoresMissingError(missing)
    if settlement is not None and digest_of(received.scores) != settlement.digest:
        yield ScoresDifferError()


def reopened_since(settlement: RoundSettled, reopened: Iterable[int]) -> bool:
    """Return whether assessment opened the round again after the closing that a settling counts."""
    closing = max((at.closing for at in settlement.vector if short(at.source) == ASSESSMENT), default=0)
    return any(undone >= closing for undone in reopened)


def _closings_differ(settlement: RoundSettled, closings: Closings) -> list[str]:
    """The sources whose own log has no such closing where the settling says: it was restored, or is on its way."""
    return [at.source for at in settlement.vector if not _is(at, closings.get((short(at.source), at.closing)))]


def _is(settled: SourcePosition, received: SourcePosition | None) -> bool:
    if received is None or received.position != settled.position:
        return False
    hashes = {settled.entry_sha256, received.entry_sha256}
    return len(hashes) == 1 or "" in hashes


def _sets_missing(received: ReceivedRound) -> list[str]:
    known = {one.criteria_set.code for one in received.sets}
    return sorted({block.criteria_set for block in received.opened.blocks} - known)


def _scores_missing(received: ReceivedRound) -> list[str]:
    known = {score.unit for score in received.scores}
    return [unit.code for block in received.opened.blocks for unit in block.units if unit.code not in known]
