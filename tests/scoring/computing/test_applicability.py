"""Criteria that a round does not ask of a unit leave its maximum, or are earned whole, whatever is found about them."""

import pytest
from tests.scoring.computing.test_extras import a_set, area, points_found

from parindex.contracts.criteria import CriteriaSet, EnteredPoints, NotApplicable, SurveyPoints
from parindex.contracts.survey import TallyUpdated
from scoring.computing.commands import ComputeIndex
from scoring.computing.decisions import compute
from scoring.computing.events import IndexComputed
from scoring.computing.prepared_sets import prepare
from scoring.computing.state import Assignment, Change, FindingsChange, TallyChange, UnitState

# decision 1156/QĐ-UBND of Hà Nam 2023: area 3 has 20 points, 7.3 has 7; offices without procedures have neither
HA_NAM = a_set(
    area("1", {"1.1": ("60", EnteredPoints())}),
    area("3", {"3.1": ("12", EnteredPoints()), "3.2": ("8", SurveyPoints(question="thu-tuc"))}),
    area("7", {"7.2": ("10", EnteredPoints()), "7.3": ("7", EnteredPoints()), "7.5": ("3", EnteredPoints())}),
)
WITHOUT_PROCEDURES = ("3", "7.3", "7.5")


def index(criteria_set: CriteriaSet, not_applicable: tuple[str, ...], *changes: Change) -> IndexComputed:
    assignment = Assignment("b", prepare(criteria_set), not_applicable)
    score = compute(ComputeIndex("r", "u", changes, assignment), UnitState())[1].score
    assert score is not None
    return score


def test_an_office_without_procedures_is_measured_by_the_other_seventy_points_of_ha_nam() -> None:
    found = FindingsChange((1, 1), (points_found("1.1", "54"), points_found("7.2", "9")))
    score = index(HA_NAM, WITHOUT_PROCEDURES, found)
    assert (score.points, score.maximum, score.index) == ("63", "70", "90")
    assert {line.criterion: line.maximum for line in score.lines} == {
        "1.1": "60", "3.1": "0", "3.2": "0", "7.2": "10", "7.3": "0", "7.5": "0",
    }  # fmt: skip


@pytest.mark.parametrize(("convention", "points", "maximum"), [("rescale", "54", "70"), ("full_marks", "84", "100")])
def test_nothing_that_is_found_about_such_a_criterion_counts(convention: str, points: str, maximum: str) -> None:
    known = a_set(
        *([row for row in HA_NAM.criteria if row.code[0] == code] for code in "137"),
        not_applicable=NotApplicable(convention),
    )
    tally = TallyUpdated(round="r", unit="u", question="thu-tuc", origin="outside", score="1", out_of="2")
    found = FindingsChange((1, 1), (points_found("1.1", "54"), points_found("3.1", "1"), points_found("7.3", "1")))
    score = index(known, WITHOUT_PROCEDURES, found, TallyChange((1, 1), tally))
    assert (score.points, score.maximum) == (points, maximum)
    assert [line.causes for line in score.lines] == [["assessment/1"], [], [], [], [], []]


def test_the_committee_for_ethnic_affairs_of_thanh_hoa_2023_has_its_percentage_of_84_points() -> None:
    known = a_set(
        area("1", {"1.1": ("84", EnteredPoints())}), area("2", {"2.1": ("16", EnteredPoints())})
    )  # 68.32 points = 81.33 %
    score = index(known, ("2",), FindingsChange((1, 1), (points_found("1.1", "68.32"),)))
    assert (score.points, score.maximum) == ("68.32", "84")
    assert score.index == "244/3"  # 81.33
