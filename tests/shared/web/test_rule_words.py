"""A rule in words says what each figure earns."""

import pytest

from parindex.contracts.criteria import (
    Choice,
    EnteredPoints,
    Option,
    Proportional,
    Rule,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.web.rule_words import rule_in_words

STEPS = [Step(bound="90", closed=False, points="2"), Step(bound="70.5", closed=True, points="1.25")]
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
        (SurveyPoints(question="hai-long"), "Điểm do điều tra xã hội học"),
    ],
)
def test_a_rule_says_what_each_figure_earns(rule: Rule, words: str) -> None:
    assert rule_in_words(rule, "2.5") == words
