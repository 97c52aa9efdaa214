"""View models of the announcement page: the templates place them and compute nothing."""

from dataclasses import dataclass
from fractions import Fraction

from parindex.contracts.criteria import AreaKind, CriteriaSet
from parindex.contracts.ranking import bands_of
from parindex.numbers import from_wire
from parindex.web import vietnamese
from publication.announcing import wording
from publication.announcing.explanation import Change, changes
from publication.announcing.queries import AnnouncedEdition
from publication.freezing.queries import FrozenEdition
from publication.freezing.snapshot import Snapshot, SnapshotBlock, SnapshotSet, SnapshotUnit

WHOLE = Fraction(100)
BAR_DECIMALS = 3  # of a percentage of the chart's width: a tenth of a pixel on the widest screen


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the chart, in percent of its width: the appraisal part, then the survey part behind it."""

    appraisal: str
    survey: str


@dataclass(frozen=True, slots=True)
class RowView:
    """One unit's line; numbers with a decimal comma. `old` is its line in the edition before, where that differed.

    `mark` is the unit's code where another unit of the round has the same name, else empty. A unit to which nothing
    applies has rank 0 and empty numbers.
    """

    code: str
    name: str
    mark: str
    rank: int
    appraisal: str
    survey: str
    bonus: str
    penalty: str
    points: str
    maximum: str
    index: str
    band: str
    bar: Bar
    old: Change | None


@dataclass(frozen=True, slots=True)
class BlockView:
    """One block: its table, its chart, and the rules by which it was ranked. `ranked` are the rows that have a rank.

    `has_points`: for some unit the points are not the index, because its maximum is not 100.
    """

    code: str
    name: str
    mean: str
    mean_at: str
    rows: list[RowView]
    ranked: list[RowView]
    has_bands: bool
    has_survey: bool
    has_bonus: bool
    has_penalty: bool
    has_points: bool
    bands: str
    criteria_set: CriteriaSet
    digest: str
    policies: list[str]


@dataclass(frozen=True, slots=True)
class EditionView:
    """A line in the list of editions. A damaged one can't be opened."""

    number: int
    checksum: str
    announced: str
    reason: str
    shown: bool
    superseded: bool
    damaged: bool


def blocks(of: AnnouncedEdition) -> list[BlockView]:
    """Return what the page shows of each block."""
    sets = {one.criteria_set.code: one for one in of.snapshot.criteria_sets}
    old, alike = {change.unit: change for change in changed(of)}, same_names(of.snapshot)
    return [_block(block, sets[block.criteria_set], old, alike, of.snapshot.v) for block in of.snapshot.blocks]


def same_names(snapshot: Snapshot) -> frozenset[str]:
    """Return the codes of the units whose name another unit of the round has too."""
    codes: dict[str, list[str]] = {}
    for block in snapshot.blocks:
        for unit in block.units:
            codes.setdefault(wording.name_key(unit.name), []).append(unit.code)
    return frozenset(code for alike in codes.values() if len(alike) > 1 for code in alike)


def editions(of: AnnouncedEdition) -> list[EditionView]:
    """Return the public editions, newest first."""
    return [_edition(one, of) for one in reversed(of.others)]


def changed(of: AnnouncedEdition) -> list[Change]:
    """Return what this edition corrects of the public one before."""
    return changes(of.before, of.snapshot) if of.before else []


def _block(
    block: SnapshotBlock, of: SnapshotSet, old: dict[str, Change], alike: frozenset[str], version: int
) -> BlockView:
    criteria_set = of.criteria_set
    bands = bands_of(block.code, criteria_set.bands)
    rows = [_row(unit, old.get(unit.code), alike) for unit in block.units]
    return BlockView(
        code=block.code,
        name=block.name,
        mean=vietnamese.comma(block.mean),
        mean_at=_percent(min(_mean(block), WHOLE)),
        rows=rows,
        ranked=[row for row in rows if row.rank],
        has_bands=bool(bands),
        has_survey=any(line.part == "survey" for unit in block.units for line in unit.lines),
        has_bonus=any(row.area_kind is AreaKind.BONUS for row in criteria_set.criteria),
        has_penalty=any(row.area_kind is AreaKind.PENALTY for row in criteria_set.criteria),
        has_points=any(unit.published.points and from_wire(unit.maximum) != WHOLE for unit in block.units),
        bands=wording.bands(bands),
        criteria_set=criteria_set,
        digest=of.digest,
        policies=wording.policies(criteria_set, zero=version == 1),
    )


def _row(unit: SnapshotUnit, old: Change | None, alike: frozenset[str]) -> RowView:
    shown = unit.published
    return RowView(
        code=unit.code,
        name=unit.name,
        mark=unit.code if unit.code in alike else "",
        rank=shown.rank,
        appraisal=vietnamese.comma(shown.appraisal),
        survey=vietnamese.comma(shown.survey),
        bonus=vietnamese.comma(shown.bonus),
        penalty=vietnamese.comma(shown.penalty),
        points=vietnamese.comma(shown.points),
        maximum=vietnamese.comma(unit.maximum) if shown.points else "",
        index=vietnamese.comma(shown.index),
        band=shown.band,
        bar=Bar(_share(unit.appraisal, unit.maximum), _share(unit.survey, unit.maximum)),
        old=old,
    )


def _edition(one: FrozenEdition, of: AnnouncedEdition) -> EditionView:
    return EditionView(
        number=one.number,
        checksum=one.checksum,
        announced=vietnamese.minute(one.announced_at),
        reason=of.reasons.get(one.number, ""),
        shown=one.number == of.edition.number,
        superseded=one.number != of.others[-1].number,
        damaged=one.number in of.damaged,
    )


def _mean(block: SnapshotBlock) -> Fraction:
    indices = [from_wire(unit.index) for unit in block.units if unit.index]
    return sum(indices, Fraction(0)) / len(indices) if indices else Fraction(0)


def _share(points: str, maximum: str) -> str:
    whole = from_wire(maximum)
    return _percent(from_wire(points) / whole * 100) if whole else "0"


def _percent(value: Fraction) -> str:
    return vietnamese.shown(value, BAR_DECIMALS).replace(",", ".")
