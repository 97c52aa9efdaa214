"""Each press counts in one round or is set aside once, as its receipt said, however the log is cut into pages."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from tests.survey.whole_streams import WHOLE_ROUND

from parindex.contracts.survey import SetAside
from parindex.eventstore.appending import Append, Decided, Undecided
from parindex.eventstore.command_handling import decide_at_head
from parindex.eventstore.log import Log
from parindex.refusal import Refused
from parindex.testing.memory_log import METADATA, MemoryLog, at_once
from survey.admitting.admissions import KnownRounds, RoundsNeeded, admit, cut_off
from survey.admitting.commands import CloseRating, LearnQuestions, OpenSurvey
from survey.admitting.decisions import learning, surveying
from survey.admitting.events import presses_stream, set_stream, tally_stream, tallying_stream
from survey.admitting.opened_rounds import OpenedRounds, opened_rounds_of
from survey.admitting.questions import Asked, QuestionKey, Surveyed
from survey.admitting.state import (
    QUESTIONS_CODEC,
    SURVEY_CODEC,
    Survey,
    UnitTallies,
    UnitTally,
    questions_of,
    survey_of,
    tallies_of_unit,
)
from survey.enrolling.commands import RegisterKiosk
from survey.enrolling.decisions import enrolling
from survey.enrolling.events import stream_of
from survey.enrolling.state import KIOSK_CODEC
from survey.rating.commands import RecordRatings
from survey.rating.decisions import rating
from survey.rating.events import RatingRecorded
from survey.rating.state import Press
from survey.recounting import TallyRecount
from survey.service import SERVICE
from survey.tallying.bringing_in import Uncounted
from survey.tallying.commands import CloseTally, ReceiveOutsideTallies
from survey.tallying.counting import count, totals_of
from survey.tallying.decisions import tallying, unit_tallies
from survey.tallying.events import TallyClosed, TallyUpdated
from survey.tallying.outside import OutsideRow, to_bring_in, units_in
from survey.tallying.state import TALLIES_CODEC

pytestmark = pytest.mark.slow

UNITS = ("H09.1", "H09.2")
ASKED = (
    Asked(question="hai-long", options=("1", "5")),
    Asked(question="can-bo", group="official"),
)
ROUNDS = {"r1": UNITS[:1], "r2": UNITS, "r3": UNITS}
KEYS: list[QuestionKey] = [
    ("hai-long", ""),
    ("hai-long", "firm"),
    ("can-bo", "official"),
    ("can-bo", "firm"),
    ("no", ""),
]
WINDOWS = {"r1": (0, 20), "r2": (8, 14), "r3": (14, 24)}
"""From which hour on and before which one a press counts."""
DAY = "2026-07-01T"
RECEIVED, LATEST = f"{DAY}22:00:00.000000Z", f"{DAY}22:05:00.000000Z"
THEN = replace(METADATA, at=RECEIVED)
Where = tuple[str, str]
"""Round and unit."""


def hour(at: int) -> str:
    return f"{DAY}{at:02}:00:00.000000Z"


def asks(key: QuestionKey) -> tuple[str, ...] | None:
    """What counts for a question asked of a group, said once more: () is anything, None is not asked."""
    return {("hai-long", ""): ("1", "5"), ("hai-long", "firm"): ("1", "5"), ("can-bo", "official"): ()}.get(key)


def meets(round_id: str, at: int, slack: int) -> bool:
    first, end = WINDOWS[round_id]
    return first - slack <= at and (end == 24 or at - slack < end)


class Tallies(RuleBasedStateMachine):
    """The model: for each press of the log the rounds in which it belongs, counted as far as the fold has come."""

    def __init__(self) -> None:
        super().__init__()
        self.memory_log = MemoryLog("survey", SERVICE.types)
        self.opened_rounds = OpenedRounds()
        self.rounds = KnownRounds()
        self.pressed: Counter[str] = Counter()  # presses of each kiosk
        self.counted = 0
        self.opened: dict[str, int] = {}  # the position of each opening and each cut-off
        self.cut: dict[str, int] = {}
        self.decided: dict[
            int, tuple[str, str]
        ] = {}  # by position: the round and the reason that each press has to get
        self.counts: defaultdict[tuple[Where, QuestionKey], Counter[str]] = defaultdict(Counter)
        self.aside: defaultdict[tuple[Where, QuestionKey], Counter[str]] = defaultdict(Counter)
        self.outside: dict[tuple[Where, QuestionKey], OutsideRow] = {}

    def execute(self, stream: str, decide: Callable[..., Decided | Undecided]) -> str:
        before = self.memory_log.position, self.memory_log.head(stream)
        try:
            self.memory_log.append(Append(stream, METADATA, decide))
        except Refused as refused:
            assert (self.memory_log.position, self.memory_log.head(stream)) == before
            return refused.code
        return ""

    @rule(round_id=st.sampled_from(list(ROUNDS)))
    def hear_of_a_round(self, round_id: str) -> None:
        self.execute(set_stream("bo"), decide_at_head(learning, LearnQuestions("bo", ASKED), QUESTIONS_CODEC))
        block = Surveyed(criteria_set="bo", questions=ASKED, units=ROUNDS[round_id])
        refused = self.execute(
            tallying_stream(round_id), decide_at_head(surveying, OpenSurvey("H09", round_id, (block,)), SURVEY_CODEC)
        )
        assert not refused  # published in every partition, learned once
        if round_id not in self.opened:
            first, end = WINDOWS[round_id]
            self.memory_log.append(admit("H09", round_id, (hour(first), hour(end) if end < 24 else ""), METADATA))
            self.opened[round_id] = self.memory_log.position

    @rule(
        unit=st.sampled_from(UNITS),
        key=st.sampled_from([*KEYS[:3], *KEYS]),
        options=st.text("159", min_size=1, max_size=4),
        at=st.integers(0, 23),
        within=st.sampled_from([0, 0, 1, 6]),
    )
    def press(self, unit: str, key: QuestionKey, options: str, at: int = 10, within: int = 0) -> None:
        kiosk = "-".join(["k", unit.replace(".", "").lower(), *key])
        if not self.pressed[kiosk]:
            self.execute(
                stream_of(kiosk),
                decide_at_head(enrolling, RegisterKiosk(kiosk, unit, *key, ("1", "5", "9")), KIOSK_CODEC),
            )
        first, before = self.pressed[kiosk] + 1, self.memory_log.position
        presses = [Press(seq, option, hour(at), within * 3_600) for seq, option in enumerate(options, first)]
        self.send(unit, RecordRatings(kiosk, tuple(presses), RECEIVED, LATEST))
        self.pressed[kiosk] += len(presses)
        for position, option in enumerate(options, before + 1):
            self.decided[position] = self.verdict(unit, key, min(at, 22), within, option)

    def send(self, unit: str, command: RecordRatings) -> None:
        """Send presses as the door does."""
        while True:
            reads = self.rounds.reads(unit)
            routed = msgspec.structs.replace(command, find_route=self.rounds.route_finder(reads))
            decide = decide_at_head(rating, routed, KIOSK_CODEC)
            done = self.memory_log.try_append(Append(stream_of(command.kiosk), THEN, decide, reads=reads))
            if not isinstance(done, RoundsNeeded):
                return
            head = self.memory_log.head(presses_stream("H09"))
            new = {
                name: survey_of(self.memory_log.head(tallying_stream(name))) for name in self.rounds.unknown_in(head)
            }
            self.rounds.learn("H09", head, new)

    def verdict(self, unit: str, key: QuestionKey, at: int, within: int, option: str) -> tuple[str, str]:
        """Which round counts a press, said once more: by the hours, the openings and the cut-offs alone."""
        knowing = [name for name in sorted(self.opened, key=self.opened.__getitem__) if unit in ROUNDS[name]]
        options = asks(key)
        if options is None or not knowing:
            return "", "not-asked" if knowing else "no-round"
        still = [name for name in knowing if name not in self.cut]
        for slack in (0, within):
            if fitting := [name for name in still if meets(name, at, slack)]:
                best = max(fitting, key=lambda name: (WINDOWS[name][0], -self.opened[name]))
                if option not in options:
                    return best, "option-unknown"
                return best, "outside-survey" if ((best, unit), key) in self.outside else ""
        if late := [name for name in knowing if name in self.cut and meets(name, at, within)]:
            return late[-1], "late"
        newest = max(still, key=lambda name: (WINDOWS[name][0], -self.opened[name]), default="")
        return newest, "outside-window"

    @rule(round_id=st.sampled_from(list(ROUNDS)))
    def close(self, round_id: str) -> None:
        refused = self.execute(
            tallying_stream(round_id), decide_at_head(surveying, CloseRating(round_id), SURVEY_CODEC)
        )
        assert refused == ("" if round_id in self.opened else "unknown-round")
        if not refused and round_id not in self.cut:
            self.cut[round_id] = self.memory_log.position
            self.memory_log.append(cut_off("H09", round_id, METADATA))

    @rule(
        round_id=st.sampled_from(list(ROUNDS)),
        unit=st.sampled_from(UNITS),
        key=st.sampled_from(KEYS[:3]),
        score=st.sampled_from("34"),
    )
    def bring_in(self, round_id: str, unit: str, key: QuestionKey, score: str) -> None:
        row = OutsideRow(unit, *key, score, "5", None)
        refused = self.wish_to_bring_in(round_id, row)
        if round_id not in self.opened:
            assert refused == "unknown-round"
        elif unit not in ROUNDS[round_id]:
            assert refused == "tallies-invalid"
        elif self.acknowledged(round_id, unit, key):
            assert refused == "kiosk-counts"
        else:
            assert refused == ("tally-closed" if round_id in self.cut else "")
        if not refused:
            self.outside[(round_id, unit), key] = row

    def acknowledged(self, round_id: str, unit: str, key: QuestionKey) -> bool:
        """Whether a press counts, in the tallies already or not."""
        facts = [each.fact for each in self.memory_log.recorded() if self.decided.get(each.position) == (round_id, "")]
        return any((fact.unit, fact.question, fact.group) == (unit, *key) for fact in facts)

    def wish_to_bring_in(self, round_id: str, row: OutsideRow) -> str:
        """As the door does, holding the head of the log."""
        survey = survey_of(self.memory_log.head(tallying_stream(round_id)))
        if not survey.opened:
            return "unknown-round"
        by_unit = {unit: self.tallies(round_id, unit) for unit in units_in([row], survey)}
        before, uncounted = self.memory_log.position, Uncounted(self.counted, self.opened_rounds)
        at_once(uncounted.read_on(cast("Log", self.memory_log)))
        try:
            with self.memory_log.transaction():
                commands = to_bring_in(round_id, [row], survey, by_unit, uncounted.pressed(round_id))
                received = decide_at_head(tallying, ReceiveOutsideTallies(round_id, 1), SURVEY_CODEC)
                self.memory_log.append(Append(tallying_stream(round_id), METADATA, received))
                for command in commands:
                    self.memory_log.append(
                        Append(
                            tally_stream(round_id, command.unit),
                            METADATA,
                            decide_at_head(unit_tallies, command, TALLIES_CODEC),
                        )
                    )
        except Refused as refused:
            assert self.memory_log.position == before
            return refused.code
        return ""

    @precondition(lambda self: self.memory_log.position > self.counted)
    @rule(size=st.one_of(st.integers(1, 12), st.just(1_000)))
    def count_a_page(self, size: int) -> None:
        page = self.memory_log.recorded(self.counted)[:size]
        counted = count(page, self.opened_rounds)
        for command in counted.commands():
            stream = tally_stream(command.round, command.unit)
            self.memory_log.append(Append(stream, METADATA, decide_at_head(unit_tallies, command, TALLIES_CODEC)))
        for round_id, position in counted.closings:
            totals = totals_of([self.tallies(round_id, unit) for unit in ROUNDS[round_id]])
            closing = decide_at_head(tallying, CloseTally(round_id, position, *totals), SURVEY_CODEC)
            self.memory_log.append(Append(tallying_stream(round_id), METADATA, closing))
        self.counted, self.opened_rounds = counted.seen, counted.opened
        for recorded in page:
            if isinstance(recorded.fact, RatingRecorded):
                self.place(recorded.position, recorded.fact)

    @rule(round_id=st.sampled_from(list(ROUNDS)), unit=st.sampled_from(UNITS), options=st.text("159", min_size=1))
    def press_around_the_cut_off(self, round_id: str, unit: str, options: str) -> None:
        self.hear_of_a_round(round_id)
        self.press(unit, ("hai-long", ""), options[:3])
        self.close(round_id)
        self.press(unit, ("hai-long", ""), options[-2:])
        self.count_a_page(1_000)

    @rule()
    def the_fold_begins_again_where_it_was(self) -> None:
        past = [each for each in self.memory_log.recorded() if each.stream.startswith("tallying-")]
        self.opened_rounds = opened_rounds_of(each for each in past if each.position <= self.counted)

    def place(self, position: int, press: RatingRecorded) -> None:
        """Enter a press where it has to be."""
        round_id, reason = self.decided[position]
        if round_id:
            where = (round_id, press.unit), (press.question, press.group)
            (self.aside if reason else self.counts)[where][reason or press.option] += 1

    def tallies(self, round_id: str, unit: str) -> UnitTallies:
        return tallies_of_unit(self.memory_log.head(tally_stream(round_id, unit)).state)

    @invariant()
    def every_tally_is_what_was_pressed_or_brought_in(self) -> None:
        for round_id, units in ROUNDS.items():
            for unit in units:
                for key in KEYS:
                    self.check_line((round_id, unit), key, self.tallies(round_id, unit).line(*key))

    def check_line(self, where: Where, key: QuestionKey, line: UnitTally) -> None:
        row = self.outside.get((where, key))
        assert line.counts == dict(self.counts[where, key])
        assert (line.score, line.out_of) == ((row.score, row.out_of) if row else ("", ""))
        assert line.aside == line.reasons == dict(self.aside[where, key])
        assert (line.late, line.late + line.unfit) == (line.reasons.get("late", 0), sum(line.reasons.values()))

    @invariant()
    def each_press_says_itself_what_was_decided(self) -> None:
        presses = {
            each.position: each.fact for each in self.memory_log.recorded() if isinstance(each.fact, RatingRecorded)
        }
        assert {at: (press.round, press.set_aside) for at, press in presses.items()} == self.decided
        assert all(bool(press.received_at) == (press.pressed_at > LATEST) for press in presses.values())

    @invariant()
    def a_recount_of_the_log_finds_every_tally_as_it_was_told(self) -> None:
        recount = TallyRecount()
        for recorded in self.memory_log.recorded():
            recount.see(recorded)
        assert recount.differences() == []

    @invariant()
    def after_the_closing_no_tally_changes(self) -> None:
        closed: set[str] = set()
        for recorded in self.memory_log.recorded():
            fact = recorded.fact
            if isinstance(fact, TallyClosed):
                assert (fact.covers, fact.round not in closed) == (self.cut[fact.round], True)
                assert (fact.counted, fact.set_aside) == self.totals(fact.round)
                closed.add(fact.round)
            if isinstance(fact, TallyUpdated):
                assert fact.round not in closed
                assert fact.covers <= self.cut.get(fact.round, fact.covers)
        assert closed == {name for name, position in self.cut.items() if position <= self.counted}

    def totals(self, round_id: str) -> tuple[int, tuple[SetAside, ...]]:
        """How many presses the round counts, and how many it had set aside at its cut-off."""
        reasons = Counter(
            reason for at, (name, reason) in self.decided.items() if name == round_id and at < self.cut[round_id]
        )
        counted = reasons.pop("", 0)
        return counted, tuple(SetAside(reason=reason, count=reasons[reason]) for reason in sorted(reasons))

    @invariant()
    def the_small_states_are_what_the_entries_tell(self) -> None:
        memory_log = self.memory_log
        assert questions_of(memory_log.head("set-bo")) == learning.fold(memory_log.facts("set-bo"))
        for stream in memory_log.streams("tallying"):
            assert survey_of(memory_log.head(stream)) == WHOLE_ROUND.fold(memory_log.facts(stream)) != Survey()
        for stream in memory_log.streams("tally"):
            assert (
                tallies_of_unit(memory_log.head(stream).state)
                == unit_tallies.fold(memory_log.facts(stream))
                != UnitTallies()
            )


def test_each_press_is_in_the_tallies_once_or_set_aside_once() -> None:
    run_state_machine_as_test(Tallies, settings=settings(max_examples=100, stateful_step_count=30))
