"""One unit's index: what counts, what only shows, and that no order of arrival matters."""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import msgspec
import pytest

from parindex.canonical import canonical
from parindex.contracts.assessment import Block, Claim, Figure, Finding, RoundUnit
from parindex.contracts.criteria import CriteriaSet, NotApplicable
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.survey import OptionCount, TallyUpdated
from parindex.contracts.uncomputable import FigureUnreadableError
from parindex.eventstore.entries import LARGEST
from parindex.testing.rules import Rules
from scoring.computing.commands import ComputeIndex, NeedSet, PrepareRound, PrepareSet
from scoring.computing.decisions import compute, preparing_rounds, preparing_sets, record_and_compute
from scoring.computing.events import (
    ClaimsReceived,
    FindingsReceived,
    IndexComputed,
    RoundPrepared,
    SetNeeded,
    SetPrepared,
    TallyReceived,
)
from scoring.computing.prepared_sets import prepare, slim
from scoring.computing.refusals import ScoredBySurveyError
from scoring.computing.state import (
    Assignment,
    Change,
    ClaimsChange,
    FindingsChange,
    RoundState,
    SetState,
    TallyChange,
    UnitState,
)

SetWith = Callable[[NotApplicable], CriteriaSet]


def figures(**named: str) -> list[Figure]:
    return [Figure(name=name, value=value) for name, value in named.items()]


def finding(criterion: str, **named: str) -> Finding:
    return Finding(criterion=criterion, figures=figures(**named))


def tally(question: str, group: str = "", **counts: int) -> TallyUpdated:
    counted = [OptionCount(option=option.removeprefix("o"), count=count) for option, count in counts.items()]
    return TallyUpdated(round="r", unit="H09.05", question=question, group=group, counts=counted)


def command(criteria_set: CriteriaSet | None, *changes: Change) -> ComputeIndex:
    return ComputeIndex("r", "H09.05", changes, Assignment("district", prepare(criteria_set)) if criteria_set else None)


def computed(criteria_set: CriteriaSet, *changes: Change) -> IndexComputed:
    """The index after all this came in one message."""
    facts, _ = compute(command(criteria_set, *changes), UnitState())
    return facts[0]


def line(score: IndexComputed, criterion: str) -> ScoreLine:
    return next(line for line in score.lines if line.criterion == criterion)


def after(commands: Sequence[ComputeIndex]) -> UnitState:
    return reduce(lambda state, each: compute(each, state)[1], commands, UnitState())


def test_a_unit_begins_with_nothing_of_the_whole_maximum(criteria_set: CriteriaSet) -> None:
    score = computed(criteria_set)
    assert (score.points, score.maximum, score.index, score.claimed_from) == ("0", "26", "0", "")
    assert (score.round, score.unit, score.block, score.criteria_set) == ("r", "H09.05", "district", "set-1")
    assert all(not line.points and not line.causes for line in score.lines)


def test_findings_count_and_name_the_entry_that_they_come_from(criteria_set: CriteriaSet) -> None:
    score = computed(criteria_set, FindingsChange((1, 17), (finding("1.1", points="1.5"), finding("1.4", value="90"))))
    assert line(score, "1.1") == ScoreLine(
        criterion="1.1", part="appraisal", maximum="2", points="1.5", causes=["assessment/17"]
    )
    assert (score.appraisal, score.survey, score.points, score.index) == ("2.5", "0", "2.5", "125/13")


def test_points_that_the_appraiser_set_go_before_figures(criteria_set: CriteriaSet) -> None:
    found = Finding(criterion="1.4", figures=figures(value="95"), points="1.25", corrected=True)
    assert line(computed(criteria_set, FindingsChange((1, 17), (found,))), "1.4").points == "1.25"


def test_claims_show_and_count_for_nothing(criteria_set: CriteriaSet) -> None:
    score = computed(criteria_set, ClaimsChange((1, 12), (Claim(criterion="1.2", figures=figures(answer="yes")),)))
    assert line(score, "1.2").claimed == "1"
    assert (line(score, "1.2").points, score.points, score.claimed_from) == ("", "0", "assessment/12")


def test_a_withdrawn_self_score_claims_nothing_any_more(criteria_set: CriteriaSet) -> None:
    claims = ClaimsChange((1, 12), (Claim(criterion="1.2", figures=figures(answer="yes")),))
    score = computed(criteria_set, claims, ClaimsChange((1, 13)))
    assert (line(score, "1.2").claimed, score.claimed_from) == ("", "")


def test_points_of_findings_and_of_tallies_add_up_and_move_by_their_differences(criteria_set: CriteriaSet) -> None:
    first: list[Change] = [
        TallyChange((1, 5), tally("q1", o1=1, o5=3)),
        FindingsChange((1, 17), (finding("1.1", points="1.5"),)),
    ]
    state = after([command(criteria_set, change) for change in first])
    assert state.score is not None
    assert (state.score.appraisal, state.score.survey, state.score.points) == ("1.5", "5.25", "6.75")
    again = after(
        [
            command(criteria_set, *first),
            command(criteria_set, FindingsChange((1, 18), (finding("1.1", points="2"),))),
            command(criteria_set, TallyChange((1, 6), tally("q1", o1=3, o5=1))),
        ]
    ).score
    assert again is not None
    assert (again.appraisal, again.survey, again.points, again.maximum) == ("2", "1.75", "3.75", "26")


def test_claims_and_findings_are_stored_until_they_are_computed(criteria_set: CriteriaSet) -> None:
    changes = ClaimsChange((1, 12), (Claim(criterion="1.1"),)), FindingsChange((1, 17), (finding("1.1", points="2"),))
    waiting = after([command(None, *changes)])
    assert (waiting.claims, waiting.findings) == (changes[0].claims, changes[1].findings)
    computed_then = after([command(None, *changes), command(criteria_set)])
    assert (computed_then.claims, computed_then.findings) == (None, None)


def test_a_second_appraisal_replaces_all_that_the_first_one_found(criteria_set: CriteriaSet) -> None:
    first = FindingsChange((1, 17), (finding("1.1", points="1.5"), finding("1.2", answer="yes")))
    score = computed(criteria_set, first, FindingsChange((1, 29), (finding("1.1", points="1"),)))
    assert (line(score, "1.1").points, line(score, "1.2").points, score.points) == ("1", "", "1")


def test_claims_stay_beside_the_findings(criteria_set: CriteriaSet) -> None:
    state = after(
        [command(criteria_set, ClaimsChange((1, 12), (Claim(criterion="1.1", figures=figures(points="2")),)))]
    )
    facts, _ = compute(command(criteria_set, FindingsChange((1, 17), (finding("1.1", points="1"),))), state)
    assert (line(facts[0], "1.1").claimed, line(facts[0], "1.1").points) == ("2", "1")


def test_claims_show_beside_findings_that_came_first(criteria_set: CriteriaSet) -> None:
    state = after([command(criteria_set, FindingsChange((1, 17), (finding("1.1", points="1"),)))])
    claims = ClaimsChange((1, 12), (Claim(criterion="1.1", figures=figures(points="2")),))
    facts, _ = compute(command(criteria_set, claims), state)
    assert (line(facts[0], "1.1").claimed, line(facts[0], "1.1").points) == ("2", "1")


def test_a_criterion_that_is_not_applicable_leaves_the_maximum(criteria_set: CriteriaSet) -> None:
    none = (Finding(criterion="2.2", applicable=False), Finding(criterion="2.3", applicable=False))
    score = computed(criteria_set, FindingsChange((1, 17), (*none, finding("1.1", points="2"))))
    assert (score.maximum, score.index, line(score, "2.2").points, line(score, "2.3").maximum) == (
        "16",
        "12.5",
        "0",
        "0",
    )


def test_a_criterion_that_is_not_applicable_earns_its_maximum_where_the_set_says_so(set_with: SetWith) -> None:
    full_marks = set_with(NotApplicable.FULL_MARKS)
    score = computed(full_marks, FindingsChange((1, 17), (Finding(criterion="2.2", applicable=False),)))
    assert (score.maximum, score.points, line(score, "2.2").points) == ("26", "3", "3")


def test_a_tally_after_it_was_found_not_applicable_changes_nothing(criteria_set: CriteriaSet) -> None:
    state = after([command(criteria_set, FindingsChange((1, 17), (Finding(criterion="2.3", applicable=False),)))])
    facts, _ = compute(command(criteria_set, TallyChange((1, 5), tally("q1", "firm", o5=3))), state)
    assert (line(facts[0], "2.3").points, line(facts[0], "2.4").points) == ("0", "3")


def test_a_group_counts_where_the_rule_asks_for_it(criteria_set: CriteriaSet) -> None:
    changes = (
        TallyChange((1, 5), tally("q1", "citizen", o1=1, o5=3)),
        TallyChange((1, 6), tally("q1", "firm", o1=1, o5=1)),
    )
    score = computed(criteria_set, *changes)
    assert line(score, "2.3").points == "14/3"  # 7 × 4/6
    assert line(score, "2.4").points == "1.8"  # 3 × (0.2 + 1)/2
    assert line(score, "2.3").causes == ["survey/5", "survey/6"]
    assert line(score, "2.4").causes == ["survey/6"]


def test_the_newest_tally_replaces_the_one_before(criteria_set: CriteriaSet) -> None:
    score = computed(criteria_set, TallyChange((1, 9), tally("q1", o5=3)), TallyChange((1, 5), tally("q1", o1=3)))
    assert (line(score, "2.3").points, line(score, "2.3").causes) == ("7", ["survey/9"])


def test_findings_that_come_first_wait_for_their_set(criteria_set: CriteriaSet) -> None:
    waiting = after([command(None, FindingsChange((1, 17), (finding("1.1", points="2"),)))])
    assert waiting.score is None
    facts, _ = compute(command(criteria_set), waiting)
    assert facts[0].points == "2"


def test_a_tally_that_comes_first_waits_for_its_set(criteria_set: CriteriaSet) -> None:
    waiting = after([command(None, TallyChange((1, 5), tally("q1", o5=3)))])
    facts, _ = compute(command(criteria_set), waiting)
    assert (facts[0].survey, line(facts[0], "2.3").causes) == ("7", ["survey/5"])


@pytest.mark.parametrize(
    "change",
    [
        ClaimsChange((1, 12), (Claim(criterion="1.1", figures=figures(points="2")),)),
        FindingsChange((1, 17), (finding("1.1", points="2"),)),
        TallyChange((1, 5), tally("q1", o5=3)),
    ],
)
def test_the_same_change_again_changes_nothing(criteria_set: CriteriaSet, change: Change) -> None:
    state = after([command(criteria_set, change)])
    facts, same = compute(command(criteria_set, change), state)
    assert facts == ()
    assert same is state


def test_a_tally_that_no_rule_scores_moves_no_index(criteria_set: CriteriaSet) -> None:
    state = after([command(criteria_set)])
    assert compute(command(criteria_set, TallyChange((1, 5), tally("q99", o5=3))), state)[0] == ()


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (finding("2.2", done="0", planned="0"), "nothing-planned"),
        (finding("1.2"), "figure-missing"),
        (Finding(criterion="1.1", points="2.5"), "points-out-of-range"),
        (Finding(criterion="2.3", points="5"), "scored-by-survey"),
        (finding("9.9", points="1"), "criterion-unknown"),
    ],
)
def test_a_finding_that_gives_no_points_is_a_fault_of_its_line(
    criteria_set: CriteriaSet, found: Finding, fault: str
) -> None:
    score = computed(criteria_set, FindingsChange((1, 17), (found, finding("1.3", outcome="late"))))
    assert score.points == "0.5"
    assert (line(score, found.criterion).fault, line(score, found.criterion).points) == (fault, "")
    assert line(score, found.criterion).causes == ["assessment/17"]


def test_a_tally_leaves_a_finding_about_an_unknown_criterion_in_its_place(criteria_set: CriteriaSet) -> None:
    state = after([command(criteria_set, FindingsChange((1, 17), (finding("9.9", points="1"),)))])
    (score,), _ = compute(command(criteria_set, TallyChange((1, 5), tally("q1", o5=3))), state)
    assert (score.survey, score.lines[-1].fault) == ("7", "criterion-unknown")


def test_a_new_appraisal_clears_a_fault(criteria_set: CriteriaSet) -> None:
    wrong = FindingsChange((1, 17), (finding("9.9", points="1"), finding("2.2", done="0", planned="0")))
    score = computed(criteria_set, wrong, FindingsChange((1, 18), (finding("2.2", done="9", planned="10"),)))
    assert [line.fault for line in score.lines if line.fault] == []
    assert score.points == "3"


def test_an_earlier_contract_does_not_undo_a_later_one(criteria_set: CriteriaSet) -> None:
    old = FindingsChange((1, 17), (finding("1.1", points="2"),)), ClaimsChange((1, 12), (Claim(criterion="1.2"),))
    new = FindingsChange((1, 29), (finding("1.1", points="1"),)), ClaimsChange((1, 13))
    state = after([command(criteria_set, *new)])
    assert compute(command(criteria_set, *old), state) == ((), state)


def test_a_position_of_a_later_epoch_is_later(criteria_set: CriteriaSet) -> None:
    changes = (
        FindingsChange((1, 17), (finding("1.1", points="2"),)),
        FindingsChange((2, 3), (finding("1.1", points="1"),)),
    )
    assert computed(criteria_set, *changes).points == "1"


def test_a_tally_of_a_later_epoch_is_later(criteria_set: CriteriaSet) -> None:
    lost, later = TallyChange((1, 50), tally("q1", o5=10)), TallyChange((2, 20), tally("q1", o1=10))
    [line] = [line for line in computed(criteria_set, lost, later).lines if line.criterion == "2.3"]
    assert (line.points, line.causes) == ("0", ["survey/20"])


@pytest.mark.parametrize("given", [{"points": "1"}, {"figures": figures(value="1")}])
def test_a_finding_for_a_criterion_that_a_survey_scores_is_a_fault(
    criteria_set: CriteriaSet, given: dict[str, Any]
) -> None:
    found = FindingsChange((1, 17), (Finding(criterion="2.3", **given),))
    [line] = [line for line in computed(criteria_set, found).lines if line.criterion == "2.3"]
    assert (line.fault, line.points) == (ScoredBySurveyError.fault, "")


def test_a_unit_to_which_nothing_applies_has_no_index_and_no_zero_either(set_with: SetWith) -> None:
    known = set_with(NotApplicable.RESCALE)
    nothing = tuple(Finding(criterion=row.code, applicable=False) for row in known.criteria if row.rule is not None)
    score = computed(known, FindingsChange((1, 17), nothing))
    assert (score.points, score.maximum, score.index) == ("0", "0", "")
    back = compute(
        command(known, FindingsChange((1, 18), ())), after([command(known, FindingsChange((1, 17), nothing))])
    )
    assert back[0][0].index == "0"  # of the whole maximum, again


def test_a_round_is_prepared_once() -> None:
    blocks = (Block(code="b", name="Khối", criteria_set="set-1", units=[RoundUnit(code="H09.05", name="Sở")]),)
    command, prepared = PrepareRound("r", 2025, "H09", blocks), RoundPrepared("r", 2025, "H09", blocks)
    assert Rules(preparing_rounds).when(command) == (prepared,)
    known = Rules(preparing_rounds).given(prepared)
    assert known.state == RoundState(plan=prepared)
    assert known.when(command) == ()


def test_a_set_is_prepared_once_whatever_rounds_need_it(criteria_set: CriteriaSet) -> None:
    command, prepared = PrepareSet(criteria_set, "5e"), SetPrepared(slim(criteria_set), "5e")
    needed = Rules(preparing_sets).given(SetNeeded("set-1", "r-1"))
    assert needed.when(command) == (prepared,)
    known = needed.given(prepared)
    assert known.state == SetState(msgspec.json.encode(slim(criteria_set)), ("r-1",))
    assert known.when(command) == ()


def test_a_set_knows_once_each_round_that_needs_it(criteria_set: CriteriaSet) -> None:
    needed = Rules(preparing_sets).given(SetPrepared(slim(criteria_set), "5e")).after(NeedSet("set-1", "r-1"))
    assert needed.history[1:] == (SetNeeded("set-1", "r-1"),)
    assert needed.when(NeedSet("set-1", "r-1")) == ()
    both = needed.after(NeedSet("set-1", "r-2"))
    assert both.state == SetState(msgspec.json.encode(slim(criteria_set)), ("r-1", "r-2"))


def test_a_set_that_can_not_be_computed_with_is_not_prepared(criteria_set: CriteriaSet) -> None:
    rows = [*criteria_set.criteria[:-1], msgspec.structs.replace(criteria_set.criteria[-1], maximum="much")]
    with pytest.raises(FigureUnreadableError):
        Rules(preparing_sets).when(PrepareSet(msgspec.structs.replace(criteria_set, criteria=rows), "5e"))


def test_what_is_received_is_recorded_once_before_its_index(criteria_set: CriteriaSet) -> None:
    claims = ClaimsChange((1, 12), (Claim(criterion="1.1", figures=figures(points="2")),))
    told = command(criteria_set, claims, TallyChange((1, 5), tally("q1", "firm", o5=3)))
    facts, state = record_and_compute(told, UnitState())
    assert facts[:2] == (
        ClaimsReceived("r", "H09.05", 1, 12, claims.claims),
        TallyReceived("r", "H09.05", 1, 5, "q1", "firm", "kiosk", (OptionCount(option="5", count=3),), "", "", 0),
    )
    assert [type(fact) for fact in facts[2:]] == [IndexComputed]
    assert record_and_compute(told, state) == ((), state)


def test_what_waits_for_its_set_is_recorded_when_it_comes(criteria_set: CriteriaSet) -> None:
    change = FindingsChange((1, 17), (finding("1.1", points="2"),))
    facts, waiting = record_and_compute(command(None, change), UnitState())
    assert facts == (FindingsReceived("r", "H09.05", 1, 17, change.findings),)
    assert [type(fact) for fact in record_and_compute(command(criteria_set), waiting)[0]] == [IndexComputed]


def test_a_tally_that_no_criterion_asks_is_recorded_only_while_the_set_is_not_known(criteria_set: CriteriaSet) -> None:
    unasked, asked = TallyChange((1, 5), tally("q99", o5=3)), TallyChange((1, 6), tally("q1", o5=3))
    waiting_facts, waiting = record_and_compute(command(None, unasked), UnitState())
    assert [type(fact) for fact in waiting_facts] == [TallyReceived]
    facts, state = record_and_compute(command(criteria_set, unasked, asked), UnitState())
    assert [getattr(fact, "question", "") for fact in facts] == ["q1", ""]
    assert state.tallies == (asked, unasked)
    assert record_and_compute(command(criteria_set, asked), waiting)[1] == state
    assert record_and_compute(command(criteria_set, unasked, asked), state) == ((), state)


def test_findings_that_no_entry_holds_are_recorded_in_pieces() -> None:
    found = tuple(finding(f"1.{number}", points="9" * 60) for number in range(2_000))
    recorded, _ = record_and_compute(command(None, FindingsChange((1, 17), found)), UnitState())
    facts = [fact for fact in recorded if isinstance(fact, FindingsReceived)]
    assert len(facts) == len(recorded)
    assert [(fact.piece, fact.pieces) for fact in facts] == [(n, len(facts)) for n in range(1, len(facts) + 1)]
    assert tuple(each for fact in facts for each in fact.findings) == found
    assert len(facts) > 1
    assert max(len(canonical(fact)) for fact in facts) < LARGEST - 5_000
