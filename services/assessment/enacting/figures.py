"""The figures that each kind of rule requires, and the checks of declared figures. Pure.

Self-scoring and appraising declare the same figures: the one claims by them, the other corrects them.
"""

from collections.abc import Mapping, Sequence
from typing import assert_never

from assessment.enacting.mistakes import Mistakes, number
from parindex.contracts.assessment import Figure
from parindex.contracts.criteria import (
    Choice,
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Proportional,
    Rule,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.numbers import NotANumberError, declared, exact, to_wire
from parindex.refusal import Place

RATIO = frozenset(("done", "planned"))


def leaves_of(criteria_set: CriteriaSet) -> tuple[Criterion, ...]:
    """Return the rows that are scored one by one, in the order of the set."""
    return tuple(row for row in criteria_set.criteria if row.rule is not None)


def is_surveyed(leaf: Criterion) -> bool:
    """Return whether a leaf is scored from a tally: then it is neither claimed nor appraised."""
    return isinstance(leaf.rule, SurveyPoints)


def wanted_figures(rule: Rule) -> tuple[frozenset[str], ...]:  # noqa: PLR0911  # one answer for each kind of rule
    """Return the sets of names of which a claim declares exactly one."""
    match rule:
        case EnteredPoints():
            return (frozenset(("points",)),)
        case YesNo():
            return (frozenset(("answer",)),)
        case Timeliness():
            return (frozenset(("outcome",)),)
        case Steps():
            return frozenset(("value",)), RATIO
        case Choice():
            return (frozenset(("level",)),)
        case Proportional():
            return (RATIO,)
        case SurveyPoints():
            return (frozenset(),)
        case _:
            assert_never(rule)


def check_figures(leaf: Criterion, figures: Sequence[Figure], pointer: str, mistakes: Mistakes) -> None:
    """Note unknown and missing figures, and values that their rule can't take; `pointer`: of the figures."""
    if leaf.rule is None:
        raise ValueError(f"{leaf.code} is the sum of its children")
    given = {figure.name: figure.value for figure in figures}
    sets = wanted_figures(leaf.rule)
    wanted = max(sets, key=lambda names: len(names & given.keys()))  # the one that the sender had in mind
    for name in sorted(given.keys() - wanted):
        mistakes.add(
            f"{pointer}/{name}", f"Tiêu chí {leaf.code} không kê khai “{name}” (cần: {_listed(sets)}).",
            f"Criterion {leaf.code} declares no “{name}” (wanted: {_listed(sets)}).",
        )  # fmt: skip
    for name in sorted(wanted - given.keys()):
        mistakes.add(
            f"{pointer}/{name}",
            f"Tiêu chí {leaf.code} thiếu số liệu “{name}”.",
            f"Criterion {leaf.code} lacks “{name}”.",
        )
    for name in sorted(wanted & given.keys()):
        _check_value(leaf, leaf.rule, Figure(name=name, value=given[name]), f"{pointer}/{name}", mistakes)


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
    numbers = _is_declared_in_numbers(leaf.rule)
    return [
        Figure(name=figure.name, value=to_wire(exact(figure.value)) if numbers else figure.value)
        for figure in sorted(figures, key=lambda figure: figure.name)
    ]


def _is_declared_in_numbers(rule: Rule | None) -> bool:
    match rule:
        case YesNo() | Timeliness() | Choice():
            return False
        case EnteredPoints() | Steps() | Proportional() | SurveyPoints() | None:
            return True
        case _:
            assert_never(rule)


def _check_value(leaf: Criterion, rule: Rule, figure: Figure, pointer: str, mistakes: Mistakes) -> None:
    match rule:
        case EnteredPoints():
            check_points(leaf, figure.value, pointer, mistakes)
        case YesNo():
            _check_word(figure.value, {"yes": "có", "no": "không"}, pointer, mistakes)
        case Timeliness():
            words = {"on_time": "kịp thời", "late": "không kịp thời", "never": "không"}
            _check_word(figure.value, words, pointer, mistakes)
        case Choice():
            _check_word(figure.value, {option.code: option.name for option in rule.options}, pointer, mistakes)
        case Steps() | Proportional():
            _check_quantity(figure, pointer, mistakes)
        case SurveyPoints():
            return  # it wants no figure
        case _:
            assert_never(rule)


def _check_word(text: str, words: Mapping[str, str], pointer: str, mistakes: Mistakes) -> None:
    listed = ", ".join(f"{word} ({meaning})" for word, meaning in words.items())
    mistakes.unless(
        text in words, pointer, f"Chỉ được là một trong: {listed}.", f"It has to be one of: {', '.join(words)}."
    )


def _check_quantity(figure: Figure, pointer: str, mistakes: Mistakes) -> None:
    try:
        quantity = declared(figure.value)
    except NotANumberError as refused:
        mistakes.add(pointer, refused.vi, refused.en)
        return
    if figure.name == "planned" and quantity <= 0:
        mistakes.add(
            pointer, "Số kế hoạch phải lớn hơn 0; không có nhiệm vụ thì khai “không áp dụng”.",
            "What was planned has to be more than 0; where nothing was, claim that it is not applicable.",
        )  # fmt: skip
    if figure.name == "done" and quantity < 0:
        mistakes.add(pointer, "Số đã thực hiện không được âm.", "What was done can't be negative.")


def _listed(sets: Sequence[frozenset[str]]) -> str:
    return " | ".join(", ".join(sorted(names)) for names in sets)
