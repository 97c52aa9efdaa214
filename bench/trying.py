"""A set that is tried on a whole round, and the sensitivity of its ranks to the weights.

    python -m bench trial

The trial computes 150 units by 120 criteria twice, with the greatest values of the block, as a round of that size would
be recomputed from an amended set; the database and HTTP are not in it. Sensitivity: 1,000 draws over 63 units by 100
criteria.
"""

import time
from collections.abc import Callable

from bench.compared_block import CRITERIA, UNITS, figures_of, rows_of_set
from bench.measuring import Aim, Plan, Result, Runs
from bench.round import units
from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import ScoreLine
from scoring.computing.events import IndexComputed
from scoring.computing.state import FindingsChange
from scoring.trying.sensitivity import Draws, sensitivity_of
from scoring.trying.state import TriedRound, TriedSet, UnitFigures
from scoring.trying.trial import try_set

AT_MOST_S = 5.0
DRAWN_UNITS, DRAWN_CRITERIA, DRAWS = 63, 100, 1_000


def trial_of_a_round(plan: Plan) -> Result:
    """Measure trials of a round, from its figures to ranks and differences."""
    codes = units(UNITS)
    criteria_set = CriteriaSet(code="s", title="x", reference="x", criteria=rows_of_set())
    block = Block(code="b", name="x", criteria_set="s", units=[RoundUnit(code=each, name=each) for each in codes])
    found = {
        unit: UnitFigures(findings=FindingsChange((1, at), tuple(figures_of(at)))) for at, unit in enumerate(codes, 1)
    }
    tried_round = TriedRound("r", [block], {"s": criteria_set}, found)
    tried_set = TriedSet(criteria_set)
    runs = Runs([_seconds(lambda: try_set(tried_set, tried_round)) for _ in range(plan.runs)])
    note = f"{UNITS} units, {CRITERIA} criteria, ranks and reasons; without database and HTTP"
    return Result("trial of a round", "s", AT_MOST_S, Aim.AT_MOST, runs, note=note)


def sensitivity(plan: Plan) -> Result:
    """Measure draws of all weights, and each weight alone at both ends."""
    scores = {f"u{unit}": _score(unit) for unit in range(DRAWN_UNITS)}
    draws = Draws(200, DRAWS, "parindex")
    runs = Runs([_seconds(lambda: sensitivity_of(scores, draws)) for _ in range(plan.runs)])
    note = f"{DRAWS} draws, {DRAWN_UNITS} units, {DRAWN_CRITERIA} criteria"
    return Result("sensitivity of ranks", "s", AT_MOST_S, Aim.AT_MOST, runs, note=note)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _score(unit: int) -> IndexComputed:
    lines = tuple(
        ScoreLine(criterion=f"c{at}", part="appraisal", points=f"0.{1 + (unit * 37 + at * 11) % 9}", maximum="1")
        for at in range(DRAWN_CRITERIA)
    )
    return IndexComputed("r", "u", "b", "s", lines, "0", "0", "0", "0", "0", "")
