"""Explains an edition: why a unit has its points, and what a correction changed.

Points: every criterion of the set in the order of the tree, with the lost points and the cause. Changes: the printed
numbers of one edition beside those of the edition before.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from parindex.contracts.applicability import codes_above
from parindex.contracts.criteria import CriteriaSet, Criterion, Level, NormalisedToBest
from parindex.contracts.extras import extras_of
from parindex.contracts.ranking import rounding_of
from parindex.contracts.scoring import ScoreLine
from parindex.numbers import Rounding, from_wire, show
from parindex.web.arithmetic_words import arithmetic_of
from parindex.web.rule_words import area_name
from parindex.web.vietnamese import comma
from publication.freezing.snapshot import Snapshot, SnapshotBlock, SnapshotUnit


@dataclass(frozen=True, slots=True)
class LineView:
    """One row of the set. A row that is not scored itself holds the sums of those below it.

    `counted` is false where there was nothing to count (no answer came): that is 0 points, and the whole maximum lost,
    so that losses add up. `applicable` is false where the unit is not measured by it. A bonus or penalty area and the
    rows in it lose nothing; the area's points are at most its cap. `compared` says how a value that is compared with
    the greatest of the block earned the points, and whose that is; "" for other rows.
    """

    code: str
    name: str
    depth: int
    is_area: bool
    scored: bool
    part: str
    maximum: str
    points: str
    counted: bool
    lost: str
    share: str
    applicable: bool
    causes: list[str]
    compared: str


@dataclass(frozen=True, slots=True)
class _Sum:
    maximum: Fraction = Fraction(0)
    points: Fraction = Fraction(0)

    @property
    def lost(self) -> Fraction:
        return self.maximum - self.points

    def plus(self, other: "_Sum") -> "_Sum":
        return _Sum(self.maximum + other.maximum, self.points + other.points)


def find_unit(snapshot: Snapshot, code: str) -> tuple[SnapshotBlock, SnapshotUnit] | None:
    """Return a unit of the round with its block, or None."""
    return next(((block, unit) for block in snapshot.blocks for unit in block.units if unit.code == code), None)


def explained(unit: SnapshotUnit, criteria_set: CriteriaSet, among: Iterable[SnapshotUnit] = ()) -> list[LineView]:
    """Return every row of the set with the points of the unit. `among`: the units of its block."""
    return list(_Explained(unit, criteria_set, {each.code: each.name for each in among}).rows("", 0))


class _Explained:
    """Walks the tree of a set beside the lines of a unit."""

    def __init__(self, unit: SnapshotUnit, criteria_set: CriteriaSet, names: Mapping[str, str]) -> None:
        self._names = names
        self._rounding: Rounding = rounding_of(criteria_set)
        self._lines = {line.criterion: line for line in unit.lines}
        self._children: dict[str, list[Criterion]] = {}
        extras = extras_of(criteria_set).areas
        self._rows = {row.code: row for row in criteria_set.criteria}
        self._caps = {area.code: area.cap for area in extras}
        for criterion in criteria_set.criteria:
            self._children.setdefault(criterion.parent, []).append(criterion)

    def rows(self, parent: str, depth: int) -> Iterator[LineView]:
        for criterion in self._children.get(parent, []):
            line = self._lines.get(criterion.code)
            yield self._scored(criterion, line, depth) if line else self._summed(criterion, depth)
            yield from self.rows(criterion.code, depth + 1)

    def _scored(self, criterion: Criterion, line: ScoreLine, depth: int) -> LineView:
        return self._view(criterion, _sum(line), depth, line)

    def _summed(self, criterion: Criterion, depth: int) -> LineView:
        return self._view(criterion, self._total(criterion), depth, None)

    def _total(self, criterion: Criterion) -> _Sum:
        if line := self._lines.get(criterion.code):
            return _sum(line)
        total = _Sum()
        for child in self._children.get(criterion.code, []):
            total = total.plus(self._total(child))
        most = self._caps.get(criterion.code)
        return total if most is None else _Sum(min(total.maximum, most), min(total.points, most))

    def _view(self, criterion: Criterion, total: _Sum, depth: int, line: ScoreLine | None) -> LineView:
        counted = line is None or line.points != ""
        return LineView(
            code=criterion.code,
            name=area_name(criterion),
            depth=depth,
            is_area=criterion.level is Level.AREA,
            scored=line is not None,
            part=line.part if line else "",
            maximum=self._shown(total.maximum),
            points=self._shown(total.points),
            counted=counted,
            lost="" if self._is_beside(criterion) or total.points >= total.maximum else self._shown(total.lost),
            share=self._shown(total.points / total.maximum * 100) if counted and total.maximum else "",
            applicable=total.maximum > 0,
            causes=list(line.causes) if line else [],
            compared=self._compared(criterion, line) if line and line.value and line.points else "",
        )

    def _compared(self, criterion: Criterion, line: ScoreLine) -> str:
        """Return how the value of a line earned its points beside the greatest of the block, and whose that is."""
        best = from_wire(line.best)
        found = arithmetic_of(NormalisedToBest(), criterion.maximum, {"value": line.value}, best=best)
        return f"{found}; cao nhất: {self._names.get(line.best_unit, line.best_unit)}"

    def _is_beside(self, criterion: Criterion) -> bool:
        """Return whether a row is in a bonus or penalty area, or is one."""
        return not self._caps.keys().isdisjoint(codes_above(criterion, self._rows))

    def _shown(self, value: Fraction) -> str:
        return comma(show(value, self._rounding))


def _sum(line: ScoreLine) -> _Sum:
    return _Sum(from_wire(line.maximum), from_wire(line.points) if line.points else Fraction(0))


@dataclass(frozen=True, slots=True)
class Change:
    """A unit whose printed line changed. Where it is new or gone, the numbers of the other side are empty, rank 0."""

    block: str
    unit: str
    name: str
    old_rank: int
    new_rank: int
    old_index: str
    new_index: str
    old_band: str
    new_band: str


def changes(before: Snapshot, after: Snapshot) -> list[Change]:
    """Return the units whose rank, parts, index or band are printed differently, in the order of the new edition."""
    return list(_changes(before, after))


def _changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old = {unit.code: (block.name, unit) for block in before.blocks for unit in block.units}
    for block in after.blocks:
        for unit in block.units:
            _, was = old.pop(unit.code, ("", None))
            if was is None or was.published != unit.published:
                yield _change(block.name, was, unit)
    for name, gone in old.values():
        yield _change(name, gone, None)


def _change(block: str, old: SnapshotUnit | None, new: SnapshotUnit | None) -> Change:
    unit = new or old
    assert unit is not None  # noqa: S101  # one of the two is there
    return Change(
        block=block,
        unit=unit.code,
        name=unit.name,
        old_rank=old.published.rank if old else 0,
        new_rank=new.published.rank if new else 0,
        old_index=old.published.index if old else "",
        new_index=new.published.index if new else "",
        old_band=old.published.band if old else "",
        new_band=new.published.band if new else "",
    )
