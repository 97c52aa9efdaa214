"""A sheet is in a state with a name, and its points move by an event that says why, in any order.

Commands of all steps that decide on a sheet, or beside it, come in any order, at any time, and each of them twice.
"""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from tests.assessment.any_sheet.names import names_of, values_of
from tests.assessment.any_sheet.one_sheet import (
    APPRAISAL,
    APPRAISERS,
    CLAIMS,
    DAYS,
    EXPLAINING,
    EXPLANATIONS,
    FINDINGS,
    FIRST_APPRAISAL,
    LINES,
    PAPER,
    SCAN,
    SELF_SCORING,
    UNIT,
)
from tests.assessment.any_sheet.people import PeopleAct

from assessment.opening.stages import FOUND_AT, ValueStage
from assessment.recounting import AppraisalRecount
from assessment.self_scoring.events import (
    AppraisalCompleted,
    CutExplained,
)

pytestmark = pytest.mark.slow

SEEDS = st.integers(0, 2**20)
DIGESTS, SCANS, DAYS_OR_NONE = (PAPER, SCAN), (None, "", "virus"), (None, *range(len(DAYS)))
CLOCK = (0, 0, 1, 1, SELF_SCORING, SELF_SCORING + 1, FIRST_APPRAISAL + 1, EXPLAINING + 1, APPRAISAL, APPRAISAL + 1)
LONGER = (*[None] * len(DAYS), *range(len(DAYS)))
EXTENDED = (ValueStage.APPRAISAL_1, ValueStage.EXPLANATION, *[ValueStage.APPRAISAL_2] * 2)
ACTS: dict[str, Callable[[PeopleAct, Random], None]] = {
    "claim": lambda on, chance: on.claim(chance.choice(CLAIMS)),
    "state difficulties": lambda on, chance: on.state_difficulties(chance.choice(["", "text:1", "text:2"])),
    "send": lambda on, _: on.send(),
    "recall": lambda on, _: on.recall(),
    "approve": lambda on, _: on.approve(),
    "give back": lambda on, _: on.give_back(),
    "submit": lambda on, _: on.submit(),
    "withdraw": lambda on, _: on.withdraw(),
    "find": lambda on, chance: on.find(
        chance.choice(FINDINGS),
        chance.choice(APPRAISERS),
        council=chance.random() < 0.3,
        stale=chance.random() < 0.1,
    ),
    "announce": lambda on, chance: on.announce(chance.choice(APPRAISERS)),
    "explain": lambda on, chance: on.explain(chance.choice(EXPLANATIONS)),
    "submit explanation": lambda on, chance: on.submit_explanation(leader=chance.random() < 0.5),
    "end explanation": lambda on, chance: on.end_explanation(chance.choice(APPRAISERS)),
    "complete": lambda on, chance: on.complete(chance.choice(APPRAISERS)),
    "close": lambda on, _: on.close(),
    "reopen": lambda on, chance: on.reopen(chance.choice(DAYS_OR_NONE)),
    "extend self-scoring": lambda on, chance: on.extend_self_scoring(chance.choice(DAYS_OR_NONE)),
    "extend appraisal": lambda on, chance: on.extend_appraisal(chance.choice(LONGER), chance.choice(EXTENDED)),
    "upload": lambda on, chance: on.upload(chance.choice(DIGESTS), chance.choice(SCANS)),
    "reuse": lambda on, chance: on.reuse(chance.choice(DIGESTS), chance.choice(SCANS)),
    "scan later": lambda on, chance: on.scan_later(chance.choice(DIGESTS), chance.choice(SCANS)),
    "remove": lambda on, chance: on.remove(chance.choice(DIGESTS)),
    "erase": lambda on, chance: on.erase(chance.choice(DIGESTS)),
    "assign": lambda on, chance: on.assign(chance.choice(LINES)),
    "make mistakes": lambda on, chance: on.make_mistakes(chance),
    "come too late": lambda on, chance: on.come_too_late(chance),
    "set the clock": lambda on, chance: on.set_the_clock(chance.choice(CLOCK)),
    "go on": lambda on, chance: on.the_procedure_goes_on(chance),
}
OFTEN = {
    "go on": 3,
    "find": 5,
    "complete": 4,
    "withdraw": 2,
    "give back": 2,
    "explain": 2,
    "end explanation": 2,
    "extend appraisal": 2,
    "reopen": 2,
}
CHOSEN = [name for name in ACTS for _ in range(OFTEN.get(name, 1))]


class Sheets(PeopleAct):
    @initialize(
        of=st.sampled_from(
            [
                (True, False, True, False),
                (True, True, False, True),
                (True, False, False, True),
                (True, False, False, False),
                (False, True, True, False),
            ]
        ),
        steps=st.sampled_from(range(9)),
        seed=SEEDS,
    )
    def begin_somewhere(self, of: tuple[bool, bool, bool, bool], steps: int, seed: int) -> None:
        two, approval, four_eyes, dated = of
        self.open(two=two, approval=approval, four_eyes=four_eyes, dated=dated)
        chance = Random(seed)
        for _ in range(steps):
            self.the_procedure_goes_on(chance)

    @rule(act=st.sampled_from(CHOSEN), seed=SEEDS)
    def act(self, act: str, seed: int) -> None:
        ACTS[act](self, Random(seed))

    @rule(seed=SEEDS)
    def a_busy_week(self, seed: int) -> None:
        """One draw chooses many commands, so that rare orders come often enough."""
        chance = Random(seed)
        for _ in range(15):
            ACTS[chance.choice(CHOSEN)](self, chance)
            self.the_state_has_the_name_that_it_should_have()
            self.every_stage_has_the_value_that_was_said_there()

    # checked after every step

    @invariant()
    def the_state_has_the_name_that_it_should_have(self) -> None:
        assert names_of(self.sheet.state, self.due) == [self.name]
        assert self.round.state.due[UNIT] == self.due

    @invariant()
    def every_stage_has_the_value_that_was_said_there(self) -> None:
        state = self.sheet.state
        told = {cell: self.value_of(fact) for cell, fact in self.said.items()}
        silent = {cell for cell, fact in self.said.items() if isinstance(fact, CutExplained) and not fact.explanation}
        assert values_of(state) == {cell: value for cell, value in told.items() if cell not in silent}
        assert state.found == {
            stage: found
            for stage in FOUND_AT
            if (found := {c: one for (at, c), one in self.said.items() if at is stage})
        }
        assert (state.difficulties, state.changed, state.completed_for) == (
            self.difficulties,
            self.changed,
            len(self.completions),
        )

    @invariant()
    def the_entries_tell_all_states(self) -> None:
        for stream in (self.sheet, self.files, self.assignments, self.round):
            assert stream.replayed() == stream.state

    @invariant()
    def files_and_assignments_are_as_the_model_has_them(self) -> None:
        files = self.files.state
        scanned = {digest: one.signature or "clean" for digest, one in files.scanned.items()}
        assert {digest: scanned.get(digest, "") for digest in files.uploaded} == self.have
        assert files.erased == self.erased
        assert self.assignments.state.persons == self.persons

    def teardown(self) -> None:
        assert [fact for fact in self.sheet.facts if isinstance(fact, AppraisalCompleted)] == self.completions
        recount = AppraisalRecount()
        for recorded in self.log.recorded():
            recount.see(recorded)
        assert recount.differences() == []


def test_a_sheet_is_in_a_state_with_a_name_and_its_points_move_by_events_that_say_why() -> None:
    run_state_machine_as_test(Sheets, settings=settings(max_examples=200, stateful_step_count=10))
