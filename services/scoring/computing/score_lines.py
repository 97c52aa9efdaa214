"""Score lines: a leaf's points and the log entries that they come from; shares, lost points and sums per area."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from msgspec.structs import replace

from parindex.contracts.assessment import Claim, Finding
from parindex.contracts.criteria import AreaKind, CriteriaSet, Criterion, Level, SurveyPoints
from parindex.contracts.formula import NONE, Counted, compared_value, number, points_of, within
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.survey import TallyUpdated
from parindex.contracts.uncomputable import UncomputableError
from parindex.numbers import exact, from_wire, to_wire
from scoring.computing.prepared_sets import Leaf
from scoring.computing.refusals import CriterionUnknownError, ScoredBySurveyError

MOST_NUMBERS = 32_768
"""Numbers of lines that a process caches: where a block is compared, one finding reads those of all its units again."""

SCALE = frozenset({"appraisal", "survey"})
"""The parts whose maxima make the scale of the index."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """The inputs of lines. `claims` is None, and `appraised` false, where they have not changed.

    `findings` always hold those about criteria that a survey scores. Log entries are named as in `causes`.
    """

    claims: Mapping[str, Claim] | None
    findings: Mapping[str, Finding]
    appraised: bool
    found_at: str
    tallies: Sequence[tuple[str, TallyUpdated]]


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """A scored criterion. `share` is points / maximum, `lost` the rest; both are empty while nothing is final.

    `value`, `best` and `best_unit` are those of the line: empty where the units of the block are not compared.
    """

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
    value: str
    best: str
    best_unit: str


@dataclass(frozen=True, slots=True)
class AreaSum:
    """The points of an area (lĩnh vực), out of the maximum that applies to the unit.

    Both are at most the cap of a bonus or penalty area.
    """

    area: str
    name: str
    points: str
    maximum: str
    share: str
    area_kind: str = AreaKind.ORDINARY


def cause(source: str, position: int) -> str:
    """Name a log entry, such as assessment/17."""
    return f"{source}/{position}"


def is_tally(cause: str) -> bool:
    """Return whether a cause is an entry of survey's log."""
    return cause.startswith("survey/")


@lru_cache(MOST_NUMBERS)
def number_or_zero(text: str) -> Fraction:
    """Read a number of a line; an empty one (not final yet) is 0."""
    return from_wire(text) if text else NONE


def blank(leaf: Leaf) -> ScoreLine:
    """Return the line of a leaf without final figures."""
    return ScoreLine(criterion=leaf.code, part=leaf.part, maximum=to_wire(leaf.maximum))


def unknown_criterion(criterion: str, caused_by: str) -> ScoreLine:
    """Return the line of a finding about a criterion that the set does not score."""
    fault = CriterionUnknownError.fault
    return ScoreLine(criterion=criterion, part="appraisal", maximum="0", causes=[caused_by], fault=fault)


def line_of(leaf: Leaf, line: ScoreLine, grounds: Grounds, *, full_marks: bool) -> ScoreLine:
    """Return the line computed from the grounds; the parts that have not changed stay.

    A bonus or a penalty that does not apply is 0 by both conventions.
    """
    full_marks = full_marks and not leaf.extra
    if leaf.part == "survey":
        return _surveyed(leaf, grounds, full_marks=full_marks)
    if grounds.claims is not None:
        claim = grounds.claims.get(leaf.code)
        line = replace(line, claimed=_claimed(leaf, claim, full_marks=full_marks))
    return _appraised(leaf, line, grounds, full_marks=full_marks) if grounds.appraised else line


def _claimed(leaf: Leaf, claim: Claim | None, *, full_marks: bool) -> str:
    """Return the points that a unit's own figures would give; empty where they give none."""
    if claim is None:
        return ""
    if not claim.applicable:
        return to_wire(leaf.maximum) if full_marks else ""
    try:
        points = points_of(leaf.rule, leaf.maximum, {each.name: each.value for each in claim.figures})
    except UncomputableError:
        return ""  # a claim scores nothing; the rule will check the appraiser's figures
    return "" if points is None else to_wire(points)


def _appraised(leaf: Leaf, line: ScoreLine, grounds: Grounds, *, full_marks: bool) -> ScoreLine:
    finding = grounds.findings.get(leaf.code)
    empty = replace(blank(leaf), claimed=line.claimed)
    if finding is None:
        return empty
    if not finding.applicable:
        return _not_applicable(leaf, empty, grounds.found_at, full_marks=full_marks)
    if leaf.compared and not finding.points:
        return _measured(empty, grounds.found_at, finding)
    return _scored(empty, [grounds.found_at], lambda: _found(leaf, finding))


def _surveyed(leaf: Leaf, grounds: Grounds, *, full_marks: bool) -> ScoreLine:
    """Tallies score the leaf; an appraisal can only find that it does not apply."""
    finding = grounds.findings.get(leaf.code)
    if finding is not None and not finding.applicable:
        return _not_applicable(leaf, blank(leaf), grounds.found_at, full_marks=full_marks)
    if finding is not None and (finding.points or finding.figures):
        return replace(blank(leaf), causes=[grounds.found_at], fault=ScoredBySurveyError.fault)
    asked = [(at, tally) for at, tally in grounds.tallies if _asks(leaf, tally)]
    counted = [
        Counted({each.option: each.count for each in tally.counts}, tally.score, tally.out_of) for _, tally in asked
    ]
    return _scored(blank(leaf), [at for at, _ in asked], lambda: points_of(leaf.rule, leaf.maximum, {}, counted))


def _scored(line: ScoreLine, causes: list[str], points: Callable[[], Fraction | None]) -> ScoreLine:
    try:
        earned = points()
    except UncomputableError as error:
        return replace(line, causes=causes, fault=error.fault)
    return line if earned is None else replace(line, causes=causes, points=to_wire(earned))


def excluded_line(leaf: Leaf, *, full_marks: bool) -> ScoreLine:
    """Return the line of a leaf that the round does not ask of the unit. It has no causes: the opening says so."""
    left = to_wire(leaf.maximum if full_marks and not leaf.extra else NONE)
    return replace(blank(leaf), maximum=left, points=left)


def _measured(line: ScoreLine, found_at: str, finding: Finding) -> ScoreLine:
    """Return the line with the value that is compared within the block (`comparing.py`), which gives its points."""
    try:
        value = compared_value({each.name: each.value for each in finding.figures})
    except UncomputableError as error:
        return replace(line, causes=[found_at], fault=error.fault)
    return replace(line, causes=[found_at], value=to_wire(value))


def _not_applicable(leaf: Leaf, line: ScoreLine, caused_by: str, *, full_marks: bool) -> ScoreLine:
    left = leaf.maximum if full_marks else NONE
    return replace(line, maximum=to_wire(left), points=to_wire(left), causes=[caused_by])


def _found(leaf: Leaf, finding: Finding) -> Fraction | None:
    if finding.points:
        return within(number(finding.points), leaf.maximum)
    return points_of(leaf.rule, leaf.maximum, {each.name: each.value for each in finding.figures})


def _asks(leaf: Leaf, tally: TallyUpdated) -> bool:
    rule = leaf.rule
    return isinstance(rule, SurveyPoints) and rule.question == tally.question and rule.group in ("", tally.group)


def explained_lines(criteria_set: CriteriaSet, lines: Sequence[ScoreLine]) -> list[ExplainedLine]:
    """Return the lines with names, shares and lost points."""
    rows = {row.code: row for row in criteria_set.criteria}
    return [_explained(rows, line) for line in lines]


def area_sums(criteria_set: CriteriaSet, lines: Sequence[ScoreLine]) -> list[AreaSum]:
    """Return the sums of the areas, in the set's order; a criterion under no area is its own area."""
    rows = {row.code: row for row in criteria_set.criteria}
    sums: dict[str, tuple[Fraction, Fraction]] = {}
    for line in lines:
        if line.criterion in rows:
            area = area_of(rows, line.criterion).code
            points, maximum = sums.get(area, (NONE, NONE))
            sums[area] = points + number_or_zero(line.points), maximum + number_or_zero(line.maximum)
    found = [(row, *_capped(row, sums[row.code])) for row in criteria_set.criteria if row.code in sums]
    return [
        AreaSum(row.code, row.name, to_wire(points), to_wire(maximum), _share(points, maximum), row.area_kind)
        for row, points, maximum in found
    ]


def _capped(area: Criterion, of: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    return (min(of[0], exact(area.most_points)), min(of[1], exact(area.most_points))) if area.most_points else of


def _explained(rows: Mapping[str, Criterion], line: ScoreLine) -> ExplainedLine:
    points, maximum = number_or_zero(line.points), number_or_zero(line.maximum)
    known = line.criterion in rows
    return ExplainedLine(
        criterion=line.criterion,
        name=rows[line.criterion].name if known else "",
        area=area_of(rows, line.criterion).code if known else "",
        part=line.part,
        maximum=line.maximum,
        points=line.points,
        share=_share(points, maximum) if line.points else "",
        lost=to_wire(maximum - points) if line.points else "",
        claimed=line.claimed,
        causes=tuple(line.causes),
        fault=line.fault,
        value=line.value,
        best=line.best,
        best_unit=line.best_unit,
    )


def area_of(rows: Mapping[str, Criterion], code: str) -> Criterion:
    """Return the area that a row is under; a row under none is its own."""
    row = rows[code]
    while row.level is not Level.AREA and row.parent in rows:
        row = rows[row.parent]
    return row


def _share(points: Fraction, maximum: Fraction) -> str:
    return to_wire(points / maximum) if maximum else ""
