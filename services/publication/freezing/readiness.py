"""What has to be at hand before a round can be sealed. Pure; finds every obstacle at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import structs

from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.contracts.scoring import IndexComputed, RoundSettled, SourcePosition
from parindex.contracts.scoring_digest import digest_of
from parindex.contracts.survey import TallyClosed
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
from publication.freezing.snapshot import Header, checksum_of, header_in, read_snapshot, snapshot_of

ASSESSMENT = "assessment"  # its log may be called by a longer name that ends so: installation/assessment

SURVEY = "survey"

Closings = Mapping[tuple[str, int], SourcePosition]
"""The closings of a round that its sources published themselves: by source (its short name) and number."""


@dataclass(frozen=True, slots=True)
class Materials:
    """All that this service has heard of a round.

    `reopened` are the closings of assessment that no longer hold; `restored` the sources that went back to an earlier
    copy, so that some of what was heard may never have happened; `unchecked` those of which this is not known since the
    bus process started. `closings` were received from the sources themselves,
    `tallied` are those of survey, by number.
    """

    opened: RoundOpened
    sets: Sequence[CriteriaSetEnacted]
    scores: Sequence[IndexComputed]
    settlements: Mapping[int, RoundSettled]  # the newest one in each partition
    reopened: frozenset[int]
    parked: int
    partitions: int
    restored: Sequence[str] = ()
    unchecked: Sequence[str] = ()
    closings: Closings = field(default_factory=dict)
    tallied: Mapping[int, TallyClosed] = field(default_factory=dict)


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
    if materials.unchecked:
        yield SourcesUncheckedError(materials.unchecked)
    settlement = newest_settlement(materials)
    agreed = [one for one in materials.settlements.values() if one == settlement]
    if settlement is None or len(agreed) < materials.partitions:
        yield RoundNotSettledError(len(agreed), materials.partitions)
    if settlement is not None and _reopened_since(settlement, materials.reopened):
        yield RoundReopenedError()
    if settlement is not None and (differing := _closings_differ(settlement, materials.closings)):
        yield ClosingsDifferError(differing)
    if materials.parked:
        yield MessagesParkedError(materials.parked)
    if missing := _sets_missing(materials):
        yield CriteriaSetsMissingError(missing)
    if missing := _scores_missing(materials):
        yield ScoresMissingError(missing)
    if settlement is not None and digest_of(materials.scores) != settlement.digest:
        yield ScoresDifferError()


def draft_of(materials: Materials, header: Header) -> Draft:
    """Return what would be sealed under this header; raise the first obstacle."""
    settlement = _settled(materials)
    raw = _snapshot(materials, settlement, header)
    return Draft(settlement, raw, checksum_of(raw))


def sealed_again(materials: Materials, published: bytes) -> bytes:
    """Return the bytes that published ones should have; raise the first obstacle.

    Header and version are those of the published bytes. An entry hash is compared where they have one: a round that
    was settled by an earlier version has none.
    """
    settlement, header = _settled(materials), header_in(published)
    if header and header.edition:
        hashed = {at.source for at in read_snapshot(published).vector if at.entry_sha256}
        vector = [at if at.source in hashed else structs.replace(at, entry_sha256="") for at in settlement.vector]
        settlement = structs.replace(settlement, vector=vector)
    return _snapshot(materials, settlement, header)


def _settled(materials: Materials) -> RoundSettled:
    for obstacle in obstacles(materials):
        raise obstacle
    settlement = newest_settlement(materials)
    assert settlement is not None  # noqa: S101  # else there was an obstacle
    return settlement


def _snapshot(materials: Materials, settlement: RoundSettled, header: Header | None) -> bytes:
    vector, formula = settlement.vector, settlement.formula
    tallied = next((materials.tallied.get(at.closing) for at in vector if short(at.source) == SURVEY), None)
    return snapshot_of(materials.opened, materials.sets, materials.scores, vector, formula, header, tallied)


def newest_settlement(materials: Materials) -> RoundSettled | None:
    """Return the settling with the highest number that was heard of in any partition."""
    return max(materials.settlements.values(), key=lambda one: one.settling, default=None)


def _reopened_since(settlement: RoundSettled, reopened: frozenset[int]) -> bool:
    closing = max((at.closing for at in settlement.vector if at.source.endswith(ASSESSMENT)), default=0)
    return any(undone >= closing for undone in reopened)


def _closings_differ(settlement: RoundSettled, closings: Closings) -> list[str]:
    """The sources whose own log has no such closing where the settling says: it was restored, or is on its way."""
    return [at.source for at in settlement.vector if not _is(at, closings.get((short(at.source), at.closing)))]


def _is(settled: SourcePosition, received: SourcePosition | None) -> bool:
    if received is None or received.position != settled.position:
        return False
    hashes = {settled.entry_sha256, received.entry_sha256}
    return len(hashes) == 1 or "" in hashes


def short(source: str) -> str:
    """Return a source's name without that of its installation."""
    return source.rpartition("/")[2]


def _sets_missing(materials: Materials) -> list[str]:
    known = {one.criteria_set.code for one in materials.sets}
    return sorted({block.criteria_set for block in materials.opened.blocks} - known)


def _scores_missing(materials: Materials) -> list[str]:
    known = {score.unit for score in materials.scores}
    return [unit.code for block in materials.opened.blocks for unit in block.units if unit.code not in known]
