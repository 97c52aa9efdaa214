"""Each press is in the tallies once, or set aside once, however the log is cut into pages."""

from collections import Counter, defaultdict
from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from parindex.eventstore.appending import Append, Decided, StreamHead
from parindex.refusal import Refused
from parindex.testing.ledger import ACT, Ledger
from survey.rating.events import RatingRecorded
from survey.service import SERVICE
from survey.tallying.commands import (
    CloseRating,
    CloseTally,
    Key,
    LearnQuestions,
    OpenSurvey,
    ReceiveOutsideTallies,
)
from survey.tallying.counting import Surveys, count, recall
from survey.tallying.decisions import (
    learning,
    learning_at_head,
    tallying,
    tallying_at_head,
    unit_tallies,
    unit_tallies_at_head,
)
from survey.tallying.events import TallyClosed, TallyUpdated, set_stream, tally_stream, tallying_stream
from survey.tallying.outside import Row, to_bring_in, units_in
from survey.tallying.questions import Asked, Surveyed
from survey.tallying.recounting import TallyRecount
from survey.tallying.survey import Book, Line, Survey, book_of, questions_of, survey_of

UNITS = ("H09.1", "H09.2")
ASKED = (
    Asked(question="hai-long", options=("1", "5")),
    Asked(question="can-bo", group="official"),
)
ROUNDS = {"r1": UNITS[:1], "r2": UNITS, "r3": UNITS}
KEYS: list[Key] = [("hai-long", ""), ("hai-long", "firm"), ("can-bo", "official"), ("can-bo", "firm"), ("no", "")]
Where = tuple[str, str]
"""Round and unit."""


def asks(key: Key) -> tuple[str, ...] | None:
    """What counts for a question asked of a group, said once more: () is anything, None is not asked."""
    return {("hai-long", ""): ("1", "5"), ("hai-long", "firm"): ("1", "5"), ("can-bo", "official"): ()}.get(key)


class Tallies(RuleBasedStateMachine):
    """The model: for each press of the log the rounds in which it belongs, counted as far as the fold has come."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger("survey", SERVICE.types)
        self.surveys = Surveys()
        self.counted = self.pressed = 0
        self.opened: dict[str, int] = {}  # the position of each opening and each cut-off
        self.cut: dict[str, int] = {}
        self.counts: defaultdict[tuple[Where, Key], Counter[str]] = defaultdict(Counter)
        self.aside: defaultdict[tuple[Where, Key], Counter[str]] = defaultdict(Counter)
        self.outside: dict[tuple[Where, Key], Row] = {}

    def wish(self, stream: str, decide: Callable[[StreamHead], Decided]) -> str:
        before = self.ledger.position, self.ledger.head(stream)
        try:
            self.ledger.append(Append(stream, ACT, decide))
        except Refused as refused:
            assert (self.ledger.position, self.ledger.head(stream)) == before
            return refused.code
        return ""

    @rule(round_id=st.sampled_from(list(ROUNDS)))
    def hear_of_a_round(self, round_id: str) -> None:
        self.wish(set_stream("bo"), learning_at_head(LearnQuestions("bo", ASKED)))
        block = Surveyed(criteria_set="bo", questions=ASKED, units=ROUNDS[round_id])
        refused = self.wish(tallying_stream(round_id), tallying_at_head(OpenSurvey("H09", round_id, (block,))))
        assert not refused  # told in every partition, learnt once
        self.opened.setdefault(round_id, self.ledger.position)

    @rule(unit=st.sampled_from(UNITS), key=st.sampled_from([*KEYS[:3], *KEYS]), options=st.text("159", max_size=4))
    def press(self, unit: str, key: Key, options: str) -> None:
        kiosk = f"k-{unit}-{'-'.join(key)}"
        facts = [
            RatingRecorded(kiosk, unit, *key, self.pressed + at, option, ACT.at, 0) for at, option in enumerate(options)
        ]
        self.pressed += len(facts)
        self.ledger.append(Append(f"kiosk-{kiosk}", ACT, lambda _: Decided(facts)))

    @rule(round_id=st.sampled_from(list(ROUNDS)))
    def close(self, round_id: str) -> None:
        refused = self.wish(tallying_stream(round_id), tallying_at_head(CloseRating(round_id)))
        assert refused == ("" if round_id in self.opened else "unknown-round")
        if not refused:
            self.cut.setdefault(round_id, self.ledger.position)

    @rule(
        round_id=st.sampled_from(list(ROUNDS)),
        unit=st.sampled_from(UNITS),
        key=st.sampled_from(KEYS[:3]),
        score=st.sampled_from("34"),
    )
    def bring_in(self, round_id: str, unit: str, key: Key, score: str) -> None:
        row = Row(unit, *key, score, "5", None)
        refused = self.wish_to_bring_in(round_id, row)
        if round_id not in self.opened:
            assert refused == "unknown-round"
        elif unit not in ROUNDS[round_id]:
            assert refused == "tallies-invalid"
        elif self.counts[(round_id, unit), key]:
            assert refused == "kiosk-counts"
        else:
            assert refused == ("tally-closed" if round_id in self.cut else "")
        if not refused:
            self.outside[(round_id, unit), key] = row

    def wish_to_bring_in(self, round_id: str, row: Row) -> str:
        """As the door does, holding the head of the log."""
        survey = survey_of(self.ledger.head(tallying_stream(round_id)))
        if not survey.opened:
            return "unknown-round"
        books = {unit: self.book(round_id, unit) for unit in units_in([row], survey)}
        before = self.ledger.position
        try:
            with self.ledger.transaction():
                commands = to_bring_in(round_id, [row], survey, books)
                received = tallying_at_head(ReceiveOutsideTallies(round_id, 1))
                self.ledger.append(Append(tallying_stream(round_id), ACT, received))
                for command in commands:
                    self.ledger.append(Append(tally_stream(round_id, command.unit), ACT, unit_tallies_at_head(command)))
        except Refused as refused:
            assert self.ledger.position == before
            return refused.code
        return ""

    @precondition(lambda self: self.ledger.position > self.counted)
    @rule(size=st.one_of(st.integers(1, 12), st.just(1_000)))
    def count_a_page(self, size: int) -> None:
        page = self.ledger.recorded(self.counted)[:size]
        counted = count(page, self.surveys)
        for command in counted.commands():
            stream = tally_stream(command.round, command.unit)
            self.ledger.append(Append(stream, ACT, unit_tallies_at_head(command)))
        for round_id, position in counted.closings:
            self.ledger.append(Append(tallying_stream(round_id), ACT, tallying_at_head(CloseTally(round_id, position))))
        self.counted, self.surveys = counted.seen, counted.surveys
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
        past = [each for each in self.ledger.recorded() if each.stream.startswith("tallying-")]
        self.surveys = recall(each for each in past if each.position <= self.counted)

    def place(self, position: int, press: RatingRecorded) -> None:
        """Where a press belongs, by the positions of openings and cut-offs alone."""
        key = press.question, press.group
        options = asks(key)
        heard = sorted((at, name) for name, at in self.opened.items() if at < position and press.unit in ROUNDS[name])
        for at, name in heard if options is not None else ():
            where = (name, press.unit), key
            if self.cut.get(name, position) >= position:
                fits = where not in self.outside and (not options or press.option in options)
                (self.counts if fits else self.aside)[where][press.option if fits else "unfit"] += 1
            elif (at, name) == heard[-1]:
                self.aside[where]["late"] += 1

    def book(self, round_id: str, unit: str) -> Book:
        return book_of(self.ledger.head(tally_stream(round_id, unit)).state)

    @invariant()
    def every_tally_is_what_was_pressed_or_brought_in(self) -> None:
        for round_id, units in ROUNDS.items():
            for unit in units:
                for key in KEYS:
                    self.check_line((round_id, unit), key, self.book(round_id, unit).line(*key))

    def check_line(self, where: Where, key: Key, line: Line) -> None:
        row = self.outside.get((where, key))
        assert line.counts == dict(self.counts[where, key])
        assert (line.score, line.out_of) == ((row.score, row.out_of) if row else ("", ""))
        assert {"late": line.late, "unfit": line.unfit} == {"late": 0, "unfit": 0} | self.aside[where, key]

    @invariant()
    def a_recount_of_the_log_finds_every_tally_as_it_was_told(self) -> None:
        recount = TallyRecount()
        for recorded in self.ledger.recorded():
            recount.see(recorded)
        assert recount.differences() == []

    @invariant()
    def after_the_closing_no_tally_changes(self) -> None:
        closed: set[str] = set()
        for recorded in self.ledger.recorded():
            fact = recorded.fact
            if isinstance(fact, TallyClosed):
                assert (fact.covers, fact.round not in closed) == (self.cut[fact.round], True)
                closed.add(fact.round)
            if isinstance(fact, TallyUpdated):
                assert fact.round not in closed
                assert fact.covers <= self.cut.get(fact.round, fact.covers)
        assert closed == {name for name, position in self.cut.items() if position <= self.counted}

    @invariant()
    def the_small_states_are_what_the_entries_tell(self) -> None:
        ledger = self.ledger
        assert questions_of(ledger.head("set-bo")) == learning.fold(ledger.facts("set-bo"))
        for stream in ledger.streams("tallying"):
            assert survey_of(ledger.head(stream)) == tallying.fold(ledger.facts(stream)) != Survey()
        for stream in ledger.streams("tally"):
            assert book_of(ledger.head(stream).state) == unit_tallies.fold(ledger.facts(stream)) != Book()


def test_each_press_is_in_the_tallies_once_or_set_aside_once() -> None:
    run_state_machine_as_test(Tallies, settings=settings(max_examples=100, stateful_step_count=30, deadline=None))
