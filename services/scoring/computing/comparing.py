"""A block that is computed whole: the greatest value of each criterion that compares its units, and its points. Pure.

A line holds the value of its unit. A unit to which the criterion does not apply, whose points were set, or whose
figures have a fault, has no value and takes no part.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from msgspec.structs import replace

from parindex.contracts.assessment import Block
from parindex.contracts.formula import normalised
from parindex.contracts.scoring import ScoreLine
from parindex.numbers import to_wire
from scoring.computing.commands import ComputeIndex
from scoring.computing.decisions import compute, summed
from scoring.computing.events import IndexComputed
from scoring.computing.prepared_sets import Leaf, PreparedSet
from scoring.computing.score_lines import number_or_zero
from scoring.computing.state import Assignment, Change, UnitState


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


def compute_block(
    commands: Mapping[str, ComputeIndex], states: Mapping[str, UnitState], criteria_set: PreparedSet
) -> Mapping[str, tuple[Sequence[IndexComputed], UnitState]]:
    """Return for each unit of a block whose state or index changes the new index, if any, and the state after it.

    `states` has all units of the block, `commands` those of which something has changed. The greatest values are those
    of all units after the commands, so the result does not depend on the order of arrival.
    """
    updated = {unit: compute(commands[unit], state)[1] if unit in commands else state for unit, state in states.items()}
    bests = bests_of(criteria_set.compared, [state.score for state in updated.values() if state.score])
    decided = {}
    for unit, before in states.items():
        after = _state_compared(updated[unit], criteria_set, bests)
        if after is not before:
            decided[unit] = ((after.score,) if after.score and after.score != before.score else ()), after
    return decided


def computed_from_nothing(
    round_id: str, block: Block, criteria_set: PreparedSet, changes: Mapping[str, tuple[Change, ...]]
) -> Mapping[str, IndexComputed]:
    """Return the index of each unit of a block by a set, computed from all changes of its inputs. Nothing is read."""
    commands = {
        unit.code: ComputeIndex(
            round_id, unit.code, changes.get(unit.code, ()),
            Assignment(block.code, criteria_set, tuple(unit.not_applicable)),
        )
        for unit in block.units
    }  # fmt: skip
    decided = compute_block(commands, {unit: UnitState() for unit in commands}, criteria_set)
    return {unit: state.score for unit, (_, state) in decided.items() if state.score is not None}


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


def _state_compared(state: UnitState, criteria_set: PreparedSet, bests: Mapping[str, Best]) -> UnitState:
    """Return the state with the points that follow from the greatest values; the same object where none moves."""
    if state.score is None:
        return state
    lines = compared_lines(state.score, criteria_set.compared, bests)
    if all(new is old for new, old in zip(lines, state.score.lines, strict=True)):
        return state
    scored = len(criteria_set.leaves)
    return replace(state, score=summed(state.score, lines[:scored], lines[scored:], state, criteria_set.extras))


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
