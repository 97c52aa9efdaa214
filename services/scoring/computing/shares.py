"""What a score means to the unit that got it: lost points, shares, sums per area. Exact, and pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from parindex.contracts.criteria import CriteriaSet, Criterion, Level
from parindex.contracts.scoring import ScoreLine
from parindex.numbers import to_wire
from scoring.computing.formula import NONE
from scoring.computing.lines import worth


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A scored criterion. `share` is points / maximum, `lost` the rest; both are empty while nothing is final."""

    criterion: str
    name: str
    area: str
    part: str
    maximum: str
    points: str
    share: str
    lost: str
    claimed: str
    causes: Sequence[str]
    fault: str


@dataclass(frozen=True, slots=True)
class AreaSum:
    """What an area (lĩnh vực) brought, out of the maximum that applies to the unit."""

    area: str
    name: str
    points: str
    maximum: str
    share: str


def explained_lines(criteria_set: CriteriaSet, lines: Sequence[ScoreLine]) -> list[ExplainedLine]:
    """Return the lines with names, shares and lost points."""
    rows = {row.code: row for row in criteria_set.criteria}
    return [_explained(rows, line) for line in lines]


def area_sums(criteria_set: CriteriaSet, lines: Sequence[ScoreLine]) -> list[AreaSum]:
    """Return the sums of the areas, in the set's order; what stands under no area is its own area."""
    rows = {row.code: row for row in criteria_set.criteria}
    sums: dict[str, tuple[Fraction, Fraction]] = {}
    for line in lines:
        if line.criterion in rows:
            area = _area_of(rows, line.criterion).code
            points, maximum = sums.get(area, (NONE, NONE))
            sums[area] = points + worth(line.points), maximum + worth(line.maximum)
    return [_area_sum(row, *sums[row.code]) for row in criteria_set.criteria if row.code in sums]


def _explained(rows: Mapping[str, Criterion], line: ScoreLine) -> ExplainedLine:
    points, maximum = worth(line.points), worth(line.maximum)
    known = line.criterion in rows
    return ExplainedLine(
        criterion=line.criterion,
        name=rows[line.criterion].name if known else "",
        area=_area_of(rows, line.criterion).code if known else "",
        part=line.part,
        maximum=line.maximum,
        points=line.points,
        share=_share(points, maximum) if line.points else "",
        lost=to_wire(maximum - points) if line.points else "",
        claimed=line.claimed,
        causes=tuple(line.causes),
        fault=line.fault,
    )


def _area_of(rows: Mapping[str, Criterion], code: str) -> Criterion:
    row = rows[code]
    while row.level is not Level.AREA and row.parent in rows:
        row = rows[row.parent]
    return row


def _area_sum(row: Criterion, points: Fraction, maximum: Fraction) -> AreaSum:
    return AreaSum(row.code, row.name, to_wire(points), to_wire(maximum), _share(points, maximum))


def _share(points: Fraction, maximum: Fraction) -> str:
    return to_wire(points / maximum) if maximum else ""
