"""Warnings for figures that look like a slip. Each may be true, so the sender confirms it or corrects it. Pure.

Each kind of slip has a stable code, by which the sender confirms that the figure is meant.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import assert_never

from assessment.enacting.mistakes import number
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import (
    BestOfCases,
    Choice,
    Criterion,
    Deduction,
    DueDates,
    EnteredPoints,
    ExternalValue,
    Formula,
    NormalisedToBest,
    PerCase,
    Proportional,
    Rule,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.numbers import to_wire
from parindex.refusal import Place
from parindex.web.vietnamese import comma

THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
"""How a whole number of thousands is written in Vietnamese: 1.000."""

WHOLE = 100  # per cent

Numbers = Mapping[str, Fraction]
FoundSlip = tuple[str, "Slip", str, str]
"""The name of a figure, what it looks like, and the warning in both languages."""


class Slip(StrEnum):
    """What a figure looks like. The meaning of a code never changes."""

    PERCENT_OVER_HUNDRED = "percent-over-hundred"
    PERCENT_UNDER_ONE = "percent-under-one"
    NEGATIVE_VALUE = "negative-value"
    DONE_OVER_PLANNED = "done-over-planned"
    THOUSANDS_MARK = "thousands-mark"


def warnings_in_figures(leaf: Criterion, figures: Sequence[Figure], pointer: str) -> list[Place]:
    """Return a warning for each figure that looks like a slip; `pointer` points to an object of figures.

    A figure that is no number, or that its rule does not want, has no warning: it is a mistake.
    """
    match leaf.rule:
        case (
            EnteredPoints() | Steps() | Proportional() | NormalisedToBest() | PerCase() | Deduction() | Formula()
            | ExternalValue()
        ) as rule:  # fmt: skip
            found = sorted(_found_in(leaf, rule, figures))
            return [Place(f"{pointer}/{name}", vi, en, slip) for name, slip, vi, en in found]
        case YesNo() | Timeliness() | DueDates() | Choice() | BestOfCases() | SurveyPoints() | None:
            return []
        case _:
            assert_never(leaf.rule)


def codes_of(warnings: Iterable[Place]) -> tuple[str, ...]:
    """Return the codes of warnings as an event records them: each once, in order."""
    return tuple(sorted({warning.code for warning in warnings}))


def _found_in(leaf: Criterion, rule: Rule, figures: Sequence[Figure]) -> Iterator[FoundSlip]:
    given = {figure.name: figure.value for figure in figures}
    numbers = {name: read for name, text in given.items() if (read := number(text)) is not None}
    yield from _thousands(leaf, rule, given, numbers)
    yield from _slips(rule, numbers)


def _thousands(leaf: Criterion, rule: Rule, given: Mapping[str, str], numbers: Numbers) -> Iterator[FoundSlip]:
    for name, value in numbers.items():
        if THOUSANDS.fullmatch(given[name]) and _may_be_thousands(leaf, rule, name, given[name]):
            meant = to_wire(value * 1_000)
            typed, read, thousands = (comma(text) for text in (given[name], to_wire(value), meant))
            yield (
                name, Slip.THOUSANDS_MARK,
                f"“{typed}” được hiểu là {read}; nếu là {thousands} thì viết liền, không có dấu phân cách.",
                f"“{given[name]}” is read as {to_wire(value)}; if {meant} is meant, write it without the dot.",
            )  # fmt: skip


def _may_be_thousands(leaf: Criterion, rule: Rule, name: str, text: str) -> bool:
    if isinstance(rule, EnteredPoints):  # more points than the maximum are a mistake anyway
        most, points = number(leaf.maximum), number(text)
        return most is not None and points is not None and points * 1_000 <= most
    if name == "value":  # per cent may well have three decimals, such as 83.333, but then they say something
        return text.endswith(".000") or not _is_percent(rule)
    return True


def _slips(rule: Rule, numbers: Numbers) -> Iterator[FoundSlip]:
    if "value" in numbers:
        yield from _value_slips(rule, numbers["value"])
    if "done" in numbers and "planned" in numbers:
        yield from _ratio_slips(rule, numbers["done"], numbers["planned"])


def _value_slips(rule: Rule, value: Fraction) -> Iterator[FoundSlip]:
    bounds = _bounds(rule)
    if value > WHOLE and _is_percent(rule):
        less = value / WHOLE
        vi, en = (f" Ý là {comma(to_wire(less))}?", f" Is {to_wire(less)} meant?") if 1 <= less <= WHOLE else ("", "")
        yield (
            "value", Slip.PERCENT_OVER_HUNDRED, f"{comma(to_wire(value))} vượt quá 100%.{vi}",
            f"{to_wire(value)} is more than 100 %.{en}",
        )  # fmt: skip
    if 0 < value < 1 and not any(0 < bound <= 1 for bound in bounds):
        yield "value", *_under_one(value)
    if value < 0 and not any(bound < 0 for bound in bounds):
        yield "value", Slip.NEGATIVE_VALUE, "Giá trị âm.", "The value is negative."


def _ratio_slips(rule: Rule, done: Fraction, planned: Fraction) -> Iterator[FoundSlip]:
    if done > planned and (_is_percent(rule) or isinstance(rule, NormalisedToBest)):
        yield (
            "done", Slip.DONE_OVER_PLANNED,
            f"Đã thực hiện {comma(to_wire(done))}, nhiều hơn kế hoạch {comma(to_wire(planned))}.",
            f"{to_wire(done)} done is more than the {to_wire(planned)} planned.",
        )  # fmt: skip
    if 0 < done < 1 and planned >= WHOLE * done:
        yield "done", *_under_one(done)


def _under_one(value: Fraction) -> tuple[Slip, str, str]:
    share, percent = to_wire(value), to_wire(value * WHOLE)
    return (
        Slip.PERCENT_UNDER_ONE, f"{comma(share)} nhỏ hơn 1. Ý là {comma(percent)}%?",
        f"{share} is less than 1. Is {percent} % meant?",
    )  # fmt: skip


def _is_percent(rule: Rule) -> bool:
    """Return whether 100 is the highest value of the rule: no rung of its ladder is above.

    A value that is compared within a block may count anything.
    """
    return not isinstance(rule, NormalisedToBest) and all(bound <= WHOLE for bound in _bounds(rule))


def _bounds(rule: Rule) -> list[Fraction]:
    steps = rule.steps if isinstance(rule, Steps) else []
    return [bound for step in steps if (bound := number(step.bound)) is not None]
