from typing import Any

import pytest
from tests.assessment.sheets import ROUND, UNIT, terms_in

from assessment.assigning.checks import criteria_under
from assessment.assigning.commands import AssignCriteria
from assessment.assigning.decisions import assigning
from assessment.assigning.refusals import AssignmentsInvalidError
from assessment.assigning.state import AssignmentLine
from assessment.self_scoring.events import CriterionAssigned
from parindex.contracts.criteria import CriteriaSet
from parindex.refusal import Place
from parindex.testing.rules import Rules

ASSIGNMENTS = Rules(assigning)
PEOPLE = frozenset({"lan", "minh"})


@pytest.fixture
def assign(ca_mau: CriteriaSet) -> Any:
    """Makes a command of lines, each with its place."""
    terms = terms_in(ca_mau)

    def command(*lines: tuple[str, str]) -> AssignCriteria:
        assignments = [AssignmentLine(code, to, f"/{index}") for index, (code, to) in enumerate(lines)]
        return AssignCriteria(terms, assignments, criteria_under(ca_mau, terms), PEOPLE)

    return command


def assigned(criterion: str, to: str) -> CriterionAssigned:
    return CriterionAssigned(ROUND, UNIT, criterion, to)


def test_several_criteria_are_assigned_at_once_and_the_last_assignment_counts(assign: Any) -> None:
    after = ASSIGNMENTS.after(assign(("1.1.1", "lan"), ("1.3", "minh")))
    assert after.history == (assigned("1.1.1", "lan"), assigned("1.3", "minh"))
    assert after.when(assign(("1.3", "lan"))) == (assigned("1.3", "lan"),)


def test_an_area_stands_for_its_self_scored_criteria_in_the_order_of_the_set(assign: Any) -> None:
    of_1_1 = tuple(assigned(f"1.1.{number}", "lan") for number in range(1, 5))
    assert ASSIGNMENTS.when(assign(("1.1", "lan"))) == of_1_1
    others = (assigned("1.2.1", "lan"), assigned("1.2.2", "lan"), assigned("1.3", "lan"))
    assert ASSIGNMENTS.when(assign(("1", "lan"))) == (*of_1_1, *others)


def test_what_is_assigned_already_is_no_new_event(assign: Any) -> None:
    given = ASSIGNMENTS.given(assigned("1.2.1", "lan"))
    assert given.when(assign(("1.2", "lan"))) == (assigned("1.2.2", "lan"),)
    assert given.when(assign(("1.2.1", "lan"), ("1.2.1", "lan"))) == ()


def test_an_assignment_is_taken_back_and_then_there_is_none(assign: Any) -> None:
    given = ASSIGNMENTS.given(assigned("1.2.1", "lan"), assigned("1.2.2", "minh"))
    after = given.after(assign(("1.2", "")))
    assert after.history[-2:] == (assigned("1.2.1", ""), assigned("1.2.2", ""))
    assert after.state.persons == {}
    assert ASSIGNMENTS.when(assign(("1", ""))) == ()


def test_a_person_who_left_does_not_keep_an_assignment_from_being_taken_back(assign: Any) -> None:
    assert ASSIGNMENTS.given(assigned("1.3", "gone")).when(assign(("1.3", ""))) == (assigned("1.3", ""),)


def test_every_mistake_is_reported_at_once_and_nothing_is_assigned(assign: Any) -> None:
    with pytest.raises(AssignmentsInvalidError) as refused:
        ASSIGNMENTS.when(
            assign(
                ("1.1", "lan"), ("9", "minh"), ("2.1", "minh"), ("2", "minh"), ("1.3", "somebody"), ("1.1.2", "minh")
            )
        )
    assert [place.at for place in refused.value.places] == [
        "/1/criterion",
        "/2/criterion",
        "/3/criterion",
        "/4/to",
        "/5/criterion",
    ]
    assert refused.value.places[-1] == Place(
        "/5/criterion", "Tiêu chí 1.1.2 được giao cho hai người.", "Criterion 1.1.2 is assigned to two persons."
    )


def test_a_criterion_and_its_area_may_be_named_together_for_one_person(assign: Any) -> None:
    assert len(ASSIGNMENTS.when(assign(("1.2", "lan"), ("1.2.1", "lan")))) == 2
    with pytest.raises(AssignmentsInvalidError):
        ASSIGNMENTS.when(assign(("1.2", "lan"), ("1.2.1", "")))


def test_the_criteria_of_a_row_are_those_that_the_unit_scores(ca_mau: CriteriaSet) -> None:
    under = criteria_under(ca_mau, terms_in(ca_mau))
    assert (under["1.2"], under["1.3"], under["2"], under["2.1"]) == (["1.2.1", "1.2.2"], ["1.3"], [], [])
