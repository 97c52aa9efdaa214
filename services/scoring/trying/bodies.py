"""The bodies of trials."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, ValidationError
from pydantic_core import InitErrorDetails

from parindex.contracts.criteria import Criterion
from parindex.contracts.ranking import RankedUnit, index_in
from parindex.contracts.scoring import ScoreLine
from parindex.http.body import AsText, Body, example
from parindex.http.fields import OptionalCode, wrong
from scoring.computing.bodies import Exact
from scoring.computing.events import IndexComputed
from scoring.computing.outgoing import index_computed
from scoring.computing.queries import KnownRound
from scoring.trying.checks import texts_at_fault
from scoring.trying.sensitivity import Draws, Sensitivity
from scoring.trying.state import Basis, TriedSet
from scoring.trying.trial import TriedBlock, TriedRow, TriedUnit, Why
from scoring.trying.wording import DIFFERENCE, Reason, coverage_of, difference_of, missing_of, notes_on, reasons_of

TRIED = {
    "code": "h09-2027-thu",
    "title": "Bộ chỉ số dự kiến năm 2027",
    "reference": "Dự thảo",
    "criteria": [
        {"code": "1", "name": "Chỉ đạo, điều hành", "level": "area", "maximum": "2"},
        {"code": "1.1", "name": "Kế hoạch", "level": "criterion", "parent": "1", "maximum": "2",
         "rule": {"kind": "proportional"}},
    ],
}  # fmt: skip
"""The set of the example."""


MOST_FAULTS = 100


def _with_right_texts(values: dict[str, Any]) -> dict[str, Any]:
    """Refuse the wrong texts of a set with the other mistakes of the body, each at its place."""
    found = [
        InitErrorDetails(type=wrong(fault), loc=at, input=None)
        for at, fault in islice(texts_at_fault(values), MOST_FAULTS)
    ]
    if found:
        raise ValidationError.from_exception_data("criteria_set", found)
    return values


class OneTrialIn(Body):
    """Tính thử một bộ chỉ số, đã ban hành hay chưa, trên số liệu của một đợt. A set to try; nothing is written."""

    model_config = example(criteria_set=TRIED, figures="found")

    criteria_set: Annotated[dict[str, Any], AfterValidator(_with_right_texts)] = Field(
        description="a criteria set, as `POST /v1/criteria-sets` of assessment takes it", examples=[TRIED]
    )
    figures: Annotated[Basis, AsText] = Field(
        default=Basis.FOUND,
        description="`found`: what appraisals have found counts. `claimed`: what units claim, as if all were upheld",
    )


class TrialIn(OneTrialIn):
    """Tính thử trên cả đợt, hoặc một khối. A set to try on all blocks of a round, or on one."""

    block: OptionalCode = Field(default="", description="a block of the round; empty: all of them")


class TrialNoteOut(BaseModel):
    """Lý do. A reason or a note, by its code and in words."""

    code: str
    vi: str
    en: str


class SumsOut(BaseModel):
    """What a unit has by one of the two sets. `rank` is null without an index, because nothing applies to the unit."""

    rank: int | None
    points: Exact
    maximum: Exact
    index: str = Field(description="exact; empty where nothing applies to the unit")
    shown: str = Field(description="the index as the set prints it")
    band: str


class TriedUnitOut(BaseModel):
    """Một đơn vị: hiện nay và theo bộ thử. A unit now, and under the set that is tried."""

    unit: str
    name: str
    now: SumsOut | None = Field(description="null while the index is not computed yet, and with `missing`")
    then: SumsOut | None = Field(description="null with `missing`: no points and no rank")
    missing: TrialNoteOut | None = Field(
        description="why the unit has none of the figures that count (`not-appraised`, `not-claimed`); null if it has"
    )
    difference: str = Field(
        description="of the two printed indices (`shown`), not of the exact ones; empty where one of them is not there"
    )
    figures_unfit: list[str] = Field(description="criteria whose figures no longer fit the set: they give no points")
    behind: bool = Field(description="its figures have just changed, and `now` or `then` follows in a moment")


class TriedBlockOut(BaseModel):
    """Một khối, theo thứ hạng mới. A block; its units are in the order of their new ranks."""

    block: str
    name: str
    criteria_set: str = Field(description="the code of the set in force")
    notes: list[TrialNoteOut] = Field(description="what could not be computed, and what to know")
    new: list[str] = Field(description="criteria that the set in force does not score: they have no figures")
    gone: list[str] = Field(description="criteria that the tried set does not score")
    units: list[TriedUnitOut]


class TrialOut(BaseModel):
    """Kết quả tính thử; không ghi gì. What a set would give; nothing is written."""

    round: str
    criteria_set: str
    figures: str
    units_within: int = Field(description="units that have the figures that count")
    units_without: int = Field(description="units that have none of them, and so no points and no rank")
    coverage: TrialNoteOut = Field(description="both numbers in words")
    differences: TrialNoteOut = Field(description="how differences are computed, in words")
    blocks: list[TriedBlockOut]


class SideOut(BaseModel):
    """A row under one of the two sets. `points` is empty where there are no figures, or they have a `fault`."""

    name: str
    maximum: Exact
    points: str
    fault: str
    claimed: str = Field(description="what the unit's own figures give; it counts for nothing")


class TriedRowOut(BaseModel):
    """Một tiêu chí. `now` is absent for a new row, `then` for one that is gone."""

    criterion: str
    now: SideOut | None
    then: SideOut | None
    why: list[TrialNoteOut]


class UnitTrialOut(BaseModel):
    """Kết quả tính thử của một đơn vị, từng tiêu chí. What a set would give one unit, row by row."""

    round: str
    criteria_set: str
    figures: str
    block: str
    notes: list[TrialNoteOut]
    total: TriedUnitOut
    rows: list[TriedRowOut]


class RankRangeOut(BaseModel):
    """Một đơn vị: thứ hạng hiện nay, và khoảng thứ hạng qua các lần rút. 5 % of the draws are below and above."""

    unit: str
    name: str
    rank: int
    low: int
    median: int
    high: int


class CriterionEffectOut(BaseModel):
    """Một tiêu chí: số đơn vị đổi hạng khi chỉ trọng số của tiêu chí đó ở hai đầu khoảng."""

    criterion: str
    less: int = Field(description="units with another rank when its weight alone is 1 - spread of what it is")
    more: int = Field(description="the same at 1 + spread")


class SensitivityOut(BaseModel):
    """Thứ hạng của một khối phụ thuộc trọng số ra sao; không ghi gì. How ranks depend on weights."""

    round: str
    block: str
    spread: int = Field(description="in thousandths")
    draws: int
    seed: str
    method: str = Field(description="how a stranger repeats the draws")
    codes: list[str] = Field(description="the criteria in the order of their factors")
    units: list[RankRangeOut]
    criteria: list[CriterionEffectOut]


METHOD = (
    "Factor i of draw d (from 0) is 1000 - spread + (bytes 4i to 4i + 3 of SHAKE-256 of the text seed/d, big-endian, "
    "modulo 2 x spread + 1). A unit's share is the sum of factor x points, bonus and penalty x 1000 beside it, over "
    "the sum of factor x maximum; points are counted in 1e-9, rounded down. Equal shares share a rank."
)


def sensitivity_out(known: KnownRound, block: str, draws: Draws, found: Sensitivity) -> SensitivityOut:
    """Return the sensitivity of a block as the answer."""
    return SensitivityOut(
        round=known.round,
        block=block,
        spread=draws.spread,
        draws=draws.number,
        seed=draws.seed,
        method=METHOD,
        codes=[*found.codes],
        units=[RankRangeOut(name=known.names[each.unit], **asdict(each)) for each in found.units],
        criteria=[CriterionEffectOut(**asdict(each)) for each in found.criteria],
    )


def unit_out(unit: TriedUnit) -> TriedUnitOut:
    """Return a unit of a trial as the answer."""
    return TriedUnitOut(
        unit=unit.code,
        name=unit.name,
        now=_sums(unit.now, unit.ranked_now) if unit.now and unit.ranked_now else None,
        then=_sums(unit.then, unit.ranked_then) if unit.then and unit.ranked_then else None,
        missing=_reason(missing) if (missing := missing_of(unit)) else None,
        difference=difference_of(unit),
        figures_unfit=unit.codes(Why.FIGURES_UNFIT),
        behind=unit.behind,
    )


def trial_out(round_id: str, tried_set: TriedSet, blocks: Sequence[TriedBlock]) -> TrialOut:
    """Return a trial as the answer."""
    coverage = coverage_of(blocks, tried_set.basis)
    return TrialOut(
        round=round_id,
        criteria_set=tried_set.criteria_set.code,
        figures=tried_set.basis,
        units_within=coverage.within,
        units_without=coverage.without,
        coverage=TrialNoteOut(code="coverage", vi=coverage.said.vi, en=coverage.said.en),
        differences=TrialNoteOut(code="differences", vi=DIFFERENCE.vi, en=DIFFERENCE.en),
        blocks=[*map(block_out, blocks)],
    )


def block_out(tried: TriedBlock) -> TriedBlockOut:
    """Return a block of a trial as the answer."""
    return TriedBlockOut(
        block=tried.block.code,
        name=tried.block.name,
        criteria_set=tried.criteria_set.code,
        notes=[*map(_reason, notes_on(tried))],
        new=[*tried.new],
        gone=[*tried.gone],
        units=[*map(unit_out, tried.units)],
    )


def row_out(row: TriedRow) -> TriedRowOut:
    """Return a row of a trial as the answer."""
    return TriedRowOut(
        criterion=row.criterion,
        now=_side(row.old, row.now),
        then=_side(row.new, row.then),
        why=[*map(_reason, reasons_of(row))],
    )


def _side(row: Criterion | None, line: ScoreLine | None) -> SideOut | None:
    if row is None:
        return None
    if line is None:
        return SideOut(name=row.name, maximum=row.maximum, points="", fault="", claimed="")
    return SideOut(name=row.name, maximum=line.maximum, points=line.points, fault=line.fault, claimed=line.claimed)


def _sums(index: IndexComputed, printed: RankedUnit) -> SumsOut:
    return SumsOut(
        rank=printed.rank or None,
        points=index.points,
        maximum=index.maximum,
        index=index_in(index_computed(index)),
        shown=printed.index,
        band=printed.band,
    )


def _reason(reason: Reason) -> TrialNoteOut:
    return TrialNoteOut(code=reason.code, vi=reason.vi, en=reason.en)
