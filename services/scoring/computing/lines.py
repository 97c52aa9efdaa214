"""One line of a unit's score: the points of one leaf, and the log entries that they come from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import msgspec

from parindex.contracts.assessment import Claim, Figure, Finding
from parindex.contracts.criteria import SurveyPoints
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.survey import TallyUpdated
from parindex.numbers import from_wire, to_wire
from scoring.computing.faults import CriterionUnknownError, ScoredBySurveyError, UncomputableError
from scoring.computing.formula import NONE, Counted, Figures, number, points_of, within
from scoring.computing.leaves import Leaf


@dataclass(frozen=True, slots=True)
class Grounds:
    """What lines are computed from. `claims` is None, and `appraised` false, where nothing new was said.

    `findings` always hold those about criteria that a survey scores. Log entries are named as in `causes`.
    """

    claims: Mapping[str, Claim] | None
    findings: Mapping[str, Finding]
    appraised: bool
    found_at: str
    tallies: Sequence[tuple[str, TallyUpdated]]


def cause(source: str, position: int) -> str:
    """Name a log entry, such as assessment/17."""
    return f"{source}/{position}"


def worth(text: str) -> Fraction:
    """Read a number of a line; what is not final yet counts for nothing."""
    return from_wire(text) if text else NONE


def blank(leaf: Leaf) -> ScoreLine:
    """The line of a leaf about which nothing is final."""
    return ScoreLine(criterion=leaf.code, part=leaf.part, maximum=to_wire(leaf.maximum))


def strange(criterion: str, caused_by: str) -> ScoreLine:
    """The line of a finding about a criterion that the set does not score."""
    fault = CriterionUnknownError.fault
    return ScoreLine(criterion=criterion, part="appraisal", maximum="0", causes=[caused_by], fault=fault)


def line_of(leaf: Leaf, line: ScoreLine, grounds: Grounds, *, full_marks: bool) -> ScoreLine:
    """Return the line as the grounds make it; what they are silent about stays."""
    if leaf.part == "survey":
        return _surveyed(leaf, grounds, full_marks=full_marks)
    if grounds.claims is not None:
        claim = grounds.claims.get(leaf.code)
        line = msgspec.structs.replace(line, claimed=_claimed(leaf, claim, full_marks=full_marks))
    return _appraised(leaf, line, grounds, full_marks=full_marks) if grounds.appraised else line


def _claimed(leaf: Leaf, claim: Claim | None, *, full_marks: bool) -> str:
    """What a unit's own figures would give; empty where they give nothing."""
    if claim is None:
        return ""
    if not claim.applicable:
        return to_wire(leaf.maximum) if full_marks else ""
    try:
        points = points_of(leaf.rule, leaf.maximum, _by_name(claim.figures))
    except UncomputableError:
        return ""  # nothing rests on a claim; the appraiser's figures will be held to the rule
    return "" if points is None else to_wire(points)


def _appraised(leaf: Leaf, line: ScoreLine, grounds: Grounds, *, full_marks: bool) -> ScoreLine:
    finding = grounds.findings.get(leaf.code)
    empty = msgspec.structs.replace(blank(leaf), claimed=line.claimed)
    if finding is None:
        return empty
    if not finding.applicable:
        return _not_applicable(leaf, empty, grounds.found_at, full_marks=full_marks)
    return _scored(empty, [grounds.found_at], lambda: _found(leaf, finding))


def _surveyed(leaf: Leaf, grounds: Grounds, *, full_marks: bool) -> ScoreLine:
    """Tallies score the leaf; an appraisal can only find that it does not apply."""
    finding = grounds.findings.get(leaf.code)
    if finding is not None and not finding.applicable:
        return _not_applicable(leaf, blank(leaf), grounds.found_at, full_marks=full_marks)
    if finding is not None and (finding.points or finding.figures):
        return msgspec.structs.replace(blank(leaf), causes=[grounds.found_at], fault=ScoredBySurveyError.fault)
    asked = [(told_at, tally) for told_at, tally in grounds.tallies if _asks(leaf, tally)]
    counted = [_counted(tally) for _, tally in asked]
    return _scored(blank(leaf), [at for at, _ in asked], lambda: points_of(leaf.rule, leaf.maximum, {}, counted))


def _scored(line: ScoreLine, causes: list[str], points: Callable[[], Fraction | None]) -> ScoreLine:
    try:
        earned = points()
    except UncomputableError as error:
        return msgspec.structs.replace(line, causes=causes, fault=error.fault)
    return line if earned is None else msgspec.structs.replace(line, causes=causes, points=to_wire(earned))


def _not_applicable(leaf: Leaf, line: ScoreLine, caused_by: str, *, full_marks: bool) -> ScoreLine:
    left = leaf.maximum if full_marks else NONE
    return msgspec.structs.replace(line, maximum=to_wire(left), points=to_wire(left), causes=[caused_by])


def _found(leaf: Leaf, finding: Finding) -> Fraction | None:
    if finding.points:
        return within(number(finding.points), leaf.maximum)
    return points_of(leaf.rule, leaf.maximum, _by_name(finding.figures))


def _by_name(figures: Sequence[Figure]) -> Figures:
    return {figure.name: figure.value for figure in figures}


def _asks(leaf: Leaf, tally: TallyUpdated) -> bool:
    rule = leaf.rule
    return isinstance(rule, SurveyPoints) and rule.question == tally.question and rule.group in ("", tally.group)


def _counted(tally: TallyUpdated) -> Counted:
    return Counted({count.option: count.count for count in tally.counts}, tally.score, tally.out_of)
