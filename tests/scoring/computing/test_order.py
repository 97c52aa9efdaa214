"""Incremental equals batch, exactly, for every kind of rule, in any order, with any repeats and messages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from parindex.contracts.assessment import Claim, Figure, Finding
from parindex.contracts.criteria import CriteriaSet, NormalisedToBest, NotApplicable, Rule
from parindex.contracts.formula import Counted, compared_value, points_of
from parindex.contracts.survey import OptionCount, TallyUpdated
from parindex.contracts.uncomputable import UncomputableError
from parindex.eventstore.appending import Append, Decided, StreamHead
from parindex.numbers import to_wire
from parindex.testing.memory_log import METADATA, MemoryLog
from scoring.computing.commands import ComputeIndex
from scoring.computing.comparing import compute_block
from scoring.computing.decisions import compute
from scoring.computing.events import IndexComputed
from scoring.computing.prepared_sets import Leaf, prepare
from scoring.computing.state import (
    UNIT_CODEC,
    Assignment,
    Change,
    ClaimsChange,
    FindingsChange,
    TallyChange,
    UnitState,
    index_stream,
    read_unit,
)
from scoring.service import SERVICE

pytestmark = pytest.mark.slow

SetWith = Callable[[NotApplicable], CriteriaSet]
SMALL = st.integers(0, 12)
OUTCOME = st.sampled_from(["on_time", "late", "never"])
YES_OR_NO = st.sampled_from(["yes", "no"])
FIGURES: dict[str, st.SearchStrategy[dict[str, str]]] = {  # right ones and wrong ones
    "1.1": st.fixed_dictionaries({"points": st.decimals(0, "2.5", places=2).map(str)}),
    "1.2": st.fixed_dictionaries({"answer": st.sampled_from(["yes", "no", "perhaps"])}),
    "1.3": st.fixed_dictionaries({"outcome": st.sampled_from(["on_time", "late", "never"])}),
    "1.4": st.one_of(
        st.fixed_dictionaries({"value": st.sampled_from(["69.999", "70", "90", "90.0000001", ""])}),
        st.fixed_dictionaries({"done": SMALL.map(str), "planned": SMALL.map(str)}),
    ),
    "2.1": st.fixed_dictionaries({"level": st.sampled_from(["good", "bad", "ugly"])}),
    "2.2": st.fixed_dictionaries({"done": SMALL.map(str), "planned": SMALL.map(str)}),
    "3.1": st.fixed_dictionaries({"q1": OUTCOME, "q2": OUTCOME}),
    "3.2": st.fixed_dictionaries({"count": st.sampled_from(["0", "3", "4", "9", "1.5", "-1"])}),
    "3.3": st.fixed_dictionaries({"a": YES_OR_NO, "b": YES_OR_NO}),
    "3.4": st.fixed_dictionaries({"a": SMALL.map(str), "b": SMALL.map(str)}),
    "3.5": st.fixed_dictionaries({"a": SMALL.map(str), "b": SMALL.map(str)}),
    "3.6": st.fixed_dictionaries({"a": SMALL.map(str)}),
    "3.7": st.fixed_dictionaries(
        {"value": st.sampled_from(["0", "83.25", "100", "101"]), "as_of": st.just("2026-01-31")}
    ),
    "3.8": st.one_of(
        st.fixed_dictionaries({"value": st.sampled_from(["0", "2.5", "7", "-1"])}),
        st.fixed_dictionaries({"done": SMALL.map(str), "planned": SMALL.map(str)}),
    ),
    "9.9": st.just({"points": "1"}),  # the set knows no such criterion
}
SURVEYED = ("2.3", "2.4", "2.5")
APPLICABLE = st.sampled_from([True, True, True, False])


@st.composite
def claims(draw: st.DrawFn) -> tuple[Claim, ...]:
    codes = draw(st.lists(st.sampled_from(sorted(FIGURES)), unique=True))
    return tuple(
        Claim(criterion=code, figures=named(draw(FIGURES[code])), applicable=draw(APPLICABLE)) for code in codes
    )


@st.composite
def findings(draw: st.DrawFn) -> tuple[Finding, ...]:
    found = [
        Finding(
            criterion=claim.criterion,
            figures=claim.figures,
            applicable=claim.applicable,
            points=draw(st.sampled_from(["", "", "0.5"])),
        )
        for claim in draw(claims())
    ]
    excused = draw(st.lists(st.sampled_from(SURVEYED), unique=True, max_size=1))
    return (*found, *(Finding(criterion=code, applicable=False) for code in excused))


@st.composite
def tallies(draw: st.DrawFn) -> TallyUpdated:
    question, group = draw(st.sampled_from(["q1", "q1", "q2", "q3"])), draw(st.sampled_from(["", "firm", "citizen"]))
    counts = [OptionCount(option=option, count=draw(SMALL)) for option in ("1", "5")]
    if question == "q2" or draw(st.integers(0, 4)) == 0:
        score, out_of = str(draw(SMALL)), str(draw(st.integers(7, 13)))
        return TallyUpdated(
            round="r", unit="u", question=question, group=group, origin="outside", score=score, out_of=out_of
        )
    return TallyUpdated(round="r", unit="u", question=question, group=group, counts=counts)


def named(figures: Mapping[str, str]) -> list[Figure]:
    return [Figure(name=name, value=value) for name, value in figures.items()]


@dataclass(frozen=True)
class Story:
    """What the two sources said, each in its order, and one way in which it arrived, in messages."""

    said: Sequence[Change]
    messages: Sequence[
        tuple[Sequence[Change], bool]
    ]  # the changes, and whether the unit's assignment was known by then


@st.composite
def stories(draw: st.DrawFn) -> Story:
    made, found = st.one_of(st.just(()), claims()), findings()
    assessment: list[Change] = [
        ClaimsChange((1, position), draw(made)) if draw(st.booleans()) else FindingsChange((1, position), draw(found))
        for position in range(1, draw(st.integers(1, 5)))
    ]
    survey: list[Change] = [
        TallyChange((1, position), tally) for position, tally in enumerate(draw(st.lists(tallies(), max_size=6)), 1)
    ]
    return Story([*assessment, *survey], draw(arrivals(assessment, survey)))


@st.composite
def arrivals(
    draw: st.DrawFn, assessment: Sequence[Change], survey: Sequence[Change]
) -> Sequence[tuple[Sequence[Change], bool]]:
    left = {"assessment": list(assessment), "survey": list(survey)}
    arrived: list[tuple[Sequence[Change], bool]] = []
    known = False
    while any(left.values()):
        source = draw(st.sampled_from([source for source, changes in left.items() if changes]))
        size = draw(st.integers(1, len(left[source])))
        message, left[source] = left[source][:size], left[source][size:]
        known = known or draw(st.booleans())
        arrived.append((message, known))
        if draw(st.booleans()):
            arrived.append((draw(st.sampled_from(arrived))[0], known))  # a whole message again, perhaps an old one
    return [*arrived, ((), True)]


@settings(max_examples=120)
@given(story=stories(), not_applicable=st.sampled_from(NotApplicable))
def test_the_order_of_arrival_never_matters(every_kind: SetWith, story: Story, not_applicable: NotApplicable) -> None:
    assignment = Assignment("district", prepare(every_kind(not_applicable)))
    state = UnitState()
    for changes, known in story.messages:
        state = alone(ComputeIndex("r", "u", tuple(changes), assignment if known else None), state)[1]
    score = state.score
    assert score is not None
    expected = batch(every_kind(not_applicable), story.said)
    assert {
        line.criterion: (line.points, line.maximum, line.claimed, line.fault) for line in score.lines
    } == expected.lines
    totals = (score.appraisal, score.survey, score.points, score.maximum, score.index)
    assert totals == tuple(map(to_wire, expected.totals))


@settings(max_examples=40)
@given(story=stories())
def test_two_arrivals_of_one_story_end_in_the_same_fact(every_kind: SetWith, story: Story) -> None:
    assignment = Assignment("district", prepare(every_kind(NotApplicable.RESCALE)))
    whole = alone(ComputeIndex("r", "u", tuple(story.said), assignment), UnitState())[1].score
    state = UnitState()
    for changes, known in story.messages:
        state = alone(ComputeIndex("r", "u", tuple(changes), assignment if known else None), state)[1]
    assert state.score == whole


def test_every_kind_of_rule_is_among_them(every_kind: SetWith) -> None:
    assert {type(leaf.rule) for leaf in prepare(every_kind(NotApplicable.RESCALE)).leaves} == set(get_args(Rule))


def alone(command: ComputeIndex, state: UnitState) -> tuple[Sequence[IndexComputed], UnitState]:
    """Compute a unit that is its whole block."""
    if command.assignment is None:
        return compute(command, state)
    return compute_block({"u": command}, {"u": state}, command.assignment.criteria_set).get("u", ((), state))


class Arrivals(RuleBasedStateMachine):
    """What two sources said arrives at a unit's stream in any order at all, again and again, its set known or not."""

    criteria_set: ClassVar[CriteriaSet]

    def __init__(self) -> None:
        super().__init__()
        self.assignment = Assignment("district", prepare(self.criteria_set))
        self.memory_log = MemoryLog("scoring", SERVICE.types)
        self.stream = index_stream("r", "u")
        self.said: list[Change] = []
        self.arrived: set[int] = set()
        self.known = False

    @rule(made=st.one_of(st.just(()), claims()), found=findings(), claimed=st.booleans())
    def assessment_says(self, made: tuple[Claim, ...], found: tuple[Finding, ...], *, claimed: bool) -> None:
        at = (1 + len(self.said) // 4, 1 + len(self.said) % 4)  # its database is restored from a copy now and then
        self.said.append(ClaimsChange(at, made) if claimed else FindingsChange(at, found))

    @rule(tally=tallies())
    def survey_says(self, tally: TallyUpdated) -> None:
        self.said.append(TallyChange((1, len(self.said) + 1), tally))

    @precondition(lambda self: self.said)
    @rule(data=st.data(), with_assignment=st.booleans())
    def some_of_it_arrives(self, data: st.DataObject, *, with_assignment: bool) -> None:
        chosen = data.draw(st.lists(st.integers(0, len(self.said) - 1), max_size=4), "arriving")
        self.known = self.known or with_assignment
        self.arrived |= set(chosen)
        self.arrive([self.said[at] for at in chosen])

    def arrive(self, changes: Sequence[Change]) -> None:
        command = ComputeIndex("r", "u", tuple(changes), self.assignment if self.known else None)

        def decide(head: StreamHead) -> Decided:
            facts, state = alone(command, read_unit(head))
            return Decided(facts, UNIT_CODEC.write(state))

        self.memory_log.append(Append(self.stream, METADATA, decide))

    @rule()
    def nothing_new_arrives(self) -> None:
        before = self.memory_log.position
        self.arrive([self.said[at] for at in self.arrived])
        assert (
            self.memory_log.position == before or len(self.memory_log.facts(self.stream)) == 1
        )  # the set was not known yet

    @invariant()
    def the_index_is_what_all_at_once_would_give(self) -> None:
        state = read_unit(self.memory_log.head(self.stream))
        assert state.score == next(reversed(self.memory_log.facts(self.stream)), None)
        if state.score is None:
            return
        arrived = [self.said[at] for at in sorted(self.arrived)]
        assert state == alone(ComputeIndex("r", "u", tuple(arrived), self.assignment), UnitState())[1]
        expected, score = batch(self.criteria_set, arrived), state.score
        lines = {line.criterion: (line.points, line.maximum, line.claimed, line.fault) for line in score.lines}
        assert lines == expected.lines
        totals = (score.appraisal, score.survey, score.points, score.maximum, score.index)
        assert totals == tuple(map(to_wire, expected.totals))

    @invariant()
    def an_unchanged_index_is_not_published_again(self) -> None:
        published = self.memory_log.facts(self.stream)
        assert all(one != other for one, other in pairwise(published))


def test_the_index_is_exact_in_any_order_and_any_number_of_times(every_kind: SetWith) -> None:
    for not_applicable in NotApplicable:

        class UnderThisConvention(Arrivals):
            criteria_set = every_kind(not_applicable)

        machine = settings(max_examples=30, stateful_step_count=20)
        run_state_machine_as_test(UnderThisConvention, settings=machine)


@dataclass(frozen=True)
class Expected:
    lines: dict[str, tuple[str, str, str, str]]
    totals: tuple[Fraction, ...]


def batch(criteria_set: CriteriaSet, said: Sequence[Change], others: Sequence[Fraction] = ()) -> Expected:
    """Score everything at once, from the last word of each source, with nothing of the incremental rules.

    `others` has the values of the other units of the block that are compared with this one's.
    """
    made = next((changes.claims for changes in reversed(said) if isinstance(changes, ClaimsChange)), ())
    found = next((changes.findings for changes in reversed(said) if isinstance(changes, FindingsChange)), None)
    tallies = {(n.tally.question, n.tally.group, n.tally.origin): n.tally for n in said if isinstance(n, TallyChange)}
    full_marks = criteria_set.not_applicable is NotApplicable.FULL_MARKS
    lines = {}
    parts = {"appraisal": Fraction(0), "survey": Fraction(0)}
    maximum = Fraction(0)
    for leaf in prepare(criteria_set).leaves:
        finding = next((each for each in found or () if each.criterion == leaf.code), None)
        claim = next((each for each in made if each.criterion == leaf.code), None)
        points, fault = judged(leaf, finding, list(tallies.values()), others, full_marks=full_marks)
        left = leaf.maximum if full_marks or finding is None or finding.applicable else Fraction(0)
        parts[leaf.part] += points or 0
        maximum += left
        shown = "" if points is None else to_wire(points)
        lines[leaf.code] = shown, to_wire(left), shown_claim(leaf, claim, full_marks=full_marks), fault
    if any(finding.criterion == "9.9" for finding in found or ()):
        lines["9.9"] = "", "0", "", "criterion-unknown"
    total = parts["appraisal"] + parts["survey"]
    index = total / maximum * 100 if maximum else Fraction(0)
    return Expected(lines, (parts["appraisal"], parts["survey"], total, maximum, index))


def judged(
    leaf: Leaf,
    finding: Finding | None,
    tallies: Sequence[TallyUpdated],
    others: Sequence[Fraction],
    *,
    full_marks: bool,
) -> tuple[Fraction | None, str]:
    if finding is not None and not finding.applicable:
        return (leaf.maximum if full_marks else Fraction(0)), ""
    if leaf.part == "appraisal" and finding is None:
        return None, ""
    if finding is not None and finding.points:
        return Fraction(finding.points), ""
    try:
        compared = isinstance(leaf.rule, NormalisedToBest)
        best = max([compared_value(plain(finding)), *others]) if compared else None
    except UncomputableError as error:
        return None, error.fault
    group = getattr(leaf.rule, "group", "")
    asked = [t for t in tallies if t.question == getattr(leaf.rule, "question", "") and group in ("", t.group)]
    counted = [Counted({c.option: c.count for c in t.counts}, t.score, t.out_of) for t in asked]
    try:
        return points_of(leaf.rule, leaf.maximum, plain(finding), counted, best), ""
    except UncomputableError as error:
        return None, error.fault


def shown_claim(leaf: Leaf, claim: Claim | None, *, full_marks: bool) -> str:
    if claim is None or leaf.part == "survey":
        return ""
    if not claim.applicable:
        return to_wire(leaf.maximum) if full_marks else ""
    try:
        points = points_of(leaf.rule, leaf.maximum, plain(claim))
    except UncomputableError:
        return ""
    return to_wire(points) if points is not None else ""


def plain(said: Claim | Finding | None) -> dict[str, str]:
    return {figure.name: figure.value for figure in said.figures} if said else {}
