"""Bonus and penalty areas: what their lines come to, and how that moves the points of a unit. Pure and exact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from parindex.contracts.applicability import codes_above
from parindex.contracts.criteria import AreaKind, CriteriaSet
from parindex.contracts.formula import NONE
from parindex.contracts.scoring import ScoreLine
from parindex.numbers import exact, from_wire, to_wire


@dataclass(frozen=True, slots=True)
class ExtraArea:
    """A bonus or penalty area: its kind, the most that it gives or takes, and the codes of its leaves."""

    code: str
    area_kind: AreaKind
    cap: Fraction
    leaves: frozenset[str]

    def points(self, lines: Iterable[ScoreLine]) -> Fraction:
        """Return what the lines of the area come to, at most its cap."""
        earned = (from_wire(line.points) for line in lines if line.points and line.criterion in self.leaves)
        return min(sum(earned, NONE), self.cap)


@dataclass(frozen=True, slots=True)
class Extras:
    """The bonus and penalty areas of a set, and whether the index may be above 100."""

    areas: tuple[ExtraArea, ...] = ()
    above_hundred: bool = False

    def sum_of(self, kind: AreaKind, lines: Sequence[ScoreLine]) -> str:
        """Return the capped sum of the areas of a kind; "" where the set has none."""
        areas = [area for area in self.areas if area.area_kind is kind]
        return to_wire(sum((area.points(lines) for area in areas), NONE)) if areas else ""

    def bounded(self, points: Fraction, maximum: Fraction) -> Fraction:
        """Return the points as they count: not below 0, nor above the maximum unless the set says so.

        A set without such areas has nothing to bound. A bonus alone, where nothing of the scale applies, is no result.
        """
        if not self.areas:
            return points
        most = points if self.above_hundred and maximum else min(points, maximum)
        return max(most, NONE)


def extras_of(criteria_set: CriteriaSet) -> Extras:
    """Return the bonus and penalty areas of a set; NotANumberError where a cap is not a number."""
    rows = {row.code: row for row in criteria_set.criteria}
    areas = [row for row in criteria_set.criteria if row.area_kind is not AreaKind.ORDINARY]
    leaves = [(row.code, codes_above(row, rows)) for row in criteria_set.criteria if row.rule is not None and areas]
    return Extras(
        tuple(
            ExtraArea(
                area.code, area.area_kind, exact(area.most_points),
                frozenset(code for code, above in leaves if area.code in above),
            )
            for area in areas
        ),
        criteria_set.index_above_hundred,
    )  # fmt: skip


def area_points(criteria_set: CriteriaSet, lines: Iterable[ScoreLine]) -> dict[str, Fraction]:
    """Return the points of each area, by its code: at most the cap of a bonus or penalty area."""
    rows = {row.code: row for row in criteria_set.criteria}
    sums: dict[str, Fraction] = {}
    for line in lines:
        if line.points and line.criterion in rows:
            area = codes_above(rows[line.criterion], rows)[-1]
            sums[area] = sums.get(area, NONE) + from_wire(line.points)
    caps = {code: exact(rows[code].most_points) for code in sums if rows[code].most_points}
    return {code: min(points, caps.get(code, points)) for code, points in sums.items()}
