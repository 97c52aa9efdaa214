"""A round is settled when all events before the closings are in the scores, and not before."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.formula import FORMULA
from parindex.contracts.scoring import IndexComputed, ScoreLine, SourcePosition
from parindex.contracts.scoring_digest import digest_of
from parindex.testing.rules import Rules
from scoring.computing.events import RoundPrepared
from scoring.computing.state import RoundState
from scoring.settling.commands import ListRound, SeeClosing, SeeReopening, SettleRound
from scoring.settling.decisions import RoundCommand, blockers, list_round, score_blockers, settling
from scoring.settling.events import ClosingSeen, ReopeningSeen, RoundSettled
from scoring.settling.state import RoundFact

PARTITIONS = 3
PREPARED = RoundPrepared(
    "r", 2025, "H09", (Block(code="b", name="Khối", criteria_set="s", units=[RoundUnit(code="H09.1", name="Một")]),)
)
SCORE = IndexComputed(
    round="r", unit="H09.1", block="b", criteria_set="s", appraisal="1", survey="0", points="1", maximum="2",
    index="50",
    lines=[ScoreLine(criterion="1", part="appraisal", maximum="2", points="1", causes=["assessment/17"])],
)  # fmt: skip
SETTLE = SettleRound("r", PARTITIONS, 0, True, (("H09.1", SCORE),))
OPENED: Rules[RoundCommand, RoundState, RoundFact] = Rules(settling).given(PREPARED)


def closing(source: str, partition: int, number: int = 1) -> SeeClosing:
    return SeeClosing("r", source, partition, number, (1, 10 * number), "5a" * 32)


def reopening(partition: int, number: int = 1) -> SeeReopening:
    return SeeReopening("r", "assessment", partition, number)


def settled(number: int, *vector: SourcePosition) -> RoundSettled:
    return RoundSettled("r", number, vector, digest_of([SCORE]), FORMULA)


def at(source: str, number: int = 1) -> SourcePosition:
    return SourcePosition(source=source, epoch=1, position=10 * number, closing=number, entry_sha256="5a" * 32)


CLOSINGS = [closing(source, k) for source in ("assessment", "survey") for k in range(PARTITIONS)]


@given(order=st.permutations(CLOSINGS))
def test_a_round_settles_with_the_last_closing_in_whatever_order_they_come(order: list[SeeClosing]) -> None:
    rules = OPENED
    for seen in order[:-1]:
        rules = rules.after(seen)
        assert rules.when(SETTLE) == ()
    assert rules.after(order[-1]).when(SETTLE) == (settled(1, at("assessment"), at("survey")),)


@st.composite
def reclosings(draw: st.DrawFn) -> list[SeeClosing | SeeReopening]:
    """Closed, reopened and closed again, in order within each partition, in any order between them."""
    left: dict[int, list[SeeClosing | SeeReopening]]
    left = {k: [closing("assessment", k), reopening(k), closing("assessment", k, 2)] for k in range(PARTITIONS)}
    left |= {10 + k: [closing("survey", k)] for k in range(PARTITIONS)}
    order: list[SeeClosing | SeeReopening] = []
    while left:
        subscription = draw(st.sampled_from(sorted(left)))
        order.append(left[subscription].pop(0))
        left = {key: rest for key, rest in left.items() if rest}
    return order


@given(order=reclosings())
def test_a_reopened_round_settles_anew_in_every_interleaving(order: list[SeeClosing | SeeReopening]) -> None:
    rules = OPENED
    facts: list[RoundFact] = []
    for done, seen in enumerate(order, start=1):
        rules = rules.after(seen)
        if found := rules.when(SETTLE):
            assert done == len(order) or set(order[:done]) == set(CLOSINGS)  # all closed, and none reopened
            facts += found
            rules = rules.given(*found)
    assert facts[-1] == settled(2, at("assessment", 2), at("survey"))
    assert len(facts) <= 2


@given(order=st.permutations(CLOSINGS), again=st.lists(st.sampled_from(CLOSINGS), max_size=5))
def test_a_round_is_settled_once_however_often_its_closings_come(
    order: list[SeeClosing], again: list[SeeClosing]
) -> None:
    rules = OPENED
    for seen in order:
        rules = rules.after(seen)
    rules = rules.after(SETTLE)
    for seen in again:
        assert rules.when(seen) == ()
    assert rules.when(SETTLE) == ()


def all_closed() -> Rules[RoundCommand, RoundState, RoundFact]:
    rules = OPENED
    for seen in CLOSINGS:
        rules = rules.after(seen)
    return rules


@pytest.mark.parametrize(
    ("settle", "code", "named"),
    [
        (replace(SETTLE, parked=7), "parked", "7 messages"),
        (replace(SETTLE, survey=None), "set-unknown", "criteria set"),
        (replace(SETTLE, scores=(("H09.1", None),)), "not-computed", "index of H09.1"),
    ],
)
def test_a_round_is_not_settled_while_something_is_missing(settle: SettleRound, code: str, named: str) -> None:
    rules = all_closed()
    assert rules.when(settle) == ()
    scored = {unit: score.lines if score else None for unit, score in settle.scores}
    missing = [*blockers(rules.state, PARTITIONS, settle.parked, survey=settle.survey), *score_blockers(scored)]
    assert [blocker.code for blocker in missing] == [code]
    assert named in missing[0].en


def test_a_fault_keeps_a_round_from_being_settled() -> None:
    line = ScoreLine(criterion="2.2", part="appraisal", maximum="3", fault="nothing-planned")
    score = IndexComputed(
        round="r", unit="H09.1", block="b", criteria_set="s", appraisal="0", survey="0", points="0", maximum="3",
        index="0", lines=[line],
    )  # fmt: skip
    assert all_closed().when(replace(SETTLE, scores=(("H09.1", score),))) == ()
    assert "H09.1, tiêu chí 2.2" in score_blockers({"H09.1": [line]})[0].vi


def test_a_round_that_is_not_known_is_not_settled() -> None:
    rules: Rules[RoundCommand, RoundState, RoundFact] = Rules(settling)
    for seen in CLOSINGS:
        rules = rules.after(seen)
    assert rules.when(SETTLE) == ()
    assert rules.given(PREPARED).when(SETTLE) != ()


def test_without_survey_points_no_tally_has_to_be_closed() -> None:
    rules = OPENED
    for seen in CLOSINGS[:PARTITIONS]:
        rules = rules.after(seen)
    assert rules.when(replace(SETTLE, survey=False)) == (settled(1, at("assessment")),)


def test_each_partition_records_the_closings_and_reopenings_that_it_received() -> None:
    assert OPENED.when(closing("survey", 2)) == (ClosingSeen("r", "survey", 2, 1, 1, 10, "5a" * 32),)
    assert OPENED.when(reopening(2)) == (ReopeningSeen("r", "assessment", 2, 1),)
    assert OPENED.after(reopening(2)).when(reopening(2)) == ()


def test_a_round_is_in_the_list_of_waiting_rounds_once_and_in_order_until_it_waits_no_more() -> None:
    waiting = ["r-1", "r-3"]
    assert list_round(ListRound("r-2", waits=True), waiting) == ((), ["r-1", "r-2", "r-3"])
    assert list_round(ListRound("r-1", waits=False), waiting) == ((), ["r-3"])
    for unchanged in (ListRound("r-1", waits=True), ListRound("r-2", waits=False)):
        assert list_round(unchanged, waiting)[1] is waiting


def test_each_blocker_is_named_in_both_languages() -> None:
    state = OPENED.after(closing("assessment", 0)).state
    missing = blockers(state, PARTITIONS, 2, survey=True)
    assert [blocker.code for blocker in missing] == ["assessment-not-closed", "survey-not-closed", "parked"]
    assert "2 of 3 parts" in missing[0].en
    assert "còn thiếu 2/3 phần" in missing[0].vi
