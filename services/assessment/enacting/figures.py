"""The figures that each kind of rule requires, and the checks of declared figures. Pure.

Self-scoring and appraising declare the same figures: the one claims by them, the other corrects them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import chain
from typing import Final, assert_never

from assessment.enacting.mistakes import Mistakes, number
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import (
    BestOfCases,
    Case,
    Choice,
    CriteriaSet,
    Criterion,
    Deduction,
    DueDates,
    EnteredPoints,
    ExternalValue,
    Formula,
    NamedFigure,
    NormalisedToBest,
    PerCase,
    Proportional,
    Rule,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.numbers import NotANumberError, declared, exact, to_wire
from parindex.refusal import Place

Words = tuple[tuple[str, str], ...]
"""The words that may be chosen: the declared word, and how people read it."""


class Takes(StrEnum):
    """What a figure may be."""

    WORD = "word"
    DAY = "day"
    POINTS = "points"  # from 0 to the maximum of the criterion
    NUMBER = "number"
    NOT_NEGATIVE = "not_negative"
    POSITIVE = "positive"
    COUNT = "count"  # a whole number, not negative


@dataclass(frozen=True, slots=True)
class WantedFigure:
    """A figure that a rule requires: its name in claims, its name for people, and what it may be.

    `words`: of a figure that is chosen. `most`: the highest number, "" for none. `of_set`: the set names it.
    """

    name: str
    label: str
    takes: Takes
    words: Words = ()
    most: str = ""
    of_set: bool = False


OUTCOMES: Final[Words] = (("on_time", "Đúng hạn"), ("late", "Chậm"), ("never", "Không thực hiện"))
ANSWERS: Final[Words] = (("yes", "Có, đạt"), ("no", "Không"))
RATIO: Final = (
    WantedFigure("done", "Số đã thực hiện", Takes.NOT_NEGATIVE),
    WantedFigure("planned", "Số kế hoạch", Takes.POSITIVE),
)
MOST_FIGURES: Final = 20
"""Figures that a claim may declare, so that a rule may name."""
IN_WORDS: Final = frozenset({Takes.WORD, Takes.DAY})
"""These figures are recorded as they are declared; all others are numbers."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def leaves_of(criteria_set: CriteriaSet) -> tuple[Criterion, ...]:
    """Return the rows that are scored one by one, in the order of the set."""
    return tuple(row for row in criteria_set.criteria if row.rule is not None)


def is_surveyed(leaf: Criterion) -> bool:
    """Return whether a leaf is scored from a tally: then it is neither claimed nor appraised."""
    return isinstance(leaf.rule, SurveyPoints)


def wanted_figures(  # noqa: C901, PLR0911, PLR0912  # one answer for each kind of rule
    rule: Rule,
) -> tuple[tuple[WantedFigure, ...], ...]:
    """Return the sets of figures of which a claim declares exactly one, each in the order of a form."""
    match rule:
        case EnteredPoints():
            return ((WantedFigure("points", "Điểm tự chấm", Takes.POINTS),),)
        case YesNo():
            return ((WantedFigure("answer", "Kết quả", Takes.WORD, ANSWERS),),)
        case Timeliness():
            return ((WantedFigure("outcome", "Kết quả", Takes.WORD, OUTCOMES),),)
        case DueDates():
            return (_of_set(rule.dates, Takes.WORD, OUTCOMES),)
        case Steps():
            return (WantedFigure("value", "Giá trị đạt được", Takes.NUMBER),), RATIO
        case Choice():
            levels = tuple((option.code, option.name) for option in rule.options)
            return ((WantedFigure("level", "Mức đạt", Takes.WORD, levels),),)
        case Proportional():
            return (RATIO,)
        case NormalisedToBest():
            return (WantedFigure("value", "Giá trị đạt được", Takes.NOT_NEGATIVE),), RATIO
        case PerCase():
            return ((WantedFigure("count", "Số trường hợp", Takes.COUNT),),)
        case BestOfCases():
            return (_of_set(rule.cases, Takes.WORD, ANSWERS),)
        case Deduction(violations=[]):
            return ((WantedFigure("deducted", "Số điểm bị trừ", Takes.NOT_NEGATIVE),),)
        case Deduction():
            return (_of_set(rule.violations, Takes.COUNT),)
        case Formula():
            return (_of_set(rule.variables, Takes.NUMBER),)
        case ExternalValue():
            value = WantedFigure("value", f"Giá trị của {rule.source}", Takes.NOT_NEGATIVE, most=rule.out_of)
            return ((value, WantedFigure("as_of", "Giá trị tại ngày", Takes.DAY)),)
        case SurveyPoints():
            return ((),)
        case _:
            assert_never(rule)


def _of_set(named: Sequence[NamedFigure | Case], takes: Takes, words: Words = ()) -> tuple[WantedFigure, ...]:
    return tuple(WantedFigure(each.figure, each.name, takes, words, of_set=True) for each in named)


def check_figures(leaf: Criterion, figures: Sequence[Figure], pointer: str, mistakes: Mistakes) -> None:
    """Note unknown and missing figures, and values that their rule can't take; `pointer`: of the figures."""
    if leaf.rule is None:
        raise ValueError(f"{leaf.code} is the sum of its children")
    given = {figure.name: figure.value for figure in figures}
    sets = [{figure.name: figure for figure in figures} for figures in wanted_figures(leaf.rule)]
    wanted = max(sets, key=lambda names: len(names.keys() & given.keys()))  # the one that the sender had in mind
    for name in sorted(given.keys() - wanted.keys()):
        mistakes.add(
            f"{pointer}/{name}", f"Tiêu chí {leaf.code} không kê khai “{name}” (cần: {_listed(sets)}).",
            f"Criterion {leaf.code} declares no “{name}” (wanted: {_listed(sets)}).",
        )  # fmt: skip
    for name in sorted(wanted.keys() - given.keys()):
        mistakes.add(
            f"{pointer}/{name}",
            f"Tiêu chí {leaf.code} thiếu số liệu “{name}”.",
            f"Criterion {leaf.code} lacks “{name}”.",
        )
    for name in sorted(wanted.keys() & given.keys()):
        _check_value(leaf, wanted[name], given[name], f"{pointer}/{name}", mistakes)


def mistakes_in_figures(leaf: Criterion, figures: Sequence[Figure], pointer: str) -> list[Place]:
    """Return every mistake of the figures of one claim, each with its JSON pointer beneath `pointer`."""
    mistakes = Mistakes()
    with mistakes:
        check_figures(leaf, figures, pointer, mistakes)
    return mistakes.places


def check_points(leaf: Criterion, text: str, pointer: str, mistakes: Mistakes) -> None:
    """Note points that are no number, negative, or more than the criterion's maximum."""
    try:
        points = declared(text)
    except NotANumberError as refused:
        mistakes.add(pointer, refused.vi, refused.en)
        return
    most = number(leaf.maximum)  # None in a file whose set has mistakes: they are reported at their own place
    mistakes.unless(
        points >= 0 and (most is None or points <= most), pointer,
        f"Điểm của tiêu chí {leaf.code} từ 0 đến {leaf.maximum}.",
        f"Points of criterion {leaf.code} go from 0 to {leaf.maximum}.",
    )  # fmt: skip


def plain_figures(leaf: Criterion, figures: Sequence[Figure]) -> list[Figure]:
    """Return figures that were found right with each number in its one wire form, by name."""
    wanted = chain.from_iterable(wanted_figures(leaf.rule)) if leaf.rule else ()
    words = {figure.name for figure in wanted if figure.takes in IN_WORDS}
    return [
        Figure(name=figure.name, value=figure.value if figure.name in words else to_wire(exact(figure.value)))
        for figure in sorted(figures, key=lambda figure: figure.name)
    ]


def _check_value(leaf: Criterion, wanted: WantedFigure, text: str, pointer: str, mistakes: Mistakes) -> None:
    match wanted.takes:
        case Takes.POINTS:
            check_points(leaf, text, pointer, mistakes)
        case Takes.WORD:
            _check_word(text, dict(wanted.words), pointer, mistakes)
        case Takes.DAY:
            _check_day(text, pointer, mistakes)
        case Takes.NUMBER | Takes.NOT_NEGATIVE | Takes.POSITIVE | Takes.COUNT:
            _check_quantity(wanted, text, pointer, mistakes)
        case _:
            assert_never(wanted.takes)


def _check_word(text: str, words: Mapping[str, str], pointer: str, mistakes: Mistakes) -> None:
    listed = ", ".join(f"{word} ({meaning})" for word, meaning in words.items())
    mistakes.unless(
        text in words, pointer, f"Chỉ được là một trong: {listed}.", f"It has to be one of: {', '.join(words)}."
    )


def _check_day(text: str, pointer: str, mistakes: Mistakes) -> None:
    try:
        right = bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        right = False
    mistakes.unless(
        right, pointer, "Phải là một ngày có thật, dạng 2026-01-31.", "It has to be a real day, such as 2026-01-31."
    )


def _check_quantity(wanted: WantedFigure, text: str, pointer: str, mistakes: Mistakes) -> None:
    try:
        quantity = declared(text)
    except NotANumberError as refused:
        mistakes.add(pointer, refused.vi, refused.en)
        return
    for vi, en in _faults(wanted, quantity):
        mistakes.add(pointer, vi, en)


def _faults(wanted: WantedFigure, quantity: Fraction) -> Iterator[tuple[str, str]]:
    if wanted.takes is Takes.POSITIVE and quantity <= 0:
        yield (
            "Số kế hoạch phải lớn hơn 0; không có nhiệm vụ thì khai “không áp dụng”.",
            "What was planned has to be more than 0; where nothing was, claim that it is not applicable.",
        )
    if wanted.takes is Takes.NOT_NEGATIVE and quantity < 0:
        yield f"{wanted.label} không được âm.", f"The figure “{wanted.name}” can't be negative."
    if wanted.takes is Takes.COUNT and (quantity < 0 or quantity.denominator != 1):
        yield f"{wanted.label}: phải là số nguyên từ 0.", f"The figure “{wanted.name}” is a whole number from 0."
    most = number(wanted.most) if wanted.most else None
    if most is not None and quantity > most:
        yield f"{wanted.label}: không quá {wanted.most}.", f"The figure “{wanted.name}” is at most {wanted.most}."


def _listed(sets: Sequence[Mapping[str, WantedFigure]]) -> str:
    return " | ".join(", ".join(sorted(names)) for names in sets)
