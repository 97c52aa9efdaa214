"""A trial: the points that a set would give on the figures of a round, and why a row differs. It writes nothing.

Points, sums, greatest values and ranks come from the functions that compute and publish: a trial is a computation of
every unit from nothing, under another set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from msgspec.structs import replace

from parindex.contracts.assessment import Block, Finding
from parindex.contracts.criteria import CriteriaSet, Criterion
from parindex.contracts.ranking import RankedUnit, exact_score, ranked
from parindex.contracts.scoring import ScoreLine
from parindex.numbers import exact
from scoring.computing.comparing import computed_from_nothing
from scoring.computing.events import IndexComputed
from scoring.computing.outgoing import index_computed
from scoring.computing.prepared_sets import PreparedSet, prepare
from scoring.computing.state import NEVER, Change, FindingsChange
from scoring.trying.refusals import BlockUnknownError, TrialTooLargeError
from scoring.trying.state import Basis, TriedRound, TriedSet, UnitFigures

MOST_LINES = 60_000
"""Score lines that one trial computes: 150 units by two sets of 120 rows have 36,000."""


class Why(StrEnum):
    """Why a row has other points under the other set, or none."""

    NEW = "new"
    GONE = "gone"
    OTHER_MAXIMUM = "other-maximum"
    OTHER_RULE = "other-rule"
    OTHER_NAME = "other-name"
    FIGURES_UNFIT = "figures-unfit"
    OTHER_CONVENTION = "other-convention"


class Missing(StrEnum):
    """Why a unit has no figures of the basis that counts: then it has no points and no rank."""

    NOT_APPRAISED = "not-appraised"
    NOT_CLAIMED = "not-claimed"


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A row of either set, and its line now and under the other set; None where that set does not score it."""

    criterion: str
    old: Criterion | None
    new: Criterion | None
    now: ScoreLine | None
    then: ScoreLine | None
    why: tuple[Why, ...]

    @property
    def name(self) -> str:
        """The name in the tried set, or in the set in force where the row is gone."""
        row = self.new or self.old
        return row.name if row else ""


@dataclass(frozen=True, slots=True)
class TriedUnit:
    """A unit: its index now and under the tried set, its ranks as they are printed, and its rows.

    Both indices are absent, and have no rank, where figures of the basis are `missing`; `now` also while the index is
    not computed yet. `behind`: its figures have just changed.
    """

    code: str
    name: str
    now: IndexComputed | None
    then: IndexComputed | None
    ranked_now: RankedUnit | None
    ranked_then: RankedUnit | None
    rows: tuple[TriedRow, ...]
    behind: bool
    missing: Missing | None = None

    def codes(self, why: Why) -> list[str]:
        """Return the criteria whose rows differ for a reason."""
        return [row.criterion for row in self.rows if why in row.why]


@dataclass(frozen=True, slots=True)
class TriedBlock:
    """A block: the set that scores it now, the rows that one of the two sets has alone, and its units by new rank."""

    block: Block
    criteria_set: CriteriaSet
    new: tuple[str, ...]
    gone: tuple[str, ...]
    units: tuple[TriedUnit, ...]


def try_set(tried_set: TriedSet, on: TriedRound) -> Sequence[TriedBlock]:
    """Return what a set would give on the figures of a round. Raises BlockUnknownError, TrialTooLargeError."""
    blocks = [block for block in on.blocks if tried_set.block in {"", block.code}]
    if not blocks:
        raise BlockUnknownError(tried_set.block, on.round)
    rows = len(tried_set.criteria_set.criteria)
    lines = sum(len(block.units) * (rows + len(on.sets[block.criteria_set].criteria)) for block in blocks)
    if lines > MOST_LINES:
        raise TrialTooLargeError(lines, MOST_LINES)
    tried = prepare(tried_set.criteria_set)
    return [_tried(tried_set, block, tried, on) for block in blocks]


def computed(
    round_id: str, block: Block, criteria_set: PreparedSet, figures: Mapping[str, UnitFigures], basis: Basis
) -> Mapping[str, IndexComputed]:
    """Return the index of each unit of a block, computed from nothing by a set."""
    changes = {unit.code: _changes(figures.get(unit.code, UnitFigures()), basis) for unit in block.units}
    return computed_from_nothing(round_id, block, criteria_set, changes)


def _changes(figures: UnitFigures, basis: Basis) -> tuple[Change, ...]:
    findings = figures.findings if basis is Basis.FOUND else _as_if_upheld(figures)
    given = [each for each in (figures.claims, findings) if each is not None]
    return *given, *figures.tallies


def _as_if_upheld(figures: UnitFigures) -> FindingsChange | None:
    """Return the claims as findings, beside the findings that leave out a criterion which no unit claims."""
    if figures.claims is None:
        return None
    upheld = {
        claim.criterion: Finding(criterion=claim.criterion, figures=claim.figures, applicable=claim.applicable)
        for claim in figures.claims.claims
    }
    found = figures.findings.findings if figures.findings else ()
    excused = [each for each in found if not each.applicable and each.criterion not in upheld]
    return FindingsChange(figures.claims.at, (*upheld.values(), *excused))


def _tried(tried_set: TriedSet, block: Block, tried: PreparedSet, on: TriedRound) -> TriedBlock:
    set_now = on.sets[block.criteria_set]
    missing = {unit.code: _missing(on.figures.get(unit.code, UnitFigures()), tried_set.basis) for unit in block.units}
    if tried_set.basis is Basis.FOUND:
        indices = {unit.code: on.figures.get(unit.code, UnitFigures()).index for unit in block.units}
        now = {unit: index for unit, index in indices.items() if index is not None}
    else:
        now = dict(computed(on.round, block, prepare(set_now), on.figures, tried_set.basis))
    now = {unit: index for unit, index in now.items() if missing[unit] is None}
    of_all = computed(on.round, block, tried, on.figures, tried_set.basis)
    then = {unit: index for unit, index in of_all.items() if missing[unit] is None}
    ranks_now, ranks_then = _ranks(block, now, set_now), _ranks(block, then, tried_set.criteria_set)
    pairs = _pairs(set_now, tried_set.criteria_set)
    units = [
        TriedUnit(
            unit.code, unit.name, now.get(unit.code), then.get(unit.code),
            ranks_now.get(unit.code), ranks_then.get(unit.code),
            tuple(_rows(pairs, now.get(unit.code), then.get(unit.code))),
            on.figures.get(unit.code, UnitFigures()).behind, missing[unit.code],
        )
        for unit in block.units
    ]  # fmt: skip
    places = {code: place for place, code in enumerate(ranks_then)}
    units.sort(key=lambda unit: places.get(unit.code, len(places)))
    new = tuple(code for code, (before, _) in pairs.items() if before is None)
    gone = tuple(code for code, (_, after) in pairs.items() if after is None)
    return TriedBlock(block, set_now, new, gone, tuple(units))


def _missing(figures: UnitFigures, basis: Basis) -> Missing | None:
    """Return why a unit has no figures of a basis. A computed index proves a completion that the table has not yet."""
    if basis is Basis.CLAIMED:
        return None if figures.claims and figures.claims.claims else Missing.NOT_CLAIMED
    completed = figures.findings is not None or figures.computed_at[1] != NEVER
    return None if completed else Missing.NOT_APPRAISED


def _ranks(block: Block, scores: Mapping[str, IndexComputed], criteria_set: CriteriaSet) -> dict[str, RankedUnit]:
    """Return the printed row of each unit, first rank first, as publication would print it."""
    names = {unit.code: unit.name for unit in block.units}
    units = [exact_score(names[unit], index_computed(score), criteria_set) for unit, score in scores.items()]
    return {row.code: row for row in ranked(block.code, units, criteria_set).rows}


Pair = tuple[Criterion | None, Criterion | None]


def _pairs(now: CriteriaSet, then: CriteriaSet) -> Mapping[str, Pair]:
    """Return the scored rows of both sets by code: those of the present set in its order, then the new ones."""
    before, after = ({row.code: row for row in each.criteria if row.rule is not None} for each in (now, then))
    return {code: (before.get(code), after.get(code)) for code in [*before, *after]}


def _rows(pairs: Mapping[str, Pair], now: IndexComputed | None, then: IndexComputed | None) -> Sequence[TriedRow]:
    before = {line.criterion: line for line in now.lines} if now else {}
    after = {line.criterion: line for line in then.lines} if then else {}
    rows = []
    for code, (old, new) in pairs.items():
        lines = before.get(code) if old else None, after.get(code) if new else None
        rows.append(TriedRow(code, old, new, *lines, tuple(_why(old, new, *lines))))
    return rows


def _why(
    old: Criterion | None, new: Criterion | None, before: ScoreLine | None, after: ScoreLine | None
) -> Sequence[Why]:
    if old is None:
        return [Why.NEW]
    if new is None:
        return [Why.GONE]
    found = [Why.OTHER_NAME] if old.name != new.name else []
    found += [Why.OTHER_MAXIMUM] if exact(old.maximum) != exact(new.maximum) else []
    found += [Why.OTHER_RULE] if old.rule != new.rule else []
    if after and after.fault and not (before and before.fault == after.fault):
        return [*found, Why.FIGURES_UNFIT]
    moved = before is not None and after is not None and _counted(before) != _counted(after)
    return [*found, Why.OTHER_CONVENTION] if moved and not found else found


def _counted(line: ScoreLine) -> ScoreLine:
    return replace(line, causes=[], claimed="")
