"""Tables of units measured by a set that is typed into a workbook, computed and ranked by the code of the services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.journeys.typed_workbooks import Line, typed_set

from parindex.contracts.assessment import Figure, Finding
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.ranking import RankedBlock, exact_score, ranked
from parindex.contracts.survey import TallyUpdated
from scoring.computing.commands import ComputeIndex
from scoring.computing.decisions import compute
from scoring.computing.outgoing import index_computed
from scoring.computing.prepared_sets import prepare
from scoring.computing.state import Assignment, Change, FindingsChange, TallyChange, UnitState


@dataclass(frozen=True)
class Measured:
    """A unit: the points or figures of its criteria, and outside surveys with their scale."""

    name: str
    figures: Mapping[str, Mapping[str, str]]
    surveys: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    not_applicable: tuple[str, ...] = ()


def points(**found: str) -> dict[str, dict[str, str]]:
    """Name the points of criteria: `points(A1="54.75")` for A.1."""
    return {f"{code[0]}.{code[1:]}": {"points": value} for code, value in found.items()}


def read(
    criteria: Sequence[Line], details: Sequence[Line] = (), bands: Sequence[Line] = (), **settings: str | int
) -> CriteriaSet:
    """Return the set that the service reads from these lines without a mistake and without a warning."""
    drafted = typed_set(criteria, details, bands, **settings)
    assert drafted.criteria_set, [f"{note.at.place}: {note.vi}" for note in drafted.errors]
    assert not drafted.warnings
    return drafted.criteria_set


def table(criteria_set: CriteriaSet, block: str, units: Sequence[Measured]) -> RankedBlock:
    """Return the block as scoring computes it and publication ranks it."""
    prepared, scores = prepare(criteria_set), []
    for unit in units:
        found = [
            Finding(criterion=code, figures=[Figure(name=name, value=value) for name, value in figures.items()])
            for code, figures in unit.figures.items()
        ]
        tallies = [
            TallyUpdated(round="r", unit=unit.name, question=question, origin="outside", score=score, out_of=out_of)
            for question, (score, out_of) in unit.surveys.items()
        ]
        changes: list[Change] = [FindingsChange((1, 1), tuple(found))]
        changes += [TallyChange((1, 1), tally) for tally in tallies]
        command = ComputeIndex("r", unit.name, tuple(changes), Assignment(block, prepared, unit.not_applicable))
        score = compute(command, UnitState())[1].score
        assert score
        scores.append(exact_score(unit.name, index_computed(score), criteria_set))
    return ranked(block, scores, criteria_set)
