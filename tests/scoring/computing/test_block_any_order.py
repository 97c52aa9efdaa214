"""A block whose units are compared: incremental equals batch, exactly, in any order, with any repeats and messages."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.scoring.computing.test_order import batch, claims, findings, named, plain, tallies

from parindex.contracts.assessment import Claim, Finding
from parindex.contracts.criteria import CriteriaSet, NotApplicable
from parindex.contracts.formula import compared_value
from parindex.contracts.scoring import ScoreLine
from parindex.contracts.survey import TallyUpdated
from parindex.contracts.uncomputable import UncomputableError
from parindex.eventstore.appending import Append, if_still
from parindex.eventstore.command_handling import decide_at_head
from parindex.numbers import from_wire, to_wire
from parindex.testing.memory_log import METADATA, MemoryLog
from scoring.computing.commands import ComputeIndex
from scoring.computing.comparing import compute_block
from scoring.computing.decisions import computing
from scoring.computing.events import IndexComputed
from scoring.computing.prepared_sets import prepare
from scoring.computing.state import (
    UNIT_CODEC,
    Assignment,
    Change,
    ClaimsChange,
    FindingsChange,
    TallyChange,
    UnitState,
    finds_anew,
    index_stream,
    read_unit,
)
from scoring.service import SERVICE

pytestmark = pytest.mark.slow

UNITS = ("u1", "u2", "u3")
COMPARED = "3.8"


class Block(RuleBasedStateMachine):
    """What two sources said of three units arrives in any order, again and again, the round known or not.

    A message has changes of one unit or of several, and is decided as the handler does it (`computing/bus.py`).
    """

    criteria_set: ClassVar[CriteriaSet]

    def __init__(self) -> None:
        super().__init__()
        self.assignment = Assignment("district", prepare(self.criteria_set))
        self.memory_log = MemoryLog("scoring", SERVICE.types)
        self.said: dict[str, list[Change]] = {unit: [] for unit in UNITS}
        self.arrived: dict[str, set[int]] = {unit: set() for unit in UNITS}
        self.known = False

    @rule(unit=st.sampled_from(UNITS), found=findings())
    def appraisers_say(self, unit: str, found: tuple[Finding, ...]) -> None:
        self.said[unit].append(FindingsChange(self.next_position(), found))

    @initialize(known=st.booleans())
    def begin(self, *, known: bool) -> None:
        self.known = known

    @rule(unit=st.sampled_from(UNITS), value=st.sampled_from(["", "0", "1", "3", "3", "7"]), at_once=st.booleans())
    def appraisers_find_a_value(self, unit: str, value: str, *, at_once: bool) -> None:
        figures = named({"value": value}) if value else []
        finding = Finding(criterion=COMPARED, figures=figures, applicable=bool(value))
        self.said[unit].append(FindingsChange(self.next_position(), (finding,)))
        if at_once:
            self.arrived[unit].add(len(self.said[unit]) - 1)
            self.arrive({unit: self.said[unit][-1:]})

    @rule(unit=st.sampled_from(UNITS), made=st.one_of(st.just(()), claims()))
    def units_claim(self, unit: str, made: tuple[Claim, ...]) -> None:
        self.said[unit].append(ClaimsChange(self.next_position(), made))

    @rule(unit=st.sampled_from(UNITS), tally=tallies())
    def people_say(self, unit: str, tally: TallyUpdated) -> None:
        self.said[unit].append(TallyChange(self.next_position(), tally))

    @precondition(lambda self: any(self.said.values()))
    @rule(data=st.data(), known=st.booleans())
    def some_of_it_arrives(self, data: st.DataObject, *, known: bool) -> None:
        self.known = self.known or known
        units = data.draw(st.lists(st.sampled_from([u for u in UNITS if self.said[u]]), min_size=1, unique=True))
        chosen = {
            unit: data.draw(st.lists(st.integers(0, len(self.said[unit]) - 1), max_size=4), unit) for unit in units
        }
        for unit, numbers in chosen.items():
            self.arrived[unit] |= set(numbers)
        self.arrive({unit: [self.said[unit][at] for at in numbers] for unit, numbers in chosen.items()})

    @rule()
    def all_of_it_arrives_again(self) -> None:
        again = {unit: [self.said[unit][at] for at in sorted(self.arrived[unit])] for unit in UNITS}
        self.arrive(again)
        before = {unit: self.score(unit) for unit in UNITS}
        self.arrive(again)
        assert {unit: self.score(unit) for unit in UNITS} == before

    def next_position(self) -> tuple[int, int]:
        return 1, 1 + sum(len(said) for said in self.said.values())

    def arrive(self, changes: dict[str, list[Change]]) -> None:
        assignment = self.assignment if self.known else None
        commands = {unit: ComputeIndex("r", unit, tuple(said), assignment) for unit, said in changes.items()}
        states = {unit: self.state(unit) for unit in UNITS}
        anew = {unit: each for unit, each in commands.items() if self.known and finds_anew(states[unit], each.changes)}
        for unit in commands.keys() - anew.keys():
            stream = index_stream("r", unit)
            self.memory_log.append(Append(stream, METADATA, decide_at_head(computing, commands[unit], UNIT_CODEC)))
        if not anew:
            return
        states = {unit: self.state(unit) for unit in reversed(UNITS)}
        for unit, (facts, state) in compute_block(anew, states, self.assignment.criteria_set).items():
            stream = index_stream("r", unit)
            version = self.memory_log.head(stream)
            decide = if_still(stream, version.version if version else 0, facts, UNIT_CODEC.write(state))
            self.memory_log.append(Append(stream, METADATA, decide))

    def state(self, unit: str) -> UnitState:
        return read_unit(self.memory_log.head(index_stream("r", unit)))

    def score(self, unit: str) -> IndexComputed | None:
        return self.state(unit).score

    def newest(self, unit: str) -> Sequence[Change]:
        return [self.said[unit][at] for at in sorted(self.arrived[unit])]

    @invariant()
    def each_index_is_what_the_whole_block_at_once_would_give(self) -> None:
        computed = {unit: score for unit in UNITS if (score := self.score(unit))}
        values = {unit: value for unit in computed if (value := value_in(self.newest(unit))) is not None}
        for unit, score in computed.items():
            others = [value for other, value in values.items() if other != unit]
            expected = batch(self.criteria_set, self.newest(unit), others)
            lines = {line.criterion: (line.points, line.maximum, line.claimed, line.fault) for line in score.lines}
            assert lines == expected.lines
            totals = (score.appraisal, score.survey, score.points, score.maximum, score.index)
            assert totals == tuple(map(to_wire, expected.totals))
            compared = next(line for line in score.lines if line.criterion == COMPARED)
            assert said_of(compared) == (best_in(values) if unit in values else ("", ""))
            assert all(from_wire(line.points) <= from_wire(line.maximum) for line in score.lines if line.points)

    @invariant()
    def an_unchanged_index_is_not_published_again(self) -> None:
        for unit in UNITS:
            assert all(one != other for one, other in pairwise(self.memory_log.facts(index_stream("r", unit))))


def test_a_block_is_exact_in_any_order_and_any_number_of_times(
    every_kind: Callable[[NotApplicable], CriteriaSet],
) -> None:
    for not_applicable in NotApplicable:

        class UnderThisConvention(Block):
            criteria_set = every_kind(not_applicable)

        machine = settings(max_examples=40, stateful_step_count=25)
        run_state_machine_as_test(UnderThisConvention, settings=machine)


def value_in(said: Sequence[Change]) -> Fraction | None:
    """Return the value that a unit's newest findings give it; None where it takes no part."""
    found = next((changes.findings for changes in reversed(said) if isinstance(changes, FindingsChange)), ())
    finding = next((each for each in found if each.criterion == COMPARED), None)
    if finding is None or not finding.applicable or finding.points:
        return None
    try:
        return compared_value(plain(finding))
    except UncomputableError:
        return None


def best_in(values: dict[str, Fraction]) -> tuple[str, str]:
    best = max(values.values())
    return to_wire(best), min(unit for unit, value in values.items() if value == best)


def said_of(line: ScoreLine) -> tuple[str, str]:
    return line.best, line.best_unit
