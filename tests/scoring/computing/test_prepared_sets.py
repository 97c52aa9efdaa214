import pytest

from parindex.contracts.assessment import Block
from parindex.contracts.criteria import CriteriaSet, Criterion, EnteredPoints, Level
from parindex.contracts.uncomputable import FigureUnreadableError
from parindex.testing.rules import Rules
from scoring.computing.commands import NeedSet, PrepareRound, PrepareSet
from scoring.computing.decisions import preparing_rounds, preparing_sets
from scoring.computing.events import RoundPrepared, SetNeeded, SetPrepared
from scoring.computing.prepared_sets import prepare, prepared_from


def test_a_set_is_kept_without_its_legal_texts(criteria_set: CriteriaSet) -> None:
    (fact,) = Rules(preparing_sets).when(PrepareSet(criteria_set, "d"))
    assert isinstance(fact, SetPrepared)
    assert {(row.rule_text, row.reference, row.evidence_required) for row in fact.criteria_set.criteria} == {
        ("", "", False)
    }
    assert prepare(fact.criteria_set) == prepare(criteria_set)


def test_a_set_is_prepared_once(criteria_set: CriteriaSet) -> None:
    command = PrepareSet(criteria_set, "d")
    assert Rules(preparing_sets).after(command).when(command) == ()


def test_a_set_remembers_the_rounds_that_need_it_before_it_is_known(criteria_set: CriteriaSet) -> None:
    rules = (
        Rules(preparing_sets)
        .after(NeedSet("set-1", "r1"))
        .after(PrepareSet(criteria_set, "d"))
        .after(NeedSet("set-1", "r2"))
    )
    assert rules.state.rounds == ("r1", "r2")
    assert prepared_from(rules.state.raw) == prepare(criteria_set)
    assert rules.when(NeedSet("set-1", "r1")) == ()
    assert Rules(preparing_sets).when(NeedSet("set-1", "r1")) == (SetNeeded("set-1", "r1"),)


def test_a_set_that_cannot_be_computed_with_is_not_known() -> None:
    row = Criterion(code="1", name="", level=Level.AREA, maximum="ten", rule=EnteredPoints())
    with pytest.raises(FigureUnreadableError):
        Rules(preparing_sets).when(PrepareSet(CriteriaSet(code="s", title="", reference="", criteria=[row]), "d"))


def test_a_round_is_prepared_once() -> None:
    command = PrepareRound("r", 2025, "H09", (Block(code="b", name="Khối", criteria_set="set-1", units=[]),))
    assert Rules(preparing_rounds).when(command) == (RoundPrepared("r", 2025, "H09", command.blocks),)
    assert Rules(preparing_rounds).after(command).when(command) == ()
