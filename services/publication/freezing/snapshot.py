"""What an edition is: bytes. A pure function of what the other services said, so that a replay can make them again.

Nothing of this service goes in: no time, no edition number, no chance. `parindex replay` computes the same scores from
the feeds, calls `snapshot_of`, and compares SHA-256.
"""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from parindex.contracts.assessment import Block, CriteriaSetEnacted, RoundOpened
from parindex.contracts.base import Part
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import IndexComputed, ScoreLine, SourcePosition
from parindex.eventstore.entries import canonical
from parindex.numbers import from_wire
from publication.freezing.ranking import Row, Standing, Table, ranked


class SealedSet(Part, frozen=True, kw_only=True):
    """A criteria set that a block of the round was scored by, whole, and its digest as assessment told it."""

    digest: str
    criteria_set: CriteriaSet


class Published(Part, frozen=True, kw_only=True):
    """The numbers that are printed, in the set's decimals."""

    rank: int
    appraisal: str
    survey: str
    points: str
    index: str
    band: str = ""


class SealedUnit(Part, frozen=True, kw_only=True):
    """A unit's result: what is printed, and the exact numbers behind it, down to each criterion and its causes."""

    code: str
    name: str
    published: Published
    appraisal: str
    survey: str
    points: str
    maximum: str
    index: str
    lines: list[ScoreLine]


class SealedBlock(Part, frozen=True, kw_only=True):
    """A block, its units in the order of publication. `mean` is printed, of the exact indices."""

    code: str
    name: str
    criteria_set: str
    mean: str
    units: list[SealedUnit]


class Snapshot(Part, frozen=True, kw_only=True):
    """A settled round, complete: whoever holds it needs nothing else to see why each rank is what it is."""

    v: int
    round: str
    year: int
    title: str
    authority: str
    reference: str = ""
    formula: str
    vector: list[SourcePosition]
    criteria_sets: list[SealedSet]
    blocks: list[SealedBlock]


VERSION = 1
"""Of the snapshot's form. Bytes once sealed stay readable: a changed form gets the next number."""

_decoder = msgspec.json.Decoder(Snapshot)


def snapshot_of(
    opened: RoundOpened,
    sets: Iterable[CriteriaSetEnacted],
    scores: Iterable[IndexComputed],
    vector: Sequence[SourcePosition],
    formula: str,
) -> bytes:
    """Seal a settled round: its canonical bytes, whatever the order in which sets and scores are given.

    KeyError where a block's set or a unit's score is missing; ProfileError where a text is not in the log's profile.
    """
    enacted = {one.criteria_set.code: one for one in sets}
    by_unit = {score.unit: score for score in scores}
    used = sorted({block.criteria_set for block in opened.blocks})
    snapshot = Snapshot(
        v=VERSION,
        round=opened.round,
        year=opened.year,
        title=opened.title,
        authority=opened.authority,
        reference=opened.reference,
        formula=formula,
        vector=sorted(vector, key=lambda at: at.source),
        criteria_sets=[SealedSet(digest=enacted[c].digest, criteria_set=enacted[c].criteria_set) for c in used],
        blocks=[_sealed(block, enacted[block.criteria_set].criteria_set, by_unit) for block in opened.blocks],
    )
    return canonical(snapshot)


def checksum_of(raw: bytes) -> str:
    """Return the SHA-256 of a snapshot, in hex: the name by which an edition is known."""
    return hashlib.sha256(raw).hexdigest()


def read_snapshot(raw: bytes) -> Snapshot:
    """Read a snapshot back; msgspec.DecodeError or ValidationError where it is none."""
    return _decoder.decode(raw)


def _sealed(block: Block, criteria_set: CriteriaSet, scores: dict[str, IndexComputed]) -> SealedBlock:
    table = _table(block, criteria_set, scores)
    return SealedBlock(
        code=block.code,
        name=block.name,
        criteria_set=block.criteria_set,
        mean=table.mean,
        units=[_unit(row, scores[row.code]) for row in table.rows],
    )


def _table(block: Block, criteria_set: CriteriaSet, scores: dict[str, IndexComputed]) -> Table:
    standings = [_standing(unit.name, scores[unit.code]) for unit in block.units]
    return ranked(block.code, standings, criteria_set)


def _standing(name: str, score: IndexComputed) -> Standing:
    return Standing(
        code=score.unit,
        name=name,
        appraisal=from_wire(score.appraisal),
        survey=from_wire(score.survey),
        maximum=from_wire(score.maximum),
        index=from_wire(score.index),
    )


def _unit(row: Row, score: IndexComputed) -> SealedUnit:
    return SealedUnit(
        code=row.code,
        name=row.name,
        published=Published(
            rank=row.rank,
            appraisal=row.appraisal,
            survey=row.survey,
            points=row.points,
            index=row.index,
            band=row.band,
        ),
        appraisal=score.appraisal,
        survey=score.survey,
        points=score.points,
        maximum=score.maximum,
        index=score.index,
        lines=[_line(line) for line in sorted(score.lines, key=lambda line: line.criterion)],
    )


def _line(line: ScoreLine) -> ScoreLine:
    """Without what the unit claimed: the round's digest does not vouch for that."""
    return msgspec.structs.replace(line, claimed="", causes=sorted(line.causes))
