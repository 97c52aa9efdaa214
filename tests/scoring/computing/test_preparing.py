import pytest

from parindex.contracts.criteria import CriteriaSet, Criterion, EnteredPoints, Level
from parindex.testing.rules import Rules
from scoring.computing.commands import NeedSet, PrepareSet
from scoring.computing.events import SetNeeded, SetPrepared
from scoring.computing.faults import FigureUnreadableError
from scoring.computing.leaves import leaves_in, leaves_of
from scoring.computing.streams import SET


def test_a_set_is_kept_without_its_legal_texts(criteria_set: CriteriaSet) -> None:
    (fact,) = Rules(SET).when(PrepareSet(criteria_set, "d"))
    assert isinstance(fact, SetPrepared)
    assert {(row.rule_text, row.reference, row.evidence_required) for row in fact.criteria_set.criteria} == {
        ("", "", False)
    }
    assert leaves_of(fact.criteria_set) == leaves_of(criteria_set)


def test_a_set_is_prepared_once(criteria_set: CriteriaSet) -> None:
    command = PrepareSet(criteria_set, "d")
    assert Rules(SET).after(command).when(command) == ()


def test_a_set_remembers_the_rounds_that_need_it_before_it_is_known(criteria_set: CriteriaSet) -> None:
    rules = Rules(SET).after(NeedSet("set-1", "r1")).after(PrepareSet(criteria_set, "d")).after(NeedSet("set-1", "r2"))
    assert rules.state.rounds == ("r1", "r2")
    assert leaves_in(rules.state.raw) == leaves_of(criteria_set)
    assert rules.when(NeedSet("set-1", "r1")) == ()
    assert Rules(SET).when(NeedSet("set-1", "r1")) == (SetNeeded("set-1", "r1"),)


def test_a_set_that_cannot_be_computed_with_is_not_known() -> None:
    row = Criterion(code="1", name="", level=Level.AREA, maximum="ten", rule=EnteredPoints())
    with pytest.raises(FigureUnreadableError):
        Rules(SET).when(PrepareSet(CriteriaSet(code="s", title="", reference="", criteria=[row]), "d"))
