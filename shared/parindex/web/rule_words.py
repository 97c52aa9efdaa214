"""What a rule gives points for, in the words of a page; for sets whose source has no text for it."""

from decimal import Decimal
from typing import Final, assert_never

from parindex.contracts.criteria import (
    TIE_PARTS,
    AreaKind,
    BestOfCases,
    Choice,
    Criterion,
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
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.numbers import exact
from parindex.web.vietnamese import comma

AREA_KINDS = {AreaKind.ORDINARY: "", AreaKind.BONUS: "điểm thưởng", AreaKind.PENALTY: "điểm trừ"}


ANSWERS: Final = {
    "rat-hai-long": "rất hài lòng",
    "hai-long": "hài lòng",
    "binh-thuong": "bình thường",
    "khong-hai-long": "không hài lòng",
    "rat-khong-hai-long": "rất không hài lòng",
}
"""The words of the options of a scale of satisfaction, by their codes."""
TIE_PART_WORDS: Final = dict(zip(TIE_PARTS, ("điểm thẩm định", "điểm điều tra xã hội học"), strict=True))


def tie_key_in_words(key: str, area: str = "") -> str:
    """Return what a key of ties compares: a part of the index, or the points of an area, here with its name."""
    return TIE_PART_WORDS.get(key) or f"điểm lĩnh vực {key}" + (f" ({area})" if area else "")


def area_name(area: Criterion) -> str:
    """Return the name of an area; a bonus or penalty area with its cap: "Sáng kiến (điểm thưởng, không quá 5 điểm)".

    What the area is is left out where its name says it: "Điểm thưởng (không quá 2 điểm)".
    """
    kind = AREA_KINDS[area.area_kind]
    if not kind:
        return area.name
    said = "" if kind in area.name.casefold() else f"{kind}, "
    return f"{area.name} ({said}không quá {comma(area.most_points)} điểm)"


def rule_in_words(  # noqa: C901, PLR0911, PLR0912  # one answer for each kind of rule
    rule: Rule, maximum: str, *, of_hundred: bool = False
) -> str:
    """Return a rule in Vietnamese: "Có, đạt: 2 điểm; không: 0 điểm". `maximum` is the criterion's, in points.

    `of_hundred`: the thresholds of steps are per cent.
    """
    match rule:
        case EnteredPoints():
            return f"Nhập điểm, từ 0 đến {comma(maximum)}"
        case YesNo():
            return _listed([("Có, đạt", maximum), ("không", "0")])
        case Timeliness():
            return _listed([("Đúng hạn", rule.on_time), ("chậm", rule.late), ("không thực hiện", rule.never)])
        case Steps():
            unit = " %" if of_hundred else ""
            rungs = [
                (f"{'từ' if step.closed else 'trên'} {comma(step.bound)}{unit}", step.points) for step in rule.steps
            ]
            return _capital(_listed([*rungs, ("còn lại", rule.otherwise)]))
        case Choice():
            return "; ".join(f"{option.name}: {_earned(option)}" for option in rule.options)
        case Proportional():
            return _in_proportion(rule, maximum)
        case NormalisedToBest():
            return f"Giá trị của đơn vị ÷ giá trị cao nhất trong khối × {comma(maximum)} điểm"
        case DueDates():
            dates = ", ".join(date.name for date in rule.dates)
            outcomes = [("Đúng hạn tất cả", rule.on_time), ("có lần chậm", rule.late), ("thiếu", rule.never)]
            return f"{_listed(outcomes)} ({dates})"
        case PerCase():
            return f"Mỗi trường hợp {comma(rule.each)} điểm, không quá {comma(rule.cap or maximum)} điểm"
        case BestOfCases():
            cases = [*((case.name, case.points) for case in rule.cases), ("không có trường hợp nào", rule.otherwise)]
            return f"Tính trường hợp có điểm cao nhất: {_listed(cases)}"
        case Deduction():
            return _deducted(rule, maximum)
        case Formula():
            return _by_expression(rule)
        case ExternalValue():
            return f"{rule.source} ÷ {comma(rule.out_of)} × {comma(maximum)} điểm"
        case SurveyPoints():
            return f"Điểm do điều tra xã hội học{_answers(rule)}"
        case _:
            assert_never(rule)


def _answers(rule: SurveyPoints) -> str:
    """Return what each answer is worth: "; rất hài lòng: 100 %; bình thường: 0 %"."""
    listed = "; ".join(f"{ANSWERS.get(each.option, each.option)}: {_percent(each.share)}" for each in rule.shares)
    return f"; câu trả lời được tính theo tỷ lệ của điểm tối đa: {listed}" if listed else ""


def _listed(earned: list[tuple[str, str]]) -> str:
    return "; ".join(f"{what}: {comma(points)} điểm" for what, points in earned)


def _earned(option: Option) -> str:
    return f"{_percent(option.share)} điểm tối đa" if option.share else f"{comma(option.points)} điểm"


def _deducted(rule: Deduction, maximum: str) -> str:
    listed = "; ".join(f"{each.name}: trừ {comma(each.points)} điểm mỗi lần" for each in rule.violations)
    least = f"; còn ít nhất {comma(rule.floor)} điểm" if exact(rule.floor) > 0 else ""
    return f"{comma(maximum)} điểm, trừ theo vi phạm{': ' if listed else ''}{listed}{least}"


def _by_expression(rule: Formula) -> str:
    said = ", ".join(f"{variable.figure} là {variable.name}" for variable in rule.variables)
    zero = {OnZero.NO_POINTS: "0 điểm", OnZero.MAXIMUM: "điểm tối đa"}.get(rule.on_zero, "")
    return f"Điểm = {rule.expression}, trong đó {said}, maximum là điểm tối đa{f'; chia cho 0: {zero}' if zero else ''}"


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
