"""A rule in words says what each figure earns."""

import pytest

from parindex.contracts.criteria import (
    AreaKind,
    BestOfCases,
    Case,
    Choice,
    Criterion,
    Deduction,
    DueDates,
    EnteredPoints,
    ExternalValue,
    Formula,
    Level,
    NamedFigure,
    NormalisedToBest,
    OnZero,
    Option,
    PerCase,
    Proportional,
    Rule,
    Share,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.web.rule_words import area_name, rule_in_words

STEPS = [Step(bound="90", closed=False, points="2"), Step(bound="70.5", closed=True, points="1.25")]
CASES = [Case(figure="late", name="Chậm", points="0.5"), Case(figure="wrong", name="Sai", points="1")]
OPTIONS = [Option(code="a", name="Đạt toàn bộ", points="2"), Option(code="b", name="Đạt một phần", points="0.5")]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (EnteredPoints(), "Nhập điểm, từ 0 đến 2,5"),
        (YesNo(), "Có, đạt: 2,5 điểm; không: 0 điểm"),
        (Timeliness(on_time="2.5", late="1"), "Đúng hạn: 2,5 điểm; chậm: 1 điểm; không thực hiện: 0 điểm"),
        (Steps(steps=STEPS), "Trên 90: 2 điểm; từ 70,5: 1,25 điểm; còn lại: 0 điểm"),
        (Choice(options=OPTIONS), "Đạt toàn bộ: 2 điểm; Đạt một phần: 0,5 điểm"),
        (Proportional(), "Số đã thực hiện ÷ số kế hoạch × 2,5 điểm"),
        (
            Proportional(floor="0.5", ceiling="0.955"),
            "Số đã thực hiện ÷ số kế hoạch × 2,5 điểm; dưới 50 %: 0 điểm; từ 95,5 %: 2,5 điểm",
        ),
        (
            Choice(options=[Option(code="a", name="Tốt", share="0.75")]),
            "Tốt: 75 % điểm tối đa",
        ),
        (
            DueDates(
                dates=[NamedFigure(figure="q1", name="Quý I"), NamedFigure(figure="q3", name="Quý III")], on_time="1"
            ),
            "Đúng hạn tất cả: 1 điểm; có lần chậm: 0 điểm; thiếu: 0 điểm (Quý I, Quý III)",
        ),
        (PerCase(each="0.5"), "Mỗi trường hợp 0,5 điểm, không quá 2,5 điểm"),
        (PerCase(each="1", cap="1.5"), "Mỗi trường hợp 1 điểm, không quá 1,5 điểm"),
        (
            BestOfCases(cases=CASES),
            "Tính trường hợp có điểm cao nhất: Chậm: 0,5 điểm; Sai: 1 điểm; không có trường hợp nào: 0 điểm",
        ),
        (
            Deduction(violations=CASES, floor="0.5"),
            "2,5 điểm, trừ theo vi phạm: Chậm: trừ 0,5 điểm mỗi lần; Sai: trừ 1 điểm mỗi lần; còn ít nhất 0,5 điểm",
        ),
        (Deduction(), "2,5 điểm, trừ theo vi phạm"),
        (
            Formula(
                variables=[NamedFigure(figure="a", name="Số đã xử lý")],
                expression="maximum / a",
                on_zero=OnZero.NO_POINTS,
            ),
            "Điểm = maximum / a, trong đó a là Số đã xử lý, maximum là điểm tối đa; chia cho 0: 0 điểm",
        ),
        (ExternalValue(source="Chỉ số 766"), "Chỉ số 766 ÷ 100 × 2,5 điểm"),
        (NormalisedToBest(), "Giá trị của đơn vị ÷ giá trị cao nhất trong khối × 2,5 điểm"),
        (SurveyPoints(question="hai-long"), "Điểm do điều tra xã hội học"),
        (
            SurveyPoints(question="q", shares=[Share(option="hai-long", share="0.75"), Share(option="x", share="0")]),
            "Điểm do điều tra xã hội học; câu trả lời được tính theo tỷ lệ của điểm tối đa: hài lòng: 75 %; x: 0 %",
        ),
    ],
)
def test_a_rule_says_what_each_figure_earns(rule: Rule, words: str) -> None:
    assert rule_in_words(rule, "2.5") == words


@pytest.mark.parametrize(
    ("name", "kind", "cap", "words"),
    [
        ("Thể chế", AreaKind.ORDINARY, "", "Thể chế"),
        ("Sáng kiến", AreaKind.BONUS, "2.5", "Sáng kiến (điểm thưởng, không quá 2,5 điểm)"),
        ("Sáng kiến", AreaKind.BONUS, "", "Sáng kiến (điểm thưởng, không quá 3 điểm)"),
        ("Điểm thưởng", AreaKind.BONUS, "2", "Điểm thưởng (không quá 2 điểm)"),
        ("Điểm thưởng", AreaKind.PENALTY, "2", "Điểm thưởng (điểm trừ, không quá 2 điểm)"),
    ],
)
def test_an_area_beside_the_scale_says_its_cap_and_what_it_is_once(
    name: str, kind: AreaKind, cap: str, words: str
) -> None:
    area = Criterion(code="2", name=name, level=Level.AREA, maximum="3", area_kind=kind, area_cap=cap)
    assert area_name(area) == words
