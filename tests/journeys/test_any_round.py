"""Any round, in any interleaving, with a bus that loses, duplicates, delays and reorders: published numbers are right.

The four services decide, publish, receive and freeze with their own code, with in-memory event stores and without a
server; the test is the bus between them. The result is compared with `recounted`, an independent model.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from tests.journeys.any_round.four_services import Services
from tests.journeys.any_round.people import PeopleAct
from tests.journeys.any_round.recounting import check_table, recounted
from tests.journeys.any_round.small_round import PARTITIONS, UNITS

from parindex.contracts.scoring import SourcePosition
from parindex.contracts.scoring_digest import digest_of
from parindex.eventstore.registry import partition_of
from parindex.numbers import from_wire
from parindex.refusal import Refused
from parindex.testing.memory_log import METADATA, Stream
from parindex.testing.memory_transport import EVERYTHING, MemorySubscription
from publication.freezing.commands import FreezeResult
from publication.freezing.decisions import freezing
from publication.freezing.drafts import draft_of, remade_snapshot
from publication.freezing.events import ResultsFrozen
from publication.freezing.snapshot import Header
from publication.freezing.state import next_of
from scoring.computing.state import round_stream as settling_stream_of
from scoring.settling.events import ReopeningSeen
from scoring.settling.events import RoundSettled as Settled

pytestmark = pytest.mark.slow


class AnyRound(PeopleAct):
    def __init__(self) -> None:
        super().__init__()
        self.result: Stream[Any, Any, Any] = Stream(self.services.memory_logs["publication"], "result-r", freezing)
        self.shelf: list[bytes] = []

    # the bus

    @rule(at=st.integers(0, 99), size=st.integers(1, 6))
    def relay(self, at: int, size: int) -> None:
        self.services.transport.send(self.subscription(at), size)

    @rule(at=st.integers(0, 99), which=st.integers(0, 99), again=st.booleans())
    def deliver(self, at: int, which: int, *, again: bool) -> None:
        if under_way := self.subscription(at).under_way:
            self.services.transport.receive(self.subscription(at), under_way[which % len(under_way)])
            if not again:
                del under_way[which % len(under_way)]

    @rule(at=st.integers(0, 99))
    def lose(self, at: int) -> None:
        del self.subscription(at).under_way[:1]

    def subscription(self, at: int) -> MemorySubscription:
        return self.services.transport.subscriptions[at % len(self.services.transport.subscriptions)]

    @rule()
    def everything_arrives(self) -> None:
        self.services.transport.catch_up()
        self.scores_are_what_a_recount_gives()

    # publication

    @rule()
    def freeze(self) -> None:
        if not any(table == "rounds" for table, _ in self.services.received):
            return
        before = len(self.result.facts)
        try:
            edition, supersedes = next_of(self.result.state)
            header = Header(edition=edition, sealed_at=METADATA.at, supersedes=supersedes, reason="why")
            draft = draft_of(self.services.materials(), header)
            opened = self.services.materials().opened
            self.result.execute(FreezeResult(opened, draft.settlement, draft.checksum, edition, supersedes, "why"))
        except Refused:
            assert len(self.result.facts) == before
            return
        self.shelf.append(draft.snapshot)

    @rule(data=st.data(), alike=st.booleans(), reopened=st.sampled_from(["", "", "before the tallies close", "after"]))
    def the_round_ends(self, data: st.DataObject, *, alike: bool, reopened: str) -> None:
        self.everything_arrives()
        self.everybody_finishes(data, alike=alike)
        if reopened.startswith("before"):
            self.reopen(set())
        self.everything_arrives()
        self.close_tallies()
        self.count_presses(10_000)
        self.everything_arrives()
        if reopened == "after":
            self.reopen(set())
            self.everything_arrives()
        editions = len(self.shelf)
        self.freeze()
        assert self.round.state.closed == (not reopened)
        if reopened:
            assert len(self.shelf) == editions
        else:
            assert self.result.facts[-1].settling == self.round.state.closings

    @precondition(lambda self: self.shelf and self.round.state.closed)
    @rule(data=st.data(), units=st.sets(st.sampled_from(UNITS), min_size=1))
    def correct(self, data: st.DataObject, units: set[str]) -> None:
        self.reopen(units)
        for unit in sorted(units):
            self.appraise(unit, data)
        self.close()

    def teardown(self) -> None:
        if hasattr(self, "set"):
            self.everything_arrives()
            self.the_entries_tell_what_everybody_knows()
            self.nothing_settles_that_was_reopened()
            self.a_rebuilt_scoring_has_the_same_digest()
            self.every_edition_is_what_a_replay_gives()

    def scores_are_what_a_recount_gives(self) -> None:
        expected = recounted(self.set, self.assessment.recorded(), self.survey.recorded())
        found = {
            score.unit: tuple(map(from_wire, (score.appraisal, score.survey, score.maximum, score.index)))
            for score in self.services.scores()
        }
        assert found == expected

    def the_entries_tell_what_everybody_knows(self) -> None:
        for stream in (self.round, self.result, *self.sheets.values()):
            assert stream.replayed() == stream.state

    def nothing_settles_that_was_reopened(self) -> None:
        undone = 0
        for fact in self.services.memory_logs["scoring"].facts(settling_stream_of("r")):
            if isinstance(fact, ReopeningSeen):
                undone = max(undone, fact.closing)
            assert not isinstance(fact, Settled) or all(at.closing > undone for at in fact.vector[:1])

    def a_rebuilt_scoring_has_the_same_digest(self) -> None:
        rebuilt = self.replayed([])
        assert digest_of(rebuilt.scores()) == digest_of(reversed(self.services.scores()))

    def every_edition_is_what_a_replay_gives(self) -> None:
        for fact, sealed in zip(self.result.facts, self.shelf, strict=True):
            assert isinstance(fact, ResultsFrozen)
            assert remade_snapshot(self.replayed(fact.vector).materials(), sealed) == sealed
            until = {at.source: at.position for at in fact.vector}
            said = self.assessment.recorded()[: until["assessment"]], self.survey.recorded()[: until["survey"]]
            check_table(sealed, recounted(self.set, *said))

    def replayed(self, vector: Sequence[SourcePosition]) -> Services:
        """Return new scoring and publication that received all contracts up to a vector, one source after the other."""
        anew = Services({"assessment": self.assessment, "survey": self.survey})
        until = {at.source: at.position for at in vector}
        for subscription in reversed(anew.transport.subscriptions):
            if subscription.consumer == "scoring":
                for event in anew.transport.contracts(subscription, 0, until.get(subscription.source, EVERYTHING)):
                    anew.transport.apply(subscription, [event])
        for subscription in anew.transport.subscriptions:
            if subscription.consumer == "publication":
                anew.transport.apply(
                    subscription, anew.transport.contracts(subscription, 0, until.get(subscription.source, EVERYTHING))
                )
        return anew


def test_the_units_of_this_round_meet_in_every_partition() -> None:
    assert {partition_of(unit, PARTITIONS) for unit in UNITS} == set(range(PARTITIONS))


def test_any_round_in_any_order_is_published_as_a_recount_has_it() -> None:
    run_state_machine_as_test(AnyRound, settings=settings(max_examples=40, stateful_step_count=30))
