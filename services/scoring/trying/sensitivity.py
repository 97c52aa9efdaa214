"""How the ranks of a block depend on the weights of its criteria. Pure; integers alone, so anyone gets the same ranks.

The weight of a criterion is its maximum. A draw multiplies the maximum and the points of each criterion by a factor of
its own, as if the set had given it more or less weight; bonus and penalty points stay. Nothing here is a score.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

from parindex.numbers import from_wire
from scoring.computing.events import IndexComputed
from scoring.computing.score_lines import SCALE, number_or_zero
from scoring.trying.refusals import TrialTooLargeError

MOST_PRODUCTS = 40_000_000
"""Weighings x units x rows of one answer: 1,000 draws of 63 units by 100 rows are 7.6 million."""
WHOLE = 1_000
"""A factor is a whole number of thousandths."""
UNITS_OF_POINTS = 10**9
"""Points are counted in thousand-millionths, rounded down."""


@dataclass(frozen=True, slots=True)
class Draws:
    """How weights are drawn: `number` times, each factor up to `spread` thousandths from 1, by a stated seed."""

    spread: int
    number: int
    seed: str


@dataclass(frozen=True, slots=True)
class RankRange:
    """The ranks of a unit: in force, and over the draws, of which 5 % are below `low` and 5 % above `high`."""

    unit: str
    rank: int
    low: int
    median: int
    high: int


@dataclass(frozen=True, slots=True)
class CriterionEffect:
    """How many units have another rank when the weight of one criterion alone is at the ends of the range."""

    criterion: str
    less: int
    more: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The criteria in the order of their factors, the ranges of ranks, and the criteria with most effect first."""

    codes: tuple[str, ...]
    units: tuple[RankRange, ...]
    criteria: tuple[CriterionEffect, ...]


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The points and maxima of a unit's rows in whole numbers, and the points beside the scale."""

    unit: str
    points: Sequence[int]
    maxima: tuple[int, ...]
    beside: int


def sensitivity_of(scores: Mapping[str, IndexComputed], draws: Draws) -> Sensitivity:
    """Return how the ranks of units depend on the weights of their criteria; raise TrialTooLargeError.

    Factor `i` of draw `d`, both counted from 0, is 1000 - spread + (the number in bytes 4i to 4i + 3 of
    SHAKE-256("seed/d"), big-endian, modulo 2 x spread + 1). Units to which nothing applies have no rank and are left
    out.
    """
    codes, units = _weighed(scores)
    number = draws.number + 2 * len(codes)
    if (size := number * len(units) * len(codes)) > MOST_PRODUCTS:
        raise TrialTooLargeError(size, MOST_PRODUCTS)
    ranks = _ranks(units, [WHOLE] * len(codes))
    drawn: dict[str, list[int]] = {each.unit: [] for each in units}
    for draw in range(draws.number):
        for unit, rank in _ranks(units, _factors(f"{draws.seed}/{draw}", len(codes), draws.spread)).items():
            drawn[unit].append(rank)
    ranges = [_range(unit, ranks[unit], sorted(found)) for unit, found in drawn.items()]
    return Sensitivity(
        tuple(codes), tuple(sorted(ranges, key=lambda each: (each.rank, each.unit))),
        tuple(_effects(codes, units, ranks, draws.spread)),
    )  # fmt: skip


def _effects(
    codes: Sequence[str], units: Sequence[_Weighed], ranks: Mapping[str, int], spread: int
) -> Sequence[CriterionEffect]:
    def moved(at: int, factor: int) -> int:
        factors = [WHOLE] * len(codes)
        factors[at] = factor
        return sum(ranks[unit] != rank for unit, rank in _ranks(units, factors).items())

    effects = [
        CriterionEffect(code, moved(at, WHOLE - spread), moved(at, WHOLE + spread)) for at, code in enumerate(codes)
    ]
    return sorted(effects, key=lambda each: -(each.less + each.more))


def _weighed(scores: Mapping[str, IndexComputed]) -> tuple[Sequence[str], Sequence[_Weighed]]:
    codes = list(dict.fromkeys(line.criterion for each in scores.values() for line in each.lines if line.part in SCALE))
    units = []
    for unit, score in scores.items():
        lines = {line.criterion: line for line in score.lines if line.part in SCALE}
        points = [_whole(number_or_zero(lines[code].points)) if code in lines else 0 for code in codes]
        maxima = tuple(_whole(number_or_zero(lines[code].maximum)) if code in lines else 0 for code in codes)
        beside = from_wire(score.bonus or "0") - from_wire(score.penalty or "0")
        if any(maxima):
            units.append(_Weighed(unit, points, maxima, _whole(beside) * WHOLE))
    return codes, units


def _whole(points: Fraction) -> int:
    return points.numerator * UNITS_OF_POINTS // points.denominator


def _factors(seed: str, number: int, spread: int) -> list[int]:
    drawn = hashlib.shake_256(seed.encode()).digest(4 * number)
    values = (int.from_bytes(drawn[at : at + 4], "big") for at in range(0, len(drawn), 4))
    return [WHOLE - spread + value % (2 * spread + 1) for value in values]


def _ranks(units: Sequence[_Weighed], factors: Sequence[int]) -> Mapping[str, int]:
    wholes = {maxima: sum(map(mul, factors, maxima)) for maxima in {each.maxima for each in units}}
    shares = {
        each.unit: (sum(map(mul, factors, each.points)) + each.beside) * UNITS_OF_POINTS // wholes[each.maxima]
        for each in units
    }
    places: dict[int, int] = {}
    for place, share in enumerate(sorted(shares.values(), reverse=True), start=1):
        places.setdefault(share, place)
    return {unit: places[share] for unit, share in shares.items()}


def _range(unit: str, rank: int, ranks: Sequence[int]) -> RankRange:
    last = len(ranks) - 1
    return RankRange(unit, rank, ranks[last * 5 // 100], ranks[last // 2], ranks[last - last * 5 // 100])
