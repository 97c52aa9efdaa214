"""A round opens once, closes and reopens in turn, and closes only when every unit is done for that very closing."""

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from assessment.appraising.closing import round_closing
from assessment.appraising.commands import CloseRound, ReopenRound
from assessment.appraising.state import UnitCompletion
from assessment.opening.commands import OpenRound
from assessment.opening.deadlines import Deadlines
from assessment.opening.decisions import opening
from assessment.opening.events import RoundClosed, RoundOpened, RoundReopened, stream_of
from assessment.opening.responsibility import CriterionAppraiser
from assessment.opening.state import Round, RoundFact
from assessment.service import SERVICE
from parindex.contracts.assessment import Block, RoundUnit
from parindex.contracts.criteria import CriteriaSet, Criterion, EnteredPoints, Level, SurveyPoints
from parindex.refusal import Refused
from parindex.testing.memory_log import MemoryLog, Stream

ROWS = [
    Criterion(code="1", name="Lĩnh vực", level=Level.AREA, maximum="7"),
    Criterion(code="1.1", name="Điểm", level=Level.CRITERION, maximum="5", parent="1", rule=EnteredPoints()),
    Criterion(code="1.2", name="Hỏi", level=Level.CRITERION, maximum="2", parent="1", rule=SurveyPoints(question="q")),
]
SETS = {"bo": CriteriaSet(code="bo", title="Bộ", reference="1/QĐ", criteria=ROWS)}
UNITS = ("H16.01", "H16.02", "H16.03")
FEBRUARY, MARCH = "2026-02-01T00:00:00.000000Z", "2026-03-01T00:00:00.000000Z"
GOOD = OpenRound(
    authority="H16", round="r", year=2026, title="Đợt", reference="1/KH",
    blocks=(
        Block(code="so", name="Sở", criteria_set="bo", units=[RoundUnit(code=UNITS[0], name="Một")]),
        Block(code="huyen", name="Huyện", criteria_set="bo", units=[RoundUnit(code=c, name=c) for c in UNITS[1:]]),
    ),
    appraisers=(CriterionAppraiser("1.1", "H16.01", "huyen"), CriterionAppraiser("1", "H16")),
    deadlines=Deadlines(self_scoring_until=FEBRUARY, appraisal_until=MARCH),
    sets=SETS, at="2026-01-01T00:00:00.000000Z",
)  # fmt: skip


def blocks_with(*units: str, criteria_set: str = "bo", code: str = "so") -> tuple[Block, ...]:
    made = [RoundUnit(code=unit, name=unit) for unit in units]
    return (Block(code=code, name="Sở", criteria_set=criteria_set, units=made),)


MISTAKES: list[dict[str, Any]] = [  # one each, so that no mistake hides that another is not seen
    {"round": "Đợt 1"},
    {"appraisers": (), "blocks": ()},
    {"appraisers": (), "blocks": blocks_with()},
    {"appraisers": (), "blocks": blocks_with("H16.01", "H16.01")},
    {"appraisers": (), "blocks": blocks_with("H17.01")},
    {"appraisers": (), "blocks": blocks_with("H16")},
    {"appraisers": (), "blocks": blocks_with("H16.01", criteria_set="bộ khác")},
    {"appraisers": (), "blocks": (*blocks_with("H16.01"), *blocks_with("H16.02"))},
    {"appraisers": (CriterionAppraiser("9", "H16"),)},
    {"appraisers": (CriterionAppraiser("1.2", "H16"),)},
    {"appraisers": (CriterionAppraiser("1.1", "H17"),)},
    {"appraisers": (CriterionAppraiser("1.1", "H16", "xã"),)},
    {"appraisers": (CriterionAppraiser("1.1", "H16"), CriterionAppraiser("1.1", "H16.01"))},
    {"at": FEBRUARY},
    {"deadlines": Deadlines(self_scoring_until=MARCH, appraisal_until=MARCH)},
]


class Rounds(RuleBasedStateMachine):
    """The model: whether it runs, how often it closed, and for which closing each unit is due and done."""

    def __init__(self) -> None:
        super().__init__()
        self.stream: Stream[Any, Round, RoundFact] = Stream(
            MemoryLog("assessment", SERVICE.types), stream_of("r"), opening
        )
        self.running = self.opened = False
        self.closings = 0
        self.due = dict.fromkeys(UNITS, 1)
        self.done = dict.fromkeys(UNITS, 0)

    def execute(self, command: object) -> bool:
        """Execute a command; return whether it produced events."""
        before = self.stream.memory_log.position
        try:
            return bool(self.stream.execute(command, opening if isinstance(command, OpenRound) else round_closing))
        except Refused:
            assert self.stream.memory_log.position == before
            return False

    @rule()
    def open(self) -> None:
        assert self.execute(GOOD) == (not self.opened)
        self.running = self.running or not self.opened
        self.opened = True

    @rule(mistake=st.sampled_from(MISTAKES))
    def open_with_a_mistake(self, mistake: dict[str, Any]) -> None:
        assert not self.execute(replace(GOOD, **mistake))

    @precondition(lambda self: self.opened)
    @rule(units=st.one_of(st.just(UNITS), st.sets(st.sampled_from(UNITS)).map(tuple)))
    def complete(self, units: tuple[str, ...]) -> None:
        self.done |= {unit: self.due[unit] for unit in units}

    @precondition(lambda self: self.opened)
    @rule()
    def close(self) -> None:
        completions = tuple(
            UnitCompletion(unit, unit, criteria=1, claims=1, submitted=True, findings=1, completed_for=self.done[unit])
            for unit in reversed(UNITS)
        )
        may = self.running and all(self.done[unit] >= self.due[unit] for unit in UNITS)
        assert self.execute(CloseRound("r", completions)) == may
        if may:
            self.running, self.closings = False, self.closings + 1

    @precondition(lambda self: self.opened)
    @rule(units=st.lists(st.sampled_from([*UNITS, *UNITS, "H16.99"]), max_size=3))
    def reopen(self, units: list[str]) -> None:
        may = not self.running and "H16.99" not in units
        assert self.execute(ReopenRound("r", tuple(units), "vì sai", FEBRUARY)) == may
        if may:
            self.running = True
            self.due |= dict.fromkeys(units or UNITS, self.closings + 1)

    @invariant()
    def the_entries_tell_the_state_as_it_is(self) -> None:
        state = self.stream.state
        assert self.stream.replayed() == state
        assert (state.opened is not None, state.closed, state.closings) == (
            self.opened,
            self.opened and not self.running,
            self.closings,
        )
        assert dict(state.due) == (self.due if self.opened else {})

    @invariant()
    def closings_are_numbered_without_a_gap_and_each_is_reopened_at_most_once(self) -> None:
        first, *rest = self.stream.facts or [None]
        assert first is None or isinstance(first, RoundOpened)
        recorded = [(type(fact), fact.closing) for fact in rest]
        assert recorded == [((RoundClosed, RoundReopened)[at % 2], at // 2 + 1) for at in range(len(recorded))]


def test_a_round_closes_and_reopens_in_turn_whatever_is_asked() -> None:
    run_state_machine_as_test(Rounds, settings=settings(max_examples=60, stateful_step_count=25))
