"""What has to be at hand before a round can be sealed. Pure; finds every obstacle at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.contracts.scoring import IndexComputed, RoundSettled
from parindex.contracts.scoring_digest import digest_of
from parindex.refusal import Refused
from publication.freezing.refusals import (
    CriteriaSetsMissingError,
    MessagesParkedError,
    RoundNotSettledError,
    RoundReopenedError,
    ScoresDifferError,
    ScoresMissingError,
    SourcesRestoredError,
)
from publication.freezing.snapshot import checksum_of, snapshot_of

ASSESSMENT = "assessment"  # its log may be called by a longer name that ends so: installation/assessment


@dataclass(frozen=True, slots=True)
class Materials:
    """All that this service has heard of a round.

    `reopened` are the closings of assessment that no longer hold; `restored` the sources that went back to an earlier
    copy, so that some of what was heard may never have happened.
    """

    opened: RoundOpened
    sets: Sequence[CriteriaSetEnacted]
    scores: Sequence[IndexComputed]
    settlements: Mapping[int, RoundSettled]  # the newest one in each partition
    reopened: frozenset[int]
    parked: int
    partitions: int
    restored: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A round that can be sealed, and the bytes that it would be sealed as."""

    settlement: RoundSettled
    snapshot: bytes
    checksum: str


def obstacles(materials: Materials) -> Iterator[Refused]:
    """Yield everything that is in the way, the first to mend first."""
    if materials.restored:
        yield SourcesRestoredError(materials.restored)
    settlement = newest_settlement(materials)
    agreed = [one for one in materials.settlements.values() if one == settlement]
    if settlement is None or len(agreed) < materials.partitions:
        yield RoundNotSettledError(len(agreed), materials.partitions)
    if settlement is not None and _reopened_since(settlement, materials.reopened):
        yield RoundReopenedError()
    if materials.parked:
        yield MessagesParkedError(materials.parked)
    if missing := _sets_missing(materials):
        yield CriteriaSetsMissingError(missing)
    if missing := _scores_missing(materials):
        yield ScoresMissingError(missing)
    if settlement is not None and digest_of(materials.scores) != settlement.digest:
        yield ScoresDifferError()


def draft_of(materials: Materials) -> Draft:
    """Return what would be sealed; raise the first obstacle."""
    for obstacle in obstacles(materials):
        raise obstacle
    settlement = newest_settlement(materials)
    assert settlement is not None  # noqa: S101  # else there was an obstacle
    raw = snapshot_of(materials.opened, materials.sets, materials.scores, settlement.vector, settlement.formula)
    return Draft(settlement, raw, checksum_of(raw))


def newest_settlement(materials: Materials) -> RoundSettled | None:
    """Return the settling with the highest number that was heard of in any partition."""
    return max(materials.settlements.values(), key=lambda one: one.settling, default=None)


def _reopened_since(settlement: RoundSettled, reopened: frozenset[int]) -> bool:
    closing = max((at.closing for at in settlement.vector if at.source.endswith(ASSESSMENT)), default=0)
    return any(undone >= closing for undone in reopened)


def _sets_missing(materials: Materials) -> list[str]:
    known = {one.criteria_set.code for one in materials.sets}
    return sorted({block.criteria_set for block in materials.opened.blocks} - known)


def _scores_missing(materials: Materials) -> list[str]:
    known = {score.unit for score in materials.scores}
    return [unit.code for block in materials.opened.blocks for unit in block.units if unit.code not in known]
