"""An independent model: every number of the round, computed at once from events and the law, without scoring's code."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tests.journeys.any_round.small_round import RULES, UNITS

from assessment.self_scoring.events import AppraisalCompleted
from parindex.contracts.assessment import Finding
from parindex.contracts.criteria import CriteriaSet, NotApplicable
from parindex.eventstore.registry import Recorded
from parindex.numbers import from_wire
from publication.freezing.snapshot import read_snapshot
from survey.tallying.events import TallyUpdated

Row = tuple[Fraction, ...]
"""Appraisal, survey, applicable maximum, index."""


def recounted(known: CriteriaSet, assessment: Sequence[Recorded], survey: Sequence[Recorded]) -> dict[str, Row]:
    """Return every unit's numbers, computed at once from the newest events of each source."""
    found = {each.fact.unit: each.fact.findings for each in assessment if isinstance(each.fact, AppraisalCompleted)}
    told = {(each.fact.unit, each.fact.question): each.fact for each in survey if isinstance(each.fact, TallyUpdated)}
    return {unit: _row_of(known, found.get(unit, ()), unit, told) for unit in UNITS}


def _row_of(
    known: CriteriaSet, findings: Sequence[Finding], unit: str, told: Mapping[tuple[str, str], TallyUpdated]
) -> Row:
    full = known.not_applicable is NotApplicable.FULL_MARKS
    appraisal, maximum = Fraction(0), Fraction(17)
    for finding in findings:
        most = Fraction(RULES[finding.criterion][0])
        if finding.applicable:
            appraisal += Fraction(finding.points) if finding.points else _worth(finding)
        else:
            appraisal, maximum = (appraisal + most, maximum) if full else (appraisal, maximum - most)
    survey = _asked(told.get((unit, "hai-long"))) * 3 + _asked(told.get((unit, "can-bo"))) * 2
    return appraisal, survey, maximum, (appraisal + survey) / maximum * 100


def _worth(finding: Finding) -> Fraction:
    figures = {figure.name: figure.value for figure in finding.figures}
    share = Fraction(figures["done"]) / Fraction(figures["planned"]) if "planned" in figures else Fraction(0)
    value = Fraction(figures["value"]) if "value" in figures else share * 100
    match finding.criterion:
        case "1.1":
            return Fraction(figures["points"])
        case "1.4":
            return Fraction((value > 90) + (value >= 70))
        case "1.6":
            return min(share, Fraction(1)) * 3 if share >= Fraction(4, 5) else Fraction(0)
    [word] = figures.values()
    return {"yes": Fraction(1), "on_time": Fraction(1), "late": Fraction(1, 2), "a": Fraction(2)}.get(
        word, Fraction(3, 2) if word == "b" else Fraction(0)
    )


def _asked(tally: TallyUpdated | None) -> Fraction:
    if tally is None:
        return Fraction(0)
    if tally.score:
        return Fraction(tally.score) / Fraction(tally.out_of)
    counts = {each.option: each.count for each in tally.counts}
    return Fraction(counts.get("5", 0), sum(counts.values()))


def check_table(sealed: bytes, expected: Mapping[str, Row]) -> None:
    """Check that the frozen numbers are the recounted ones, and that a rank counts the better units of the block."""
    for block in read_snapshot(sealed).blocks:
        indices = {unit.code: expected[unit.code][3] for unit in block.units}
        for unit in block.units:
            numbers = tuple(map(from_wire, (unit.appraisal, unit.survey, unit.maximum, unit.index)))
            assert numbers == expected[unit.code]
            assert unit.published.rank == 1 + sum(other > indices[unit.code] for other in indices.values())
            assert unit.published.band == ("A" if numbers[3] >= 80 else "B" if numbers[3] >= 50 else "C")
        assert [unit.published.rank for unit in block.units] == sorted(unit.published.rank for unit in block.units)
