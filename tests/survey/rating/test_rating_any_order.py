"""Each press of a kiosk is there once, in its order, even if presses are repeated, reordered or altered."""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tests.survey.whole_streams import WHOLE_KIOSK

from parindex.eventstore.appending import Append, Decided, Undecided
from parindex.eventstore.command_handling import decide_at_head
from parindex.refusal import Refused
from parindex.testing.memory_log import METADATA, MemoryLog
from survey.enrolling.commands import EnrolKiosk, IssueEnrolmentCode, KioskCommand, RegisterKiosk, RevokeKiosk
from survey.enrolling.decisions import enrolling
from survey.enrolling.events import KioskEnrolled, stream_of
from survey.enrolling.state import KIOSK_CODEC, Kiosk, kiosk_of
from survey.rating.commands import RecordRatings
from survey.rating.decisions import ComparisonNeeded, rating
from survey.rating.events import RatingRecorded
from survey.rating.state import MARKS, Press, chained, compare
from survey.service import SERVICE

pytestmark = pytest.mark.slow

OPTIONS = ("1", "5")
RECEIVED, LATEST = "2026-07-02T23:55:00.000000Z", "2026-07-03T00:00:00.000000Z"
AHEAD = "2026-07-03T00:00:00.000001Z"
INSTANTS = st.sampled_from(
    ["2026-06-30T16:59:59.999999Z", "2026-06-30T17:00:00.000000Z", "2026-07-02T03:00:00.000000Z", AHEAD]
)
GOOD = st.builds(Press, st.just(0), st.sampled_from(OPTIONS), INSTANTS, st.sampled_from([0, 60]))
DAYS = {
    "2026-06-30T16": "2026-06-30",
    "2026-06-30T17": "2026-07-01",
    "2026-07-02T03": "2026-07-02",
    "2026-07-03T00": "2026-07-03",
}
SPOILERS: list[Callable[[Press], Press]] = [
    lambda press: replace(press, option="3"),
    lambda press: replace(press, seq=press.seq - 1),
    lambda press: replace(press, seq=press.seq + 1),
]
STREAM = stream_of("k1")


def numbered(presses: list[Press], first: int) -> tuple[Press, ...]:
    return tuple(replace(press, seq=seq) for seq, press in enumerate(presses, first))


class Kiosks(RuleBasedStateMachine):
    """The model: the presses that were acknowledged, in order, and what has become of the device."""

    def __init__(self) -> None:
        super().__init__()
        self.memory_log = MemoryLog("survey", SERVICE.types)
        self.presses: list[Press] = []
        self.ends = [0]
        self.registered = self.revoked = False
        self.enrolments = 0

    @property
    def usable(self) -> bool:
        return self.registered and not self.revoked

    def execute(self, command: KioskCommand) -> str:
        """Execute a command as the API does; return the code of its refusal, or nothing."""
        return self.refusal_of(decide_at_head(enrolling, command, KIOSK_CODEC))[0]

    def refusal_of(self, decide: Callable[..., Decided | Undecided]) -> tuple[str, Undecided | None]:
        before = self.memory_log.position, self.memory_log.head(STREAM)
        try:
            done = self.memory_log.try_append(Append(STREAM, METADATA, decide))
        except Refused as refused:
            assert (self.memory_log.position, self.memory_log.head(STREAM)) == before
            return refused.code, None
        if isinstance(done, Undecided):
            assert (self.memory_log.position, self.memory_log.head(STREAM)) == before
            return "", done
        return "", None

    def record(self, command: RecordRatings) -> str:
        refused, undecided = self.refusal_of(decide_at_head(rating, command, KIOSK_CODEC))
        return self.record_compared(command, undecided.until) if isinstance(undecided, ComparisonNeeded) else refused

    def record_compared(self, command: RecordRatings, until: int) -> str:
        assert until > command.compared  # or the API would compare for ever
        recorded = {fact.seq: fact for fact in self.memory_log.facts(STREAM) if isinstance(fact, RatingRecorded)}
        try:
            compare(command.presses, {seq: recorded[seq] for seq in recorded if seq <= until})
        except Refused as refused:
            return refused.code
        return self.record(msgspec.structs.replace(command, compared=until))

    def send(self, presses: tuple[Press, ...]) -> str:
        return self.record(RecordRatings("k1", presses, RECEIVED, LATEST))

    @rule()
    def register(self) -> None:
        refused = self.execute(RegisterKiosk("k1", "H09.05", "hai-long", "", OPTIONS))
        assert refused == ("kiosk-taken" if self.registered else "")
        self.registered = True

    @rule(command=st.sampled_from([EnrolKiosk("k1"), IssueEnrolmentCode("k1", LATEST)]))
    def enrol_or_get_a_code(self, command: EnrolKiosk | IssueEnrolmentCode) -> None:
        assert bool(self.execute(command)) == (not self.usable)
        self.enrolments += self.usable and isinstance(command, EnrolKiosk)

    @precondition(lambda self: len(self.presses) > 6 or not self.registered)
    @rule()
    def revoke(self) -> None:
        assert bool(self.execute(RevokeKiosk("k1"))) == (not self.registered)
        self.revoked = self.registered

    @rule(presses=st.lists(GOOD, min_size=1, max_size=4))
    def press(self, presses: list[Press]) -> None:
        self.acknowledge(numbered(presses, len(self.presses) + 1))

    @precondition(lambda self: self.presses)
    @rule(data=st.data(), more=st.lists(GOOD, max_size=2))
    def press_again_what_may_have_been_lost(self, data: st.DataObject, more: list[Press]) -> None:
        first = data.draw(st.one_of(st.sampled_from(self.ends[:-1]), st.integers(0, len(self.presses) - 1)), "first")
        last = data.draw(st.one_of(st.just(len(self.presses)), st.integers(first + 1, len(self.presses))), "last")
        fresh = numbered(more, len(self.presses) + 1) if last == len(self.presses) else ()
        self.acknowledge((*self.presses[first:last], *fresh))

    def acknowledge(self, presses: tuple[Press, ...]) -> None:
        """Send presses of which every one is right, new or not."""
        assert bool(self.send(presses)) == (not self.usable)
        if self.usable and presses[-1].seq > len(self.presses):
            self.presses += presses[len(self.presses) + 1 - presses[0].seq :]
            self.ends.append(len(self.presses))

    @precondition(lambda self: self.presses and self.usable)
    @rule(data=st.data(), other=GOOD)
    def press_again_altered(self, data: st.DataObject, other: Press) -> None:
        at = data.draw(st.integers(0, len(self.presses) - 1), "at")
        first = data.draw(st.integers(0, at), "first")
        altered = [*self.presses]
        altered[at] = replace(other, seq=at + 1)
        if altered != self.presses:
            assert self.send(tuple(altered[first:])) == "sequence-reused"

    @rule(presses=st.lists(GOOD, min_size=1, max_size=3), beyond=st.integers(2, 5))
    def press_with_a_gap(self, presses: list[Press], beyond: int) -> None:
        assert self.send(numbered(presses, len(self.presses) + beyond))

    @rule(presses=st.lists(GOOD, min_size=2, max_size=4), spoil=st.sampled_from(SPOILERS), data=st.data())
    def press_wrongly(self, presses: list[Press], spoil: Callable[[Press], Press], data: st.DataObject) -> None:
        batch = list(numbered(presses, len(self.presses) + 1))
        at = data.draw(st.integers(1, len(batch) - 1), "at")
        batch[at] = spoil(batch[at])
        assert self.send(tuple(batch))

    @invariant()
    def each_press_is_there_once_in_its_order(self) -> None:
        found = [fact for fact in self.memory_log.facts(STREAM) if isinstance(fact, RatingRecorded)]
        assert [Press(fact.seq, fact.option, fact.pressed_at, fact.accuracy_s) for fact in found] == self.presses
        assert [fact.seq for fact in found] == list(range(1, len(found) + 1))
        assert {(fact.unit, fact.question) for fact in found} <= {("H09.05", "hai-long")}
        assert [type(fact) for fact in self.memory_log.facts(STREAM)].count(KioskEnrolled) == self.enrolments

    @invariant()
    def the_small_state_is_what_the_entries_tell(self) -> None:
        state, replayed = kiosk_of(self.memory_log.head(STREAM)), WHOLE_KIOSK.fold(self.memory_log.facts(STREAM))
        assert msgspec.structs.replace(state, marks=Kiosk().marks) == replayed
        assert state.marks == tuple((end, chained("", self.presses[:end])) for end in self.ends[-MARKS:])
        assert (state.registered, state.revoked, state.last_seq) == (self.registered, self.revoked, len(self.presses))

    @invariant()
    def todays_presses_are_those_of_the_newest_day(self) -> None:
        days = [DAYS[press.pressed_at[:13]] for press in self.presses]
        state = kiosk_of(self.memory_log.head(STREAM))
        assert (state.day, state.pressed) == ((max(days), days.count(max(days))) if days else ("", 0))


def test_each_press_is_counted_once_whatever_is_sent_how_often() -> None:
    run_state_machine_as_test(Kiosks, settings=settings(max_examples=60, stateful_step_count=30))
