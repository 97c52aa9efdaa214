"""What a rule gives points for, in the words of a page; for sets whose source has no text for it."""

from decimal import Decimal
from typing import assert_never

from parindex.contracts.criteria import (
    Choice,
    EnteredPoints,
    Proportional,
    Rule,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.numbers import exact
from parindex.web.vietnamese import comma


def rule_in_words(rule: Rule, maximum: str) -> str:  # noqa: PLR0911  # one answer for each kind of rule
    """Return a rule in Vietnamese: "Có, đạt: 2 điểm; không: 0 điểm". `maximum` is the criterion's, in points."""
    match rule:
        case EnteredPoints():
            return f"Nhập điểm, từ 0 đến {comma(maximum)}"
        case YesNo():
            return _listed([("Có, đạt", maximum), ("không", "0")])
        case Timeliness():
            return _listed([("Đúng hạn", rule.on_time), ("chậm", rule.late), ("không thực hiện", rule.never)])
        case Steps():
            rungs = [(f"{'từ' if step.closed else 'trên'} {comma(step.bound)}", step.points) for step in rule.steps]
            return _capital(_listed([*rungs, ("còn lại", rule.otherwise)]))
        case Choice():
            return _listed([(option.name, option.points) for option in rule.options])
        case Proportional():
            return _in_proportion(rule, maximum)
        case SurveyPoints():
            return "Điểm do điều tra xã hội học"
        case _:
            assert_never(rule)


def _listed(earned: list[tuple[str, str]]) -> str:
    return "; ".join(f"{what}: {comma(points)} điểm" for what, points in earned)


def _in_proportion(rule: Proportional, maximum: str) -> str:
    parts = [f"Số đã thực hiện ÷ số kế hoạch × {comma(maximum)} điểm"]
    if exact(rule.floor) > 0:
        parts.append(f"dưới {_percent(rule.floor)}: 0 điểm")
    if exact(rule.ceiling) != 1:
        parts.append(f"từ {_percent(rule.ceiling)}: {comma(maximum)} điểm")
    return "; ".join(parts)


def _percent(share: str) -> str:
    return f"{comma(f'{(Decimal(share) * 100).normalize():f}')} %"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
