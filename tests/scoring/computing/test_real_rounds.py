"""Published figures come out again: Bình Dương 2017 (districts), and the first rows of Cà Mau's set of 2013."""

import pytest

from parindex.contracts.assessment import Figure, Finding
from parindex.contracts.criteria import (
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Level,
    Rule,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.contracts.survey import TallyUpdated
from scoring.computing.commands import ComputeIndex
from scoring.computing.decisions import compute
from scoring.computing.events import IndexComputed
from scoring.computing.prepared_sets import prepare
from scoring.computing.state import Assignment, Change, FindingsChange, TallyChange, UnitState

BINH_DUONG = [  # unit, points of at most 65, survey of at most 35, published index
    ("Thủ Dầu Một", "51.75", "32.83", "84.58"),
    ("Tân Uyên", "48.75", "33.25", "82"),
    ("Bàu Bàng", "47.45", "32.82", "80.27"),
    ("Thuận An", "46.8", "32.24", "79.04"),
    ("Dĩ An", "46.5", "31.56", "78.06"),
    ("Bến Cát", "45.75", "32.08", "77.83"),
    ("Dầu Tiếng", "44", "32.22", "76.22"),
    ("Phú Giáo", "46", "30.03", "76.03"),
    ("Bắc Tân Uyên", "40.45", "31.01", "71.46"),
]
CA_MAU: dict[str, tuple[str, Rule]] = {
    "1.1.1": ("1", Timeliness(on_time="1", late="0.5")),
    "1.1.2": ("1", YesNo()),
    "1.1.3": ("1", YesNo()),
    "1.1.4": (
        "2",
        Steps(steps=[Step(bound="90", closed=False, points="2"), Step(bound="70", closed=True, points="1")]),
    ),
    "1.2.1": ("1", YesNo()),
    "1.2.2": ("1", YesNo()),
}


def a_set(rules: dict[str, tuple[str, Rule]]) -> CriteriaSet:
    rows = [
        Criterion(code=code, name=code, level=Level.COMPONENT, maximum=maximum, rule=rule)
        for code, (maximum, rule) in rules.items()
    ]
    return CriteriaSet(code="s", title="", reference="", criteria=rows)


def computed(rules: dict[str, tuple[str, Rule]], *changes: Change) -> IndexComputed:
    command = ComputeIndex("r", "u", changes, Assignment("b", prepare(a_set(rules))))
    return compute(command, UnitState())[0][0]


def finding(code: str, name: str, value: str) -> Finding:
    return Finding(criterion=code, figures=[Figure(name=name, value=value)])


@pytest.mark.parametrize(("unit", "points", "survey", "index"), BINH_DUONG)
def test_a_district_s_index_is_the_published_one(unit: str, points: str, survey: str, index: str) -> None:
    rules: dict[str, tuple[str, Rule]] = {"A": ("65", EnteredPoints()), "B": ("35", SurveyPoints(question="q"))}
    outside = TallyUpdated(round="r", unit="u", question="q", origin="outside", score=survey, out_of="35")
    score = computed(rules, FindingsChange((1, 1), (finding("A", "points", points),)), TallyChange((1, 1), outside))
    assert (score.appraisal, score.survey, score.index) == (points, survey, index)


def test_the_first_rows_of_ca_mau_add_up_with_the_boundary_on_the_lower_rung() -> None:
    found = (
        finding("1.1.1", "outcome", "late"),
        finding("1.1.2", "answer", "yes"),
        finding("1.1.3", "answer", "no"),
        finding("1.1.4", "value", "90"),
        finding("1.2.1", "answer", "yes"),
        finding("1.2.2", "answer", "yes"),
    )
    score = computed(CA_MAU, FindingsChange((1, 1), found))
    assert [line.points for line in score.lines] == ["0.5", "1", "0", "1", "1", "1"]
    assert (score.points, score.maximum, score.index) == ("4.5", "7", "450/7")
