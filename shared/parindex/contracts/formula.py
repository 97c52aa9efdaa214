"""What each kind of rule means in points, exactly. A new kind of rule gets its `case` in `points_of`.

Everything is rational; nothing is rounded here. mypy names this file when the criteria set learns a kind of rule that
it does not know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar, assert_never

from parindex.contracts.criteria import (
    BestOfCases,
    Choice,
    Deduction,
    DueDates,
    EnteredPoints,
    ExternalValue,
    Formula,
    NormalisedToBest,
    OnZero,
    Option,
    PerCase,
    Proportional,
    Rule,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.contracts.expression import MAXIMUM, ZeroDividedError, parse, value_of
from parindex.contracts.uncomputable import (
    DividedByZeroError,
    FigureMissingError,
    FigureUnreadableError,
    NothingPlannedError,
    OptionUnknownError,
    PointsOutOfRangeError,
)
from parindex.numbers import NotANumberError, exact, from_wire

FORMULA = "1"
"""Version of this file's meaning: raise it when any figures would give other points than before."""

NONE = Fraction(0)
Points = TypeVar("Points")

Figures = Mapping[str, str]
"""The declared figures of one criterion, by name."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A tally as the formula sees it: how often each option was chosen, or an outside survey's score and scale."""

    counts: Mapping[str, int]
    score: str = ""
    out_of: str = ""


def points_of(  # noqa: C901, PLR0912  # one answer for each kind of rule
    rule: Rule, maximum: Fraction, figures: Figures, tallies: Sequence[Counted] = (), best: Fraction | None = None
) -> Fraction | None:
    """Return the points that figures (or, for survey points, tallies) earn: 0 to the maximum.

    `best` is the greatest value of the unit's block, for a rule that compares with it. None while a survey has no
    answers, or the greatest value is not known. Raises UncomputableError, a kind of it for each reason.
    """
    match rule:
        case EnteredPoints():
            points = _number(figures, "points")
        case YesNo():
            points = _chosen({"yes": maximum, "no": NONE}, figures, "answer")
        case Timeliness():
            outcomes = {"on_time": rule.on_time, "late": rule.late, "never": rule.never}
            points = number(_chosen(outcomes, figures, "outcome"))
        case DueDates():
            points = _worst_of(rule, figures)
        case Steps():
            points = _climbed(rule, _value(figures))
        case Choice():
            options = {option.code: option for option in rule.options}
            points = earned_by(_chosen(options, figures, "level"), maximum)
        case Proportional():
            points = _share_earned(rule, share_of(figures)) * maximum
        case NormalisedToBest():
            value = compared_value(figures)
            if best is None:
                return None
            points = normalised(value, best, maximum)
        case PerCase():
            most = number(rule.cap) if rule.cap else maximum
            points = min(_count(figures, "count") * number(rule.each), most)
        case BestOfCases():
            points = _best_of(rule, figures)
        case Deduction():
            points = max(maximum - _deducted(rule, figures), number(rule.floor))
        case Formula():
            points = _by_expression(rule, maximum, figures)
        case ExternalValue():
            points = _number(figures, "value") / number(rule.out_of) * maximum
        case SurveyPoints():
            return _surveyed(rule, maximum, tallies)
        case _:
            assert_never(rule)
    return within(points, maximum)


def within(points: Fraction, maximum: Fraction) -> Fraction:
    """Return the points; raise PointsOutOfRangeError below 0 and above the maximum."""
    if not NONE <= points <= maximum:
        raise PointsOutOfRangeError
    return points


def number(text: str) -> Fraction:
    """Read a number of a set, a figure or a contract; raise FigureUnreadableError."""
    try:
        return from_wire(text) if "/" in text else exact(text)
    except NotANumberError as error:
        raise FigureUnreadableError from error


def index_of(points: Fraction, maximum: Fraction) -> Fraction | None:
    """Return points in a hundred of the applicable maximum; None where nothing is applicable: no index, not a 0."""
    return points / maximum * 100 if maximum else None


def earned_by(option: Option, maximum: Fraction) -> Fraction:
    """Return the points of a level: as stated, or its share of the maximum."""
    return number(option.share) * maximum if option.share else number(option.points)


def compared_value(figures: Figures) -> Fraction:
    """Return the value to compare within a block: the declared one, or the percentage done of the planned.

    Raises UncomputableError, also for a value below 0: a share of the greatest value has no meaning then.
    """
    value = _value(figures)
    if value < 0:
        raise FigureUnreadableError
    return value


def normalised(value: Fraction, best: Fraction, maximum: Fraction) -> Fraction:
    """Return the points of a value beside the greatest of the block; 0 where that is 0, so all values are."""
    return value / best * maximum if best else NONE


def _number(figures: Figures, name: str) -> Fraction:
    if name not in figures:
        raise FigureMissingError
    return number(figures[name])


def _chosen(points: Mapping[str, Points], figures: Figures, name: str) -> Points:
    if name not in figures:
        raise FigureMissingError
    if figures[name] not in points:
        raise FigureUnreadableError
    return points[figures[name]]


def _value(figures: Figures) -> Fraction:
    """Return the declared value, or the percentage done of the planned."""
    return _number(figures, "value") if "value" in figures else share_of(figures) * 100


def share_of(figures: Figures) -> Fraction:
    """Return done / planned. Raises UncomputableError."""
    done, planned = _number(figures, "done"), _number(figures, "planned")
    if planned == 0:
        raise NothingPlannedError
    if done < 0 or planned < 0:
        raise FigureUnreadableError
    return done / planned


def _count(figures: Figures, name: str) -> Fraction:
    count = _number(figures, name)
    if count < 0 or count.denominator != 1:
        raise FigureUnreadableError
    return count


def _worst_of(rule: DueDates, figures: Figures) -> Fraction:
    """The points of the worst outcome: never, else late, else on time."""
    ranks = {"on_time": 0, "late": 1, "never": 2}
    worst = max((_chosen(ranks, figures, date.figure) for date in rule.dates), default=0)
    return number((rule.on_time, rule.late, rule.never)[worst])


def _best_of(rule: BestOfCases, figures: Figures) -> Fraction:
    met = [case for case in rule.cases if _chosen({"yes": True, "no": False}, figures, case.figure)]
    return max((number(case.points) for case in met), default=number(rule.otherwise))


def _deducted(rule: Deduction, figures: Figures) -> Fraction:
    if rule.violations:
        return sum((_count(figures, each.figure) * number(each.points) for each in rule.violations), NONE)
    deducted = _number(figures, "deducted")
    if deducted < 0:
        raise FigureUnreadableError
    return deducted


def _by_expression(rule: Formula, maximum: Fraction, figures: Figures) -> Fraction:
    values = {variable.figure: _number(figures, variable.figure) for variable in rule.variables}
    try:
        return value_of(parse(rule.expression), {**values, MAXIMUM: maximum})
    except ZeroDividedError as error:
        match rule.on_zero:
            case OnZero.NO_POINTS:
                return NONE
            case OnZero.MAXIMUM:
                return maximum
            case OnZero.REFUSED:
                raise DividedByZeroError from error
            case _:
                assert_never(rule.on_zero)


def _climbed(rule: Steps, value: Fraction) -> Fraction:
    """The highest rung that the value reaches."""
    return next((number(step.points) for step in rule.steps if reached(step, value)), number(rule.otherwise))


def reached(step: Step, value: Fraction) -> bool:
    """Return whether a value belongs to a rung, or to one above it: its bound is open or closed."""
    bound = number(step.bound)
    return value >= bound if step.closed else value > bound


def _share_earned(rule: Proportional, share: Fraction) -> Fraction:
    if share < number(rule.floor):
        return NONE
    return Fraction(1) if share >= number(rule.ceiling) else share


def _surveyed(rule: SurveyPoints, maximum: Fraction, tallies: Sequence[Counted]) -> Fraction | None:
    """An outside survey's score goes before our own counts; several of them (respondent groups) are added up."""
    outside = [tally for tally in tallies if tally.score]
    if outside:
        return within(maximum * _scored(outside), maximum)
    answers = sum(sum(tally.counts.values()) for tally in tallies)
    return within(maximum * _weighted(rule, tallies) / answers, maximum) if answers else None


def _scored(tallies: Sequence[Counted]) -> Fraction:
    out_of = sum((number(tally.out_of) for tally in tallies), NONE)
    if out_of == 0:
        raise FigureUnreadableError
    return sum((number(tally.score) for tally in tallies), NONE) / out_of


def _weighted(rule: SurveyPoints, tallies: Sequence[Counted]) -> Fraction:
    shares = {share.option: number(share.share) for share in rule.shares}
    counts = [(option, count) for tally in tallies for option, count in tally.counts.items() if count]
    if any(option not in shares for option, _ in counts):
        raise OptionUnknownError
    return sum((shares[option] * count for option, count in counts), NONE)
