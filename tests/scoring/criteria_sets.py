"""Criteria sets of the tests: a small one, one with every kind of rule, and one as large as the largest real sets."""

import msgspec

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
    Level,
    NamedFigure,
    NormalisedToBest,
    NotApplicable,
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

LEVELS = [Option(code="good", name="Tốt", points="1.5"), Option(code="bad", name="", points="0")]
STARS = [Share(option="1", share="0"), Share(option="5", share="1")]
MILD = [Share(option="1", share="0.2"), Share(option="5", share="1")]
RULES: dict[str, tuple[str, Rule]] = {
    "1.1": ("2", EnteredPoints()),
    "1.2": ("1", YesNo()),
    "1.3": ("1", Timeliness(on_time="1", late="0.5")),
    "1.4": ("2", Steps(steps=[Step(bound="90", closed=False, points="2"), Step(bound="70", closed=True, points="1")])),
    "2.1": (
        "2",
        Choice(options=LEVELS),
    ),
    "2.2": ("3", Proportional(floor="0.5", ceiling="0.9")),
    "2.3": ("7", SurveyPoints(question="q1", shares=STARS)),
    "2.4": (
        "3",
        SurveyPoints(question="q1", group="firm", shares=MILD),
    ),
    "2.5": ("5", SurveyPoints(question="q2")),
}
CASES = [Case(figure="a", name="A", points="1"), Case(figure="b", name="B", points="2")]
MORE_RULES: dict[str, tuple[str, Rule]] = {
    "3.1": ("1", DueDates(dates=[NamedFigure(figure="q1", name="Quý I"), NamedFigure(figure="q2", name="Quý II")],
                          on_time="1", late="0.5")),
    "3.2": ("2", PerCase(each="0.5")),
    "3.3": ("2", BestOfCases(cases=CASES)),
    "3.4": ("4", Deduction(violations=CASES, floor="0.5")),
    "3.5": ("3", Formula(variables=[NamedFigure(figure="a", name="A"), NamedFigure(figure="b", name="B")],
                         expression="min(a / b; 1) * maximum")),
    "3.6": ("1", Formula(variables=[NamedFigure(figure="a", name="A")], expression="1 / a", on_zero=OnZero.MAXIMUM)),
    "3.7": ("7", ExternalValue(source="Chỉ số 766")),
    "3.8": ("5", NormalisedToBest()),
}  # fmt: skip


def made_set(code: str = "set-1", not_applicable: NotApplicable = NotApplicable.RESCALE) -> CriteriaSet:
    areas = [
        Criterion(code="1", name="Chỉ đạo, điều hành", level=Level.AREA, maximum="6"),
        Criterion(code="2", name="Tác động", level=Level.AREA, maximum="20"),
    ]
    leaves = [
        Criterion(
            code=leaf, name=f"Tiêu chí {leaf}", level=Level.CRITERION, maximum=maximum, parent=leaf[0], rule=rule,
            rule_text="Theo hướng dẫn.", reference="QĐ 1", evidence_required=True,
        )
        for leaf, (maximum, rule) in RULES.items()
    ]  # fmt: skip
    return CriteriaSet(
        code=code, title="Bộ chỉ số", reference="QĐ 1", criteria=[*areas, *leaves], not_applicable=not_applicable
    )


def set_of_every_kind(not_applicable: NotApplicable = NotApplicable.RESCALE) -> CriteriaSet:
    """Return the small set with one more area, so that every kind of rule is in it."""
    small = made_set(not_applicable=not_applicable)
    area = Criterion(code="3", name="Khác", level=Level.AREA, maximum="25")
    leaves = [
        Criterion(code=code, name=code, level=Level.CRITERION, maximum=maximum, parent="3", rule=rule)
        for code, (maximum, rule) in MORE_RULES.items()
    ]
    return msgspec.structs.replace(small, criteria=[*small.criteria, area, *leaves])


def large_set(leaves: int) -> CriteriaSet:
    """As many leaves as the largest real sets have, with names as long as theirs."""
    name = "Tỷ lệ văn bản quy phạm pháp luật được ban hành đúng thời hạn theo chương trình của Ủy ban nhân dân tỉnh"
    rows = [
        Criterion(
            code=f"{1 + n // 20}.{1 + n % 20}.1", name=name, level=Level.COMPONENT, maximum="0.75",
            rule=Proportional(floor="0.8"), rule_text=name * 3, reference=name,
        )
        for n in range(leaves)
    ]  # fmt: skip
    return CriteriaSet(code="large", title=name, reference="QĐ 1", criteria=rows)
