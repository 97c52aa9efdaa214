"""A round settles exactly when nothing blocks it, and a set and a round are known once, in any order of arrival."""

from collections import defaultdict
from typing import ClassVar

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet
from parindex.contracts.scoring import IndexComputed, ScoreLine
from parindex.contracts.scoring_digest import digest_of
from parindex.eventstore.appending import Append
from parindex.eventstore.command_handling import decide_at_head
from parindex.testing.memory_log import METADATA, MemoryLog
from scoring.computing.commands import NeedSet, PrepareRound, PrepareSet
from scoring.computing.decisions import preparing_rounds, preparing_sets
from scoring.computing.events import RoundPrepared, SetNeeded, SetPrepared
from scoring.computing.state import ROUND_CODEC, SET_CODEC, read_round, read_set, round_stream
from scoring.service import SERVICE
from scoring.settling.commands import SeeClosing, SeeReopening, SettleRound
from scoring.settling.decisions import RoundCommand, settling
from scoring.settling.events import ClosingSeen, ReopeningSeen, RoundSettled
from scoring.settling.settle import round_append

pytestmark = pytest.mark.slow

PARTITIONS = 2
SUBSCRIPTIONS = [(source, k) for source in ("assessment", "survey") for k in range(PARTITIONS)]
UNITS = ("H09.1", "H09.2")
BLOCK = Block(code="b", name="Khối", criteria_set="set-1", units=[RoundUnit(code=unit, name=unit) for unit in UNITS])
STREAM, SET_STREAM = round_stream("r"), "set-set-1"
NUMBERS = st.sampled_from(["0", "1", "4/3"])


def score(unit: str, points: str, fault: str = "") -> IndexComputed:
    line = ScoreLine(criterion="1", part="appraisal", maximum="2", points=points, fault=fault)
    return IndexComputed(
        round="r", unit=unit, block="b", criteria_set="set-1", lines=[line], appraisal=points, survey="0",
        points=points, maximum="2", index="0",
    )  # fmt: skip


class Settlings(RuleBasedStateMachine):
    """The model: how often each source closed and reopened, and how much each subscription has received."""

    known_set: ClassVar[CriteriaSet]

    def __init__(self) -> None:
        super().__init__()
        self.memory_log = MemoryLog("scoring", SERVICE.types, PARTITIONS)
        self.said: defaultdict[str, list[SeeClosing | SeeReopening]] = defaultdict(list)
        self.received = dict.fromkeys(SUBSCRIPTIONS, 0)
        self.opened = False
        self.settled: tuple[int, ...] = ()

    def execute(self, command: RoundCommand) -> tuple[object, ...]:
        return self.memory_log.append(round_append("r", command, METADATA)).facts

    @rule(commands=st.lists(st.sampled_from(["set", "need r", "need s"]), min_size=1, max_size=3))
    def hear_of_the_set_and_its_rounds(self, commands: list[str]) -> None:
        for command in commands:
            preparing = PrepareSet(self.known_set, "5e" * 32) if command == "set" else NeedSet("set-1", command[-1])
            self.memory_log.append(Append(SET_STREAM, METADATA, decide_at_head(preparing_sets, preparing, SET_CODEC)))

    @rule()
    def hear_of_the_round(self) -> None:
        decide = decide_at_head(preparing_rounds, PrepareRound("r", 2026, "H09", (BLOCK,)), ROUND_CODEC)
        assert bool(self.memory_log.append(Append(STREAM, METADATA, decide)).facts) == (not self.opened)
        self.opened = True

    @rule(source=st.sampled_from(["assessment", "assessment", "survey"]))
    def a_source_closes_or_reopens(self, source: str) -> None:
        said = self.said[source]
        number, at = len(said) // 2 + 1, (1, 10 * len(said) + 10)
        if len(said) % 2 == 0:
            said.append(SeeClosing("r", source, 0, number, at))
        elif source == "assessment":  # tallies close once
            said.append(SeeReopening("r", source, 0, number))

    @rule(subscription=st.sampled_from(SUBSCRIPTIONS))
    def a_subscription_brings_the_next(self, subscription: tuple[str, int]) -> None:
        if self.received[subscription] < len(self.said[subscription[0]]):
            self.received[subscription] += 1
            assert self.bring(subscription, self.received[subscription] - 1)

    @rule(closings=st.integers(0, 3))
    def all_lanes_bring_everything(self, closings: int) -> None:
        self.a_source_closes_or_reopens("survey")
        for _ in range(closings):
            self.a_source_closes_or_reopens("assessment")
        for subscription in SUBSCRIPTIONS:
            for _ in self.said[subscription[0]]:
                self.a_subscription_brings_the_next(subscription)

    @rule(subscription=st.sampled_from(SUBSCRIPTIONS), data=st.data())
    def a_subscription_brings_again(self, subscription: tuple[str, int], data: st.DataObject) -> None:
        if self.received[subscription]:
            assert not self.bring(subscription, data.draw(st.integers(0, self.received[subscription] - 1), "again"))

    def bring(self, subscription: tuple[str, int], at: int) -> bool:
        seen_contract = self.said[subscription[0]][at]
        if isinstance(seen_contract, SeeClosing):
            return bool(self.execute(SeeClosing("r", *subscription, seen_contract.closing, seen_contract.at)))
        return bool(self.execute(SeeReopening("r", *subscription, seen_contract.closing)))

    @rule()
    def settle_if_it_can_be(self) -> None:
        self.settle(("1", "4/3"), 0, survey=True, lacking="")

    @rule(
        points=st.tuples(NUMBERS, NUMBERS), parked=st.sampled_from([0, 0, 0, 1]),
        survey=st.sampled_from([True, True, False, None]), lacking=st.sampled_from(["", "", "", "a score", "a fault"]),
    )  # fmt: skip
    def settle(self, points: tuple[str, str], parked: int, *, survey: bool | None, lacking: str) -> None:
        scores = [score(unit, each) for unit, each in zip(UNITS, points, strict=True)]
        if lacking == "a fault":
            scores[1] = score(UNITS[1], "", "figure-missing")
        by_unit = [(one.unit, one) for one in scores]
        given = tuple((unit, None if lacking == "a score" and unit == UNITS[0] else one) for unit, one in by_unit)
        facts = self.execute(SettleRound("r", PARTITIONS, parked, survey, given))
        sources = ["assessment", "survey"] if survey else ["assessment"]
        numbers = tuple(self.closed_everywhere(source) for source in sources)
        may = self.opened and not parked and survey is not None and not lacking and 0 not in numbers
        if may and numbers != self.settled:
            self.settled = numbers
            [fact] = facts
            assert isinstance(fact, RoundSettled)
            assert fact.digest == digest_of(reversed(scores))
            assert [(at.source, at.closing, at.position) for at in fact.vector] == [
                (source, number, 20 * number - 10) for source, number in zip(sources, numbers, strict=True)
            ]
        else:
            assert facts == ()

    def closed_everywhere(self, source: str) -> int:
        """The closing that is in force, if every subscription has received it and none its reopening; else 0."""
        received = {self.received[source, k] for k in range(PARTITIONS)}
        return max(received) // 2 + 1 if len(received) == 1 and max(received) % 2 else 0

    @invariant()
    def the_small_states_are_what_the_entries_tell(self) -> None:
        assert read_round(self.memory_log.head(STREAM)) == settling.fold(self.memory_log.facts(STREAM))
        assert read_set(self.memory_log.head(SET_STREAM)) == preparing_sets.fold(self.memory_log.facts(SET_STREAM))

    @invariant()
    def everything_is_known_once(self) -> None:
        kinds = [type(fact) for fact in self.memory_log.facts(SET_STREAM)]
        assert kinds.count(SetPrepared) <= 1
        assert len({msgspec.json.encode(fact) for fact in self.memory_log.facts(SET_STREAM)}) == len(kinds)
        assert kinds.count(SetNeeded) <= 2
        facts = self.memory_log.facts(STREAM)
        assert [type(fact) for fact in facts].count(RoundPrepared) == self.opened
        seen = [fact for fact in facts if isinstance(fact, ClosingSeen | ReopeningSeen)]
        assert len(seen) == sum(self.received.values())

    @invariant()
    def settlings_are_numbered_by_their_closings(self) -> None:
        settled = [fact for fact in self.memory_log.facts(STREAM) if isinstance(fact, RoundSettled)]
        for fact in settled:
            assert fact.settling == 1 + sum(at.closing - 1 for at in fact.vector)
        assert tuple(at.closing for at in read_round(self.memory_log.head(STREAM)).settled) == self.settled


def test_a_round_settles_only_when_nothing_is_missing(criteria_set: CriteriaSet) -> None:
    class WithThisSet(Settlings):
        known_set = criteria_set

    machine = settings(max_examples=60, stateful_step_count=30)
    run_state_machine_as_test(WithThisSet, settings=machine)
