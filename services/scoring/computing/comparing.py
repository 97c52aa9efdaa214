"""Criteria that compare the units of a block: the greatest value, and the lines whose points follow from it. Pure.

A line holds the value of its unit. A unit to which the criterion does not apply, whose points were set, or whose
figures have a fault, has no value and takes no part.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from msgspec.structs import replace

from parindex.contracts.formula import normalised
from parindex.contracts.scoring import ScoreLine
from parindex.numbers import to_wire
from scoring.computing.events import IndexComputed
from scoring.computing.prepared_sets import Leaf
from scoring.computing.score_lines import number_or_zero


@dataclass(frozen=True, slots=True)
class Best:
    """The greatest value of a criterion in a block, its unit (of several the first by code), and the log entry."""

    value: Fraction
    text: str
    unit: str
    found_at: str

    @property
    def rank(self) -> tuple[Fraction, str]:
        """What decides: the greater value, then the first code."""
        return -self.value, self.unit


def bests_of(leaves: Iterable[Leaf], scores: Collection[IndexComputed]) -> Mapping[str, Best]:
    """Return the greatest value of each leaf among the indices of a block; a leaf without any value is not in it."""
    valued = {leaf.code: [_best(score, leaf) for score in scores if score.lines[leaf.at].value] for leaf in leaves}
    return {code: min(values, key=lambda each: each.rank) for code, values in valued.items() if values}


def compared_lines(score: IndexComputed, leaves: Iterable[Leaf], bests: Mapping[str, Best]) -> Sequence[ScoreLine]:
    """Return the lines of an index with the points that follow from the greatest values; the others stay."""
    lines = list(score.lines)
    for leaf in leaves:
        line = lines[leaf.at]
        if line.value:
            lines[leaf.at] = _compared(leaf, line, score.unit, bests[leaf.code])
    return lines


def _best(score: IndexComputed, leaf: Leaf) -> Best:
    line = score.lines[leaf.at]
    return Best(number_or_zero(line.value), line.value, score.unit, line.causes[0])


def _compared(leaf: Leaf, line: ScoreLine, unit: str, best: Best) -> ScoreLine:
    own = line.causes[0]
    causes = [own] if best.unit == unit else [own, best.found_at]
    if (line.best, line.best_unit, line.causes) == (best.text, best.unit, causes):
        return line
    points = normalised(number_or_zero(line.value), best.value, leaf.maximum)
    return replace(line, points=to_wire(points), causes=causes, best=best.text, best_unit=best.unit)
