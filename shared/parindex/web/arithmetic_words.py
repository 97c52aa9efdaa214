"""How figures earned their points, in Vietnamese: "17 trên 20 là 85 %: 17 ÷ 20 × 2 = 1,7 điểm". Pure.

The pages and the API say it with the words of this module. The points are those of `parindex/contracts/formula.py`; the
arithmetic is an expression of the grammar of `parindex/contracts/expression.py` with decimal commas, whose value they
are.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, assert_never

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
from parindex.contracts.formula import NONE, Counted, Figures, compared_value, number, points_of, reached, share_of
from parindex.numbers import to_wire
from parindex.web.vietnamese import calendar_day, comma, shown

OUTCOMES: Final = {"on_time": "đúng hạn", "late": "chậm", "never": "không thực hiện"}
ANSWERS: Final = {"yes": "Có, đạt", "no": "Không"}
DECIMALS: Final = 2
"""Decimals of a rounded number, which follows the fraction that it rounds."""

_SIGNS = str.maketrans({"*": "×", "/": "÷", ":": "÷", "-": "−"})
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How a criterion got its points: the figures and the rule that applies to them, the expression, its value.

    `expression` is a single number where the rule names the points.
    """

    words: str
    expression: str
    points: Fraction

    def __str__(self) -> str:
        names_points = _DECIMAL.fullmatch(self.expression.replace(",", "."))
        computed = "" if names_points else f"{self.expression} = "
        return f"{self.words}: {computed}{written(self.points)} điểm"


def arithmetic_of(
    rule: Rule, maximum: str, figures: Figures, tallies: Sequence[Counted] = (), best: Fraction | None = None
) -> Arithmetic | None:
    """Return how figures (or, for survey points, tallies) earn their points of a row with this maximum.

    `best` is the greatest value of the block. None while a survey has no answers, or a rule that compares lacks `best`.
    Raises UncomputableError, as `points_of` does.
    """
    points = points_of(rule, number(maximum), figures, tallies, best)
    if points is None:
        return None
    words, expression = _worked(rule, maximum, figures, tallies, best or NONE)
    return Arithmetic(words, expression, points)


def written(value: Fraction) -> str:
    """Write a number exactly: 1,75; where no decimals do, as a fraction beside two of them: 34/21 (khoảng 1,62)."""
    exact = to_wire(value)
    return f"{exact} (khoảng {shown(value, DECIMALS)})" if "/" in exact else comma(exact)


def _worked(  # noqa: C901, PLR0911, PLR0912  # one answer for each kind of rule
    rule: Rule, maximum: str, figures: Figures, tallies: Sequence[Counted], best: Fraction
) -> tuple[str, str]:
    """Return the words and the expression of figures that earn points."""
    match rule:
        case EnteredPoints():
            return "Điểm được nhập", comma(figures["points"])
        case YesNo():
            return ANSWERS[figures["answer"]], comma(maximum) if figures["answer"] == "yes" else "0"
        case Timeliness():
            return _capital(OUTCOMES[figures["outcome"]]), comma(getattr(rule, figures["outcome"]))
        case DueDates():
            return _due(rule, figures)
        case Steps():
            return _stepped(rule, figures)
        case Choice():
            option = next(option for option in rule.options if option.code == figures["level"])
            share = f"{comma(option.share)} × {comma(maximum)}"
            return option.name, share if option.share else comma(option.points)
        case Proportional():
            return _in_proportion(rule, maximum, figures)
        case NormalisedToBest():
            return _beside_best(maximum, figures, best)
        case PerCase():
            return _counted(rule, maximum, figures["count"])
        case BestOfCases():
            return _best(rule, figures)
        case Deduction():
            return _deducted(rule, maximum, figures)
        case Formula():
            return _by_expression(rule, maximum, figures)
        case ExternalValue():
            day = f" (ngày {calendar_day(figures['as_of'])})" if "as_of" in figures else ""
            value, scale = comma(figures["value"]), comma(rule.out_of)
            return f"{rule.source}: {value} trên {scale}{day}", f"{value} ÷ {scale} × {comma(maximum)}"
        case SurveyPoints():
            return _surveyed(rule, maximum, tallies)
        case _:
            assert_never(rule)


def _due(rule: DueDates, figures: Figures) -> tuple[str, str]:
    said = "; ".join(f"{date.name}: {OUTCOMES[figures[date.figure]]}" for date in rule.dates)
    worst = max((figures[date.figure] for date in rule.dates), key=list(OUTCOMES).index)
    return f"{said}; tính theo kết quả kém nhất ({OUTCOMES[worst]})", comma(getattr(rule, worst))


def _stepped(rule: Steps, figures: Figures) -> tuple[str, str]:
    if "value" in figures:
        value, said, unit = number(figures["value"]), f"Giá trị {comma(figures['value'])}", ""
    else:
        value, said, unit = share_of(figures) * 100, _share_said(figures), " %"
    at = next((at for at, step in enumerate(rule.steps) if reached(step, value)), len(rule.steps))
    points = rule.steps[at].points if at < len(rule.steps) else rule.otherwise
    return f"{said}, {_range(rule.steps, at)}{unit}", comma(points)


def _range(steps: Sequence[Step], at: int) -> str:
    """Return the values of a rung, each bound open or closed: "từ 70 đến 90", "trên 70 đến dưới 90", "dưới 70"."""
    above = steps[at - 1] if at else None
    lowest = f"{'từ' if steps[at].closed else 'trên'} {comma(steps[at].bound)}" if at < len(steps) else ""
    if above is None:
        return f"{lowest} trở lên" if steps[at].closed else lowest
    if lowest:
        return f"{lowest} đến {'dưới ' if above.closed else ''}{comma(above.bound)}"
    return f"{'dưới' if above.closed else 'không quá'} {comma(above.bound)}"


def _in_proportion(rule: Proportional, maximum: str, figures: Figures) -> tuple[str, str]:
    share, said = share_of(figures), _share_said(figures)
    if share < number(rule.floor):
        return f"{said}, dưới {_percent(rule.floor)}", "0"
    if share >= number(rule.ceiling):
        return f"{said}, từ {_percent(rule.ceiling)} được điểm tối đa", comma(maximum)
    return said, f"{comma(figures['done'])} ÷ {comma(figures['planned'])} × {comma(maximum)}"


def _beside_best(maximum: str, figures: Figures, best: Fraction) -> tuple[str, str]:
    declared = "value" in figures
    said = f"Giá trị {comma(figures['value'])}" if declared else _share_said(figures)
    if not best:
        return f"{said}, cao nhất trong khối là 0", "0"
    value = _as_quotient(compared_value(figures))
    return f"{said}, cao nhất trong khối là {written(best)}", f"{value} ÷ {_as_quotient(best)} × {comma(maximum)}"


def _as_quotient(value: Fraction) -> str:
    """Write a number so that the grammar of expressions reads it again: 1,5, or (200 ÷ 3)."""
    exact = to_wire(value)
    return f"({exact.replace('/', ' ÷ ')})" if "/" in exact else comma(exact)


def _counted(rule: PerCase, maximum: str, count: str) -> tuple[str, str]:
    most = rule.cap or maximum
    product = f"{comma(count)} × {comma(rule.each)}"
    if number(count) * number(rule.each) > number(most):
        return f"{count} trường hợp, {product} quá mức cao nhất", comma(most)
    return f"{count} trường hợp", product


def _best(rule: BestOfCases, figures: Figures) -> tuple[str, str]:
    met = [case for case in rule.cases if figures[case.figure] == "yes"]
    if not met:
        return "Không có trường hợp nào", comma(rule.otherwise)
    best = max(met, key=lambda case: number(case.points))
    said = "; ".join(f"{case.name} ({comma(case.points)} điểm)" for case in met)
    return f"{said}; tính trường hợp có điểm cao nhất" if len(met) > 1 else said, comma(best.points)


def _deducted(rule: Deduction, maximum: str, figures: Figures) -> tuple[str, str]:
    if rule.violations:
        met = [(figures[case.figure], case) for case in rule.violations if number(figures[case.figure])]
        said = "; ".join(f"{case.name}: {count} lần" for count, case in met)
        losses = [(f"{count} × {comma(case.points)}", number(count) * number(case.points)) for count, case in met]
    else:
        said = "Bị trừ điểm"
        losses = [(comma(text), number(text)) for text in (figures["deducted"],) if number(text)]
    if not losses:
        return "Không bị trừ", comma(maximum)
    expression = " − ".join([comma(maximum), *(text for text, _ in losses)])
    left = number(maximum) - sum((loss for _, loss in losses), NONE)
    if left < number(rule.floor):
        return f"{said}; {expression} = {written(left)}, thấp hơn mức thấp nhất", comma(rule.floor)
    return said, expression


def _by_expression(rule: Formula, maximum: str, figures: Figures) -> tuple[str, str]:
    values = {variable.figure: figures[variable.figure] for variable in rule.variables}
    said = "; ".join(f"{variable.name}: {comma(values[variable.figure])}" for variable in rule.variables)
    try:
        value_of(parse(rule.expression), {MAXIMUM: number(maximum), **{name: number(values[name]) for name in values}})
    except ZeroDividedError:
        return f"{said}; công thức chia cho 0", comma(maximum) if rule.on_zero is OnZero.MAXIMUM else "0"
    return said, _with_values(rule.expression, {MAXIMUM: maximum, **values})


def _with_values(expression: str, values: Figures) -> str:
    """Write an expression with the value of each name in its place, and the signs that people read."""

    def put(found: re.Match[str]) -> str:
        text = values.get(found[0], found[0])  # min and max stay
        return f"(−{text[1:]})" if text.startswith("-") else text

    return comma(_NAME.sub(put, expression.translate(_SIGNS)))


def _surveyed(rule: SurveyPoints, maximum: str, tallies: Sequence[Counted]) -> tuple[str, str]:
    """Return the words of an outside survey's scores, or else of counted answers, as the formula takes them."""
    outside = [tally for tally in tallies if tally.score]
    if outside:
        said = " và ".join(f"{comma(tally.score)} trên {comma(tally.out_of)}" for tally in outside)
        earned, of = [tally.score for tally in outside], [tally.out_of for tally in outside]
        return f"Điểm điều tra {said}", f"{_added(earned)} ÷ {_added(of)} × {comma(maximum)}"
    counts = Counter[str]()
    for tally in tallies:
        counts.update(tally.counts)
    said = ", ".join(f"{option}: {counts[option]}" for option in sorted(counts) if counts[option])
    shares = {share.option: share.share for share in rule.shares}
    parts = [f"{counts[option]} × {comma(shares[option])}" for option in sorted(counts) if counts[option]]
    return f"Số phiếu trả lời {said}", f"({' + '.join(parts)}) ÷ {counts.total()} × {comma(maximum)}"


def _added(numbers: Sequence[str]) -> str:
    text = " + ".join(comma(each) for each in numbers)
    return f"({text})" if len(numbers) > 1 else text


def _share_said(figures: Figures) -> str:
    return f"{comma(figures['done'])} trên {comma(figures['planned'])} là {written(share_of(figures) * 100)} %"


def _percent(share: str) -> str:
    return f"{written(number(share) * 100)} %"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
