"""Makes the bytes of an edition from what the other services published. Pure; equal input gives equal bytes.

`parindex replay` takes the header from the published bytes, computes everything else from the feeds again, and compares
SHA-256.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec import structs

from parindex.canonical import canonical
from parindex.contracts.assessment import Block, CriteriaSetEnacted, RoundOpened
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.ranking import RankedUnit, exact_score, index_in, ranked
from parindex.contracts.scoring import IndexComputed, RoundSettled, ScoreLine, SourcePosition
from parindex.contracts.survey import TallyClosed
from publication.freezing.checks import blockers
from publication.freezing.snapshot import (
    VERSION,
    Header,
    Presses,
    Published,
    Snapshot,
    SnapshotBlock,
    SnapshotSet,
    SnapshotUnit,
    checksum_of,
    header_in,
    read_snapshot,
)
from publication.freezing.state import SURVEY, ReceivedRound, newest_settlement, short


@dataclass(frozen=True, slots=True)
class Draft:
    """A round without blockers, and the bytes of its next edition."""

    settlement: RoundSettled
    snapshot: bytes
    checksum: str


def draft_of(received: ReceivedRound, header: Header) -> Draft:
    """Return the edition under this header; raise the first blocker."""
    settlement = _settled(received)
    raw = _snapshot(received, settlement, header)
    return Draft(settlement, raw, checksum_of(raw))


def remade_snapshot(received: ReceivedRound, published: bytes) -> bytes:
    """Return the bytes that published ones should have; raise the first blocker.

    Header and version are those of the published bytes. An entry hash is compared where they have one: a round that
    was settled by an earlier version has none.
    """
    settlement, header = _settled(received), header_in(published)
    if header and header.edition:
        hashed = {at.source for at in read_snapshot(published).vector if at.entry_sha256}
        vector = [at if at.source in hashed else structs.replace(at, entry_sha256="") for at in settlement.vector]
        settlement = structs.replace(settlement, vector=vector)
    return _snapshot(received, settlement, header)


def _settled(received: ReceivedRound) -> RoundSettled:
    for blocker in blockers(received):
        raise blocker
    settlement = newest_settlement(received)
    assert settlement is not None  # noqa: S101  # else there was a blocker
    return settlement


def _snapshot(received: ReceivedRound, settlement: RoundSettled, header: Header | None) -> bytes:
    vector, formula = settlement.vector, settlement.formula
    tallied = next((received.tallied.get(at.closing) for at in vector if short(at.source) == SURVEY), None)
    return snapshot_of(received.opened, received.sets, received.scores, vector, formula, header, tallied)


def snapshot_of(
    opened: RoundOpened,
    sets: Iterable[CriteriaSetEnacted],
    scores: Iterable[IndexComputed],
    vector: Sequence[SourcePosition],
    formula: str,
    header: Header | None,
    tallied: TallyClosed | None = None,
) -> bytes:
    """Return the canonical bytes of a settled round; the order in which sets and scores are given does not matter.

    Without a header in version 1. `tallied` is survey's closing that the vector names, if any. KeyError where a block's
    set or a unit's score is missing; ProfileError where a text is not in the log's profile.
    """
    enacted = {one.criteria_set.code: one for one in sets}
    by_unit = {score.unit: score for score in scores}
    used = sorted({block.criteria_set for block in opened.blocks})
    hashed = vector if header else [structs.replace(at, entry_sha256="") for at in vector]
    snapshot = Snapshot(
        v=VERSION if header else 1,
        **(structs.asdict(header) if header else {}),
        round=opened.round,
        year=opened.year,
        title=opened.title,
        authority=opened.authority,
        reference=opened.reference,
        formula=formula,
        vector=sorted(hashed, key=lambda at: at.source),
        presses=_presses(tallied) if header and tallied else None,
        criteria_sets=[SnapshotSet(digest=enacted[c].digest, criteria_set=enacted[c].criteria_set) for c in used],
        blocks=[
            _snapshot_block(block, enacted[block.criteria_set].criteria_set, by_unit, zero=header is None)
            for block in opened.blocks
        ],
    )
    return canonical(snapshot)


def _presses(tallied: TallyClosed) -> Presses | None:
    if not tallied.counted and not tallied.set_aside:
        return None
    return Presses(counted=tallied.counted, set_aside=sorted(tallied.set_aside, key=lambda each: each.reason))


def _snapshot_block(
    block: Block, criteria_set: CriteriaSet, scores: dict[str, IndexComputed], *, zero: bool
) -> SnapshotBlock:
    """`zero`: as in version 1, a unit to which nothing applies has the index 0."""
    exact_scores = [exact_score(unit.name, scores[unit.code], criteria_set, zero=zero) for unit in block.units]
    excluded = {unit.code: unit.not_applicable for unit in block.units}
    table = ranked(block.code, exact_scores, criteria_set)
    return SnapshotBlock(
        code=block.code,
        name=block.name,
        criteria_set=block.criteria_set,
        mean=table.mean,
        units=[_unit(row, scores[row.code], excluded[row.code], zero=zero) for row in table.rows],
    )


def _unit(row: RankedUnit, score: IndexComputed, not_applicable: list[str], *, zero: bool) -> SnapshotUnit:
    return SnapshotUnit(
        code=row.code,
        name=row.name,
        published=Published(
            rank=row.rank,
            appraisal=row.appraisal,
            survey=row.survey,
            points=row.points,
            index=row.index,
            band=row.band,
            bonus=row.bonus,
            penalty=row.penalty,
        ),
        appraisal=score.appraisal,
        survey=score.survey,
        points=score.points,
        maximum=score.maximum,
        index=index_in(score, zero=zero),
        bonus=score.bonus,
        penalty=score.penalty,
        not_applicable=not_applicable,
        lines=[_line(line) for line in sorted(score.lines, key=lambda line: line.criterion)],
    )


def _line(line: ScoreLine) -> ScoreLine:
    """Without what the unit claimed: the round's digest does not vouch for that."""
    return structs.replace(line, claimed="", causes=sorted(line.causes))
