"""Checks of the rules of a set, pure: each rule makes sense, and together they fit into an entry of the log.

A rule gives no points beyond its row's maximum, and its ladder descends. A criterion that divides brings a denominator
of its own, and an exact sum carries all of them: so a set has a limit of such criteria, and a declared number one of
characters (`LONGEST_DECLARED`).
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import assert_never

import msgspec

from assessment.enacting.figures import MOST_FIGURES, leaves_of
from assessment.enacting.mistakes import Mistakes, number
from parindex.contracts.criteria import (
    AreaKind,
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
    Option,
    PerCase,
    Proportional,
    Rule,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.contracts.expression import (
    FUNCTIONS,
    MAXIMUM,
    ExpressionWrongError,
    digits_of,
    names_in,
    parse,
)
from parindex.contracts.scoring import IndexComputed, ScoreLine
from parindex.contracts.survey import MOST_GROUPS
from parindex.eventstore.entries import LARGEST
from parindex.numbers import LONGEST_DECLARED, LONGEST_WIRE
from parindex.values.identifiers import CODE, FIGURE, NODE

ENVELOPE = 1_500
"""Bytes of an entry beside the data, and of the names in it."""
TENS = 100
"""Digits of a sum that its quotients share: decimals of figures and maxima, whole points, and the index's hundred."""
POOLED = 2
"""How much longer a denominator is where respondent groups are added up: with decimals of one, digits of another."""
PLAIN = "9" * max(LONGEST_DECLARED, 24)
"""Points that are entered or chosen, not divided; or the name of the fault that takes their place."""
COMPARED = 2
"""A value is divided by another unit's: both may be quotients of declared numbers."""
ORIGINS = 2
"""A group has a tally of kiosks and one of an outside survey."""
RESERVED = frozenset({MAXIMUM, *FUNCTIONS})
"""Names that no variable may have."""
CAUSE = "assessment/999999999"
WIDEST_VALUE = f"{'9' * (2 * LONGEST_DECLARED + 2)}/{'9' * (2 * LONGEST_DECLARED)}"
"""done / planned x 100 in lowest terms, where both have decimals."""

Maximum = Fraction | None
"""None: the row's maximum is no number, which is noted elsewhere."""


def check_rule(  # noqa: C901, PLR0912  # one answer for each kind of rule
    rule: Rule, maximum: Maximum, pointer: str, mistakes: Mistakes
) -> None:
    """Note the mistakes of the rule at a JSON pointer."""
    match rule:
        case EnteredPoints() | YesNo() | NormalisedToBest():
            return
        case Timeliness():
            _check_outcomes(rule, maximum, pointer, mistakes)
        case Steps():
            _check_steps(rule, maximum, pointer, mistakes)
        case Choice():
            _check_choice(rule, maximum, pointer, mistakes)
        case Proportional():
            _check_proportional(rule, pointer, mistakes)
        case DueDates():
            _check_outcomes(rule, maximum, pointer, mistakes)
            _check_named(rule.dates, f"{pointer}/dates", mistakes)
        case PerCase():
            _check_per_case(rule, maximum, pointer, mistakes)
        case BestOfCases():
            _check_named(rule.cases, f"{pointer}/cases", mistakes)
            _check_cases(rule.cases, maximum, f"{pointer}/cases", mistakes)
            _check_points(rule.otherwise, maximum, f"{pointer}/otherwise", mistakes)
        case Deduction():
            _check_repeated(rule.violations, f"{pointer}/violations", mistakes)
            _check_cases(rule.violations, maximum, f"{pointer}/violations", mistakes)
            _check_points(rule.floor, maximum, f"{pointer}/floor", mistakes)
        case Formula():
            _check_formula(rule, pointer, mistakes)
        case ExternalValue():
            scale = number(rule.out_of)
            if scale is not None and scale <= 0:
                mistakes.add(f"{pointer}/out_of", "Thang đo phải lớn hơn 0.", "The scale has to be more than 0.")
        case SurveyPoints():
            _check_survey(rule, pointer, mistakes)
        case _:
            assert_never(rule)


def _check_points(text: str, maximum: Maximum, pointer: str, mistakes: Mistakes) -> None:
    points = number(text)
    if points is None:
        return
    mistakes.unless(points >= 0, pointer, "Điểm không được âm.", "Points can't be negative.")
    if maximum is not None and points > maximum:
        mistakes.add(pointer, "Điểm vượt quá điểm tối đa của dòng.", "More points than the row's maximum.")


def _check_outcomes(rule: Timeliness | DueDates, maximum: Maximum, pointer: str, mistakes: Mistakes) -> None:
    for field in ("on_time", "late", "never"):
        _check_points(getattr(rule, field), maximum, f"{pointer}/{field}", mistakes)
    _check_descent([rule.on_time, rule.late], [f"{pointer}/on_time", f"{pointer}/late"], mistakes)
    _check_descent([rule.late, rule.never], [f"{pointer}/late", f"{pointer}/never"], mistakes)


def _check_descent(pair: Sequence[str], pointer: Sequence[str], mistakes: Mistakes) -> None:
    better, worse = number(pair[0]), number(pair[1])
    if better is not None and worse is not None and worse > better:
        mistakes.add(pointer[1], "Kết quả kém hơn lại được nhiều điểm hơn.", "The worse outcome earns more points.")


def _check_steps(rule: Steps, maximum: Maximum, pointer: str, mistakes: Mistakes) -> None:
    mistakes.unless(bool(rule.steps), f"{pointer}/steps", "Thang điểm chưa có bậc nào.", "The ladder has no rungs.")
    _check_points(rule.otherwise, maximum, f"{pointer}/otherwise", mistakes)
    bounds = [number(step.bound) for step in rule.steps]
    for index, step in enumerate(rule.steps):
        _check_points(step.points, maximum, f"{pointer}/steps/{index}/points", mistakes)
        above, bound = bounds[index - 1] if index else None, bounds[index]
        if above is not None and bound is not None and bound >= above:
            mistakes.add(
                f"{pointer}/steps/{index}/bound", "Ngưỡng phải nhỏ hơn ngưỡng của bậc trên.",
                "The bound has to be less than that of the rung above.",
            )  # fmt: skip


def _check_choice(rule: Choice, maximum: Maximum, pointer: str, mistakes: Mistakes) -> None:
    mistakes.unless(
        bool(rule.options), f"{pointer}/options", "Chưa có mức nào để chọn.", "There is no level to choose."
    )
    mistakes.repeated([option.code for option in rule.options], f"{pointer}/options", "code")
    for index, option in enumerate(rule.options):
        mistakes.check_form(CODE, option.code, f"{pointer}/options/{index}/code")
        _check_option(option, maximum, f"{pointer}/options/{index}", mistakes)


def _check_option(option: Option, maximum: Maximum, pointer: str, mistakes: Mistakes) -> None:
    if bool(option.points) is bool(option.share):
        mistakes.add(
            f"{pointer}/points", "Mỗi mức ghi điểm, hoặc tỷ lệ của điểm tối đa, không ghi cả hai.",
            "Each level has points, or a share of the maximum, and not both.",
        )  # fmt: skip
    elif option.points:
        _check_points(option.points, maximum, f"{pointer}/points", mistakes)
    else:
        _check_share(option.share, f"{pointer}/share", mistakes)


def _check_share(text: str, pointer: str, mistakes: Mistakes) -> None:
    share = number(text)
    if share is not None and not 0 <= share <= 1:
        mistakes.add(pointer, "Tỷ lệ từ 0 đến 1 (0.6 là 60%).", "A share goes from 0 to 1 (0.6 is 60 %).")


def _check_named(named: Sequence[NamedFigure | Case], pointer: str, mistakes: Mistakes) -> None:
    mistakes.unless(bool(named), pointer, "Chưa có dòng nào.", "There is none.")
    _check_repeated(named, pointer, mistakes)


def _check_repeated(named: Sequence[NamedFigure | Case], pointer: str, mistakes: Mistakes) -> None:
    mistakes.unless(
        len(named) <= MOST_FIGURES, pointer, f"Nhiều nhất {MOST_FIGURES} dòng.", f"At most {MOST_FIGURES} of them."
    )
    mistakes.repeated([each.figure for each in named], pointer, "figure")
    for index, each in enumerate(named):
        mistakes.check_form(FIGURE, each.figure, f"{pointer}/{index}/figure")


def _check_cases(cases: Sequence[Case], maximum: Maximum, pointer: str, mistakes: Mistakes) -> None:
    for index, case in enumerate(cases):
        _check_points(case.points, maximum, f"{pointer}/{index}/points", mistakes)


def _check_per_case(rule: PerCase, maximum: Maximum, pointer: str, mistakes: Mistakes) -> None:
    _check_points(rule.each, maximum, f"{pointer}/each", mistakes)
    if rule.cap:
        _check_points(rule.cap, maximum, f"{pointer}/cap", mistakes)


def _check_formula(rule: Formula, pointer: str, mistakes: Mistakes) -> None:
    """Note an expression that is not of the grammar, and names that it and its variables do not share."""
    _check_named(rule.variables, f"{pointer}/variables", mistakes)
    known = {variable.figure for variable in rule.variables}
    for index, variable in enumerate(rule.variables):
        if variable.figure in RESERVED:
            mistakes.add(
                f"{pointer}/variables/{index}/figure", f"“{variable.figure}” đã có nghĩa riêng trong công thức.",
                f"“{variable.figure}” has a meaning of its own in expressions.",
            )  # fmt: skip
    try:
        used = set(names_in(parse(rule.expression)))
    except ExpressionWrongError as refused:
        mistakes.add(f"{pointer}/expression", refused.vi, refused.en)
        return
    for name in sorted(used - known - {MAXIMUM}):
        mistakes.add(
            f"{pointer}/expression", f"Công thức dùng “{name}”, chưa có trong danh sách biến.",
            f"The expression uses “{name}”, which is no variable.",
        )  # fmt: skip
    for index, variable in enumerate(rule.variables):
        if variable.figure not in used:
            mistakes.add(
                f"{pointer}/variables/{index}/figure", f"Công thức không dùng biến “{variable.figure}”.",
                f"The expression does not use the variable “{variable.figure}”.",
            )  # fmt: skip


def _check_proportional(rule: Proportional, pointer: str, mistakes: Mistakes) -> None:
    floor, ceiling = number(rule.floor), number(rule.ceiling)
    if ceiling is not None and not 0 < ceiling <= 1:
        mistakes.add(
            f"{pointer}/ceiling", "Mức trần là tỷ lệ lớn hơn 0 và không quá 1 (0.95 là 95%).",
            "The ceiling is a share of more than 0 and at most 1 (0.95 is 95 %).",
        )  # fmt: skip
    if floor is not None and (floor < 0 or (ceiling is not None and floor > ceiling)):
        mistakes.add(
            f"{pointer}/floor", "Mức sàn là tỷ lệ từ 0 và không quá mức trần.",
            "The floor is a share of at least 0 and at most the ceiling.",
        )  # fmt: skip


def _check_survey(rule: SurveyPoints, pointer: str, mistakes: Mistakes) -> None:
    mistakes.check_form(CODE, rule.question, f"{pointer}/question")
    if rule.group:
        mistakes.check_form(CODE, rule.group, f"{pointer}/group")
    mistakes.repeated([share.option for share in rule.shares], f"{pointer}/shares", "option")
    for index, share in enumerate(rule.shares):
        mistakes.check_form(CODE, share.option, f"{pointer}/shares/{index}/option")
        _check_share(share.share, f"{pointer}/shares/{index}/share", mistakes)


def check_weight(criteria_set: CriteriaSet, mistakes: Mistakes) -> None:
    """Note that a set has more criteria than can be computed and written down exactly."""
    digits = digits_of_sum(criteria_set)
    if 2 * digits + 2 > LONGEST_WIRE or widest_index(criteria_set, digits) > LARGEST - ENVELOPE:
        mistakes.add(
            "/criteria",
            "Bộ chỉ số có quá nhiều tiêu chí để tính và ghi chính xác; hãy bớt, trước hết loại tỷ lệ, điều tra.",
            "The set has too many criteria to be computed and recorded exactly; fewer of them, above all of those that "
            "divide (proportional, surveyed).",
        )  # fmt: skip


def digits_of_sum(criteria_set: CriteriaSet) -> int:
    """Return how many digits the denominator, and the numerator, of a unit's index may have at most."""
    return TENS + sum(_digits(leaf) for leaf in leaves_of(criteria_set))


def widest_index(criteria_set: CriteriaSet, digits: int) -> int:
    """Return how many bytes the index of a unit may take, with its sums of so many digits."""
    widest = f"{'9' * digits}/{'9' * digits}" if digits > TENS else "9" * LONGEST_DECLARED
    lines = [_line(leaf) for leaf in leaves_of(criteria_set)]
    index = IndexComputed(
        round="", unit="", block="", criteria_set=criteria_set.code, lines=lines,
        appraisal=widest, survey=widest, points=widest, maximum="9" * TENS, index=widest,
        bonus=_if_any(AreaKind.BONUS, widest, criteria_set), penalty=_if_any(AreaKind.PENALTY, widest, criteria_set),
    )  # fmt: skip
    return len(msgspec.json.encode(index))


def _if_any(kind: AreaKind, widest: str, criteria_set: CriteriaSet) -> str:
    return widest if any(row.area_kind is kind for row in criteria_set.criteria) else ""


def _digits(leaf: Criterion) -> int:
    match leaf.rule:
        case Proportional() | ExternalValue():
            return LONGEST_DECLARED
        case NormalisedToBest():
            return LONGEST_DECLARED * COMPARED
        case Formula():
            return _digits_of(leaf.rule.expression)
        case SurveyPoints(group=""):
            return LONGEST_DECLARED * POOLED
        case SurveyPoints():
            return LONGEST_DECLARED
        case (
            EnteredPoints() | YesNo() | Timeliness() | DueDates() | Steps() | Choice() | PerCase() | BestOfCases()
            | Deduction() | None
        ):  # fmt: skip
            return 0
        case _:
            assert_never(leaf.rule)


def _digits_of(expression: str) -> int:
    """Return how many digits the value of an expression may have at most, above or below the line; 0 if it is wrong."""
    try:
        return max(digits_of(parse(expression), LONGEST_DECLARED))
    except ExpressionWrongError:
        return 0  # which is noted at its own place


def _line(leaf: Criterion) -> ScoreLine:
    own = _digits(leaf)
    widest = f"{'9' * (own + TENS // 3)}/{'9' * (own + TENS // 3)}" if own else PLAIN
    part = "survey" if isinstance(leaf.rule, SurveyPoints) else "appraisal"
    compared = isinstance(leaf.rule, NormalisedToBest)
    value, unit = (WIDEST_VALUE, "9" * NODE.longest) if compared else ("", "")
    claimed = "" if part == "survey" or compared else widest
    return ScoreLine(
        criterion=leaf.code, part=part, maximum=leaf.maximum, points=widest, claimed=claimed, causes=_causes(leaf),
        value=value, best=value, best_unit=unit,
    )  # fmt: skip


def _causes(leaf: Criterion) -> list[str]:
    match leaf.rule:
        case SurveyPoints(group=""):
            return [CAUSE] * (ORIGINS * MOST_GROUPS)
        case SurveyPoints():
            return [CAUSE] * ORIGINS
        case NormalisedToBest():
            return [CAUSE] * COMPARED
        case (
            EnteredPoints() | YesNo() | Timeliness() | DueDates() | Steps() | Choice() | Proportional() | PerCase()
            | BestOfCases() | Deduction() | Formula() | ExternalValue() | None
        ):  # fmt: skip
            return [CAUSE]
        case _:
            assert_never(leaf.rule)
