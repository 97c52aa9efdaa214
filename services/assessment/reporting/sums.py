"""What the claims of a sheet come to: one sum for the total and for the heading of each area, with what it lacks.

A sum has the criteria that the unit scores itself and that apply to it. The points of a criterion that is compared
within the block are known after the appraisal of all its units: it counts in the maximum, and the sum names it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from assessment.enacting.figures import is_surveyed
from assessment.self_scoring.display import shown, worth_of
from assessment.self_scoring.queries import SheetRow
from parindex.contracts.criteria import AreaKind, Criterion, NormalisedToBest
from parindex.contracts.formula import NONE, number
from parindex.web.rule_words import AREA_KINDS

MOST_NAMED: Final = 3
"""Compared criteria up to this number are named one by one; of more, the sum says how many they are."""

Area = tuple[Criterion, Sequence[SheetRow]]


@dataclass(frozen=True, slots=True)
class ClaimedSum:
    """The points that are claimed so far, their maximum, and what the compared criteria may add to the points."""

    points: Fraction
    maximum: Fraction
    compared: Mapping[str, Fraction]

    def said(self, unit: str) -> str:
        """Return the sum in words: "5,8 / 10 điểm, chưa gồm điểm của tiêu chí 1.3 (…)"; "" where nothing applies."""
        return f"{shown(self.points)} / {shown(self.maximum)} {unit}{self.lacking}" if self.maximum else ""

    @property
    def lacking(self) -> str:
        """What the points lack, behind a comma; "" where they are whole."""
        if not self.compared:
            return ""
        codes, most = ", ".join(self.compared), shown(sum(self.compared.values(), NONE))
        which = f"tiêu chí {codes}" if len(self.compared) <= MOST_NAMED else f"{len(self.compared)} tiêu chí"
        return f", chưa gồm điểm của {which} (tối đa {most} điểm, tính sau theo đơn vị cao nhất trong khối)"


def sum_of(rows: Iterable[SheetRow], leaves: Mapping[str, Criterion], cap: str = "") -> ClaimedSum:
    """Return what the claims of some rows come to; points and maximum are at most the `cap`, "" for none."""
    counted = [(row, leaves[row.criterion]) for row in rows if _counts(row, leaves[row.criterion])]
    points = sum((worth_of(leaf, row.claim).points or NONE for row, leaf in counted), NONE)
    maximum = sum((number(leaf.maximum) for _, leaf in counted), NONE)
    compared = {leaf.code: number(leaf.maximum) for _, leaf in counted if isinstance(leaf.rule, NormalisedToBest)}
    most = number(cap) if cap else maximum
    return ClaimedSum(min(points, most), min(maximum, most), compared)


def area_said(area: Area, leaves: Mapping[str, Criterion]) -> str:
    """Return the sum of an area for its heading; "" where nothing in it is claimed by the unit."""
    return _sum_of_area(*area, leaves).said("điểm tự chấm")


def total_said(areas: Sequence[Area], leaves: Mapping[str, Criterion]) -> str:
    """Return the total of a sheet: the scale, and beside it the bonus and penalty points; "" where nothing applies."""
    ordinary = [row for area, rows in areas if area.area_kind is AreaKind.ORDINARY for row in rows]
    beside = [_beside(kind, areas, leaves) for kind in (AreaKind.BONUS, AreaKind.PENALTY)]
    return "; ".join(filter(None, [sum_of(ordinary, leaves).said("điểm"), *beside]))


def _beside(kind: AreaKind, areas: Sequence[Area], leaves: Mapping[str, Criterion]) -> str:
    sums = [_sum_of_area(area, rows, leaves) for area, rows in areas if area.area_kind is kind]
    if not any(each.maximum for each in sums):
        return ""
    lacking = "".join(each.lacking for each in sums)
    return f"{AREA_KINDS[kind]} {shown(sum((each.points for each in sums), NONE))}{lacking}"


def _sum_of_area(area: Criterion, rows: Sequence[SheetRow], leaves: Mapping[str, Criterion]) -> ClaimedSum:
    return sum_of(rows, leaves, area.most_points)


def _counts(row: SheetRow, leaf: Criterion) -> bool:
    """Return whether a criterion is in the sum: the unit scores it, and neither round nor unit says "không áp dụng"."""
    return not (is_surveyed(leaf) or row.excluded or (row.claim is not None and not row.claim.applicable))
