"""The rules of one unit's index: what is new is taken in, the touched lines are computed, the sums move with them.

Sums are rational, so adding the difference gives exactly what adding everything anew would. What comes before its
round or its set waits in the standing; who says something later (by mark) is right, in whatever order it arrives.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import assert_never

import msgspec

from parindex.contracts.assessment import Claim, Finding
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.survey import TallyUpdated
from parindex.numbers import from_wire, to_wire
from scoring.computing.commands import ClaimsMade, ComputeIndex, FindingsMade, Mark, News, Place, TallyTaken
from scoring.computing.events import IndexComputed
from scoring.computing.formula import NONE, index_of
from scoring.computing.leaves import Leaf
from scoring.computing.lines import Grounds, blank, cause, line_of, strange, worth

NEVER: Mark = (0, 0)


class Taken(msgspec.Struct, frozen=True, array_like=True):
    """A tally, and where it was told."""

    at: Mark
    tally: TallyUpdated


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one unit. Claims and findings are kept until they are computed (None: they have been)."""

    claimed_at: Mark = NEVER
    claims: tuple[Claim, ...] | None = None
    found_at: Mark = NEVER
    findings: tuple[Finding, ...] | None = None
    tallies: tuple[Taken, ...] = ()
    beside_survey: tuple[Finding, ...] = ()  # findings about criteria that a survey scores
    score: IndexComputed | None = None


def decide(command: ComputeIndex, standing: Standing) -> tuple[Sequence[IndexComputed], Standing]:
    """Return the new index, if anything of it has changed, and the standing after it.

    The facts alone don't hold what still waits, so the standing is returned, not folded.
    """
    known = standing
    for news in command.news:
        known = _take(known, news)
    if command.place is None or (known is standing and standing.score is not None):
        return (), known
    known = _with_findings_beside_survey(command.place, known)
    score = _compute(command, command.place, standing, known)
    after = msgspec.structs.replace(known, claims=None, findings=None, score=score)
    return ((score,) if score != standing.score else ()), after


def _take(standing: Standing, news: News) -> Standing:
    match news:
        case ClaimsMade():
            late = news.at <= standing.claimed_at
            return standing if late else msgspec.structs.replace(standing, claimed_at=news.at, claims=news.claims)
        case FindingsMade():
            late = news.at <= standing.found_at
            return standing if late else msgspec.structs.replace(standing, found_at=news.at, findings=news.findings)
        case TallyTaken():
            return _take_tally(standing, Taken(news.at, news.tally))
        case _:
            assert_never(news)


def _take_tally(standing: Standing, taken: Taken) -> Standing:
    before = next((held for held in standing.tallies if _same(held.tally, taken.tally)), None)
    if before is not None and taken.at <= before.at:
        return standing
    others = [held for held in standing.tallies if held is not before]
    ordered = sorted([*others, taken], key=lambda held: (held.tally.question, held.tally.group, held.tally.origin))
    return msgspec.structs.replace(standing, tallies=tuple(ordered))


def _same(one: TallyUpdated, other: TallyUpdated) -> bool:
    return (one.question, one.group, one.origin) == (other.question, other.group, other.origin)


def _with_findings_beside_survey(place: Place, known: Standing) -> Standing:
    """Keep the findings that every later tally has to heed."""
    if known.findings is None:
        return known
    surveyed_codes = {leaf.code for leaf in place.leaves.leaves if leaf.part == "survey"}
    beside = tuple(finding for finding in known.findings if finding.criterion in surveyed_codes)
    return msgspec.structs.replace(known, beside_survey=beside)


def _compute(command: ComputeIndex, place: Place, before: Standing, known: Standing) -> IndexComputed:
    score = before.score or _empty(command, place)
    lines = list(score.lines[: len(place.leaves.leaves)])
    grounds = _grounds(known)
    for leaf in _touched(place, before, known):
        lines[leaf.at] = line_of(leaf, lines[leaf.at], grounds, full_marks=place.leaves.full_marks)
    return _summed(score, lines, _strangers(place, score, known), known)


def _grounds(known: Standing) -> Grounds:
    findings = known.beside_survey if known.findings is None else known.findings
    return Grounds(
        None if known.claims is None else {claim.criterion: claim for claim in known.claims},
        {finding.criterion: finding for finding in findings},
        known.findings is not None,
        cause("assessment", known.found_at[1]),
        [(cause("survey", taken.at[1]), taken.tally) for taken in known.tallies],
    )


def _touched(place: Place, before: Standing, known: Standing) -> Sequence[Leaf]:
    """The leaves whose line may have changed."""
    if before.score is None or known.claims is not None or known.findings is not None:
        return place.leaves.leaves
    questions = {taken.tally.question for taken in known.tallies if taken not in before.tallies}
    return [leaf for question in questions for leaf in place.leaves.asked.get(question, ())]


def _strangers(place: Place, score: IndexComputed, known: Standing) -> Sequence[ScoreLine]:
    """Lines of findings about criteria that the set does not score: shown, and in the way of settling."""
    if known.findings is None:
        return score.lines[len(place.leaves.leaves) :]
    codes = sorted({finding.criterion for finding in known.findings} - place.leaves.by_code.keys())
    return [strange(code, cause("assessment", known.found_at[1])) for code in codes]


def _summed(
    score: IndexComputed, lines: Sequence[ScoreLine], strangers: Sequence[ScoreLine], known: Standing
) -> IndexComputed:
    moved = [(old, new) for old, new in zip(score.lines, lines, strict=False) if old is not new and old != new]
    appraisal = from_wire(score.appraisal) + _difference(moved, "appraisal")
    survey = from_wire(score.survey) + _difference(moved, "survey")
    maximum = from_wire(score.maximum) + sum((worth(new.maximum) - worth(old.maximum) for old, new in moved), NONE)
    points = appraisal + survey
    return IndexComputed(
        score.round, score.unit, score.block, score.criteria_set, (*lines, *strangers),
        to_wire(appraisal), to_wire(survey), to_wire(points), to_wire(maximum), _index(points, maximum),
        _claimed_from(score, known),
    )  # fmt: skip


def _index(points: Fraction, maximum: Fraction) -> str:
    index = index_of(points, maximum)
    return "" if index is None else to_wire(index)


def _difference(moved: Sequence[tuple[ScoreLine, ScoreLine]], part: str) -> Fraction:
    return sum((worth(new.points) - worth(old.points) for old, new in moved if new.part == part), NONE)


def _claimed_from(score: IndexComputed, known: Standing) -> str:
    if known.claims is None:
        return score.claimed_from
    return cause("assessment", known.claimed_at[1]) if known.claims else ""


def _empty(command: ComputeIndex, place: Place) -> IndexComputed:
    lines = tuple(blank(leaf) for leaf in place.leaves.leaves)
    maximum = to_wire(sum((leaf.maximum for leaf in place.leaves.leaves), NONE))
    return IndexComputed(
        command.round,
        command.unit,
        place.block,
        place.leaves.code,
        lines,
        "0",
        "0",
        "0",
        maximum,
        _index(NONE, from_wire(maximum)),
        "",
    )
