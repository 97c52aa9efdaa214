"""A round of four units in two blocks, whose set has a rule of each kind, and strategies for claims and findings."""

from collections.abc import Mapping

from hypothesis import strategies as st

from assessment.appraising.state import ActingAppraiser, ProposedFinding
from assessment.opening.commands import OpenRound
from assessment.opening.deadlines import Deadlines
from parindex.contracts.assessment import Block, Figure, RoundUnit
from parindex.contracts.criteria import (
    Band,
    Choice,
    CriteriaSet,
    Criterion,
    EnteredPoints,
    Level,
    NotApplicable,
    Option,
    Proportional,
    Rule,
    Share,
    Step,
    Steps,
    SurveyPoints,
    Timeliness,
    YesNo,
)
from parindex.testing.memory_log import METADATA

PARTITIONS = 2
UNITS = ("H10.01", "H10.02", "H10.03", "H10.04")
RULES: dict[str, tuple[str, Rule]] = {
    "1.1": ("3", EnteredPoints()),
    "1.2": ("1", YesNo()),
    "1.3": ("1", Timeliness(on_time="1", late="0.5")),
    "1.4": ("2", Steps(steps=[Step(bound="90", closed=False, points="2"), Step(bound="70", closed=True, points="1")])),
    "1.5": ("2", Choice(options=[Option(code="a", name="A", points="2"), Option(code="b", name="B", points="1.5")])),
    "1.6": ("3", Proportional(floor="0.8")),
    "2.1": (
        "3",
        SurveyPoints(question="hai-long", shares=[Share(option="1", share="0"), Share(option="5", share="1")]),
    ),
    "2.2": ("2", SurveyPoints(question="can-bo", group="official")),
}
FIGURES: dict[str, list[dict[str, str]]] = {
    "1.1": [{"points": "2.5"}, {"points": "3"}, {"points": "0"}],
    "1.2": [{"answer": "yes"}, {"answer": "no"}],
    "1.3": [{"outcome": "on_time"}, {"outcome": "late"}, {"outcome": "never"}],
    "1.4": [{"done": "9", "planned": "10"}, {"value": "90.01"}, {"value": "69"}],
    "1.5": [{"level": "a"}, {"level": "b"}],
    "1.6": [{"done": "6", "planned": "7"}, {"done": "7", "planned": "9"}, {"done": "8", "planned": "7"}],
}
BANDS = [Band(name="A", at_least="80"), Band(name="B", at_least="50"), Band(name="C", at_least="0")]
OFFICE = ActingAppraiser(frozenset({"H10"}), frozenset({"H10"}))
Figures = dict[str, dict[str, str]]


def criteria_set(not_applicable: NotApplicable) -> CriteriaSet:
    rows = [Criterion(code=code, name=code, level=Level.AREA, maximum=most) for code, most in (("1", "12"), ("2", "5"))]
    rows += [
        Criterion(code=code, name=code, level=Level.CRITERION, maximum=maximum, parent=code[0], rule=rule)
        for code, (maximum, rule) in RULES.items()
    ]
    return CriteriaSet(
        code="bo", title="Bộ", reference="1/QĐ", criteria=rows, bands=BANDS, not_applicable=not_applicable
    )


def opened_round(known: CriteriaSet) -> OpenRound:
    units = [RoundUnit(code=unit, name=f"Đơn vị {unit}") for unit in UNITS]
    blocks = (
        Block(code="so", name="Sở", criteria_set="bo", units=units[:3]),
        Block(code="xa", name="Xã", criteria_set="bo", units=units[3:]),
    )
    return OpenRound("H10", "r", 2026, "Đợt", "1/KH", blocks, (), Deadlines(), {"bo": known}, METADATA.at)


def named(figures: Mapping[str, str]) -> tuple[Figure, ...]:
    return tuple(Figure(name=name, value=value) for name, value in figures.items())


MEANT = ("done-over-planned",)
"""Warnings that a unit confirms: of 7 planned, 8 were done."""


def findings_of(code: str) -> st.SearchStrategy[ProposedFinding]:
    corrected = [ProposedFinding(code, figures=named(given), comment="vì", confirmed=MEANT) for given in FIGURES[code]]
    excused = ProposedFinding(code, applicable=False, comment="vì")
    by_points = ProposedFinding(code, points="0.75", comment="vì")
    return st.sampled_from([ProposedFinding(code, upheld=True), *corrected, excused, by_points])
