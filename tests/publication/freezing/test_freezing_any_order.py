"""An edition is frozen once for each settling; it is public at most once, and never after a later one was frozen."""

from functools import reduce

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from parindex.contracts.assessment import RoundOpened
from parindex.contracts.scoring import RoundSettled, SourcePosition
from parindex.eventstore.appending import Append, Decided
from parindex.refusal import Refused
from parindex.testing.memory_log import METADATA, MemoryLog
from publication.announcing.commands import AnnounceResult
from publication.announcing.decisions import announcing
from publication.freezing.commands import FreezeResult
from publication.freezing.decisions import freezing
from publication.freezing.events import ResultsAnnounced, ResultsFrozen, stream_of
from publication.service import SERVICE

pytestmark = pytest.mark.slow

OPENED = RoundOpened(authority="H09", round="r", year=2026, title="Đợt", blocks=[])
CHECKSUMS = st.sampled_from(["aa" * 32, "bb" * 32])  # a correction may lead back to numbers that were frozen before
STREAM = stream_of("r")


class Editions(RuleBasedStateMachine):
    """The model: checksum and settling of each edition, and the numbers of those that are public, oldest first.

    Two steps decide on one stream, each by a state of its own; both are carried on here from fact to fact.
    """

    def __init__(self) -> None:
        super().__init__()
        self.memory_log = MemoryLog("publication", SERVICE.types)
        self.result, self.announcements = freezing.initial, announcing.initial
        self.editions: list[tuple[str, int]] = []
        self.public: list[int] = []

    def execute(self, command: FreezeResult | AnnounceResult) -> str:
        before = self.memory_log.position
        try:
            facts = (
                freezing.decide(command, self.result)
                if isinstance(command, FreezeResult)
                else announcing.decide(command, self.announcements)
            )
        except Refused as refused:
            assert self.memory_log.position == before
            return refused.code
        self.memory_log.append(Append(STREAM, METADATA, lambda _: Decided(facts)))
        self.result = reduce(freezing.evolve, facts, self.result)
        self.announcements = reduce(announcing.evolve, facts, self.announcements)
        return ""

    @rule(
        step=st.sampled_from([-1, 0, 1, 1, 2]),
        checksum=CHECKSUMS,
        reason=st.sampled_from(["", "a commitment"]),
        slip=st.sampled_from(["", "", "overtaken", "misnamed"]),
    )
    def freeze(self, step: int, checksum: str, reason: str, slip: str) -> None:
        newest = self.editions[-1][1] if self.editions else 0
        settling = max(1, newest + step)
        vector = [SourcePosition(source="assessment", epoch=1, position=10 * settling, closing=settling)]
        settled = RoundSettled(round="r", settling=settling, vector=vector, digest="5e" * 32, formula="1")
        edition = len(self.editions) + (2 if slip == "overtaken" else 1)
        supersedes = "cc" * 32 if slip == "misnamed" else self.editions[-1][0] if self.editions else ""
        refused = self.execute(FreezeResult(OPENED, settled, checksum, edition, supersedes, reason))
        if self.editions and settling <= newest:
            assert refused == "settling-frozen"
        elif self.editions and not reason:
            assert refused == "reason-missing"
        elif slip:
            assert refused == "edition-overtaken"
        else:
            assert not refused
            self.editions.append((checksum, settling))

    @rule(back=st.sampled_from([0, 0, 1, -1, 2]), by=st.sampled_from(["office", "publisher"]))
    def announce(self, back: int, by: str) -> None:
        edition = len(self.editions) - back
        refused = self.execute(AnnounceResult("r", edition, by=by, frozen_by="office"))
        if not 1 <= edition <= len(self.editions):
            assert refused == "unknown-edition"
        elif edition in self.public:
            assert refused == "edition-announced"
        elif edition < len(self.editions):
            assert refused == "edition-superseded"
        elif by == "office":
            assert refused == "sealer-announces"
        else:
            assert not refused
            self.public.append(edition)

    @invariant()
    def the_entries_tell_both_steps_what_they_know(self) -> None:
        facts = self.memory_log.facts(STREAM)
        assert freezing.fold(facts) == self.result
        assert announcing.fold(facts) == self.announcements

    @invariant()
    def each_edition_names_the_one_that_it_supersedes(self) -> None:
        frozen = [fact for fact in self.memory_log.facts(STREAM) if isinstance(fact, ResultsFrozen)]
        assert [(fact.checksum, fact.settling) for fact in frozen] == self.editions
        assert [fact.edition for fact in frozen] == list(range(1, len(frozen) + 1))
        assert [fact.supersedes for fact in frozen] == ["", *(fact.checksum for fact in frozen)][: len(frozen)]
        assert [bool(fact.reason) for fact in frozen[1:]] == [True] * len(frozen[1:])

    @invariant()
    def what_is_public_stays_public_with_its_own_checksum(self) -> None:
        announced = [fact for fact in self.memory_log.facts(STREAM) if isinstance(fact, ResultsAnnounced)]
        assert [fact.edition for fact in announced] == self.public == sorted(set(self.public))
        assert [fact.checksum for fact in announced] == [self.editions[number - 1][0] for number in self.public]


def test_editions_follow_one_another_however_they_are_frozen_and_announced() -> None:
    run_state_machine_as_test(Editions, settings=settings(max_examples=80, stateful_step_count=25))
