"""Ranks, bands and means of one block: pure, exact, and independent of the order in which scores arrived.

One choice of the criteria set, `ranked_from`, decides which numbers rule: the exact ones (then two units printed alike
may have different ranks), or the printed ones. Bands are cut by the same numbers as ranks, so no unit has
a higher band than a unit before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import assert_never

from parindex.contracts.criteria import AreaKind, Band, CriteriaSet, RankedFrom, Ties
from parindex.contracts.extras import Extras, area_points, extras_of
from parindex.contracts.scoring import IndexComputed
from parindex.numbers import Mode, Parts, Rounding, exact, from_wire, round_exact, round_total, show, show_total
from parindex.values.vietnamese_order import sort_key


@dataclass(frozen=True, slots=True)
class ExactScore:
    """The exact numbers of one unit. `index` is points / maximum x 100.

    Its points are `appraisal` + `survey` + `bonus` - `penalty`, as far as the set counts them. `index` is None where
    nothing applies to the unit: its maximum is 0. `areas` has the points of each area, by its code.
    """

    code: str
    name: str
    appraisal: Fraction
    survey: Fraction
    maximum: Fraction
    index: Fraction | None
    bonus: Fraction = Fraction(0)
    penalty: Fraction = Fraction(0)
    areas: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[Fraction, ...]:
        """What the points are the sum of."""
        return self.appraisal, self.survey, self.bonus, -self.penalty


@dataclass(frozen=True, slots=True)
class RankedUnit:
    """One line as it is printed. `band` is empty where the set has none for the unit.

    A unit without an index has rank 0, and nothing is printed of it.
    """

    rank: int
    code: str
    name: str
    appraisal: str
    survey: str
    points: str
    index: str
    band: str
    bonus: str = ""
    penalty: str = ""


@dataclass(frozen=True, slots=True)
class RankedBlock:
    """A block as it is printed, first rank first; units with one rank in the order of their names, as those without.

    `mean` is empty where no unit has an index.
    """

    mean: str
    rows: tuple[RankedUnit, ...]


@dataclass(frozen=True, slots=True)
class _Measured:
    """A unit with its printed points and index, and the numbers that rule: the index, and what parts equal indices."""

    unit: ExactScore
    points: str
    shown: str
    index: Fraction
    second: tuple[Fraction, ...]


def index_in(score: IndexComputed, *, zero: bool = False) -> str:
    """Return the exact index, empty where nothing applies; "0" there with `zero`, as in version 1 of an edition.

    It goes by the maximum, because scores of older versions say "0" where nothing applies.
    """
    nothing = from_wire(score.maximum) == 0
    return ("0" if zero else "") if nothing else score.index


def exact_score(name: str, score: IndexComputed, criteria_set: CriteriaSet, *, zero: bool = False) -> ExactScore:
    """Return the exact numbers of a unit's published index; `zero` as in `index_in`."""
    index = index_in(score, zero=zero)
    return ExactScore(
        code=score.unit,
        name=name,
        appraisal=from_wire(score.appraisal),
        survey=from_wire(score.survey),
        maximum=from_wire(score.maximum),
        index=from_wire(index) if index else None,
        bonus=from_wire(score.bonus or "0"),
        penalty=from_wire(score.penalty or "0"),
        areas=area_points(criteria_set, score.lines) if criteria_set.tie_keys else {},
    )


def ranked(block: str, units: Sequence[ExactScore], criteria_set: CriteriaSet) -> RankedBlock:
    """Rank the units of a block by their criteria set; units without an index come behind, unranked."""
    rounding, extras = rounding_of(criteria_set), extras_of(criteria_set)
    indices = [(unit, unit.index) for unit in units if unit.index is not None]
    measured = sorted((_measured(unit, index, criteria_set, rounding, extras) for unit, index in indices), key=_place)
    ranks = _ranks([(one.index, one.second) for one in measured])
    bands = bands_of(block, criteria_set.bands)
    rows = [
        _row(rank, one, rounding, _band(one.index, bands), extras) for rank, one in zip(ranks, measured, strict=True)
    ]
    without = sorted((unit for unit in units if unit.index is None), key=_by_name)
    rows += [RankedUnit(0, unit.code, unit.name, "", "", "", "", "") for unit in without]
    return RankedBlock(_mean([index for _, index in indices], rounding), tuple(rows))


def rounding_of(criteria_set: CriteriaSet) -> Rounding:
    """Return how the set prints numbers; ValueError or DecimalsOutOfRangeError where it says so in no known way."""
    policy = criteria_set.rounding
    return Rounding(policy.decimals, Mode(policy.mode), Parts(policy.total))


def bands_of(block: str, bands: Sequence[Band]) -> tuple[Band, ...]:
    """Return the bands that serve a block, highest first: its own, or else those that name no block."""
    own = [band for band in bands if band.block == block] or [band for band in bands if not band.block]
    return tuple(sorted(own, key=lambda band: exact(band.at_least), reverse=True))


def _measured(
    unit: ExactScore, index: Fraction, criteria_set: CriteriaSet, rounding: Rounding, extras: Extras
) -> _Measured:
    points, second = _shown_points(unit, index, rounding, extras), _second(unit, criteria_set)
    shown = _shown_index(unit, index, points, rounding)
    if criteria_set.ranked_from is RankedFrom.EXACT:
        return _Measured(unit, points, shown, index, second)
    printed = tuple(Fraction(round_exact(key, rounding.decimals, rounding.mode)) for key in second)
    return _Measured(unit, points, shown, exact(shown), printed)


def _second(unit: ExactScore, criteria_set: CriteriaSet) -> tuple[Fraction, ...]:
    """Return the keys that break ties between units with equal index, in order; none where they share the rank."""
    match criteria_set.ties:
        case Ties.SAME_RANK:
            return ()
        case Ties.BY_APPRAISAL:
            return (unit.appraisal,)
        case Ties.BY_KEYS:
            parts = {"appraisal": unit.appraisal, "survey": unit.survey}
            return tuple(parts.get(key, unit.areas.get(key, Fraction(0))) for key in criteria_set.tie_keys)
        case _:
            assert_never(criteria_set.ties)


def _place(one: _Measured) -> tuple[object, ...]:
    return -one.index, *(-key for key in one.second), *_by_name(one.unit)


def _by_name(unit: ExactScore) -> tuple[object, ...]:
    return sort_key(unit.name), unit.code


def _ranks(measures: Sequence[tuple[Fraction, tuple[Fraction, ...]]]) -> list[int]:
    """Equal measures get the same rank, and the next rank counts them: 1, 2, 2, 4."""
    ranks: list[int] = []
    for place, measure in enumerate(measures, start=1):
        same = place > 1 and measure == measures[place - 2]
        ranks.append(ranks[-1] if same else place)
    return ranks


def _band(index: Fraction, bands: Sequence[Band]) -> str:
    """The bound itself belongs to the band that begins there."""
    return next((band.name for band in bands if index >= exact(band.at_least)), "")


def _row(rank: int, one: _Measured, rounding: Rounding, band: str, extras: Extras) -> RankedUnit:
    unit, kinds = one.unit, {area.area_kind for area in extras.areas}
    return RankedUnit(
        rank=rank,
        code=unit.code,
        name=unit.name,
        appraisal=show(unit.appraisal, rounding),
        survey=show(unit.survey, rounding),
        points=one.points,
        index=one.shown,
        band=band,
        bonus=show(unit.bonus, rounding) if AreaKind.BONUS in kinds else "",
        penalty=show(unit.penalty, rounding) if AreaKind.PENALTY in kinds else "",
    )


def _shown_points(unit: ExactScore, index: Fraction, rounding: Rounding, extras: Extras) -> str:
    """The exact points rounded once, or the sum of the rounded parts; bounded as the set bounds them."""
    if not extras.areas:
        return show_total(unit.parts, rounding)
    if rounding.parts is Parts.ROUNDED_SUM:
        return show(index * unit.maximum / 100, rounding)
    return show(extras.bounded(Fraction(round_total(unit.parts, rounding)), unit.maximum), rounding)


def _shown_index(unit: ExactScore, index: Fraction, points: str, rounding: Rounding) -> str:
    """The exact index rounded once; where printed parts have to add up, the index of the printed points.

    Over a maximum of 100 the index then *is* the sum of the printed parts.
    """
    if rounding.parts is Parts.ROUNDED_SUM or not unit.maximum:
        return show(index, rounding)
    return show(exact(points) / unit.maximum * 100, rounding)


def _mean(indices: Sequence[Fraction], rounding: Rounding) -> str:
    """The arithmetic mean of the exact indices, as the ministry and the provinces compute it; rounded once.

    `ranked_from` does not change that: published tables are so, and the page says that the mean of the
    printed indices may be another.
    """
    return show(sum(indices, Fraction(0)) / len(indices), rounding) if indices else ""
